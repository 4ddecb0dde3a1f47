"""The plan of one person: a pure function of what both sides show, what is remembered, and the
Setup. Who belongs together is decided before (``match``); here it is decided what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from connections.stamps import Stamp
from connectors.contact import Contact, Entry, Value, entry_from_json
from connectors.fields import Field, FieldType, normal, normals
from rules.setup import Line, Setup, other
from sync.engine.copy_list import copy_list
from sync.engine.line import BaseOp, Outcome, Shown, Writing
from sync.engine.merge_list import merge_list
from sync.engine.merge_single import merge_single
from sync.engine.person import Change, Decision, Memory, StepPlan, View

#: By side the e-mail addresses that other contacts of that side hold.
Taken = Mapping[str, frozenset[str]]
NOBODY: Taken = {"a": frozenset(), "b": frozenset()}
_IN_USE = "An e-mail address is held back: another contact of that side has it (duplicate)."


def plan_pair(a: View, b: View, memory: Memory, setup: Setup, taken: Taken = NOBODY) -> Decision:
    """Both contacts are known: keep them equal. ``memory`` is empty at the first meeting."""
    sides = {"a": a, "b": b}
    for side, view in sides.items():
        if view.fault:
            return _unreadable(view, side, memory)
    gone = [side for side, view in sides.items() if view.gone]
    if gone:
        return _deleted(gone, memory)
    return _merged(sides, memory, setup, taken)


def plan_new(side: str, view: View, memory: Memory, setup: Setup) -> Decision:
    """Known on one side only, and it matches nobody: make the counterpart."""
    if view.fault and not view.gone:
        return _unreadable(view, side, memory)
    if view.gone or view.contact is None:
        return Decision(state="")  # gone before it met anybody: nothing to remember
    target = other(side)
    if not setup.may_write(target):
        return Decision(
            state="excluded",
            cause="direction",
            reason=f"The direction lets nothing be made in {target.upper()}.",
        )
    sides = {side: view, target: View(0, "", Contact(), "")}
    draft = _Draft(sides, Memory(), setup, NOBODY)
    step = draft.step(target, "create")
    if step is None:
        return Decision(state="excluded", cause="empty", reason="No mapped field of it is filled.")
    return Decision(state="new", steps=(step,))


class _Draft:
    """What all mapping lines together have to do for one pair."""

    def __init__(
        self, sides: Mapping[str, View], memory: Memory, setup: Setup, taken: Taken
    ) -> None:
        self.sides = sides
        self.contacts = {side: view.contact or Contact() for side, view in sides.items()}
        self.agreed: dict[str, tuple[BaseOp, ...]] = {}
        self.level: dict[str, dict[str, Stamp]] = {"a": {}, "b": {}}
        self.writes: dict[str, list[tuple[Line, Writing]]] = {"a": [], "b": []}
        self.held: list[str] = []
        self.drift: list[str] = []
        for line in setup.lines:
            self._take(line, _outcome(line, self.contacts, sides, memory, setup), taken)

    def _take(self, line: Line, outcome: Outcome, taken: Taken) -> None:
        if outcome.agreed:
            self.agreed[line.key] = outcome.agreed
        if outcome.drift:
            self.drift.append(line.key)
        if outcome.held:
            self.held.append(outcome.held)
        if outcome.level:
            for side in "ab":
                self.level[side][line.field(side).name] = outcome.level
        for side, writing in outcome.writes.items():
            before = self.contacts[side].get(line.field(side).name)
            free = _without_taken(writing, line.field(side), side, before, taken[side])
            if free is not writing:
                self.held.append(_IN_USE)
            if free is not None:
                self.writes[side].append((line, free))

    def step(self, side: str, verb: str) -> StepPlan | None:
        writes = self.writes[side]
        if not writes:
            return None
        before = self.contacts[side]
        source = self.sides[other(side)]
        names = {line.key: line.field(side).name for line, _ in writes}
        return StepPlan(
            verb,
            side,
            fields={
                names[line.key]: Change(before.get(names[line.key]), new.value, new.lost)
                for line, new in writes
            },
            agree={line.key: new.agree for line, new in writes},
            stamps={names[line.key]: new.stamp for line, new in writes},
            raises={
                line.field(other(side)).name: new.stamp
                for line, new in writes
                if new.stamp.number > source.stamp(line.field(other(side)).name).number
            },
            cause=other(side),
        )


def _merged(sides: Mapping[str, View], memory: Memory, setup: Setup, taken: Taken) -> Decision:
    draft = _Draft(sides, memory, setup, taken)
    updates = [step for side in "ab" if (step := draft.step(side, "update"))]
    return Decision(
        "in_sync",
        cause="held" if draft.held else "",
        reason=" ".join(draft.held),
        steps=(*updates, *_noted(draft.held, draft.drift, memory)),
        agreed=draft.agreed,
        level={side: stamps for side, stamps in draft.level.items() if stamps},
        drift=tuple(draft.drift),
    )


def _noted(held: list[str], drift: list[str], memory: Memory) -> list[StepPlan]:
    """Steps that only say so, once: not again while the state stands."""
    steps = []
    if memory.state == "deleted_opposite":
        steps.append(StepPlan("restore", "", why="The deleted contact is back.", cause="mapping"))
    if held and " ".join(held) != memory.reason:
        steps.append(StepPlan("hold", "", why=" ".join(held), cause="mapping"))
    if news := [key for key in drift if key not in memory.drift]:
        why = f"Edited on the side that is only written: {', '.join(news)}. Left alone."
        steps.append(StepPlan("drift", "", why=why, cause="mapping"))
    return steps


#: Of a field that nobody has filled: most fields of most contacts.
_NOTHING = Outcome()


def _outcome(
    line: Line,
    contacts: Mapping[str, Contact],
    sides: Mapping[str, View],
    memory: Memory,
    setup: Setup,
) -> Outcome:
    rows = memory.base.get(line.key)
    a, b = contacts["a"].get(line.a.name), contacts["b"].get(line.b.name)
    if rows is None and not a and not b:
        return _NOTHING
    shown = Shown(
        a,
        b,
        rows if line.a.many or not rows else rows[0],
        sides["a"].stamp(line.a.name),
        sides["b"].stamp(line.b.name),
    )
    if line.a.many:
        return copy_list(line, shown, setup) or merge_list(line, shown, setup)
    return merge_single(line, shown, setup)


def _without_taken(
    new: Writing, field: Field, side: str, before: Value, taken: frozenset[str]
) -> Writing | None:
    """Never give a contact an address that another contact of that side holds: what stays of
    the writing without it, or None if nothing does."""
    if field.type != FieldType.EMAIL or isinstance(new.value, str):
        return new
    held = taken - normals(field, before)
    index = "ab".index(side)
    ops: list[BaseOp] = []
    instead: dict[str, Entry | None] = {}
    for old, row in new.agree:
        form = normal(field.type, entry_from_json(row[index]).value) if row else ""
        if form in held:
            instead[form] = entry_from_json(old[index]) if old and old[index] else None
        else:
            ops.append([old, row])
    if not instead:
        return new
    forms = ((normal(field.type, entry.value), entry) for entry in new.value)
    kept = [instead.get(form) if form in instead else entry for form, entry in forms]
    value = tuple(entry for entry in kept if entry)
    return None if value == (before or ()) else replace(new, value=value, agree=tuple(ops))


def _unreadable(view: View, side: str, memory: Memory) -> Decision:
    reason = f"In {side.upper()}: {view.fault}"
    steps: tuple[StepPlan, ...] = ()
    if memory.reason != reason:
        steps = (StepPlan("fail", side, why=view.fault, cause=side),)
    return Decision("failed", "unreadable", reason, steps)


def _deleted(gone: list[str], memory: Memory) -> Decision:
    if len(gone) == 2:
        reason = "Deleted on both sides."
    else:
        reason = f"Deleted in {gone[0].upper()}; nothing is deleted in {other(gone[0]).upper()}."
    steps: tuple[StepPlan, ...] = ()
    if memory.reason != reason:
        steps = (StepPlan("delete", gone[0], why=reason, cause=gone[0]),)
    return Decision("deleted_opposite", cause="deleted", reason=reason, steps=steps)
