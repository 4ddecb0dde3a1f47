"""The rules by which the API changes members: who may be what, and what moves ``last_changed``.

https://mailchimp.com/developer/marketing/api/list-members/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.mailchimp import merge_values, problems
from connectors.sandbox.mailchimp.audience import Audience
from connectors.sandbox.mailchimp.checks import check_address
from connectors.sandbox.mailchimp.people import People, tagged, untagged
from connectors.sandbox.mailchimp.quirks import Quirks
from connectors.sandbox.store import Document

_DAY = 86_400
#: How a status is called where a new address is refused because it is taken; others by their name.
_TAKEN = {"transactional": "Non-Subscribed", "archived": "Deleted"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a call wants of a member; None and empty: nothing. ``others``: members that need no
    rule (language, vip, email_type, ip_signup …)."""

    address: str | None = None
    status: str = ""
    status_if_new: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    interests: Mapping[str, bool] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    others: Mapping[str, Any] = field(default_factory=dict)


class Writing:
    """To one audience, in one request. Raises Refused, and then nothing has been changed."""

    def __init__(self, audience: Audience, quirks: Quirks, skipping: bool, caller: str) -> None:
        """``skipping``: ``skip_merge_validation``. ``caller``: the IP address it comes from."""
        self.audience = audience
        self.people = People(audience)
        self._quirks = quirks
        self._skipping = skipping
        self._caller = caller
        self._fields = audience.fields()
        self._interests = {interest["id"] for interest in audience.interests()}

    # --- Members --------------------------------------------------------------------------

    def create(self, wish: Wish) -> Document:
        """Also revives who is archived, with the tags and values that were kept [REC]."""
        address = self._address(wish.address or "")
        there = self.people.find(address)
        if there and there["status"] != "archived":
            raise problems.member_exists(address)
        if there is None and self.people.is_forgotten(address):
            raise problems.forgotten(address)
        # Nothing of a refused request is stored, this number neither.
        member = there or self.people.new(address, "", "API - Generic")
        return self._write(member, wish, wish.status or wish.status_if_new, is_new=there is None)

    def upsert(self, id: str, wish: Wish) -> Document:
        there = self.people.find(id)
        if there:
            return self.update(there, wish)
        address = self._address(wish.address or "")
        if self.people.find(address):
            # The path and the body speak of two members:
            # github.com/mailchimp/APIv3-examples/issues/49
            raise problems.member_exists(address)
        if not wish.status_if_new:
            raise problems.invalid(("", "Required fields were not provided: status_if_new"))
        if self.people.is_forgotten(address):
            raise problems.forgotten(address)
        member = self.people.new(address, "", "API - Generic")
        return self._write(member, wish, wish.status_if_new, is_new=True)

    def update(self, member: Document, wish: Wish) -> Document:
        return self._write(self._renamed(member, wish.address), wish, wish.status, is_new=False)

    def archive(self, member: Document) -> None:
        """What DELETE does. Values and tags stay."""
        if member["status"] in ("cleaned", "pending", "archived"):
            raise problems.cannot_archive()
        self.people.save({**member, "status": "archived", "status_before": member["status"]})

    # --- Tags -----------------------------------------------------------------------------

    def change_tags(self, member: Document, on: Iterable[str], off: Iterable[str]) -> Document:
        """A tag that does not exist is made when it is put on."""
        ids = [self.tag_id(name) for name in on]
        known = (self.audience.tag_named(name, self._quirks.folds_tag_case) for name in off)
        changed = tagged(member, ids, self.audience.moment)
        changed = untagged(changed, [tag["id"] for tag in known if tag])
        return self.people.save(changed, moves=bool(ids) and self._quirks.readding_tag_moves)

    def replace_tags(self, member: Document, names: Iterable[str]) -> Document:
        ids = [self.tag_id(name) for name in names]
        others = [int(id) for id in member["tags"] if int(id) not in ids]
        changed = tagged(untagged(member, others), ids, self.audience.moment)
        return self.people.save(changed)

    def tag_id(self, name: str) -> int:
        name = self._tag_name(name)
        tag = self.audience.tag_named(name, self._quirks.folds_tag_case)
        return int((tag or self.audience.put_tag(name))["id"])

    def _tag_name(self, name: str) -> str:
        name = name.strip() if self._quirks.trims else name
        if not name or 0 < self._quirks.tag_limit < len(name):
            words = f"Tag names are between 1 and {self._quirks.tag_limit} characters long."
            raise problems.invalid(("name", words))
        return name

    # --- Rules ----------------------------------------------------------------------------

    def _write(self, member: Document, wish: Wish, status: str, is_new: bool) -> Document:
        values, complaints = merge_values.checked(
            self._fields,
            wish.values,
            member["values"],
            self._quirks,
            is_new=is_new,
            skipping=self._skipping,
        )
        if complaints:
            language = self.audience.document["language"] if self._quirks.localised else "en"
            limit = self._quirks.text_limit
            raise problems.invalid_values(merge_values.in_language(complaints, language, limit))
        interests = self._with_interests(member, wish.interests)
        names = [self._tag_name(name) for name in wish.tags]
        # Last of what may be refused: it counts.
        changed = self._in_status(member, status or member["status"])
        changed |= {"values": values, "interests": interests, **wish.others}
        changed = tagged(changed, [self.tag_id(name) for name in names], self.audience.moment)
        moves = self._quirks.equal_values_move and bool(wish.values or wish.interests)
        return self.people.save(changed, moves)

    def _in_status(self, member: Document, status: str) -> Document:
        address = member["email_address"]
        if status == member["status"]:
            return dict(member)
        if status == "subscribed" and member["opted_out"]:
            raise problems.in_compliance_state(address)
        if status == "subscribed":
            self._count_signup(address)
        changed = {**member, "status": status, "status_before": ""}
        if status == "subscribed":
            now = self.audience.now().replace(microsecond=0).isoformat()
            changed |= {"timestamp_opt": now, "ip_opt": self._caller}
        if status == "cleaned":
            changed |= {"opted_out": True}
        reason = "N/A (Unsubscribed by an admin)" if status == "unsubscribed" else ""
        return changed | {"unsubscribe_reason": reason}

    def _renamed(self, member: Document, address: str | None) -> Document:
        """With another address; ``contact_id`` and tags stay, ``id`` becomes another."""
        if address is None or address.strip().lower() == member["email_address"].lower():
            return member
        address = self._address(address)
        if member["status"] != "subscribed":
            raise problems.invalid(
                (
                    "email address",
                    f'This member\'s status is "{member["status"]}." You can only update email '
                    'addresses for members with a status of "subscribed."',
                )
            )
        taken = self.people.find(address)
        if taken or self.people.is_forgotten(address):
            if self._quirks.taken_title == "Member Exists":
                raise problems.member_exists(address)
            status = _TAKEN.get(taken["status"], taken["status"]) if taken else "Deleted"
            raise problems.invalid(
                (
                    "email address",
                    f'"{address}" is already in this list with a status of "{status}".',
                )
            )
        return {**member, "email_address": address}

    def _with_interests(self, member: Document, flags: Mapping[str, bool]) -> list[str]:
        for id in flags:
            if id not in self._interests:
                raise problems.invalid_resource(f"Invalid interest ID: '{id}'.")
        on = {id for id in member["interests"] if flags.get(id, True)}
        return sorted(on | {id for id, flag in flags.items() if flag})

    def _address(self, address: str) -> str:
        address = address.strip()
        check_address(address, self._quirks.fakes)
        return address

    def _count_signup(self, address: str) -> None:
        """Mailchimp counts over all of its customers' lists, here over those of the stand-in."""
        if not self._quirks.signups_a_day:
            return
        name, _, domain = address.lower().partition("@")
        key = f"{name.partition('+')[0]}@{domain}"
        store, moment = self.audience.store, self.audience.moment
        kept = store.get("mailchimp/signups", key) or {"times": []}
        times = [time for time in kept["times"] if time > moment - _DAY]
        if len(times) >= self._quirks.signups_a_day:
            raise problems.invalid_resource(
                f"{address} has signed up to a lot of lists very recently; "
                "we're not allowing more signups for now"
            )
        store.put("mailchimp/signups", key, {"times": [*times, moment]})
