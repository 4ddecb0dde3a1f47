"""Putting back the value that gave way in a conflict, on the side that lost it; by the mapping it
then flows to the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connectors.contact import Contact, Entry, Value, value_from_json
from connectors.fields import field_named, kept_as, normal, normals
from rules.setup import Line, Setup
from sync.engine.carry import put, real_names, show
from sync.engine.person import Change, Decision, Memory, StepPlan, View
from sync.engine.plan import plan_pair

#: By side the fields that a person changes, with their values.
Changes = Mapping[str, Mapping[str, Value]]


class CannotPutBack(Exception):
    """The message says why."""


@dataclass(frozen=True, slots=True)
class Loss:
    """``change``: of the field ``name``, as the step on ``side`` has it; ``lines``: those that the
    step wrote."""

    side: str
    name: str
    change: Mapping[str, Any]
    lines: Collection[str]


def with_lost(
    changes: Changes, loss: Loss, views: Mapping[str, View], memory: Memory, setup: Setup
) -> Changes:
    """``changes`` and what puts this value back too. Raises ``CannotPutBack`` where the value was
    changed since."""
    side, name = loss.side, loss.name
    contact = views[side].contact
    if contact is None or any(view.gone or view.fault for view in views.values()):
        raise CannotPutBack("One of the two contacts is gone, or cannot be read.")
    mine = contact.with_fields(changes[side])
    lost = value_from_json(loss.change["lost"])
    line = _line_of(side, name, lost, loss.lines, setup)
    base = memory.base.get(line.key)
    before, after = (value_from_json(loss.change[when]) for when in ("before", "after"))
    value: Value
    if isinstance(lost, tuple):
        value = _exchanged(name, show(line, side, mine, base, setup), before, after, lost)
    elif kept_as(field_named(name), after, mine.get(name), setup.region):
        value = lost
    else:
        raise CannotPutBack(f"{name} was changed since; the losing value stays in the audit log.")
    return {**changes, side: {**changes[side], **put(line, side, mine, value, base, setup)}}


def plan_put_back(
    changes: Changes, views: Mapping[str, View], memory: Memory, setup: Setup, now: datetime
) -> Decision:
    """The pair as it follows once ``changes`` are made by a person."""
    own, sides = [], dict(views)
    for side, values in changes.items():
        if values:
            step = _by_hand(views[side], side, values)
            sides[side] = _as_if_done(views[side], values, step)
            own.append(step)
    decision = plan_pair(sides["a"], sides["b"], memory, setup, now)
    return replace(decision, steps=(*own, *decision.steps))


def _line_of(side: str, name: str, lost: Value, lines: Collection[str], setup: Setup) -> Line:
    """The line that the value was lost by."""
    for line in setup.lines:
        takes = name in real_names(line.field(side)) and line.key in lines
        if takes and isinstance(lost, tuple) == (line.a.holds_list and line.b.holds_list):
            return line
    raise CannotPutBack(f"No mapping line writes {name} of {side.upper()} any more.")


def _exchanged(
    name: str, shown: Value, before: Value, after: Value, lost: Sequence[Entry]
) -> tuple[Entry, ...]:
    """The list with each lost element in the place of the one that replaced it."""
    field = field_named(name)
    result = [entry for entry in shown if isinstance(entry, Entry)]
    known = normals(field, before)
    fresh = [
        entry
        for entry in after
        if isinstance(entry, Entry) and normal(field.type, entry.value) not in known
    ]
    for entry in lost:
        stood = next((x for x in fresh if (x.label, x.primary) == (entry.label, entry.primary)), "")
        form = normal(field.type, stood.value) if isinstance(stood, Entry) else ""
        places = [i for i, x in enumerate(result) if normal(field.type, x.value) == form]
        if not isinstance(stood, Entry) or not places:
            raise CannotPutBack(f"{name} was changed since; the losing value stays in the log.")
        fresh.remove(stood)
        result[places[0]] = replace(entry, label=result[places[0]].label)
    return tuple(result)


def _by_hand(view: View, side: str, values: Mapping[str, Value]) -> StepPlan:
    contact = view.contact or Contact()
    return StepPlan(
        "update",
        side,
        fields={name: Change(contact.get(name), value) for name, value in values.items()},
        stamps={
            name: view.stamp(name)._replace(number=view.stamp(name).number + 1, raw=True)
            for name in values
        },
        cause="person",
        why="Put back by hand.",
        calls=True,
    )


def _as_if_done(view: View, values: Mapping[str, Value], step: StepPlan) -> View:
    return replace(
        view,
        contact=(view.contact or Contact()).with_fields(values),
        stamps={**view.stamps, **{name: list(stamp) for name, stamp in step.stamps.items()}},
    )
