"""The members of an audience as they are stored, and how they are found.

A member: ``contact_id`` (never changes), ``email_address`` as given, ``status``, ``values`` (by
``merge_id``, so that they survive another name of the field; blank ones are left out),
``interests`` (ids), ``tags`` (id -> when it was put on, in order), ``last_changed`` (seconds),
``opted_out`` (by own hand, or bounced: cannot be subscribed by others), ``status_before`` (it was
archived), and what else the API shows under the same name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from connectors.sandbox.mailchimp import hooks
from connectors.sandbox.mailchimp.audience import Audience
from connectors.sandbox.store import Document

STATUSES = ("subscribed", "unsubscribed", "cleaned", "pending", "transactional", "archived")


def hash_of(address: str) -> str:
    """The ``id`` of a member: MD5 of the address in lower case."""
    return hashlib.md5(address.lower().encode(), usedforsecurity=False).hexdigest()


class People:
    """``source``: who changes them, as webhooks are told: ``api``, or ``admin`` by hand."""

    def __init__(self, audience: Audience, source: str = "api") -> None:
        self.audience = audience
        self._source = source
        self._store = audience.store
        self._members = f"mailchimp/members/{audience.id}"
        self._forgotten = f"mailchimp/forgotten/{audience.id}"

    def all(self, since: float | None = None) -> list[Document]:
        """Those that changed at ``since`` or later."""
        return self._store.all(self._members, since)

    def get(self, contact_id: str) -> Document | None:
        return self._store.get(self._members, contact_id)

    def find(self, id: str) -> Document | None:
        """By hash, address or contact_id."""
        found = self._store.by_key(self._members, id.lower())
        return found[0] if found else self.get(id)

    def find_by_hash(self, hash: str) -> Document | None:
        found = self._store.by_key(self._members, hash)
        return found[0] if found and "@" not in hash else None

    def new(self, address: str, status: str, source: str) -> Document:
        """Not stored yet."""
        number = self._store.next("mailchimp/members")
        name = f"contact {self.audience.id} {number}"
        return {
            "contact_id": hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(),
            "web_id": 400_000_000 + number,
            "email_address": address,
            "status": status,
            "values": {},
            "interests": [],
            "tags": {},
            "last_changed": 0,
            "opted_out": False,
            "unsubscribe_reason": "",
            "status_before": "",
            "email_type": "html",
            "language": "",
            "vip": False,
            "ip_signup": "",
            "timestamp_signup": "",
            "ip_opt": "",
            "timestamp_opt": "",
            "source": source,
        }

    def save(self, member: Mapping[str, Any], moves: bool = False) -> Document:
        """Stored, and dated now if it differs from what is stored, or if it ``moves`` anyhow."""
        old = self.get(member["contact_id"])
        kept = dict(member)
        if moves or old is None or kept != old:
            kept["last_changed"] = self.audience.moment
        address = kept["email_address"].lower()
        self._store.put(
            self._members,
            kept["contact_id"],
            kept,
            number=kept["last_changed"],
            keys=[address, hash_of(address)],
        )
        self.audience.count(old["status"] if old else "", kept["status"])
        self._store.remove(self._forgotten, hash_of(address))
        hooks.tell(self.audience, self._source, old, kept)
        return kept

    def forget(self, member: Document) -> None:
        """Deleted for good: nothing is left of it but that its address may not be imported."""
        self._store.remove(self._members, member["contact_id"])
        hash = hash_of(member["email_address"])
        self._store.put(self._forgotten, hash, {"id": hash})
        self.audience.count(member["status"], "")
        hooks.tell(self.audience, self._source, member, None)

    def is_forgotten(self, address: str) -> bool:
        return self._store.get(self._forgotten, hash_of(address)) is not None


def tagged(member: Document, tags: Iterable[int], moment: int) -> Document:
    """With these on; what is on already keeps its date."""
    fresh = {str(tag): moment for tag in tags if str(tag) not in member["tags"]}
    return {**member, "tags": {**member["tags"], **fresh}}


def untagged(member: Document, tags: Iterable[int]) -> Document:
    off = {str(tag) for tag in tags}
    return {**member, "tags": {tag: when for tag, when in member["tags"].items() if tag not in off}}
