"""What there is to plan: contacts that changed, sync records that are due, those that wait for
others. A chunk at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from connections.models import Connection, Record
from sync.engine.match import CAUSES_TO_REVIEW
from sync.models import Planned, SyncRecord

CHUNK = 400


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be planned: what is newer than ``planned``, all of it under a new setup, and
    what is due by itself; or only these records of a pilot."""

    planned: Planned
    everything: bool = False
    only: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Contacts of one side to look at; ``upto``: the number up to which all is planned then."""

    side: str
    ids: Sequence[int]
    upto: int | None = None


def chunks(connection: Connection, work: Work, now: datetime) -> Iterator[Chunk]:
    if work.only is not None:
        for side in "ab":
            rows = Record.objects.filter(pk__in=work.only, container=connection.container(side))
            yield Chunk(side, list(rows.values_list("pk", flat=True)))
        return
    for side in "ab":
        container = connection.container(side)
        container.refresh_from_db()
        last = 0 if work.everything else getattr(work.planned, f"{side}_number")
        while last < container.number:
            rows = Record.objects.filter(container=container, number__gt=last).order_by("number")
            found = list(rows.values_list("pk", "number")[:CHUNK])
            last = found[-1][1] if len(found) == CHUNK else container.number
            yield Chunk(side, [id for id, _ in found], last)
    yield from _due(connection, now)


def _due(connection: Connection, now: datetime) -> Iterator[Chunk]:
    due = SyncRecord.objects.filter(connection=connection, due_at__lte=now).order_by("pk")
    yield from _in_chunks(due)


def waiting(connection: Connection) -> Iterator[Chunk]:
    """Those for whom others stand in the way: whoever moved may have made room."""
    rows = SyncRecord.objects.filter(connection=connection).filter(
        Q(state=SyncRecord.State.DUPLICATE)
        | Q(state=SyncRecord.State.TO_REVIEW, cause__in=CAUSES_TO_REVIEW)
        | Q(state=SyncRecord.State.IN_SYNC, cause="held")
    )
    yield from _in_chunks(rows.order_by("pk"))


def _in_chunks(rows: QuerySet[SyncRecord]) -> Iterator[Chunk]:
    pairs = list(rows.values_list("a_id", "b_id"))
    for side, ids in (
        ("a", [a for a, _ in pairs if a]),
        ("b", [b for a, b in pairs if b and not a]),
    ):
        for start in range(0, len(ids), CHUNK):
            yield Chunk(side, ids[start : start + CHUNK])
