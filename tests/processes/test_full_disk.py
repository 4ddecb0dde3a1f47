"""The disk is full: of SQLite, whose file may not grow, and of processes that may not write."""

from __future__ import annotations

import resource
from collections.abc import Iterable

import pytest
from django.db import connection as database

from sync.claim import INTERRUPTED
from sync.models import Run
from sync.queue import ask_for_run, ring
from tests.processes.books import Books
from tests.processes.conftest import Start
from tests.processes.running import LONG, group_at_work, manage, processes, until

pytestmark = pytest.mark.sqlite_only

SMALL = "tests.processes.small_disk"
#: Bytes of a file: after the head of SQLite's log there is no room for one page.
NOTHING = 4096


def pragma(name: str) -> int:
    with database.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return int(cursor.fetchone()[0])


def may_write(pids: Iterable[int], size: int) -> None:
    for pid in pids:
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


def test_a_sync_by_hand_that_has_room_for_a_part_of_it(books: Books, start: Start) -> None:
    """It is stopped before it writes to an app, and with a little more room in the middle."""
    with database.cursor() as cursor:
        cursor.execute("VACUUM")  # what earlier tests left would be room as well
    written = [is_stopped(books, start, room) for room in (2, 32)]
    assert written[0] == 0 < written[1] < 60

    following = start(manage("sync", "pair"))
    assert following.process.wait(LONG) == 0, following.said()
    books.expect_all_once()


def is_stopped(books: Books, start: Start, room: int) -> int:
    """A sync with room for so many pages more; how many cards were written so far."""
    pages = str(pragma("page_count") + room)
    sync = start(manage("sync", "pair"), DJANGO_SETTINGS_MODULE=SMALL, PAGES=pages)
    assert sync.process.wait(LONG) == 2
    until(lambda: "The database stopped it: database or disk is full. " in sync.said())
    assert "Traceback" not in sync.said()
    return books.b.methods.count("PUT")


def test_a_worker_that_cannot_write_goes_on_when_there_is_room(
    books: Books, start_worker: Start
) -> None:
    """It, the supervisor and all others of them; the run is in the middle of writing to an app."""
    halt = books.halt_at_write(21)
    worker = start_worker()
    halt.reached()
    run = Run.objects.get(state="running")
    group = group_at_work()
    everybody = [worker.pid, *processes(group)]
    may_write(everybody, NOTHING)
    halt.go_on()
    until(lambda: f"Run {run.pk} cannot be closed yet" in worker.said())
    assert Run.objects.get(pk=run.pk).state == "running"

    may_write(everybody, resource.RLIM_INFINITY)
    until(lambda: Run.objects.filter(pk=run.pk, state="failed").exists())
    run.refresh_from_db()
    assert run.why.startswith("The database stopped it: ")
    assert run.why.endswith(f"(is its disk full?). {INTERRUPTED}")
    following = ask_for_run(run.connection)
    ring(following)
    until(lambda: Run.objects.filter(pk=following.pk, state="done").exists())
    books.expect_all_once()
