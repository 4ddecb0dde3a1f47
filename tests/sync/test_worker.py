"""The worker as a process, with limits short enough for a test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from connections.accounts import keep_container, open_account, refresh_catalogue
from connections.mappings import default_lines
from connections.models import Account, Connection, Container, FieldMapping
from connections.vault import seal
from sync.models import Heartbeat, Run
from sync.queue import ask_for_run

QUICK = ("--look", "0.3", "--beat", "1", "--silence", "6", "--grace", "10")


@pytest.fixture
def connection(transactional_db: None, var: Path) -> Connection:
    sides: list[Container] = []
    for name in ("one", "two"):
        account = Account.objects.create(name=name, app="memory", sealed=seal({"name": name}))
        connector = open_account(account)
        sides.append(keep_container(account, connector.containers()[0]))
        refresh_catalogue(sides[-1], connector, timezone.now())
    made = Connection.objects.create(name="pair", a=sides[0], b=sides[1])
    for position, line in enumerate(default_lines(sides[0].catalogue, sides[1].catalogue)):
        FieldMapping.objects.create(connection=made, position=position, **line._asdict())
    return made


@pytest.fixture
def worker(manage_environment: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "worker", *QUICK],
            cwd=settings.BASE_DIR,
            env=manage_environment,
            stdout=log,
            stderr=log,
        )
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait(30)


def until(what: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def processes(group: int) -> dict[int, int]:
    """Living processes of a process group, each with its parent."""
    found: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found[int(stat.parent.name)] = int(fields[1])
    return found


def group_at_work() -> int:
    """The process group that last gave a heartbeat."""
    until(Heartbeat.objects.exists)
    return int(Heartbeat.objects.latest("at").name.rpartition("/")[2])


def test_the_worker_runs_what_is_queued_and_what_is_due_and_stops_without_a_trace(
    connection: Connection, worker: subprocess.Popen[bytes]
) -> None:
    run = ask_for_run(connection, kind="preview")
    until(lambda: Run.objects.filter(pk=run.pk, state="done").exists())
    assert list(Run.objects.filter(kind="sync")) == []
    Connection.objects.update(state="active")
    until(lambda: Run.objects.filter(kind="sync", state="done").exists())
    group = group_at_work()
    assert len(processes(group)) > 3
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    assert processes(group) == {}


@pytest.mark.sqlite_only
def test_a_cluster_that_only_looks_alive_is_started_anew(
    connection: Connection, worker: subprocess.Popen[bytes]
) -> None:
    group = group_at_work()
    _kill_idle_workers(group)
    run = ask_for_run(connection, kind="preview")
    until(lambda: Run.objects.filter(pk=run.pk, state="done").exists(), 40)
    assert group_at_work() != group
    assert processes(group) == {}


@pytest.mark.sqlite_only
def test_nothing_outlives_a_supervisor_that_was_killed(
    connection: Connection, worker: subprocess.Popen[bytes]
) -> None:
    group = group_at_work()
    worker.kill()
    worker.wait()
    until(lambda: processes(group) == {})


def _kill_idle_workers(group: int) -> None:
    """leash > cluster > sentinel > workers, monitor, pusher: all the last."""
    family = processes(group)
    (cluster,) = [pid for pid, parent in family.items() if parent == group]
    (sentinel,) = [pid for pid, parent in family.items() if parent == cluster]
    for pid, parent in family.items():
        if parent == sentinel:
            os.kill(pid, signal.SIGKILL)
