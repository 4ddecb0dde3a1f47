"""What became of the elements of a list, on each side, since the two sides last agreed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contact import Address, Entry, entry_from_json
from connectors.fields import fold

#: What became of a row's element on one side. NEVER: that side could not hold it.
KEPT, REMOVED, EDITED, NEVER = "kept", "removed", "edited", "never"

#: The normal form of an element of a side.
Normal = Callable[[str, Entry], str]


@dataclass
class Row:
    """A base row (None: the two meet just now) beside what the sides show of it now."""

    base: list[Any] | None
    now: dict[str, Entry | None]
    fate: dict[str, str]


def align(
    base: Sequence[list[Any]],
    lists: Mapping[str, Sequence[Entry]],
    normal: Normal,
    edited: bool = True,
) -> tuple[list[Row], dict[str, list[Entry]]]:
    """Rows with what became of them, and by side the elements that no row knows, each once.
    ``edited``: may an element become another one?

    Rows may share an element: an app that cuts values can make one of two.
    """
    rows = [Row(item, {}, {}) for item in base]
    fresh: dict[str, list[Entry]] = {}
    for index, side in enumerate("ab"):
        shown: dict[str, Entry] = {}
        for entry in lists[side]:
            shown.setdefault(normal(side, entry), entry)
        before = [entry_from_json(item[index]) if item[index] else None for item in base]
        for row, old in zip(rows, before, strict=True):
            found = shown.get(normal(side, old)) if old else None
            row.now[side] = found
            row.fate[side] = (KEPT if found else REMOVED) if old else NEVER
        known = {normal(side, old) for old in before if old}
        fresh[side] = [entry for form, entry in shown.items() if form not in known]
        if edited:
            _find_edits(side, rows, before, fresh[side])
    return rows, fresh


def _find_edits(
    side: str, rows: Sequence[Row], before: Sequence[Entry | None], fresh: list[Entry]
) -> None:
    """A removed and an added element are one edit where it can be told: the only ones of their
    label, or the only ones at all."""
    missing = [
        (row, entry.label)
        for row, entry in zip(rows, before, strict=True)
        if entry and row.fate[side] == REMOVED
    ]
    labels = [label for _, label in missing]
    for row, label in missing:
        same = [entry for entry in fresh if entry.label == label]
        if len(same) == 1 and labels.count(label) == 1:
            match = same[0]
        elif len(fresh) == 1 and len(missing) == 1:
            match = fresh[0]
        else:
            continue
        row.now[side], row.fate[side] = match, EDITED
        fresh.remove(match)


def filled(entry: Entry) -> int:
    """How much an element says: the number of its parts."""
    return len(entry.value.parts()) if isinstance(entry.value, Address) else 1


def contained(one: Entry, two: Entry) -> bool:
    """Are the filled parts of one address all contained in the other's?"""
    if not isinstance(one.value, Address) or not isinstance(two.value, Address):
        return False
    small, large = sorted(
        (
            {(part, fold(text)) for part, text in value.parts().items()}
            for value in (one.value, two.value)
        ),
        key=len,
    )
    return small <= large
