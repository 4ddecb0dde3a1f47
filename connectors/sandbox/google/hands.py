"""What people do in Google Contacts by hand, in the JSON of the People API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from connectors.sandbox.google import labelling
from connectors.sandbox.google.contacts import Contact, Contacts
from connectors.sandbox.google.groups import Group, Groups
from connectors.sandbox.google.writing import Record, written
from connectors.sandbox.store import Store

STARRED = "contactGroups/starred"


class Hands:
    """In one account. Ids are resource names (``people/c…``, ``contactGroups/…``); records hold
    the writable fields of a person. Nothing is validated, as people and other apps may leave
    anything there. Raises KeyError where there is no such contact or group."""

    def __init__(
        self,
        store: Store,
        contacts: Callable[[], Contacts],
        groups: Callable[[], Groups],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._contacts = contacts
        self._groups = groups
        self._now = now

    # --- Contacts ---------------------------------------------------------------------------

    def add(self, record: Mapping[str, Any]) -> str:
        """Without memberships it is in myContacts."""
        with self._store.transaction():
            return self._contacts().add(_plain(record)).resource

    def edit(self, id: str, changes: Mapping[str, Any]) -> None:
        """Replaces these fields; an empty or missing value takes one away."""
        with self._store.transaction():
            contact = self._living(id)
            record = {**contact.record, **_plain(changes)}
            kept = {field: items for field, items in record.items() if items}
            self._contacts().write(contact, kept)

    def delete(self, id: str) -> None:
        """Into the trash."""
        with self._store.transaction():
            self._contacts().delete(self._living(id))

    def restore(self, id: str) -> None:
        """Out of the trash."""
        with self._store.transaction():
            contact = self._contacts().trashed(id)
            if contact is None:
                raise KeyError(id)
            self._contacts().change(replace(contact, deleted=False))

    def get(self, id: str) -> Record | None:
        """As it is stored."""
        contact = self._contacts().get(id)
        return contact.record if contact else None

    def all(self) -> dict[str, Record]:
        return {contact.resource: contact.record for contact in self._contacts().all()}

    def by_address(self, email: str) -> dict[str, Record]:
        """Who has this address, in whatever case."""
        return {found.resource: found.record for found in self._contacts().by_address(email)}

    def merge(self, winner: str, loser: str) -> None:
        """As "Merge & fix": the winner gets what only the loser has, the loser goes. In syncs
        the winner is told to have had the loser's name."""
        with self._store.transaction():
            kept, gone = self._living(winner), self._living(loser)
            merged = (*kept.merged, gone.resource, *gone.former, *gone.merged)
            record = _merged(kept.record, gone.record)
            self._contacts().change(replace(kept, record=record, merged=merged))
            self._contacts().delete(gone)

    def link(self, id: str, profile: Mapping[str, Any]) -> str:
        """The contact turns out to have a Google profile, with these fields: from then on it has
        the profile's name, and says what the profile says to who asks for profiles."""
        with self._store.transaction():
            contact = self._living(id)
            number = "1" + str(int(sha256(contact.source.encode()).hexdigest(), 16))[:20]
            linked = replace(
                contact,
                resource=f"people/{number}",
                former=(*contact.former, contact.resource),
                profile={"id": number, "record": _plain(profile)},
            )
            return self._contacts().change(linked).resource

    def touch(self, ids: Iterable[str] | None = None, etag: bool = True) -> None:
        """Has contacts (None: all) reported as changed although nobody changed them, as the
        service does at times (mrmattwilkins/google-contacts-sync#10); with ``etag`` they get new
        ones, as well as a new updateTime."""
        with self._store.transaction():
            contacts = self._contacts()
            found = contacts.all() if ids is None else [self._living(id) for id in ids]
            for contact in found:
                contacts.change(contact, etag)

    # --- Labels -----------------------------------------------------------------------------

    def add_label(self, name: str) -> str:
        with self._store.transaction():
            return self._groups().add(name, []).resource

    def rename_label(self, id: str, name: str) -> None:
        with self._store.transaction():
            self._groups().change(replace(self._label(id), name=name))

    def delete_label(self, id: str, with_contacts: bool = False) -> None:
        with self._store.transaction():
            labelling.delete(self._contacts(), self._groups(), self._label(id), with_contacts)

    def labels(self) -> dict[str, str]:
        """Names of people's own, by id."""
        groups = self._groups().all()
        return {group.resource: group.name for group in groups if not group.is_system}

    def label(self, id: str, label: str) -> None:
        """Puts the contact into a group, also ``contactGroups/starred``."""
        with self._store.transaction():
            contact = self._living(id)
            groups = [*contact.groups, self._label(label).resource]
            labelling.put_in(self._contacts(), contact, groups)

    def unlabel(self, id: str, label: str) -> None:
        with self._store.transaction():
            contact = self._living(id)
            others = [group for group in contact.groups if group != label]
            labelling.put_in(self._contacts(), contact, others)

    def star(self, id: str) -> None:
        self.label(id, STARRED)

    def unstar(self, id: str) -> None:
        self.unlabel(id, STARRED)

    def _living(self, id: str) -> Contact:
        contact = self._contacts().get(id)
        if contact is None:
            raise KeyError(id)
        return contact

    def _label(self, id: str) -> Group:
        group = self._groups().get(id)
        if group is None:
            raise KeyError(id)
        return group


def _plain(record: Mapping[str, Any]) -> Record:
    """Without what belongs to the service and not to the record, so that it may be a person as
    the API told of it."""
    members = ("resourceName", "etag", "metadata", "photos")
    return {
        field: [written(field, item) for item in items]
        for field, items in record.items()
        if field not in members
    }


def _merged(winner: Record, loser: Record) -> Record:
    """Singletons are the winner's where it has them."""
    record = {**loser, **winner}
    for field, items in loser.items():
        if field not in ("names", "biographies", "birthdays", "genders"):
            own = winner.get(field, [])
            record[field] = [*own, *(item for item in items if item not in own)]
    return record
