"""The same field of the same contact written to and fro between two values: a sign that an app,
another connection or a rule works against us. The field is held, the rest goes on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contact import SEGMENT_KINDS, Value, value_from_json
from connectors.fields import field_named, normals
from rules.setup import Setup
from sync.engine.both_ways import is_membership
from sync.engine.carry import real_names
from sync.engine.effects import target_of
from sync.engine.person import StepPlan

#: The third time to and fro is one too many.
TIMES = 3
_IN = frozenset({"in it"})


@dataclass(frozen=True, slots=True)
class Wrote:
    """One thing that was written: the side, the field (of a segment its target), and the values
    in normal form."""

    side: str
    name: str
    before: frozenset[str]
    after: frozenset[str]


def to_and_fro(steps: Iterable[StepPlan], history: Sequence[Wrote], setup: Setup) -> frozenset[str]:
    """Lines and targets of rules that would be written for the third time between two values.

    ``history``: what we wrote to this contact in the last 24 hours, oldest first.
    """
    halted: set[str] = set()
    for step in steps:
        for name, new in _written(step):
            before = [old for old in history if (old.side, old.name) == (new.side, new.name)]
            if _alternates([*before, new][-TIMES:]):
                halted |= _keys(step, name, setup)
    return frozenset(halted)


def wrote(side: str, name: str, before: Any, after: Any) -> Wrote:
    """``before`` and ``after``: values, or their JSON form."""
    old, new = _value(before), _value(after)
    if name in SEGMENT_KINDS:
        target = target_of(side, name, str(new or old))
        return Wrote(side, target, _IN if old else frozenset(), _IN if new else frozenset())
    return Wrote(side, name, _form(name, old), _form(name, new))


def _written(step: StepPlan) -> list[tuple[str, Wrote]]:
    """Of segments only what goes both ways: what a rule or a mark puts on and takes off follows
    somebody who enters and leaves, and is not written against anybody."""
    if not step.calls or step.verb == "create":
        return []
    return [
        (name, wrote(step.side, name, change.before, change.after))
        for name, change in step.fields.items()
        if name not in SEGMENT_KINDS or any(map(is_membership, step.effects))
    ]


def _value(data: Any) -> Value:
    return data if isinstance(data, tuple) else value_from_json(data)


def _form(name: str, value: Value) -> frozenset[str]:
    return normals(field_named(name), value)


def _alternates(writes: Sequence[Wrote]) -> bool:
    """Is it put in place of the other value by turns, or time and again in place of what somebody
    else puts there?"""
    if len(writes) < TIMES:
        return False
    first, second, third = writes
    by_turns = first.after == third.after != second.after
    against = all({x.before, x.after} == {third.before, third.after} for x in writes)
    return by_turns or against


def _keys(step: StepPlan, name: str, setup: Setup) -> set[str]:
    lines = {
        line.key
        for line in setup.lines
        if line.key in step.agree and name in real_names(line.field(step.side))
    }
    return lines | set(step.effects)
