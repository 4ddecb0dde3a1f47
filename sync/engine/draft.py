"""What all mapping lines together have to do for one pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connections.stamps import Stamp
from connectors.contact import Contact, Entry, Value, entry_from_json
from connectors.fields import STANDARD, Field, FieldType, normal, normals
from rules.setup import Line, Setup, other
from sync.engine.carry import is_plain, is_settled, outcome, put, real_names
from sync.engine.line import BaseOp, Outcome, Writing
from sync.engine.person import Change, Memory, StepPlan, View

#: By side the e-mail addresses that other contacts of that side hold.
Taken = Mapping[str, frozenset[str]]
NOBODY: Taken = {"a": frozenset(), "b": frozenset()}
EMAILS = "emails"
_IN_USE = "An e-mail address is held back: another contact of that side has it (duplicate)."
TO_AND_FRO = (
    "{0} went to and fro between two values and is held until both sides are equal "
    "or a person releases it."
)


def addresses_from(setup: Setup, side: str) -> frozenset[str]:
    """Fields of the other side, beside its addresses, from which lines write addresses of this
    side."""
    sources = (
        name
        for line in setup.lines
        if setup.flows(line, side) and EMAILS in real_names(line.field(side))
        for name in real_names(line.field(other(side)))
    )
    return frozenset(sources) - {EMAILS}


class Draft:
    """``agreed`` and ``level`` hold at once; ``step`` gives what is to be written to a side.
    ``held``: why a change does not flow; ``drift``: lines whose target was edited, one-way;
    ``halted``: lines that still differ after they went to and fro."""

    def __init__(
        self, sides: Mapping[str, View], memory: Memory, setup: Setup, taken: Taken = NOBODY
    ) -> None:
        self.sides, self.memory, self.setup = sides, memory, setup
        self.contacts = {side: view.contact or Contact() for side, view in sides.items()}
        self.agreed: dict[str, tuple[BaseOp, ...]] = {}
        self.level: dict[str, dict[str, Stamp]] = {"a": {}, "b": {}}
        self.changes: dict[str, dict[str, Value]] = {"a": {}, "b": {}}
        self.writes: dict[str, list[tuple[Line, Writing]]] = {"a": [], "b": []}
        self.held: list[str] = []
        self.drift: list[str] = []
        self.halted: list[str] = []
        for line in setup.lines:
            base = memory.base.get(line.key)
            if not is_settled(line, self.contacts, base, setup):
                self._take(line, self._outcome(line, base), taken)

    def _outcome(self, line: Line, base: Sequence[Any] | None) -> Outcome:
        stamps = {
            side: max(map(view.stamp, real_names(line.field(side))))
            for side, view in self.sides.items()
        }
        return outcome(line, self.contacts, stamps, base, self.setup)

    def _take(self, line: Line, result: Outcome, taken: Taken) -> None:
        if result.writes and line.key in self.memory.halted:
            self.halted.append(line.key)
            self.held.append(TO_AND_FRO.format(line.a.label))
            return
        if result.agreed:
            self.agreed[line.key] = result.agreed
        if result.drift:
            self.drift.append(line.key)
        if result.held:
            self.held.append(result.held)
        if result.level:
            for side in "ab":
                for name in real_names(line.field(side)):
                    self.level[side][name] = result.level
        for side, writing in result.writes.items():
            self._write(line, side, writing, taken[side])

    def _write(self, line: Line, side: str, writing: Writing, taken: frozenset[str]) -> None:
        contact, field = self.contacts[side], line.field(side)
        if is_plain(line, side, self.setup):
            free = _without_taken(writing, field, side, contact.get(field.name), taken)
            values = {field.name: free.value} if free else {}
        else:
            now = contact.with_fields(self.changes[side])
            base = self.memory.base.get(line.key)
            values = put(line, side, now, writing.value, base, self.setup)
            free = None if _gives(values, contact) & taken else writing
        if free is not writing:
            self.held.append(_IN_USE)
        if free is not None:
            self.changes[side].update(values)
            self.writes[side].append((line, free))

    @property
    def reason(self) -> str:
        """All that is held, each said once."""
        return " ".join(dict.fromkeys(self.held))

    def step(self, side: str, verb: str) -> StepPlan | None:
        writes = self.writes[side]
        if not writes:
            return None
        before, source = self.contacts[side], self.sides[other(side)]
        crossing = {at: self._crossing(at) for at in "ab"}
        stamps = {
            name: new.stamp
            for line, new in writes
            for name in real_names(line.field(side))
            if name in self.changes[side] and name not in crossing[side]
        }
        return StepPlan(
            verb,
            side,
            fields={
                name: Change(before.get(name), value, self._lost(side, name))
                for name, value in self.changes[side].items()
            },
            agree={line.key: new.agree for line, new in writes},
            stamps=stamps,
            raises={
                name: new.stamp
                for line, new in writes
                for name in real_names(line.field(other(side)))
                if new.stamp.number > source.stamp(name).number
                and name not in crossing[other(side)]
            },
            cause=other(side),
            calls=True,
        )

    def _crossing(self, side: str) -> frozenset[str]:
        """Fields of this side that are written while words of theirs go to the other: be that
        write late or never done, what they hold stays a person's word."""
        sources = (
            name for line, _ in self.writes[other(side)] for name in real_names(line.field(side))
        )
        return frozenset(sources) & self.changes[side].keys()

    def _lost(self, side: str, name: str) -> Value:
        writes = self.writes[side]
        losses = (new.lost for line, new in writes if name in real_names(line.field(side)))
        return next((lost for lost in losses if lost), "")


def _without_taken(
    new: Writing, field: Field, side: str, before: Value, taken: frozenset[str]
) -> Writing | None:
    """Never give a contact an address that another contact of that side holds: what stays of
    the writing without it, or None if nothing does."""
    if field.type != FieldType.EMAIL:
        return new
    held = taken - normals(field, before)
    if isinstance(new.value, str):
        return None if normal(field.type, new.value) in held else new
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


def _gives(values: Mapping[str, Value], contact: Contact) -> frozenset[str]:
    """E-mail addresses that the contact does not have yet."""
    if EMAILS not in values:
        return frozenset()
    field = STANDARD[EMAILS]
    return normals(field, values[EMAILS]) - normals(field, contact.get(EMAILS))
