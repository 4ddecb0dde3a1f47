"""What the queue's workers call: fetch a row, call one function. Rows are the queue, so a task
that is lost or given out twice does no harm."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from sync.claim import give_up
from sync.database import DATABASE_STOPPED, what_stopped
from sync.host import Host, this_process
from sync.models import Erasure, Run
from sync.queue import ring
from sync.run import perform
from sync.turns import next_in_turn
from sync.watch import outbox, pulse, troubles
from sync.watch.erasing.carry_out import carry_out
from sync.watch.hooks import tend
from sync.watch.retention import forget

log = logging.getLogger(__name__)

#: Seconds between two attempts to close a run.
AGAIN = 2
#: Seconds that old rows may be dropped in one go: a worker is there for runs first.
TIDYING = 60
#: Seconds that an erasure waits for accounts that are in use.
ERASING = 60


def perform_run(run_id: int) -> None:
    """What was asked for while another run of the connection, or of its accounts, is under way
    has its turn when that has ended."""
    host = this_process()
    cause = ""
    try:
        with _logged(run_id):
            perform(run_id, host=host, patient=True)
    except DATABASE_STOPPED as error:
        cause = what_stopped(error)
        raise
    finally:
        _give_up(run_id, host, cause)
    run = Run.objects.select_related("connection__a", "connection__b").get(pk=run_id)
    if run.finished_at and (following := next_in_turn(run)):
        ring(following)


@contextmanager
def _logged(run_id: int) -> Iterator[None]:
    """Each line that is logged meanwhile has the ids of the run and its connection."""
    connection_id = Run.objects.filter(pk=run_id).values_list("connection", flat=True).first()
    with bound_contextvars(run=run_id, connection=connection_id):
        try:
            yield
        except BaseException:
            log.exception("The run broke.")
            raise
        _log_end(Run.objects.get(pk=run_id))


def _log_end(run: Run) -> None:
    if run.finished_at is None:
        log.info("The run waits for its turn.", extra={"kind": run.kind})
        return
    sides = [run.counts[side] for side in "ab"]
    told = {
        "kind": run.kind,
        "state": run.state,
        "seconds": (run.finished_at - (run.started_at or run.finished_at)).total_seconds(),
        "requests": sum(side["requests"] for side in sides),
        "changed": sum(side["created"] + side["updated"] for side in sides),
        "failed": sum(run.counts["failed"].values()),
    }
    log.info("The run ended.", extra=told)


def _give_up(run_id: int, host: Host, cause: str) -> None:
    """When it was the database that stopped the run (it was restarted, its disk is full), the run
    is closed once that works again: this process is alive, so that nobody else would."""
    while True:
        try:
            return give_up(run_id, host, cause)
        except DATABASE_STOPPED as error:
            log.error("Run %d cannot be closed yet, the database does not work: %s", run_id, error)
            connection.close()
            host.sleep(AGAIN)


def beat() -> None:
    """Only a worker that takes tasks and carries them out comes here."""
    pulse.beat(timezone.now())


def erase(erasure_id: int) -> None:
    """Where a run is at work with their accounts, the supervisor rings again."""
    erasure = Erasure.objects.get(pk=erasure_id)
    if erasure.ended_at is None:
        carry_out(erasure, this_process(), patience=ERASING)


def tidy() -> None:
    """Drop what is older than it has to be kept, and leave the rest for the next time; and see to
    the webhooks."""
    tend(timezone.now())
    end = time.monotonic() + TIDYING
    dropped = forget(settings.RETENTION_DAYS, this_process(), lambda: time.monotonic() > end)
    if dropped.anything:
        log.info("Old rows were dropped: %s.", dropped)


def tell() -> None:
    """What went wrong or is well again, and digests: to whoever asked for it."""
    now = timezone.now()
    troubles.look(now)
    outbox.write_digests(now)
    outbox.send_due(timezone.now)
    outbox.drop_old(now)
