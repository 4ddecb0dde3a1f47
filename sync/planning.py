"""From the mirror to planned steps, a chunk of people at a time.

This is the I/O around ``sync.engine``: a ``Meeting`` loads what one chunk needs with a constant
number of queries and asks the engine; a ``Ledger`` stores what was decided, a ``Sketch`` shows it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from connections.observe import Tell, tell_nobody
from rules.setup import Setup
from sync.ledger import Person
from sync.meeting import Meeting
from sync.register import Register
from sync.so_far import SoFar
from sync.work import Chunk, Work

#: After this time somebody whose last write is in doubt is planned again.
LOOK_AGAIN = timedelta(seconds=30)


class Plans(Protocol):
    """Who takes the decisions: a ``Ledger`` stores them, a ``Sketch`` looks at them only.
    ``is_stored``: do the tables tell the next chunk of them?"""

    @property
    def is_stored(self) -> bool: ...

    def store(self, persons: Sequence[Person], side: str, upto: int | None) -> None: ...

    def look_again(self, rows: Collection[int], at: datetime) -> None: ...


def plan(
    register: Register,
    setup: Setup,
    work: Work,
    ledger: Plans,
    now: datetime,
    tell: Tell = tell_nobody,
) -> None:
    """Plan everything there is to plan of the connection that the register is of; each chunk is
    stored in its own transaction. ``tell``: how many contacts were looked at more."""
    so_far = SoFar()
    stirred = False
    for chunk in register.chunks(work, now):
        stirred |= _plan_chunk(register, setup, chunk, work, so_far, ledger, now)
        tell(len(chunk.ids))
    if stirred and work.only is None:
        anew = replace(work, everything=True)
        for chunk in register.waiting(so_far):
            _plan_chunk(register, setup, chunk, anew, so_far, ledger, now)


def _plan_chunk(
    register: Register,
    setup: Setup,
    chunk: Chunk,
    work: Work,
    so_far: SoFar,
    ledger: Plans,
    now: datetime,
) -> bool:
    """Was there anybody to plan, or somebody changed of whom nothing is planned?"""
    meeting = Meeting(register, setup, chunk.side, work, so_far, now)
    persons = meeting.persons(chunk.ids)
    waiters = so_far.who_wait(persons)
    ledger.store(persons, chunk.side, chunk.upto)
    if not ledger.is_stored:
        so_far.keep(persons, waiters)
    ledger.look_again(meeting.open_rows, now + LOOK_AGAIN)
    return bool(persons) or meeting.leaves_some_alone
