"""What the queue's workers call: fetch a row, call one function. Rows are the queue, so a task
that is lost or given out twice does no harm."""

from __future__ import annotations

from django.utils import timezone

from sync.claim import give_up
from sync.host import this_process
from sync.run import perform
from sync.watch import pulse


def perform_run(run_id: int) -> None:
    host = this_process()
    try:
        perform(run_id, host=host)
    finally:
        give_up(run_id, host)


def beat() -> None:
    """Only a worker that takes tasks and carries them out comes here."""
    pulse.beat(timezone.now())
