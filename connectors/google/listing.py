"""Pages of people.connections.list, taken together. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.google.person import Person, former_ids, id_of, is_deleted

Listed = Mapping[str, object]


class LostToken(Exception):
    """The sync token has ended, or Google does not know it."""


@dataclass(slots=True)
class Delta:
    """What changed under one token: people by id as they came last, and who is gone. ``gone`` is
    in order, like a dict."""

    token: str = ""
    people: dict[str, Person] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)

    def take(self, page: Listed) -> None:
        for person in people_of(page):
            id = id_of(person)
            if not id:
                continue
            for former in former_ids(person):
                self.people.pop(former, None)
                self.gone[former] = None
            if is_deleted(person):
                self.people.pop(id, None)
                self.gone[id] = None
            else:
                self.gone.pop(id, None)
                self.people[id] = person


def people_of(page: Listed) -> list[Person]:
    """What is no person counts as one that cannot be named."""
    found = page.get("connections")
    rows = found if isinstance(found, list) else [found] if found else []
    return [row if isinstance(row, dict) else {} for row in rows]


def count_of(page: Listed) -> int:
    """How many there are in all, by Google's own count."""
    told = page.get("totalItems")
    return told if isinstance(told, int) else 0
