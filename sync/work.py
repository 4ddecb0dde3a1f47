"""What there is to plan: contacts that changed, sync records that are due, those that wait for
others. A chunk at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from connections.models import Connection, Record
from connectors.contact import Contact
from rules.setup import Setup
from sync.engine.match import CAUSES_TO_REVIEW
from sync.engine.plan import HELD
from sync.models import Planned, Run, Step, SyncRecord
from sync.so_far import SoFar

CHUNK = 400


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be planned: what is newer than ``planned``, all of it under a new setup, and
    what is due by itself; or only these records of a pilot.

    ``widened``: lines that start as a first match. ``pairs``: of whom a person said that they
    are the same, each by the other. ``create``: of whom a person said that the counterpart is to
    be made again. ``paper``: contacts as they are tried out to be.
    """

    planned: Planned
    everything: bool = False
    only: frozenset[int] | None = None
    widened: frozenset[str] = frozenset()
    pairs: Mapping[int, int] = field(default_factory=dict)
    create: frozenset[int] = frozenset()
    paper: Mapping[int, Contact] = field(default_factory=dict)


def work_under(setup: Setup, planned: Planned, only: frozenset[int] | None = None) -> Work:
    """What a run under this setup has to plan; of a pilot these records only."""
    everything = planned.setup_digest != setup.digest()
    widened: frozenset[str] = frozenset()
    if everything and planned.setup:
        widened = setup.widened_since(Setup.from_json(planned.setup))
    return Work(planned, everything, only, widened)


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
        connection.container(side).refresh_from_db()
    for side in "ab":
        yield from _gone(connection, work, side)
    for side in "ab":
        container = connection.container(side)
        last = _planned_upto(work, side)
        while last < container.number:
            rows = Record.objects.filter(container=container, number__gt=last).order_by("number")
            found = list(rows.values_list("pk", "number")[:CHUNK])
            last = found[-1][1] if len(found) == CHUNK else container.number
            yield Chunk(side, [id for id, _ in found], last)
    yield from _due(connection, now)


def _gone(connection: Connection, work: Work, side: str) -> Iterator[Chunk]:
    """Those of pairs who are gone: before anybody is planned who may have taken their place."""
    container, last = connection.container(side), _planned_upto(work, side)
    if last == container.number:
        return
    gone = Record.objects.filter(container=container, number__gt=last, gone_at__isnull=False)
    pairs = SyncRecord.objects.filter(connection=connection, a__isnull=False, b__isnull=False)
    ids = list(
        pairs.filter(**{f"{side}__in": gone}).order_by("pk").values_list(f"{side}_id", flat=True)
    )
    for start in range(0, len(ids), CHUNK):
        yield Chunk(side, ids[start : start + CHUNK])


def number_of(connection: Connection, work: Work) -> int:
    """Of how many contacts the chunks are, but for those that are due by themselves."""
    if work.only is not None:
        return len(work.only)
    return sum(
        Record.objects.filter(
            container=connection.container(side), number__gt=_planned_upto(work, side)
        ).count()
        for side in "ab"
    )


def _planned_upto(work: Work, side: str) -> int:
    upto: int = 0 if work.everything else getattr(work.planned, f"{side}_number")
    return upto


def _due(connection: Connection, now: datetime) -> Iterator[Chunk]:
    rows = SyncRecord.objects.filter(connection=connection)
    due = rows.filter(
        Q(due_at__lte=now)
        | Q(pk__in=abandoned().filter(connection=connection).values("sync_record"))
    )
    yield from _in_chunks(due.order_by("pk").values_list("a_id", "b_id"))


def abandoned() -> QuerySet[Step]:
    """Steps that were planned by a run that is no more. A run drops them and plans their people
    again; who only looks (a preview) plans these people as well."""
    steps = Step.objects.filter(is_open=True, result=Step.Result.PLANNED, sync_record__isnull=False)
    return steps.exclude(run__state=Run.State.RUNNING)


def waiting(connection: Connection, so_far: SoFar) -> Iterator[Chunk]:
    """Those for whom others stand in the way: whoever moved may have made room. ``so_far``: what
    this very plan has decided already."""
    rows = SyncRecord.objects.filter(connection=connection).filter(
        Q(state=SyncRecord.State.DUPLICATE)
        | Q(state=SyncRecord.State.TO_REVIEW, cause__in=CAUSES_TO_REVIEW)
        | Q(state=SyncRecord.State.IN_SYNC, cause=HELD)
    )
    moved = so_far.moved()
    pairs = [
        (a, b)
        for a, b in rows.order_by("pk").values_list("a_id", "b_id")
        if a not in moved and b not in moved
    ]
    yield from _in_chunks([*pairs, *((row.a_id, row.b_id) for row in so_far.come())])


def _in_chunks(rows: Iterable[tuple[int | None, int | None]]) -> Iterator[Chunk]:
    pairs = list(rows)
    for side, ids in (
        ("a", [a for a, _ in pairs if a]),
        ("b", [b for a, b in pairs if b and not a]),
    ):
        for start in range(0, len(ids), CHUNK):
            yield Chunk(side, ids[start : start + CHUNK])
