"""All kinds of what waits, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator

from connections.models import Connection
from sync.models import Apart, SyncRecord
from sync.reviewing.apart import APART, said, told_apart, undone
from sync.reviewing.conflicts import CONFLICT, conflicts
from sync.reviewing.records import RECORDS, not_asked_elsewhere, rows_of, told
from sync.reviewing.waiting import Waiting
from sync.work import CHUNK

#: In the order in which they are listed.
KINDS = (*RECORDS, APART, CONFLICT)


def waiting_of(connection: Connection) -> list[Waiting]:
    return [item for kind in KINDS for _, item in _listed(connection, kind, 0, CHUNK, True)]


def part_of(
    connection: Connection, kind: str, start: int, most: int, *, by_name: bool = True
) -> tuple[list[Waiting], int]:
    """``most`` of a kind from a place on, and the place of the next; 0 where that was all.
    ``by_name``: as ``rows_of`` takes it."""
    found: list[Waiting] = []
    for place, item in _listed(connection, kind, start, 2 * most, by_name):
        if len(found) == most:
            return found, place
        found.append(item)
    return found, 0


def _listed(
    connection: Connection, kind: str, start: int, size: int, by_name: bool
) -> Iterator[tuple[int, Waiting]]:
    """With the place of each among the rows of its kind, of which ``size`` are read at a time."""
    if kind == CONFLICT:
        yield from enumerate(conflicts(connection)[start:], start)
    elif kind == APART:
        while pairs := _apart(connection, start, size, by_name):
            yield from enumerate(told_apart(pairs), start)
            start += size
    else:
        while rows := list(rows_of(connection, kind, by_name=by_name)[start : start + size]):
            places = {row.pk: place for place, row in enumerate(rows, start)}
            items = told(connection, kind, rows)
            for item in not_asked_elsewhere(connection, kind, items):
                assert item.row is not None
                yield places[item.row.pk], item
            start += size


def number_of(connection: Connection, kind: str, most: int) -> int:
    """How many rows of a kind wait; counted up to ``most``."""
    if kind == CONFLICT:
        return len(conflicts(connection)[:most])
    if kind == APART:
        number = said(connection)[:most].count() + undone(connection)[:most].count()
        return min(number, most)
    return rows_of(connection, kind).order_by()[:most].count()


def _apart(
    connection: Connection, start: int, most: int, by_name: bool
) -> list[Apart | SyncRecord]:
    first = list(said(connection)[start : start + most])
    rest = most - len(first)
    if not rest:
        return [*first]
    begin = max(0, start - said(connection).count())
    return [*first, *undone(connection, by_name=by_name)[begin : begin + rest]]
