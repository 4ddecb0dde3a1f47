"""Two sides of one field, as the merges see them, and what becomes of them when an outcome is
carried out by apps that keep what they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from connections.stamps import Stamp
from connectors.contact import Address, Entry, Value, entry_to_json
from connectors.fields import STANDARD, Field
from rules.setup import BOTH, TWO_WAY, Line, Setup
from sync.engine.base import agree
from sync.engine.line import Outcome, Shown
from sync.engine.merge_list import merge_list
from sync.engine.merge_single import merge_single

RAW = Stamp(1, True)


def line_of(name: str, arrow: str = BOTH, winner: str = "", **changes: Any) -> Line:
    field: Field = replace(STANDARD[name], **changes)
    return Line(STANDARD[name], field, arrow, winner)


def composed(*parts: str) -> Field:
    return replace(STANDARD["full_name"], parts=parts)


def setup_of(*lines: Line, direction: str = TWO_WAY, **options: Any) -> Setup:
    return Setup("c", lines, direction, **options)


def phones(*texts: str) -> tuple[Entry, ...]:
    """``"+32…"``, or ``"+32… work"`` with a label, ``*`` for the primary one."""
    result = []
    for text in texts:
        value, _, label = text.partition(" ")
        result.append(Entry(value, label.rstrip("*"), label.endswith("*")))
    return tuple(result)


emails = phones


def address(label: str = "", **parts: str) -> Entry:
    return Entry(Address(**parts), label)


def rows(a: Sequence[Entry | None], b: Sequence[Entry | None]) -> list[Any]:
    """Base rows, null where a side has None."""
    return [
        [one and entry_to_json(one), two and entry_to_json(two)]
        for one, two in zip(a, b, strict=True)
    ]


@dataclass
class Two:
    """One line of a pair over time."""

    line: Line
    setup: Setup
    a: Value
    b: Value
    base: Any = None
    a_stamp: Stamp = RAW
    b_stamp: Stamp = RAW

    def outcome(self) -> Outcome:
        shown = Shown(self.a, self.b, self.base, self.a_stamp, self.b_stamp)
        merge = merge_list if self.line.a.many else merge_single
        return merge(self.line, shown, self.setup)

    def step(self) -> Outcome:
        """Merge, and carry out what follows."""
        outcome = self.outcome()
        ops = list(outcome.agreed)
        for side, writing in outcome.writes.items():
            setattr(self, side, writing.value)
            ops += writing.agree
            self.a_stamp = max(self.a_stamp, writing.stamp)
            self.b_stamp = max(self.b_stamp, writing.stamp)
        if outcome.level:
            self.a_stamp = max(self.a_stamp, outcome.level)
            self.b_stamp = max(self.b_stamp, outcome.level)
        if ops:
            before = {} if self.base is None else {"x": self._as_rows()}
            after = agree(before, {"x": ops})["x"]
            self.base = after if self.line.a.many else after[0]
        return outcome

    def _as_rows(self) -> list[Any]:
        return list(self.base) if self.line.a.many else [self.base]
