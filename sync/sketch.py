"""A plan that is only looked at: in the place of a ``Ledger`` it takes what is decided, and keeps
nothing. No row is written and no request is made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from connections.models import Connection
from rules.setup import Setup
from sync.ledger import Person
from sync.planning import plan
from sync.register import Register
from sync.work import Work


@dataclass(frozen=True, slots=True)
class Sketch:
    """``take`` gets each person when decided, so that a large plan need not be held."""

    take: Callable[[Person], None]
    is_stored: ClassVar[bool] = False

    def store(self, persons: Sequence[Person], side: str, upto: int | None) -> None:
        for person in persons:
            self.take(person)

    def look_again(self, rows: Collection[int], at: datetime) -> None:
        """They wait for the answer to a write: nothing new is planned for them."""


def sketched(connection: Connection, setup: Setup, work: Work, now: datetime) -> list[Person]:
    """The people of a small piece of work, decided upon."""
    persons: list[Person] = []
    plan(Register(connection), setup, work, Sketch(persons.append), now)
    return persons
