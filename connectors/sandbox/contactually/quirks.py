"""The oddities of the API as switches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Quirks:
    """Where the service's way is known the default is that way; else it is the reading that
    forgives a client least, or does what a person at the screen expects."""

    # --- Reading in pages ---
    page: int = 50
    """Records of a page that asks for no size."""
    largest_page: int = 500
    """A greater ``page_size`` is taken as this one, silently."""
    next_page: Literal["search", "list", "elsewhere"] = "search"
    """Where ``meta.next_page`` points: ``search`` is /contacts/search, which answers 404 to GET
    (the service in 2019), ``list`` is the list itself, ``elsewhere`` another host."""
    order: Literal["created", "updated"] = "created"
    """Of lists: oldest first, or last changed first, where edits shift the pages."""
    includes_bound: bool = False
    """Whether ``updated_at.after`` finds what changed in that very second."""
    lag: float = 0
    """Seconds until lists and searches show a change; reading by id shows it at once."""
    finds_parts: bool = True
    """Whether ``q`` with an address also finds longer ones that hold it."""
    hides_archived: bool = True
    """Whether an archived contact is 404 to who does not say ``with_archived``."""

    # --- What records look like ---
    timestamps: Literal["iso", "spaced"] = "iso"
    """``2018-11-20T01:28:34Z`` (2018) or ``2016-08-26 14:37:11 UTC`` (2016)."""
    empty_meta: bool = True
    """``meta`` of single records is ``{"empty": true}`` (2018) or ``{}`` (2016)."""
    values: Literal["typed", "text"] = "typed"
    """Custom fields hold JSON booleans and numbers, or texts only."""
    tells_archived: bool = False
    """Whether records have ``archived_at`` and ``external_id``."""

    # --- Writing ---
    created_status: int = 200
    """Of a POST that made something: 200 or 201."""
    finds_archived: bool = True
    """Whether a POST with an address of an archived contact returns that one."""
    lists: Literal["replace", "merge"] = "replace"
    """What a PATCH does with e-mails, phones, tags, custom fields …"""
    unknown_tags: Literal["create", "refuse", "ignore"] = "create"
    """Names on a contact that are no tags yet."""
    refuses_bad_addresses: bool = True
    """422 for an e-mail address without @."""
    unique_addresses: bool = False
    """422 for a PATCH to an address that another contact has."""
    tags_touch: bool = True
    """Whether a change of tags alone moves ``updated_at``."""
    buckets_touch: bool = True
    """Whether a change of buckets alone moves ``updated_at``."""
    archiving_touches: bool = True
    """Whether archiving and its opposite move ``updated_at``."""
    idle_writes_touch: bool = False
    """Whether a PATCH that changes nothing moves ``updated_at``."""
    loses_delete_bodies: bool = False
    """Whether a proxy on the way drops the body of a DELETE."""

    # --- What becomes of written values ---
    trims: bool = False
    """Blanks at the ends of texts go, and double ones within."""
    lowers_emails: bool = False
    """``Ada@Example.org`` becomes ``ada@example.org``."""
    formats_phones: bool = False
    """Numbers of North America become ``(555) 123-4567``."""
    longest: int = 0
    """Texts are cut to so many characters; 0 is never."""
    entities: bool = False
    """``&``, ``<`` and ``>`` in names become HTML entities."""
    addresses: Literal["kept", "composed", "full only"] = "kept"
    """Postal addresses stay as sent, get a ``full_address`` made of their parts, or keep nothing
    but that."""

    # --- Limits and refusals ---
    requests_per_minute: int = 500
    """Of an account; 0 is no limit."""
    retry_after: bool = False
    """Whether a 429 has Retry-After beside X-Rate-Limit-Reset."""
    errors: Literal["list", "object", "html"] = "list"
    """``errors`` is a list of texts, an object of such lists, or the answer is a web page."""
    scopes: bool = True
    """Whether 403 is the answer to what the token was not granted for: ``all:manage`` is for
    everything, ``contacts:manage`` for contacts and notes, the others for /me."""
    team_closed: bool = False
    """403 for what is the team's, as to members without the right."""
