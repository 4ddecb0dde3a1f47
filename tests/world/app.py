"""A memory app that writes down who wrote what: the journal is all that the judge looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.contact import Contact, Segment, Value
from connectors.errors import Refused
from connectors.memory.app import MemoryApp, Quirks, Version
from tests.world.words import person_of, word_of

#: Of the words of a field about which an app is picky it refuses those whose number this divides.
PICKY = 5


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

    @property
    def is_alive(self) -> bool:
        return self.after is not None and not self.after.deleted

    @property
    def was_alive(self) -> bool:
        return self.before is not None and not self.before.deleted


class Journal:
    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.run = 0
        #: Of the user's event that is taking place just now.
        self.event = 0


class WatchedApp(MemoryApp):
    """``interrupt`` is also called with the moment "within", between two writes of one call.
    ``picky``: a field of which it does not take everything. ``turned``: whoever reads is told of
    everybody in the other order."""

    def __init__(
        self,
        side: str,
        now: Callable[[], datetime],
        quirks: Quirks,
        journal: Journal,
        picky: str = "",
        turned: bool = False,
    ) -> None:
        super().__init__(now, quirks)
        self.side, self.journal, self.picky, self.turned = side, journal, picky, turned
        self._written_at = -1

    def visible(self, since: int) -> tuple[dict[str, Version], int]:
        shown, upto = super().visible(since)
        return (dict(reversed(shown.items())) if self.turned else shown), upto

    def create(self, contact: Contact, marker: str) -> tuple[str, bool]:
        self._between_writes()
        self._pick(contact)
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
        self._pick(Contact(changes))
        super().update(id, version, changes, add, remove)

    def refuses(self, contact: Contact) -> bool:
        word = word_of(contact, self.picky) if self.picky else None
        return word is not None and word.number % PICKY == 0

    def _pick(self, contact: Contact) -> None:
        if self.refuses(contact):
            raise Refused(f"The app does not like {contact.get(self.picky)}.")

    def _between_writes(self) -> None:
        if self._written_at == self.requests:
            self.interrupt("within", "write")
        self._written_at = self.requests

    def _keep(self, id: str, contact: Contact | None) -> None:
        versions = self.people.get(id)
        before = versions[-1].contact if versions else None
        super()._keep(id, contact)
        after = self.people[id][-1].contact
        # Of somebody who comes back it is known who it was.
        known = (version.contact for version in reversed(versions or []))
        somebody = after or next((contact for contact in known if contact), None)
        assert somebody is not None
        self.journal.entries.append(
            Entry(
                self.side, id, person_of(somebody), self.now(), before, after,
                self.journal.run, self.journal.event,
            )
        )  # fmt: skip
