"""The database stops and is there again: as a server that is restarted, with everybody at work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection as database
from django.urls import reverse

from connections.models import Connection
from sync.claim import INTERRUPTED
from sync.models import Run
from sync.queue import ask_for_run, ring
from tests import postgres
from tests.ports import free_port
from tests.processes.books import Books
from tests.processes.conftest import Start
from tests.processes.databases import as_default
from tests.processes.running import SHORT, Browser, group_at_work, gunicorn, manage, until

pytestmark = pytest.mark.partner("postgresql")

STOPPED = "The database or the queue does not answer"
PAGE = reverse("admin:connections_account_add")


@pytest.fixture(scope="module", autouse=True)
def server(django_db_setup: None, django_db_blocker: object) -> Iterator[postgres.Server]:
    with postgres.server() as running, django_db_blocker.unblock(), as_default(running.url):
        yield running


def stop(server: postgres.Server) -> None:
    """With the test's own connection, which would not know."""
    database.close()
    server.stop()


def is_done(run: Run) -> bool:
    return Run.objects.filter(pk=run.pk, state="done").exists()


def test_a_database_that_is_restarted_under_the_worker_and_the_web(
    books: Books, server: postgres.Server, start: Start, start_worker: Start
) -> None:
    port = free_port()
    start(gunicorn(port))
    browser = Browser(f"http://127.0.0.1:{port}")
    until(lambda: browser.get(PAGE) == 200)
    halt = books.halt_at_write(21)
    worker = start_worker(("--silence", "80"), DJANGO_SETTINGS_MODULE=SHORT)
    halt.reached()
    interrupted = Run.objects.get(state="running")
    group = group_at_work()

    stop(server)  # the second worker, the pusher and the monitor have nothing to do
    halt.go_on()
    assert browser.get(PAGE) == 500
    until(lambda: STOPPED in worker.said() and "cannot be closed yet" in worker.said())
    server.start()
    until(lambda: browser.get(PAGE) == 200)
    until(lambda: Run.objects.filter(pk=interrupted.pk, state="failed").exists())
    interrupted.refresh_from_db()
    assert interrupted.why.startswith("The database stopped it: ")
    assert interrupted.why.endswith(INTERRUPTED)

    # And once more, while nobody has anything to do.
    before = worker.said().count(STOPPED)
    stop(server)
    until(lambda: worker.said().count(STOPPED) > before)
    server.start()
    following = ask_for_run(interrupted.connection)
    ring(following)
    until(lambda: is_done(following))
    books.expect_all_once()
    assert group_at_work() == group, "the same workers went on"


def test_a_sync_by_hand_says_that_the_database_stopped_and_the_next_goes_on(
    books: Books, server: postgres.Server, start: Start
) -> None:
    halt = books.halt_at_write(21)
    sync = start(manage("sync", "pair"))
    halt.reached()
    stop(server)
    halt.go_on()
    assert sync.process.wait(90) == 2
    until(lambda: "The database stopped it" in sync.said())
    assert "Traceback" not in sync.said()

    at_once = start(manage("sync", "pair"))
    assert at_once.process.wait(90) == 2
    until(lambda: "The database stopped it" in at_once.said())
    assert "Traceback" not in at_once.said()

    server.start()
    following = start(manage("sync", "pair"))
    assert following.process.wait(90) == 0, following.said()
    assert Connection.objects.get().attention == ""
    assert Run.objects.get(state="failed").why == INTERRUPTED
    books.expect_all_once()
