"""From the mirror to planned steps, a chunk of people at a time.

This is the I/O around ``sync.engine``: it loads what one chunk needs with a constant number of
queries, asks the engine, and hands decisions to a ``Ledger`` that stores them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from connections.models import Connection, Key, Record
from rules.setup import Setup, other
from sync.engine.match import Match, match
from sync.engine.person import Decision, Memory, StepPlan, View
from sync.engine.plan import Taken, plan_new, plan_pair
from sync.ledger import Ledger, Person
from sync.models import Step, SyncRecord
from sync.neighbours import Neighbourhood
from sync.steps import OPEN, WRITING
from sync.views import COLUMNS, memory_of, view_of
from sync.work import Chunk, Work, chunks, waiting

#: After this time somebody whose last write is in doubt is planned again.
LOOK_AGAIN = timedelta(seconds=30)


def plan(connection: Connection, setup: Setup, work: Work, ledger: Ledger, now: datetime) -> None:
    """Plan everything there is to plan; each chunk is stored in its own transaction."""
    met: set[int] = set()
    stirred = False
    for chunk in chunks(connection, work, now):
        stirred |= _plan_chunk(connection, setup, chunk, work.everything, met, ledger, now)
    if stirred and work.only is None:
        for chunk in waiting(connection):
            _plan_chunk(connection, setup, chunk, True, met, ledger, now)


def _plan_chunk(
    connection: Connection,
    setup: Setup,
    chunk: Chunk,
    everything: bool,
    met: set[int],
    ledger: Ledger,
    now: datetime,
) -> bool:
    """Was there anybody to plan?"""
    meeting = _Meeting(connection, setup, chunk, met)
    persons = meeting.persons(everything, now)
    ledger.store(persons, chunk.side, chunk.upto)
    ledger.look_again(meeting.open_rows, now + LOOK_AGAIN)
    return bool(persons)


class _Meeting:
    """The people of one chunk, brought together with what is remembered of them."""

    def __init__(self, connection: Connection, setup: Setup, chunk: Chunk, met: set[int]) -> None:
        self.connection, self.setup, self.side, self.met = connection, setup, chunk.side, met
        self.there = other(chunk.side)
        self.ids = [id for id in chunk.ids if id not in met]
        #: Sync records of whom it is not known yet whether a write was carried out: nothing new
        #: is planned for them.
        self.open_rows: set[int] = set()

    def persons(self, everything: bool, now: datetime) -> list[Person]:
        known = self._known()
        self._leave_open_ones(known)
        ids = self._unsettled(known, everything, now)
        views = self._views(ids)
        opposite = self._views([self._opposite(known[id]) for id in ids if _is_pair(known.get(id))])
        strangers = [
            view
            for id, view in views.items()
            if view.alive and not view.fault and not _is_pair(known.get(id))
        ]
        near = Neighbourhood(self.connection, self.side, strangers)
        persons = []
        for id, view in views.items():
            if id in self.met:
                continue  # paired with somebody earlier in this chunk
            row = known.get(id)
            if row is not None and _is_pair(row):
                sides = {self.side: view, self.there: opposite[self._opposite(row)]}
                person = Person(row, sides)
            else:
                person = self._meet(view, row, near)
            persons.append(person)
            if person.is_pair or person.makes_counterpart:
                self.met.update(item.id for item in person.views.values())
        self._decide_pairs(persons)
        for person in persons:
            if person.is_bereaved:  # who is left may be paired with somebody new
                self.met.difference_update(view.id for view in person.views.values())
        return persons

    def _known(self) -> dict[int, SyncRecord]:
        rows = SyncRecord.objects.filter(
            connection=self.connection, **{f"{self.side}__in": self.ids}
        )
        return {getattr(row, f"{self.side}_id"): row for row in rows}

    def _opposite(self, row: SyncRecord) -> int:
        opposite: int = getattr(row, f"{self.there}_id")
        return opposite

    def _leave_open_ones(self, known: dict[int, SyncRecord]) -> None:
        steps = Step.objects.filter(
            sync_record__in=known.values(), result__in=OPEN, verb__in=WRITING
        )
        self.open_rows.update(
            id for id in steps.values_list("sync_record_id", flat=True) if id is not None
        )
        self.ids = [id for id in self.ids if id not in known or known[id].pk not in self.open_rows]

    def _unsettled(
        self, known: dict[int, SyncRecord], everything: bool, now: datetime
    ) -> list[int]:
        """Those with something to do: not planned as they are, or due by themselves."""
        rows = Record.objects.filter(pk__in=self.ids).order_by("number")
        open_ids = []
        for id, digest, gone_at in rows.values_list("pk", "digest", "gone_at"):
            row = known.get(id)
            if row is None:
                is_open = gone_at is None
            elif everything or (row.due_at and row.due_at <= now):
                is_open = True
            else:
                is_open = getattr(row, f"{self.side}_digest") != digest
            if is_open:
                open_ids.append(id)
        return open_ids

    def _views(self, ids: Sequence[int]) -> dict[int, View]:
        rows = {row.pk: row for row in Record.objects.filter(pk__in=ids).only(*COLUMNS)}
        return {id: view_of(rows[id]) for id in ids if id in rows}

    def _meet(self, view: View, row: SyncRecord | None, near: Neighbourhood) -> Person:
        """Somebody without a counterpart: who is it?"""
        person = Person(row, {self.side: view})
        if view.gone or view.fault:
            person.decision = self._alone(view, row)
            return person
        result = match(view, near.of(view, self.met), self.setup.avoid_duplicates)
        if result.found is None:
            person.decision = self._unmatched(view, row, result)
            return person
        theirs = near.rows.get(result.found.id)
        person.row = near.survivors.get(result.found.id) or row or theirs
        person.spare = [x for x in (row, theirs) if x is not None and x is not person.row]
        person.views[self.there] = result.found
        person.joined = True
        return person

    def _unmatched(self, view: View, row: SyncRecord | None, result: Match) -> Decision:
        if not result.state:
            return self._alone(view, row)
        verb = {"excluded": "exclude", "duplicate": "duplicate"}.get(result.state, "hold")
        is_news = row is None or (row.state, row.cause) != (result.state, result.cause)
        step = StepPlan(verb, self.side, why=result.reason, cause=self.side)
        return Decision(result.state, result.cause, result.reason, (step,) if is_news else ())

    def _alone(self, view: View, row: SyncRecord | None) -> Decision:
        return plan_new(self.side, view, memory_of(row) if row else Memory(), self.setup)

    def _decide_pairs(self, persons: Sequence[Person]) -> None:
        pairs = [person for person in persons if person.is_pair]
        taken = self._addresses_in_use(pairs)
        for person in pairs:
            memory = memory_of(person.row) if person.row and not person.joined else Memory()
            person.decision = plan_pair(
                person.views["a"], person.views["b"], memory, self.setup, taken
            )

    def _addresses_in_use(self, pairs: Sequence[Person]) -> Taken:
        """By side, the addresses that other contacts of that side hold, of those that a pair has
        on one side only and may therefore be about to get."""
        moving: dict[str, dict[str, int]] = {"a": {}, "b": {}}
        for person in pairs:
            a, b = person.views["a"], person.views["b"]
            moving["a"].update(dict.fromkeys(set(b.emails) - set(a.emails), a.id))
            moving["b"].update(dict.fromkeys(set(a.emails) - set(b.emails), b.id))
        taken: dict[str, frozenset[str]] = {}
        for side, addresses in moving.items():
            rows = Key.objects.filter(
                container=self.connection.container(side),
                kind=Key.Kind.EMAIL,
                value__in=addresses,
            ).values_list("value", "record_id")
            taken[side] = frozenset(value for value, id in rows if addresses[value] != id)
        return taken


def _is_pair(row: SyncRecord | None) -> bool:
    return row is not None and row.a_id is not None and row.b_id is not None
