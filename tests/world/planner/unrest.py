"""I2, more strictly than it can be seen from outside: right after a run, were everybody planned
once more, nothing would be done or remembered otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sync.ledger import Person
from sync.models import Run, SyncRecord
from tests.world.planner.ledger import KeptLedger

if TYPE_CHECKING:
    from tests.world.planner.world import PlannerWorld

_ROW = ("a_id", "b_id", "state", "cause", "base", "drift", "halted", "effects", "existed")


def unrest(world: PlannerWorld) -> Iterator[str]:
    """What would follow."""
    ledger = KeptLedger(Run(kind=Run.Kind.PREVIEW), world.clock.now(), world.tables)
    for person in world.sketched(everything=True):
        known = world.tables.records.get(person.row.pk) if person.row else None
        if known and _is_excused(world, known):
            continue
        row = ledger.decided(person)
        if not (known and _is_told_anew(known, row)):
            yield from _news(person, known, row)


def _is_excused(world: PlannerWorld, row: SyncRecord) -> bool:
    """Also what is held as it was the last address: it is not the last any more once others are
    written, and goes with the next change of the contact."""
    return _may_be_asked_again(world, row) or _is_undone(world, row) or "The last of " in row.reason


def _may_be_asked_again(world: PlannerWorld, row: SyncRecord) -> bool:
    """Whether somebody exists on the other side is asked until the two have met."""
    kinds = {condition.kind for rule in world.rules for condition in rule.conditions}
    return row.existed is None and "exists" in kinds


def _is_undone(world: PlannerWorld, row: SyncRecord) -> bool:
    """What an undo put back is agreed on, and nobody asks what follows until something changes."""
    steps = world.tables.steps
    return any(
        x.sync_record is not None and x.sync_record.pk == row.pk and x.verb == "undo" for x in steps
    )


def _is_told_anew(known: SyncRecord, row: SyncRecord) -> bool:
    """One that was refused is tried again when all is planned; of a duplicate another reason is
    told once the one whose address it has got a counterpart."""
    return known.state == SyncRecord.State.FAILED or (
        known.state == row.state == SyncRecord.State.DUPLICATE
    )


def _news(person: Person, known: SyncRecord | None, row: SyncRecord) -> Iterator[str]:
    for step in person.steps:
        yield f"{person.title}: {step.verb} {step.side} {dict(step.fields)} {step.why}"
    if known is None and row.state:
        yield f"{person.title} would be {row.state} {row.cause}"
    elif known is not None and (changed := _changed(known, row)):
        yield f"{person.title}: other {changed}"


def _changed(one: SyncRecord, two: SyncRecord) -> dict[str, Any]:
    return {
        name: (getattr(one, name), getattr(two, name))
        for name in _ROW
        if getattr(one, name) != getattr(two, name)
    }
