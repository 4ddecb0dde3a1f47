"""What each connection knows of one person: how they stand and why, what to do about it, what the
two sides agreed on, and what rules put there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.safestring import SafeString

from connections.models import Connection, Record
from rules.building import rule_of
from rules.lines import lines_of
from rules.rows import catalogues_of, rule_rows, written_rule
from rules.setup import Line
from sync.belonging import sync_records_of
from sync.desk.health import Way, ways_of
from sync.desk.remedies import Remedy, remedy_of
from sync.desk.side_signs import SideSign, signs_of
from sync.desk.words import field_label, value
from sync.engine.base import is_single
from sync.explaining.building import told_effects
from sync.explaining.sentences import effect_sentence
from sync.models import SyncRecord
from sync.views import memory_of


@dataclass(frozen=True, slots=True)
class Agreed:
    """A line of the mapping, and what each side showed when the two last agreed."""

    label: str
    a: SafeString
    b: SafeString


@dataclass(frozen=True, slots=True)
class ToldPair:
    """``mine``: by which record the person is known here; ``apart``: the other contact of two who
    were parted, which is somebody else."""

    row: SyncRecord
    signs: Mapping[str, SideSign]
    told: Remedy
    ways: Sequence[Way]
    agreed: Sequence[Agreed]
    effects: Sequence[str]
    mine: int
    apart: Record | None


def told_pairs(ids: frozenset[int], user: Any) -> list[ToldPair]:
    """``ids``: of all records of the person."""
    sides = (f"connection__{side}__account" for side in "ab")
    rows = SyncRecord.objects.filter(sync_records_of(ids)).select_related("a", "b", *sides)
    hidden = ("raw", "stamps", "contact", "pending", "overwritten")
    rows = rows.defer(*(f"{side}__{name}" for side in "ab" for name in hidden))
    found = list(rows.order_by("connection__name", "pk"))
    parts = ("mappings", "rules__conditions", "rules__actions")
    prefetch_related_objects([row.connection for row in found], *parts)
    return [_told(row, ids, user) for row in found]


def _told(row: SyncRecord, ids: frozenset[int], user: Any) -> ToldPair:
    connection, told = row.connection, remedy_of(row.state, row.cause)
    mine, others = _parted(row, ids)
    return ToldPair(
        row,
        signs_of(connection),
        told,
        list(ways_of(connection, told, user)),
        agreed_of(row),
        _effects(row),
        mine,
        next(iter(others), None),
    )


def _parted(row: SyncRecord, ids: frozenset[int]) -> tuple[int, list[Record]]:
    both = [record for record in (row.a, row.b) if record]
    mine = [record for record in both if record.pk in ids]
    return mine[0].pk, [record for record in both if record not in mine]


def agreed_of(row: SyncRecord) -> list[Agreed]:
    labels = dict(_labels(row.connection))
    return [
        Agreed(labels.get(key) or _words(key), _side(rows, 0), _side(rows, 1))
        for key, rows in row.base.items()
    ]


def _labels(connection: Connection) -> Iterator[tuple[str, str]]:
    """Of the lines that are on, by key."""
    catalogues = catalogues_of(connection)
    for line in lines_of(connection.mappings.all(), catalogues["a"], catalogues["b"]):
        if isinstance(line, Line):
            same = line.a.label == line.b.label
            yield line.key, line.a.label if same else f"{line.a.label} and {line.b.label}"


def _words(key: str) -> str:
    """Of a line that is off or gone."""
    return " and ".join(map(field_label, key.split("|")))


def _side(rows: Sequence[Any], index: int) -> SafeString:
    """``rows``: of a base (``sync.engine.base``)."""
    if rows and is_single(rows[0]):
        return value(rows[0][index])
    return value([row[index] for row in rows if row[index]])


def _effects(row: SyncRecord) -> list[str]:
    connection = row.connection
    catalogues = catalogues_of(connection)
    rules = [rule_of(written_rule(x), str(x.pk), catalogues) for x in rule_rows(connection)]
    return [effect_sentence(effect) for effect in told_effects(memory_of(row), rules)]
