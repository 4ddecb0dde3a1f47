"""Several processes take the same runs at the same moment."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import pytest
from django_q.models import OrmQ

from connections.models import Connection
from sync.models import Run, Step
from sync.queue import ask_for_run
from tests.processes.books import Books
from tests.processes.conftest import Start
from tests.processes.running import LONG, until

RACE = """
import sys, time, django
django.setup()
from pathlib import Path
from sync.models import Run
from sync.tasks import perform_run
ready, go = Path(sys.argv[1]), Path(sys.argv[2])
ready.touch()
while not go.exists():
    time.sleep(0.001)
for pk in map(int, sys.argv[3:]):
    perform_run(pk)
"""


@pytest.mark.sqlite_only
def test_of_several_processes_that_have_the_same_runs_each_run_is_one_processes(
    books: Books, start: Start, tmp_path: Path
) -> None:
    connection = Connection.objects.get()
    asked = [str(ask_for_run(connection).pk) for _ in range(4)]
    go, flags = tmp_path / "go", [tmp_path / f"ready-{number}" for number in range(3)]
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings"}
    racers = [
        start([sys.executable, "-c", RACE, str(flag), str(go), *asked], **environment)
        for flag in flags
    ]
    until(lambda: all(flag.exists() for flag in flags))
    go.touch()
    assert [racer.process.wait(LONG) for racer in racers] == [0, 0, 0], racers[0].said()
    done = list(Run.objects.exclude(state="queued").order_by("started_at"))
    assert {run.state for run in done} == {"done"}
    for run, following in pairwise(done):
        assert run.finished_at and following.started_at
        assert run.finished_at <= following.started_at
    assert Step.objects.filter(verb="create").count() == 60
    assert books.b.methods.count("PUT") == 60
    assert books.are_equal()
    # Whoever was left for later has a bell that rings for it.
    assert Run.objects.filter(state="queued").count() == 0 or OrmQ.objects.exists()
