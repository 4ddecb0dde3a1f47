"""The oddities of Mailchimp as switches; the defaults are its behaviour as best known."""

from __future__ import annotations

from dataclasses import dataclass

#: Domains that Mailchimp calls fake, for ``Quirks.fakes``.
FAKE_DOMAINS = frozenset(
    {"example.com", "example.org", "example.net", "test.com", "mailinator.com"}
)


@dataclass(frozen=True, slots=True)
class Quirks:
    # Listing.
    #: ``since_last_changed`` also gives what changed in that very second (not documented; the
    #: newer contacts endpoints are exclusive at the start and inclusive at the end).
    since_is_inclusive: bool = False
    #: ``before_last_changed`` also gives what changed in that very second.
    before_is_inclusive: bool = True
    #: Seconds in which a change is not yet found by listings that ask for changes.
    lag: float = 0
    #: Pages larger than this end in a 504 of the gateway; 0: none do. Long lists have it at 1000.
    largest_page: int = 0
    #: A name in ``fields`` that does not exist is refused with 422; otherwise it is ignored.
    refuses_unknown_fields: bool = True

    # What moves last_changed.
    #: Putting on a tag that is on already [REC].
    readding_tag_moves: bool = True
    #: Sending the values that are there already (not recorded; a PUT of the address does not).
    equal_values_move: bool = False

    # Writing.
    #: An address that is incomplete in the store makes every update fail, whatever it is about.
    address_trap: bool = True
    #: What an address must have, besides the country, which defaults to that of the field.
    address_needs: tuple[str, ...] = ("addr1", "city", "state", "zip")
    #: A required field that is blank in the store makes updates fail that do not mention it.
    required_on_update: bool = False
    #: ``skip_merge_validation`` spares the required fields only, not the formats [INF].
    skipping_keeps_formats: bool = True
    #: Longest text of a merge field; 0: any.
    text_limit: int = 255
    #: The limit counts bytes of UTF-8, not characters.
    limit_in_bytes: bool = False
    #: What is longer is cut off silently; otherwise it is refused.
    cuts_long_texts: bool = False
    #: Blanks at the ends of texts are taken away.
    trims: bool = True
    #: Refusal of a rename onto an address that is taken: this (2026) or ``Member Exists`` (2021).
    taken_title: str = "Invalid Resource"
    #: POST to a member's tags takes a contact_id or an address in place of the hash (documented
    #: for the hash only).
    tags_by_any_id: bool = False
    #: Names of tags are the same whatever their case (github.com/DynamoMTL/spree_chimpy/pull/15).
    folds_tag_case: bool = True
    #: Longest name of a tag; 0: any.
    tag_limit: int = 100
    #: Merge fields of an audience: 80 with a Premium plan. Names of groups in all its categories.
    field_limit: int = 30
    interest_limit: int = 60
    #: Domains, and addresses, that are refused as fake; empty because tests live on example.com.
    fakes: frozenset[str] = frozenset()
    #: How often an address (without its +suffix) may be signed up in a day; 0: any number.
    signups_a_day: int = 0

    # Answers.
    #: Titles of errors that come without their ``type``.
    typeless: frozenset[str] = frozenset(
        {"Member Exists", "Member In Compliance State", "Forgotten Email Not Subscribed"}
    )
    #: Errors carry the id of the request as ``instance``; otherwise it is an empty text.
    instances: bool = True
    #: Messages about merge fields are in the language of the audience.
    localised: bool = True
    #: Names of audiences, fields, tags and groups come with HTML entities (``R&amp;D``).
    escapes_names: bool = False
    #: So do the values of merge fields.
    escapes_values: bool = False

    # The account.
    #: Requests of one account at the same time; 0: any number. No Retry-After is sent.
    connections: int = 10
    #: Posts of webhooks are signed, with a secret that only the answer to their making tells.
    signs_hooks: bool = False
    #: The data centre; keys whose ending names another are refused with 403. Empty: any ending.
    datacenter: str = ""
