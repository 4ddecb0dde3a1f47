"""What the queue's workers call: fetch a row, call one function. Rows are the queue, so a task
that is lost or given out twice does no harm."""

from __future__ import annotations

from django.utils import timezone

from sync.claim import give_up
from sync.host import this_process
from sync.models import Run
from sync.queue import ring
from sync.run import perform
from sync.watch import pulse


def perform_run(run_id: int) -> None:
    """What a person asked for while another run of the connection is under way has its turn when
    that has ended."""
    host = this_process()
    try:
        perform(run_id, host=host, patient=True)
    finally:
        give_up(run_id, host)
    run = Run.objects.get(pk=run_id)
    if run.finished_at:
        waiting = Run.objects.filter(connection=run.connection_id, state=Run.State.QUEUED)
        for following in waiting.order_by("pk")[:1]:
            ring(following)


def beat() -> None:
    """Only a worker that takes tasks and carries them out comes here."""
    pulse.beat(timezone.now())
