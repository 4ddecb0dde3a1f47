"""Rings for runs that wait. The web rings at once; this is for bells that were lost."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.db.models import Q
from django_q.brokers import get_broker
from django_q.tasks import async_task

from sync.models import Run
from sync.queue import ring
from sync.watch.due import SKEW
from sync.watch.erasing.carry_out import open_erasures

#: A run that waits for less was rung for by whoever asked, or is about to be carried out by the
#: command that made it.
PATIENCE = timedelta(seconds=4)
#: Seconds between two rings for the same run.
AGAIN = 60
#: With so many bells waiting another would only add to the heap.
ENOUGH = 20


class Bell:
    def __init__(self) -> None:
        self._rung: dict[int, float] = {}
        self._erasing: dict[int, float] = {}

    def ring_for_waiting(self, now: datetime) -> None:
        moment = time.monotonic()
        self._rung = {pk: at for pk, at in self._rung.items() if moment - at < AGAIN}
        # Those of a moment that is yet to come were asked for while a clock was wrong.
        long_ago = Q(requested_at__lt=now - PATIENCE) | Q(requested_at__gt=now + SKEW)
        waiting = Run.objects.filter(long_ago, state=Run.State.QUEUED)
        for run in waiting.exclude(pk__in=self._rung).order_by("requested_at")[:ENOUGH]:
            self.ring(run)

    def ring(self, run: Run) -> None:
        self._rung[run.pk] = time.monotonic()
        ring(run)

    def ring_for_erasures(self) -> None:
        """For those that were asked for just now, and those that could not be carried out yet."""
        moment = time.monotonic()
        self._erasing = {pk: at for pk, at in self._erasing.items() if moment - at < AGAIN}
        for pk in open_erasures():
            if pk not in self._erasing:
                self._erasing[pk] = moment
                async_task("sync.tasks.erase", pk, task_name=f"erasure {pk}", timeout=-1)

    def ask_for_beat(self) -> None:
        """And to tell people what there is to tell."""
        if get_broker().queue_size() < ENOUGH:
            async_task("sync.tasks.beat", task_name="heartbeat", save=False, timeout=30)
            async_task("sync.tasks.tell", task_name="notices", save=False, timeout=240)

    def ask_to_tidy(self) -> None:
        if get_broker().queue_size() < ENOUGH:
            async_task("sync.tasks.tidy", task_name="tidying", save=False)
