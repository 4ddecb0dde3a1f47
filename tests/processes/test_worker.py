"""The worker as a process, with limits short enough for a test."""

from __future__ import annotations

import os
import signal
from functools import partial

import pytest

from connections.models import Connection
from sync.claim import INTERRUPTED
from sync.host import pid_here
from sync.models import Heartbeat, Run
from sync.queue import ask_for_run, ring
from tests.processes.books import Books
from tests.processes.conftest import Start
from tests.processes.running import SHORT, Family, Program, group_at_work, processes, until


@pytest.fixture
def worker(start_worker: Start) -> Program:
    return start_worker()


def is_done(run: Run) -> bool:
    return Run.objects.filter(pk=run.pk, state="done").exists()


def carries_out(connection: Connection) -> None:
    """What is asked for now."""
    run = ask_for_run(connection, kind="preview")
    ring(run)
    until(lambda: is_done(run))


def goes_on(books: Books, run: Run) -> None:
    """The run is told of as interrupted, and the next does what it left."""
    until(lambda: Run.objects.filter(pk=run.pk, state="failed", why=INTERRUPTED).exists())
    following = ask_for_run(run.connection)
    ring(following)
    until(lambda: is_done(following))
    assert books.are_equal()


def running() -> Run:
    return Run.objects.get(state="running")


def test_the_worker_runs_what_is_queued_and_what_is_due_and_stops_without_a_trace(
    connection: Connection, worker: Program
) -> None:
    """Nobody rings here: the worker finds both by itself."""
    run = ask_for_run(connection, kind="preview")
    until(lambda: is_done(run))
    assert list(Run.objects.filter(kind="sync")) == []
    Connection.objects.update(state="active")
    until(lambda: Run.objects.filter(kind="sync", state="done").exists())
    group = group_at_work()
    assert len(processes(group)) > 3
    assert worker.stop() == 0
    assert processes(group) == {}


@pytest.mark.sqlite_only
def test_a_cluster_that_only_looks_alive_is_started_anew(
    connection: Connection, worker: Program
) -> None:
    """Who is killed while it waits for a task takes the lock of the queue with it; who is killed
    at work does not, and is only replaced."""
    for _ in range(5):
        family = Family()
        for pid in family.rest:
            os.kill(pid, signal.SIGKILL)
        carries_out(connection)
        if group_at_work() != family.leash:
            break
    assert group_at_work() != family.leash
    assert processes(family.leash) == {}


@pytest.mark.sqlite_only
def test_whichever_process_is_killed_the_work_goes_on_and_nobody_works_twice(
    connection: Connection, start_worker: Start
) -> None:
    """One after the other, all of them idle. The worker may have the queue's lock, or not."""
    worker = start_worker(DJANGO_SETTINGS_MODULE=SHORT)
    for name in ("pusher", "worker", "cluster", "leash", "sentinel"):
        family = Family()
        group = family.leash
        victims = {
            **{"pusher": family.rest[-1], "worker": family.rest[0], "sentinel": family.sentinel},
            **{"cluster": family.cluster, "leash": family.leash},
        }
        os.kill(victims[name], signal.SIGKILL)
        until(partial(_is_gone, group, victims[name]))
        if name in ("cluster", "leash", "sentinel"):  # the others follow: they would be amid it
            until(partial(_has_ended, group))
        Heartbeat.objects.all().delete()
        carries_out(connection)
        assert group_at_work() == group or processes(group) == {}, name
    assert len(processes(group_at_work())) <= 7
    assert "Traceback" not in worker.said()
    # Of the last three the supervisor knows at once, without waiting for a silence.
    assert worker.said().count("The workers ended by themselves.") == 3


def _has_ended(group: int) -> bool:
    return not processes(group)


def _is_gone(group: int, pid: int) -> bool:
    return pid not in processes(group)


@pytest.mark.sqlite_only
def test_nothing_outlives_a_supervisor_that_was_killed(
    connection: Connection, worker: Program
) -> None:
    group = group_at_work()
    worker.kill()
    until(lambda: processes(group) == {})


@pytest.mark.sqlite_only
def test_a_worker_killed_in_the_middle_of_a_run(books: Books, worker: Program) -> None:
    halt = books.halt_at_write(21)
    halt.reached()
    run = running()
    pid = pid_here(run.owner)
    assert pid
    os.kill(pid, signal.SIGKILL)
    halt.go_on()
    goes_on(books, run)


@pytest.mark.sqlite_only
def test_a_supervisor_killed_in_the_middle_of_a_run(books: Books, start_worker: Start) -> None:
    halt = books.halt_at_write(21)
    worker = start_worker(("--grace", "0.5"))
    halt.reached()
    run = running()
    pid = pid_here(run.owner)
    assert pid
    group = os.getpgid(pid)
    worker.kill()
    until(lambda: processes(group) == {})
    halt.go_on()
    start_worker()
    goes_on(books, run)


@pytest.mark.sqlite_only
def test_a_stop_waits_for_the_run_that_is_under_way(books: Books, start_worker: Start) -> None:
    halt = books.halt_at_write(21)
    worker = start_worker(("--grace", "80"))
    halt.reached()
    run = running()
    worker.process.send_signal(signal.SIGTERM)
    halt.go_on()
    assert worker.process.wait(90) == 0
    assert is_done(run)
    assert books.are_equal()
