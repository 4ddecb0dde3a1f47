"""Putting back the value that gave way in a conflict, on the side that lost it; by the mapping it
then flows to the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.contact import Entry, Value, value_from_json
from connectors.fields import field_named, kept_as, normal, normals
from rules.setup import Line, Setup
from sync.engine.carry import put, real_names, show
from sync.engine.person import Change, Decision, Memory, StepPlan, View
from sync.engine.plan import plan_pair


class CannotPutBack(Exception):
    """The message says why."""


def plan_put_back(
    side: str,
    name: str,
    change: Mapping[str, Any],
    lines: Collection[str],
    views: Mapping[str, View],
    memory: Memory,
    setup: Setup,
    now: datetime,
) -> Decision:
    """``change``: of the field ``name``, as the step on ``side`` has it; ``lines``: those that the
    step wrote. Raises ``CannotPutBack`` where the value was changed since."""
    mine = views[side]
    if mine.contact is None or any(view.gone or view.fault for view in views.values()):
        raise CannotPutBack("One of the two contacts is gone, or cannot be read.")
    lost = value_from_json(change["lost"])
    line = _line_of(side, name, lost, lines, setup)
    base = memory.base.get(line.key)
    before, after = value_from_json(change["before"]), value_from_json(change["after"])
    current = mine.contact.get(name)
    value: Value
    if isinstance(lost, tuple):
        shown = show(line, side, mine.contact, base, setup)
        value = _exchanged(name, shown, before, after, lost)
    elif kept_as(field_named(name), after, current, setup.region):
        value = lost
    else:
        raise CannotPutBack(f"{name} was changed since; the losing value stays in the audit log.")
    changes = put(line, side, mine.contact, value, base, setup)
    return _planned(side, changes, views, memory, setup, now)


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


def _planned(
    side: str,
    changes: Mapping[str, Value],
    views: Mapping[str, View],
    memory: Memory,
    setup: Setup,
    now: datetime,
) -> Decision:
    """The pair as it follows once ``changes`` are made by a person on ``side``."""
    mine = views[side]
    assert mine.contact is not None
    stamps = {
        name: mine.stamp(name)._replace(number=mine.stamp(name).number + 1, raw=True)
        for name in changes
    }
    own = StepPlan(
        "update",
        side,
        fields={name: Change(mine.contact.get(name), value) for name, value in changes.items()},
        stamps=stamps,
        cause="person",
        why="Put back by hand.",
        calls=True,
    )
    paper = replace(
        mine,
        contact=mine.contact.with_fields(changes),
        stamps={**mine.stamps, **{name: list(stamp) for name, stamp in stamps.items()}},
    )
    sides = {**views, side: paper}
    decision = plan_pair(sides["a"], sides["b"], memory, setup, now)
    return replace(decision, steps=(own, *decision.steps)) if changes else decision
