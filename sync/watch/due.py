"""Which connections are due, and what becomes of runs whose process is no more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from django.db import transaction
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from connections.models import Connection
from sync.leases import Host
from sync.models import Lease, Run
from sync.queue import ask_for_run
from sync.run import SILENT

#: How soon a failed run is tried again; each further failure in a row doubles it.
RETRY = timedelta(minutes=5)
#: What fails or needs a person is looked at this often, to see whether the cause is gone.
AT_MOST = timedelta(hours=1)
#: How soon after a run that found the accounts in use.
SOON = timedelta(minutes=1)
INTERRUPTED = "It was interrupted; the next run goes on."

_FAILURES = (Run.State.FAILED, Run.State.REFUSED)


def wait_of(interval: timedelta, state: str, failures: int, needs_attention: bool) -> timedelta:
    """How long after a run that ended in ``state`` the next is due; ``failures`` in a row."""
    if needs_attention:
        return max(interval, AT_MOST)
    if state == Run.State.BUSY:
        return min(interval, SOON)
    if failures:
        return min(AT_MOST, min(interval, RETRY) * (1 << min(failures - 1, 10)))
    return interval


def queue_due(now: datetime) -> list[Run]:
    """A queued run for each connection that is due; several workers may ask at once."""
    if not (due := [row.pk for row in _due(_active(), now)]):
        return []
    with transaction.atomic():
        # Whoever comes second finds the rows locked, or sees the run that the first has queued.
        locked = _active().filter(pk__in=due).select_for_update(of=("self",), skip_locked=True)
        return [ask_for_run(connection) for connection in _due(locked, now)]


def bury_dead(now: datetime, host: Host) -> None:
    """Close runs whose process is no more, so that others of their connections may start."""
    for run in Run.objects.filter(state=Run.State.RUNNING):
        if host.is_dead(run.owner) or _is_silent(run, now):
            _close(run, now)


def give_up(run_id: int, host: Host) -> None:
    """Close the run if this process has left it open: its end was an error of ours."""
    for run in Run.objects.filter(pk=run_id, state=Run.State.RUNNING, owner=host.owner):
        _close(run, host.now())


def _is_silent(run: Run, now: datetime) -> bool:
    """No sign of life, although it may be on a machine of which we know nothing else. A long
    reading says nothing, but renews its leases."""
    quiet = run.alive_at is None or run.alive_at < now - SILENT
    return quiet and not Lease.objects.filter(owner=run.owner, until__gt=now).exists()


def _close(run: Run, now: datetime) -> None:
    Run.objects.filter(pk=run.pk, state=Run.State.RUNNING, owner=run.owner).update(
        state=Run.State.FAILED, why=INTERRUPTED, phase="", finished_at=now
    )


def _active() -> QuerySet[Connection]:
    """Active connections without a sync waiting or under way, with how the last ones ended."""
    runs = Run.objects.filter(connection=OuterRef("pk"), kind=Run.Kind.SYNC).order_by("-pk")
    ended = runs.filter(finished_at__isnull=False, only="")
    good = ended.exclude(state__in=_FAILURES).values("pk")[:1]
    failed = ended.filter(state__in=_FAILURES, pk__gt=Coalesce(OuterRef("last_good"), Value(0)))
    open_ = runs.filter(state__in=[Run.State.QUEUED, Run.State.RUNNING])
    troubled = ~Q(attention="") | ~Q(a__account__attention="") | ~Q(b__account__attention="")
    return Connection.objects.filter(~Exists(open_), state=Connection.State.ACTIVE).annotate(
        last_run=Subquery(ended.values("pk")[:1]),
        last_state=Coalesce(Subquery(ended.values("state")[:1]), Value("")),
        last_end=Subquery(ended.values("finished_at")[:1]),
        last_good=Subquery(good),
        failures=Coalesce(
            Subquery(
                failed.order_by().values("connection").annotate(n=Count("pk")).values("n")[:1]
            ),
            Value(0),
        ),
        needs_attention=Case(When(troubled, then=Value(True)), default=Value(False)),
    )


def _due(rows: Iterable[Connection], now: datetime) -> list[Connection]:
    return [row for row in rows if _is_due(row, now)]


def _is_due(row: Any, now: datetime) -> bool:
    """``row`` is one of ``_active``, with how its runs ended."""
    if row.last_end is None:
        return True
    interval = timedelta(minutes=row.interval)
    wait = wait_of(interval, row.last_state, row.failures, row.needs_attention)
    due: bool = now >= row.last_end + wait * _jitter(row.pk, row.last_run)
    return due


def _jitter(connection: int, run: int) -> float:
    """Between 1 and 1.1, another for each run: connections made together do not stay so."""
    return 1 + (crc32(f"{connection}/{run}".encode()) % 101) / 1000
