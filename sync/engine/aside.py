"""What a list line leaves alone beside sub-value lines.

The elements of a label that a sub-value line writes on a side are not the list line's there. Nor
are, on the other side, those that are the same: otherwise a new sub-value line would make the
list line remove them there, or give them back without their label.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contact import Entry, entry_from_json
from connectors.fields import fold
from rules.setup import other
from sync.engine.elements import Normal

Lists = Mapping[str, Sequence[Entry]]


@dataclass(frozen=True, slots=True)
class Aside:
    """``lists``: what the line merges; ``kept``: what the contact holds beside that. ``rows``:
    base rows of elements that are left alone, which stay as they are."""

    lists: dict[str, tuple[Entry, ...]]
    kept: dict[str, bool]
    rows: list[Any]
    shown: Lists
    out: dict[str, set[str]]
    form: Normal

    def back(self, side: str) -> tuple[Sequence[Entry], Callable[[Entry], bool]]:
        """What the side showed, and which of it is to be put back after the merge."""
        return self.shown[side], lambda entry: self.form(side, entry) in self.out[side]


def set_aside(
    whole: Lists,
    shown: Lists,
    rows: Sequence[Any],
    labels: Mapping[str, frozenset[str]],
    form: Normal,
) -> Aside:
    """``whole``: all elements of each side; ``shown``: without those of the ``labels``."""
    forms = {side: {form(side, entry) for entry in shown[side]} for side in "ab"}
    hidden = {
        side: {form(side, x) for x in whole[side] if fold(x.label) in labels[side]} - forms[side]
        for side in "ab"
    }
    out = {side: set(hidden[other(side)]) for side in "ab"}
    away: list[Any] = []
    stays: list[Any] = []
    for row in rows:
        sides = {s: entry_from_json(x) for s, x in zip("ab", row, strict=True) if x}
        left = [
            side
            for side, entry in sides.items()
            if form(side, entry) not in forms[side]
            and (form(side, entry) in hidden[side] or fold(entry.label) in labels[side])
        ]
        (away if left else stays).append(row)
        for side in sides:
            if left and side not in left:
                out[side].add(form(side, sides[side]))
    for row in stays:
        for side, item in zip("ab", row, strict=True):
            if item:
                out[side].discard(form(side, entry_from_json(item)))
    lists = {
        side: tuple(entry for entry in shown[side] if form(side, entry) not in out[side])
        for side in "ab"
    }
    kept = {side: len(lists[side]) < len(whole[side]) for side in "ab"}
    return Aside(lists, kept, away, shown, out, form)
