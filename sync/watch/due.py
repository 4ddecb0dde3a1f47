"""Which connections are due: at their interval, or sooner where an app said that something
changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from connections.models import Connection
from sync.days import BROKEN
from sync.models import Run, Step
from sync.queue import ask_for_run

#: How soon a failed run is tried again; each further failure in a row doubles it.
RETRY = timedelta(minutes=5)
#: What fails or needs a person is looked at this often, to see whether the cause is gone.
AT_MOST = timedelta(hours=1)
#: How soon after a run that found the accounts in use.
SOON = timedelta(minutes=1)
#: A run that ended so far in what is yet to come was told by a clock that was wrong.
SKEW = timedelta(minutes=5)
#: Where nothing was to do for so long, the apps are asked less often ...
IDLE = timedelta(days=1)
#: ... by this much at most, and once an hour at least.
RARELY = 3
#: When one is due that has not run yet.
_AT_ONCE = datetime.fromtimestamp(0, UTC)


def wait_of(
    interval: timedelta,
    state: str,
    failures: int,
    needs_attention: bool,
    idle: timedelta = timedelta(),
) -> timedelta:
    """How long after a run that ended in ``state`` the next is due; ``failures`` in a row.
    ``idle``: for how long nothing was to do."""
    if needs_attention:
        return max(interval, AT_MOST)
    if state == Run.State.BUSY:
        return min(interval, SOON)
    if failures:
        return min(AT_MOST, min(interval, RETRY) * (1 << min(failures - 1, 10)))
    slower = interval * min(RARELY, max(1, idle / IDLE))
    return max(interval, min(slower, AT_MOST))


def queue_due(now: datetime) -> list[Run]:
    """A queued run for each connection that is due, the most urgent first; several workers may
    ask at once."""
    if not (due := [row.pk for row in _due(_active(), now)]):
        return []
    with transaction.atomic():
        # Whoever comes second finds the rows locked, or sees the run that the first has queued.
        locked = _active().filter(pk__in=due).select_for_update(of=("self",), skip_locked=True)
        return [ask_for_run(connection) for connection in _due(locked, now)]


def due_at(connection: Connection) -> datetime | None:
    """When its next sync is due, which may be over already; None of one that is not active, or
    whose sync waits or is under way."""
    row = _active().filter(pk=connection.pk).first()
    return _due_at(row) if row else None


def lag(now: datetime) -> timedelta:
    """For how long the connection has waited that is due, or queued, for the longest. What has
    never run does not count: since when it is due is not known."""
    queued = Run.objects.filter(kind=Run.Kind.SYNC, state=Run.State.QUEUED)
    active: Iterable[Any] = _active()
    since = [*queued.values_list("requested_at", flat=True)]
    since += [_due_at(row) for row in active if row.last_end is not None]
    return max([now - moment for moment in since if moment < now], default=timedelta())


def _active() -> QuerySet[Connection]:
    """Active connections without a sync waiting or under way, with how the last ones ended."""
    open_ = Run.objects.filter(
        connection=OuterRef("pk"),
        kind=Run.Kind.SYNC,
        state__in=[Run.State.QUEUED, Run.State.RUNNING],
    )
    return with_ends(Connection.objects.filter(~Exists(open_), state=Connection.State.ACTIVE))


def with_ends(rows: QuerySet[Connection]) -> QuerySet[Connection]:
    """With how their last syncs ended: ``last_run``, ``last_state``, ``last_end``, ``failures`` in
    a row; and whether they, or an account of theirs, need somebody."""
    runs = Run.objects.filter(connection=OuterRef("pk"), kind=Run.Kind.SYNC).order_by("-pk")
    ended = runs.filter(finished_at__isnull=False, only="")
    good = ended.exclude(state__in=BROKEN).values("pk")[:1]
    failed = ended.filter(state__in=BROKEN, pk__gt=Coalesce(OuterRef("last_good"), Value(0)))
    steps = Step.objects.filter(connection=OuterRef("pk"), logged=True).order_by("-at", "-pk")
    troubled = ~Q(attention="") | ~Q(a__account__attention="") | ~Q(b__account__attention="")
    return rows.annotate(
        last_run=Subquery(ended.values("pk")[:1]),
        last_state=Coalesce(Subquery(ended.values("state")[:1]), Value("")),
        last_end=Subquery(ended.values("finished_at")[:1]),
        last_good=Subquery(good),
        last_step=Coalesce(Subquery(steps.values("at")[:1]), F("created_at")),
        failures=Coalesce(
            Subquery(
                failed.order_by().values("connection").annotate(n=Count("pk")).values("n")[:1]
            ),
            Value(0),
        ),
        told_at=F("planned__told_at"),
        needs_attention=Case(When(troubled, then=Value(True)), default=Value(False)),
    )


def _due(rows: Iterable[Connection], now: datetime) -> list[Connection]:
    due = [row for row in rows if now >= _due_at(row) or _ends_later(row, now)]
    return sorted(due, key=lambda row: _urgency(row, now), reverse=True)


def _urgency(row: Any, now: datetime) -> float:
    """How late it is, by what it waits between two runs. First syncs, which take long, are begun
    after those who only look for what is new."""
    return (now - _due_at(row)) / _wait(row) if row.last_end else 0


def _ends_later(row: Any, now: datetime) -> bool:
    return row.last_end is not None and row.last_end > now + SKEW


def _due_at(row: Any) -> datetime:
    """``row`` is one of ``_active``, with how its runs ended."""
    if row.last_end is None:
        return _AT_ONCE
    due: datetime = row.last_end + _wait(row)
    if row.told_at is None or row.failures or row.needs_attention:
        return due  # what fails is not tried more often for being told
    pause = timedelta(seconds=settings.WEBHOOK_PAUSE)
    told: datetime = max(row.told_at, row.last_end + pause)
    return min(due, told)


def _wait(row: Any) -> timedelta:
    interval, idle = timedelta(minutes=row.interval), row.last_end - row.last_step
    wait = wait_of(interval, row.last_state, row.failures, row.needs_attention, idle)
    return wait * _jitter(row.pk, row.last_run)


def _jitter(connection: int, run: int) -> float:
    """Between 1 and 1.1, another for each run: connections made together do not stay so."""
    return 1 + (crc32(f"{connection}/{run}".encode()) % 101) / 1000
