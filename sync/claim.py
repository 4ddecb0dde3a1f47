"""A run is claimed by its row: of a connection at most one is *running*, and the row says which
process has it. One whose process is no more is closed, so that the next may start."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from sync import counts, days, totals
from sync.host import Host
from sync.leases import in_force
from sync.models import Lease, Run

#: A running row that gave no sign of life for so long, and holds no lease, is taken for dead.
SILENT = timedelta(minutes=5)
INTERRUPTED = "It was interrupted; the next run goes on."
#: What a person asked for is not done behind their back, later.
INTERRUPTED_TASK = "It was interrupted: what was done stays done. Ask for it again for the rest."


def claim(run: Run, host: Host, patient: bool = False) -> bool:
    """Make the row *running*. When another run of the connection is, this one ends as busy, or of
    the ``patient`` stays queued."""
    now = host.now()
    bury_dead(now, host, connection=run.connection_id)
    run.state, run.owner, run.started_at, run.alive_at = Run.State.RUNNING, host.owner, now, now
    try:
        with transaction.atomic():
            taken = Run.objects.filter(pk=run.pk, state=Run.State.QUEUED).update(
                state=run.state, owner=run.owner, started_at=now, alive_at=now
            )
    except IntegrityError:
        if patient:
            run.refresh_from_db()
            return False
        run.state, run.why = Run.State.BUSY, "Another run of this connection is under way."
        run.started_at = run.finished_at = now
        run.counts = counts.of_run(run, {}, counts.totals(run.connection))
        with transaction.atomic():
            run.save(update_fields=["state", "why", "started_at", "finished_at", "counts"])
            totals.add(run)
        return False
    if not taken:
        run.refresh_from_db()
    return bool(taken)


def bury_dead(now: datetime, host: Host, connection: int | None = None) -> None:
    """Close runs whose process is no more; of one connection, or of all."""
    running = Run.objects.filter(state=Run.State.RUNNING)
    for run in running.filter(connection=connection) if connection else running:
        if host.is_dead(run.owner) or _is_silent(run, now):
            _close(run, now)


def unclaim(run: Run, why: str) -> None:
    """Of a run that has not begun: it is queued again, unless it was taken for dead meanwhile.
    ``why`` is what it waits for."""
    ours = Run.objects.filter(pk=run.pk, state=Run.State.RUNNING, owner=run.owner)
    ours.update(
        state=Run.State.QUEUED,
        owner="",
        waits=why[:500],
        phase="",
        **dict.fromkeys(("started_at", "alive_at", "phase_at")),
    )
    run.refresh_from_db()


def give_up(run_id: int, host: Host, cause: str = "") -> None:
    """Close the run if this process has left it open: its end was an error of ours, or of the
    database, which then still has the accounts as held. ``cause``: a sentence, where it is
    known."""
    for run in Run.objects.filter(pk=run_id, state=Run.State.RUNNING, owner=host.owner):
        _close(run, host.now(), cause)
    Lease.objects.filter(owner=host.owner).update(owner="", until=None)


def _is_silent(run: Run, now: datetime) -> bool:
    """No sign of life, although it may be on a machine of which we know nothing else. A long
    reading says nothing, but renews its leases."""
    # One that was alive in what is yet to come had a clock that was wrong.
    quiet = run.alive_at is None or abs(now - run.alive_at) > SILENT
    return quiet and not Lease.objects.filter(in_force(now), owner=run.owner).exists()


def _close(run: Run, now: datetime, cause: str = "") -> None:
    """What it asked of the apps nobody knows any more."""
    run.state, run.phase, run.finished_at = Run.State.FAILED, "", now
    run.why = f"{cause} {INTERRUPTED_TASK if run.task else INTERRUPTED}".lstrip()
    run.counts = counts.of_run(run, {}, counts.totals(run.connection))
    with transaction.atomic():
        closed = Run.objects.filter(pk=run.pk, state=Run.State.RUNNING, owner=run.owner).update(
            state=run.state,
            phase=run.phase,
            finished_at=run.finished_at,
            why=run.why,
            counts=run.counts,
        )
        if closed:
            days.add(run)
            totals.add(run)
