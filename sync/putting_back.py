"""Losing values of conflicts, put back because a person said so: on the side that lost them and, by
the mapping, on the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from connections.days import in_configured_zone
from connections.models import Connection
from rules.setup import Setup
from sync.by_hand import Refusals, Unanswerable
from sync.engine.losing import CannotPutBack, Changes, Loss, plan_put_back, with_lost
from sync.engine.person import View
from sync.ledger import Ledger, Person
from sync.models import Step, SyncRecord
from sync.views import memory_of, views_of

#: States of a pair whose conflicts can still be put back.
LIVING = (SyncRecord.State.IN_SYNC, SyncRecord.State.FAILED)


@dataclass(frozen=True, slots=True)
class Lost:
    """A value that gave way: of which step and field."""

    step: Step
    field: str


def put_back(
    connection: Connection, setup: Setup, asked: Iterable[tuple[int, str]], ledger: Ledger
) -> None:
    """Plan it. ``asked``: steps and fields. Raises ``Unanswerable`` where none can be put back."""
    refusals = Refusals(ledger)
    by_row: dict[int, list[Lost]] = {}
    for lost in _found(connection, asked, refusals):
        assert lost.step.sync_record_id is not None
        by_row.setdefault(lost.step.sync_record_id, []).append(lost)
    rows = {losses[0].step.sync_record_id: losses[0].step.sync_record for losses in by_row.values()}
    views = views_of({id for row in rows.values() if row for id in (row.a_id, row.b_id) if id})
    persons = []
    for pk, losses in by_row.items():
        row = rows[pk]
        assert row is not None
        mine = pair_of(row, views)
        changes: Changes = {"a": {}, "b": {}}
        for lost in losses:
            try:
                changes = with_lost(changes, loss_of(lost), mine, memory_of(row), setup)
            except CannotPutBack as error:
                refusals.add(Unanswerable(str(error)))
        if any(changes.values()):
            now = in_configured_zone(ledger.now)
            decision = plan_put_back(changes, mine, memory_of(row), setup, now)
            persons.append(Person(row, mine, memory_of(row), decision))
    refusals.tell(some_are_done=bool(persons))
    ledger.store(persons, "", None)


def loss_of(lost: Lost) -> Loss:
    step = lost.step
    return Loss(step.side, lost.field, step.fields[lost.field], step.agree.keys())


def pair_of(row: SyncRecord, views: Mapping[int, View]) -> dict[str, View]:
    return {"a": views[row.a_id or 0], "b": views[row.b_id or 0]}


def _found(
    connection: Connection, asked: Iterable[tuple[int, str]], refusals: Refusals
) -> Iterator[Lost]:
    """Those of which there is a losing value, and a pair to put it back to."""
    wanted = list(asked)
    steps = Step.objects.select_related("sync_record").filter(connection=connection)
    found = steps.in_bulk([pk for pk, _ in wanted])
    for pk, name in wanted:
        if why := _reason_against(connection, pk, found.get(pk), name):
            refusals.add(Unanswerable(why))
        else:
            yield Lost(found[pk], name)


def _reason_against(connection: Connection, pk: int, step: Step | None, name: str) -> str:
    if step is None:
        return f"{connection.name} has no step {pk}."
    lost = [key for key, change in step.fields.items() if change.get("lost")]
    if name not in lost:
        return f"Step {pk} has no losing value of {name}. It has: {', '.join(lost) or 'none'}."
    row = step.sync_record
    if row is None or row.a_id is None or row.b_id is None or row.state not in LIVING:
        return "The two contacts of that step are not kept in sync any more."
    return ""
