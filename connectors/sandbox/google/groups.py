"""The groups of an account, which the app calls labels; and those that the system has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from connectors.sandbox.google import etags
from connectors.sandbox.store import Store

#: Groups of the system by id, with their names in English.
SYSTEM: Mapping[str, str] = {
    "all": "All Contacts",
    "blocked": "Blocked",
    "chatBuddies": "Chat Contacts",
    "coworkers": "Coworkers",
    "family": "Family",
    "friends": "Friends",
    "myContacts": "My Contacts",
    "starred": "Starred",
}
#: Those that may get members; from the others they can only be taken.
OPEN = frozenset(("contactGroups/myContacts", "contactGroups/starred"))


@dataclass(frozen=True, slots=True)
class Group:
    """``resource``: ``contactGroups/…``. ``change`` counts the changes of groups, ``at`` is when
    the last was (in seconds); 0 for those of the system."""

    resource: str
    name: str
    client_data: list[dict[str, Any]]
    change: int = 0
    at: float = 0
    deleted: bool = False

    @property
    def id(self) -> str:
        return self.resource.partition("/")[2]

    @property
    def is_system(self) -> bool:
        return self.id in SYSTEM

    @property
    def is_open(self) -> bool:
        """May get members."""
        return not self.is_system or self.resource in OPEN

    @property
    def formatted_name(self) -> str:
        return SYSTEM.get(self.id, self.name)

    @property
    def etag(self) -> str:
        return "" if self.is_system else etags.of_source(self.resource, self.change)[1:]


class Groups:
    """Of one account."""

    def __init__(self, store: Store, account: str, now: datetime) -> None:
        self._store = store
        self._kind = f"google/{account}/group"
        self._account = account
        self._now = now.timestamp()

    def get(self, resource: str) -> Group | None:
        """None for the deleted ones as well."""
        id = resource.removeprefix("contactGroups/")
        if id == resource:
            return None
        if id in SYSTEM:
            return Group(resource, id, [])
        found = self._store.get(self._kind, resource)
        group = Group(**found) if found else None
        return group if group and not group.deleted else None

    def all(self) -> list[Group]:
        """Those of the system first."""
        system = [Group(f"contactGroups/{id}", id, []) for id in SYSTEM]
        return system + [group for group in self.changed(0) if not group.deleted]

    def changed(self, since: int) -> list[Group]:
        """Those of people that changed after the change ``since``; deleted ones too."""
        return [Group(**found) for found in self._store.all(self._kind, since=since + 1)]

    def named(self, name: str) -> Group | None:
        wanted = name.casefold()
        for group in self.all():
            if wanted in (group.name.casefold(), group.formatted_name.casefold()):
                return group
        return None

    def add(self, name: str, client_data: list[dict[str, Any]]) -> Group:
        number = self._store.next(f"{self._kind} ids")
        id = sha256(f"{self._account}:group:{number}".encode()).hexdigest()[:16]
        return self.change(Group(f"contactGroups/{id}", name, client_data))

    def change(self, group: Group) -> Group:
        new = replace(group, change=self._store.next(f"{self._kind} changes"), at=self._now)
        document = {
            "resource": new.resource,
            "name": new.name,
            "client_data": new.client_data,
            "change": new.change,
            "at": new.at,
            "deleted": new.deleted,
        }
        self._store.put(self._kind, new.resource, document, new.change)
        return new

    def delete(self, group: Group) -> None:
        self.change(replace(group, deleted=True))
