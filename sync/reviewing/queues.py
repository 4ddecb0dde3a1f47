"""All kinds of what waits, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator

from connections.models import Connection
from sync.models import Apart, SyncRecord
from sync.reviewing.apart import APART, said, told_apart, undone
from sync.reviewing.conflicts import CONFLICT, conflicts
from sync.reviewing.records import RECORDS, records, told
from sync.reviewing.waiting import Waiting
from sync.work import CHUNK

#: In the order in which they are listed.
KINDS = (*RECORDS, APART, CONFLICT)


def waiting_of(connection: Connection) -> list[Waiting]:
    return [item for kind in KINDS for part in _parts(connection, kind) for item in part]


def part_of(connection: Connection, kind: str, start: int, most: int) -> list[Waiting]:
    """Those of ``most`` rows from a place on, which may be fewer: what concerns the same two
    contacts is asked once."""
    if kind == CONFLICT:
        return conflicts(connection)[start : start + most]
    if kind == APART:
        return told_apart(_apart(connection, start, most))
    return told(connection, kind, list(records(connection, kind)[start : start + most]))


def number_of(connection: Connection, kind: str, most: int) -> int:
    """How many rows of a kind wait; counted up to ``most``."""
    if kind == CONFLICT:
        return len(conflicts(connection)[:most])
    if kind == APART:
        number = said(connection)[:most].count() + undone(connection)[:most].count()
        return min(number, most)
    return records(connection, kind).order_by()[:most].count()


def _apart(connection: Connection, start: int, most: int) -> list[Apart | SyncRecord]:
    first = list(said(connection)[start : start + most])
    rest = most - len(first)
    if not rest:
        return [*first]
    begin = max(0, start - said(connection).count())
    return [*first, *undone(connection)[begin : begin + rest]]


def _parts(connection: Connection, kind: str) -> Iterator[list[Waiting]]:
    for start in range(0, number_of(connection, kind, most=10**9), CHUNK):
        yield part_of(connection, kind, start, CHUNK)
