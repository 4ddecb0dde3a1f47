"""The bases of a pair: what each side showed when the two last agreed, line by line.

``{line: rows}``; a row is [value of a, value of b] in JSON form. A single value has one row, a
list one row an element, null where a side could not hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connectors.contact import (
    Entry,
    Value,
    entry_from_json,
    entry_to_json,
    value_from_json,
    value_to_json,
)
from connectors.fields import Field, equal, normal, normals
from sync.engine.line import BaseOp

_SINGLE = (str, list)


def agree(base: Mapping[str, Any], ops: Mapping[str, Iterable[BaseOp]]) -> dict[str, Any]:
    """The bases after these operations. An operation done twice changes nothing more."""
    result = dict(base)
    for key, changes in ops.items():
        rows = list(result.get(key, ()))
        for before, after in changes:
            if after is not None and not fits(rows, single=is_single(after)):
                rows = []  # from before the line changed its shape
            if is_single(after):
                rows = [after]
                continue
            if before in rows:
                rows.remove(before)
            if after is not None and after not in rows:
                rows.append(after)
        result[key] = rows
    return result


def is_single(row: Sequence[Any] | None) -> bool:
    """Told by the row itself: its line may be off, or gone, by the time a write is answered. A
    single value is text, an address or a multiple choice a list; an element is a table."""
    return row is not None and (isinstance(row[0], _SINGLE) or isinstance(row[1], _SINGLE))


def fits(rows: Sequence[Any], single: bool) -> bool:
    """Are these the rows of a line of single values, or of a list?"""
    if single:
        return len(rows) == 1 and is_single(rows[0])
    return not rows or not is_single(rows[0])


def read_back(
    ops: Sequence[BaseOp], before: Value, side: str, field: Field, received: Value, region: str
) -> list[BaseOp]:
    """The operations of a write, with what the app made of it in place of what was sent.

    ``before``: what the side showed before the write; elements of it are not what became of a
    new one. A value that the app cut or reformatted is the agreed value of that side: so it is
    no change when it is seen again, and the source is not shortened by it.
    """
    index = "ab".index(side)
    if any(is_single(new) for _, new in ops):
        return [[old, _with(new, index, value_to_json(received))] for old, new in ops]
    left = list(received) if isinstance(received, tuple) else []
    exact = [_taken(left, new, index, field, region) for _, new in ops]
    known = normals(field, before, region)
    fresh = [entry for entry in left if normal(field.type, entry.value, region) not in known]
    is_only = (
        len(fresh)
        == 1
        == sum(
            entry is None and new is not None and new[index] is not None
            for (_, new), entry in zip(ops, exact, strict=True)
        )
    )
    result: list[BaseOp] = []
    for (old, new), entry in zip(ops, exact, strict=True):
        if new is not None and new[index] is not None:
            entry = (
                entry
                or _rewritten(fresh, entry_from_json(new[index]), is_only)
                or _taken(left, old, index, field, region)  # the app kept what it had
            )
            new = _with(new, index, entry_to_json(entry) if entry else None)
        result.append([old, new])
    return result


def shown_only(
    ops: Sequence[BaseOp], side: str, field: Field, shown: Value, region: str
) -> list[BaseOp]:
    """Those operations of a write that the side shows, one by one, as carried out."""
    index = "ab".index(side)
    forms = normals(field, shown, region)

    def is_there(row: Sequence[Any] | None) -> bool:
        element = None if row is None else row[index]
        if element is None:
            return False
        if is_single(row):
            return equal(field, value_from_json(element), shown, region)
        return normal(field.type, entry_from_json(element).value, region) in forms

    return [op for op in ops if (is_there(op[1]) if op[1] else not is_there(op[0]))]


def _with(row: Sequence[Any] | None, index: int, value: Any) -> list[Any] | None:
    if row is None:
        return None
    return [value if position == index else item for position, item in enumerate(row)]


def _taken(
    left: list[Entry], row: Sequence[Any] | None, index: int, field: Field, region: str
) -> Entry | None:
    """The received element that equals the one of the row; it is taken out of ``left``."""
    if row is None or row[index] is None:
        return None
    wanted = normal(field.type, entry_from_json(row[index]).value, region)
    for entry in left:
        if normal(field.type, entry.value, region) == wanted:
            left.remove(entry)
            return entry
    return None


def _rewritten(fresh: list[Entry], sent: Entry, is_only: bool) -> Entry | None:
    """What the app made of an element: a new one with the same label, or the only new one."""
    for entry in fresh:
        if entry.label == sent.label or is_only:
            fresh.remove(entry)
            return entry
    return None
