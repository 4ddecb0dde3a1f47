"""The contacts of an account, each with the versions that late readers may still be shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from hashlib import sha256
from heapq import merge
from typing import Any

from connectors.sandbox.google import etags
from connectors.sandbox.google.quirks import Quirks
from connectors.sandbox.google.writing import Record
from connectors.sandbox.store import Document, Store

#: Seconds for which versions stay that a later one replaced, at least; and so for how long the
#: pages of a listing can be turned.
KEPT = 24 * 3600.0
MY_CONTACTS = "contactGroups/myContacts"


@dataclass(frozen=True, slots=True)
class Contact:
    """A version of one. ``source`` is its id as contact (in hex) and never changes; ``resource``
    (``people/c…``) may, and then ``former`` has those it had; ``merged`` has those of the contacts
    that went into it. ``change`` counts all changes of the account, ``at`` is when (in seconds). A
    deleted one keeps its record, as it lies in the trash. ``profile``: what a linked Google
    profile says."""

    source: str
    resource: str
    record: Record
    change: int
    at: float
    etag: str
    deleted: bool = False
    former: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    profile: Record | None = None

    @property
    def groups(self) -> list[str]:
        return groups_of(self.record)


_FIELDS = tuple(field.name for field in fields(Contact))


def groups_of(record: Mapping[str, Any]) -> list[str]:
    """Resource names of the groups that a contact is in."""
    return [
        item["contactGroupMembership"]["contactGroupResourceName"]
        for item in record.get("memberships", ())
    ]


def memberships(groups: Iterable[str]) -> list[Record]:
    return [
        {"contactGroupMembership": {"contactGroupResourceName": group}}
        for group in dict.fromkeys(groups)
    ]


class Contacts:
    """Of one account. What is found is the newest version, unless a method says otherwise."""

    def __init__(self, store: Store, account: str, now: datetime, quirks: Quirks) -> None:
        self._store = store
        self._kind = f"google/{account}/contact"
        self._sequence = f"google/{account}/change"
        self._account = account
        self._now = now.timestamp()
        self._quirks = quirks

    # --- Reading ----------------------------------------------------------------------------

    def get(self, resource: str) -> Contact | None:
        """Under its name of now or one it had; None for the deleted ones as well."""
        versions = self._versions(resource)
        return versions[-1] if versions and not versions[-1].deleted else None

    def shown(self, resource: str) -> Contact | None:
        """As get and batchGet show it, which may be an older version."""
        versions = self._versions(resource)
        if not versions or versions[-1].deleted:
            return None
        seen = [version for version in versions if version.at <= self._now - self._quirks.get_lag]
        return (seen or versions)[-1]

    def trashed(self, resource: str) -> Contact | None:
        versions = self._versions(resource)
        return versions[-1] if versions and versions[-1].deleted else None

    def all(self) -> list[Contact]:
        newest = (_contacts(document)[-1] for document in self._store.all(self._kind))
        return [contact for contact in newest if not contact.deleted]

    def stretch(self, start: int, length: int) -> list[Contact]:
        """Some of all, in the order in which they were made; ``start`` 0 is the first."""
        documents = self._store.stretch(self._kind, start, length, without="trash")
        return [_contacts(document)[-1] for document in documents]

    def by_address(self, email: str) -> list[Contact]:
        return self._by_key(f"email {email.casefold()}")

    def members(self, group: str) -> list[Contact]:
        return self._by_key(f"in {group}")

    def size(self, group: str) -> int:
        return self._store.count(self._kind, f"in {group}")

    def count(self) -> int:
        return self._store.count(self._kind, "living")

    @property
    def is_full(self) -> bool:
        """With those in the trash, which count until they are purged."""
        most = self._quirks.most_contacts
        if not most or self._store.count(self._kind) < most:
            return False
        since = self._now - self._quirks.trash_days * 24 * 3600
        trashed = [
            document
            for document in self._store.by_key(self._kind, "trash")
            if document["versions"][-1]["at"] > since
        ]
        return self.count() + len(trashed) >= most

    def last_change(self, since: int) -> int:
        """The newest that listings show by now, ``since`` where none came after it."""
        horizon = self._now - self._quirks.lag
        documents = self._store.all(self._kind, since=since + 1)
        versions = (version for document in documents for version in document["versions"])
        seen = (version["change"] for version in versions if version["at"] <= horizon)
        return max(seen, default=since)

    def changed(self, since: int, until: int) -> Iterator[Contact]:
        """Every contact as of the change ``until`` that changed after ``since``, oldest change
        first, deleted ones too. Only those that are asked for are read, beside those that changed
        once more later."""
        stayed = self._store.by_number(self._kind, since, until)
        later = self._store.all(self._kind, since=until + 1)
        past = (_as_of(_contacts(document), until) for document in later)
        return merge(
            (_contacts(document)[-1] for document in stayed),
            sorted((x for x in past if x and x.change > since), key=_change),
            key=_change,
        )

    # --- Writing ----------------------------------------------------------------------------

    def add(self, record: Record) -> Contact:
        seed = f"{self._account}:{self._store.next(f'{self._kind} ids')}"
        number = int(sha256(seed.encode()).hexdigest()[:15], 16)
        contact = Contact(
            source=f"{number:x}",
            # The name has the same number in decimal (googleapis/google-api-dotnet-client#1737).
            resource=f"people/c{number}",
            record=record,
            change=0,
            at=0,
            etag="",
        )
        return self._put(contact, [])

    def write(self, contact: Contact, record: Record) -> Contact:
        return self.change(replace(contact, record=record))

    def delete(self, contact: Contact) -> Contact:
        return self.change(replace(contact, deleted=True))

    def change(self, contact: Contact, etag: bool = True) -> Contact:
        """A new version; without ``etag`` under its old one."""
        document = self._store.get(self._kind, contact.source)
        return self._put(contact, _contacts(document) if document else [], etag)

    def _put(self, contact: Contact, past: list[Contact], etag: bool = True) -> Contact:
        change = self._store.next(self._sequence)
        # A contact is always in a group; one without is in myContacts.
        groups = groups_of(contact.record) or [MY_CONTACTS]
        new = replace(
            contact,
            record={**contact.record, "memberships": memberships(groups)},
            change=change,
            at=self._now,
            etag=etags.of_source(contact.source, change) if etag else contact.etag,
        )
        versions = [*self._still_shown(past), new]
        document = {"versions": [_document(version) for version in versions]}
        self._store.put(self._kind, new.source, document, change, _keys(new))
        return new

    def _still_shown(self, past: list[Contact]) -> list[Contact]:
        kept = max(KEPT, 2 * self._quirks.lag, 2 * self._quirks.get_lag)
        late = [version for version in past if version.at > self._now - kept]
        return past[-len(late) - 1 :]

    def _versions(self, resource: str) -> list[Contact]:
        found = self._store.by_key(self._kind, f"name {resource}")
        return _contacts(found[0]) if found else []

    def _by_key(self, key: str) -> list[Contact]:
        return [_contacts(document)[-1] for document in self._store.by_key(self._kind, key)]


def _change(contact: Contact) -> int:
    return contact.change


def _as_of(versions: list[Contact], change: int) -> Contact | None:
    """None: it was not there yet."""
    past = [version for version in versions if version.change <= change]
    return past[-1] if past else None


def _keys(contact: Contact) -> list[str]:
    names = [f"name {name}" for name in (contact.resource, *contact.former)]
    if contact.deleted:
        return [*names, "trash"]
    values = (item.get("value", "") for item in contact.record.get("emailAddresses", ()))
    emails = [f"email {value.casefold()}" for value in values]
    return [*names, *emails, *(f"in {group}" for group in contact.groups), "living"]


def _document(contact: Contact) -> Document:
    return {field: getattr(contact, field) for field in _FIELDS}


def _contacts(document: Document) -> list[Contact]:
    """Its versions, the newest last."""
    return [
        Contact(
            **{
                **version,
                "former": tuple(version["former"]),
                "merged": tuple(version["merged"]),
            }
        )
        for version in document["versions"]
    ]
