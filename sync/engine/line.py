"""What one mapping line has to do for one pair: the shapes that the merges return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connections.stamps import Stamp
from connectors.contact import Value
from connectors.fields import Field
from rules.setup import Line, Setup, other

#: A base operation: [row before, row after]; None as *before* adds, as *after* removes. A row is
#: [value of a, value of b] in JSON form. A scalar line has one row.
BaseOp = list[Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the two sides of a pair show for one line, with stamps and the last agreement.

    ``rest``: sides whose contact holds elements beside what is shown, so that it is not empty
    when that is gone.
    """

    a: Value
    b: Value
    base: list[Any] | None
    a_stamp: Stamp
    b_stamp: Stamp
    rest: frozenset[str] = frozenset()

    def value(self, side: str) -> Value:
        return self.a if side == "a" else self.b

    def stamp(self, side: str) -> Stamp:
        return self.a_stamp if side == "a" else self.b_stamp


@dataclass(frozen=True, slots=True)
class Writing:
    """A new value for one side of a line, and what is agreed once it is written.

    ``stamp`` is what both sides' values then carry. ``lost``: values of this side that give way
    to a change of the other.
    """

    value: Value
    stamp: Stamp
    agree: tuple[BaseOp, ...] = ()
    lost: Value = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``agreed`` holds at once, with ``level`` as the stamp of both sides; ``writes`` by side.

    ``held``: why a change does not flow. ``drift``: the target of a one-way line differs and is
    left alone.
    """

    agreed: tuple[BaseOp, ...] = ()
    level: Stamp | None = None
    writes: Mapping[str, Writing] = field(default_factory=dict)
    held: str = ""
    drift: bool = False

    @property
    def conflict(self) -> bool:
        return any(writing.lost for writing in self.writes.values())


def never_removed(field: Field) -> str:
    return f"The last of {field.label} is never removed by a sync."


def agree_on(shown: Shown, *ops: BaseOp) -> Outcome:
    """Nothing to write: both sides hold the same. They take the later of their stamps, so that
    a later edit of either is later than what both agreed on."""
    return Outcome(agreed=ops, level=max(shown.a_stamp, shown.b_stamp))


@dataclass(frozen=True, slots=True)
class Choice:
    """Which side's word stays. ``by_policy``: two people's words, decided by the winner."""

    source: str
    by_policy: bool = False


def later(line: Line, shown: Shown, setup: Setup) -> Choice:
    """Of two changes, whose stays: the one that may flow; of two people's edits the winner's;
    else the later word, which settles rings of connections."""
    flowing = [side for side in "ab" if setup.flows(line, other(side))]
    if len(flowing) == 1:
        return Choice(flowing[0], by_policy=True)
    if (shown.a_stamp.raw and shown.b_stamp.raw) or shown.a_stamp.number == shown.b_stamp.number:
        return Choice(setup.wins(line), by_policy=True)
    return Choice("a" if shown.a_stamp.number > shown.b_stamp.number else "b")


def carried(shown: Shown, choice: Choice) -> Stamp:
    """The stamp a value takes along: its own, unless it was decided or is, by the clocks, not
    later than the value it replaces: then it becomes the latest word."""
    own, opposite = shown.stamp(choice.source), shown.stamp(other(choice.source))
    if choice.by_policy or own.number <= opposite.number:
        return Stamp(max(own.number, opposite.number) + 1, raw=False)
    return Stamp(own.number, raw=False)


def is_stale(shown: Shown, source: str) -> bool:
    """Did an older word come round a ring? Then the value it would replace is the later one."""
    own = shown.stamp(source)
    return not own.raw and own.number < shown.stamp(other(source)).number
