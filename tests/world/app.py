"""A memory app that writes down who wrote what: the journal is all that the judge looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.contact import Contact, Segment, Value
from connectors.memory.app import MemoryApp, Quirks
from tests.world.words import person_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of one contact. ``run``: the number of the run under way, 0 outside of runs.
    ``event``: the number of the user's event, 0 for what the engine wrote."""

    side: str
    id: str
    person: int
    at: datetime
    before: Contact | None
    after: Contact | None
    run: int
    event: int

    @property
    def by_user(self) -> bool:
        return self.event > 0


class Journal:
    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.run = 0
        #: Of the user's event that is taking place just now.
        self.event = 0


class WatchedApp(MemoryApp):
    """``interrupt`` is also called with the moment "within", between two writes of one call."""

    def __init__(
        self, side: str, now: Callable[[], datetime], quirks: Quirks, journal: Journal
    ) -> None:
        super().__init__(now, quirks)
        self.side, self.journal = side, journal
        self._written_at = -1

    def create(self, contact: Contact, marker: str) -> tuple[str, bool]:
        self._between_writes()
        return super().create(contact, marker)

    def update(
        self,
        id: str,
        version: str,
        changes: Mapping[str, Value],
        add: frozenset[Segment],
        remove: frozenset[Segment],
    ) -> None:
        self._between_writes()
        super().update(id, version, changes, add, remove)

    def _between_writes(self) -> None:
        if self._written_at == self.requests:
            self.interrupt("within", "write")
        self._written_at = self.requests

    def _keep(self, id: str, contact: Contact | None) -> None:
        versions = self.people.get(id)
        before = versions[-1].contact if versions else None
        super()._keep(id, contact)
        after = self.people[id][-1].contact
        somebody = before or after
        assert somebody is not None
        self.journal.entries.append(
            Entry(
                self.side, id, person_of(somebody), self.now(), before, after,
                self.journal.run, self.journal.event,
            )
        )  # fmt: skip
