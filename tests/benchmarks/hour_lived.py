"""What ``hour.py`` has done in a process of the installation: ``first``, every connection's run,
or ``hour FILE ACCOUNT …``, what is due in an hour, minute by minute, while people edit their
contacts in the stand-ins' file."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from connections.models import Connection
from connectors.sandbox.sandbox import Sandbox
from sync.host import this_process
from sync.models import Run
from sync.queue import ask_for_run
from sync.run import perform
from sync.watch.due import queue_due
from tests.benchmarks.scale import edit_some

MINUTES = 60


class Life:
    """The installation's clock, which stands until it is moved, and what its work has cost."""

    def __init__(self) -> None:
        self.time = timezone.now()
        self.host = replace(this_process(), now=lambda: self.time, sleep=self._sleep)
        self.runs: list[Run] = []
        self.cpu = self.wall = 0.0
        self.queries = 0

    def due(self) -> None:
        with self._measured():
            queued = queue_due(self.time)
        for run in queued:
            self.perform(run)

    def perform(self, run: Run) -> None:
        with self._measured():
            self.runs.append(perform(run.pk, host=self.host))
        if self.runs[-1].state != Run.State.DONE:
            raise SystemExit(f"A run ended {self.runs[-1].state}: {self.runs[-1].why}")

    def _sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    @contextmanager
    def _measured(self) -> Iterator[None]:
        cpu, wall = time.process_time(), time.perf_counter()
        with connection.execute_wrapper(self._count):
            yield
        self.cpu += time.process_time() - cpu
        self.wall += time.perf_counter() - wall

    def _count(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.queries += 1
        return execute(sql, params, many, context)

    def told(self) -> dict[str, Any]:
        sides = [counts for run in self.runs for counts in (run.counts["a"], run.counts["b"])]
        return {
            "runs": len(self.runs),
            "cpu": self.cpu,
            "wall": self.wall,
            "queries": self.queries,
            **{word: sum(side[word] for side in sides) for word in _COUNTED},
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }


_COUNTED = ("requests", "created", "updated")


def main() -> None:
    phase, *arguments = sys.argv[1:]
    life = Life()
    if phase == "first":
        for pair in Connection.objects.order_by("pk"):
            life.perform(ask_for_run(pair, approved=True))
    else:
        file, *accounts = arguments
        with closing(Sandbox(Path(file))) as sandbox:
            _hour(life, sandbox, accounts)
    sys.stdout.write(json.dumps(life.told()))


def _hour(life: Life, sandbox: Sandbox, accounts: Sequence[str]) -> None:
    hands = [sandbox.apps["google"].hands(account) for account in accounts]
    for minute in range(MINUTES):
        with sandbox.store.transaction():
            for number in range(minute, len(hands), MINUTES):
                edit_some(hands[number])
        life.due()
        life.time += timedelta(minutes=1)
