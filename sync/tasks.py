"""What the queue's workers call: fetch a row, call one function. Rows are the queue, so a task
that is lost or given out twice does no harm."""

from __future__ import annotations

import logging

from django.db import connection
from django.utils import timezone

from sync.claim import give_up
from sync.database import DATABASE_STOPPED, what_stopped
from sync.host import Host, this_process
from sync.models import Run
from sync.queue import ring
from sync.run import perform
from sync.turns import next_in_turn
from sync.watch import pulse

log = logging.getLogger(__name__)

#: Seconds between two attempts to close a run.
AGAIN = 2


def perform_run(run_id: int) -> None:
    """What was asked for while another run of the connection, or of its accounts, is under way
    has its turn when that has ended."""
    host = this_process()
    cause = ""
    try:
        perform(run_id, host=host, patient=True)
    except DATABASE_STOPPED as error:
        cause = what_stopped(error)
        raise
    finally:
        _give_up(run_id, host, cause)
    run = Run.objects.select_related("connection__a", "connection__b").get(pk=run_id)
    if run.finished_at and (following := next_in_turn(run)):
        ring(following)


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
