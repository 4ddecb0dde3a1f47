"""The web server killed, as a whole and in the middle of a request."""

from __future__ import annotations

import os
import signal
from threading import Thread

import pytest
from django.urls import reverse

from connections.models import Account, Connection
from sync.models import Run
from tests.ports import free_port
from tests.processes.books import Books
from tests.processes.conftest import Start
from tests.processes.running import Browser, Halt, children, gunicorn, until

ADD = reverse("admin:connections_account_add")


@pytest.mark.sqlite_only
def test_the_web_killed_in_the_middle_of_a_request(books: Books, start: Start) -> None:
    """Somebody adds an account, and while the app is asked the process that serves it is killed;
    then all of it, after somebody has asked for a run."""
    port = free_port()
    first = start(gunicorn(port))
    browser = Browser(f"http://127.0.0.1:{port}")
    until(lambda: browser.get(ADD) == 200)
    halt = Halt()
    books.b.plan = [halt]
    answers: list[int] = []
    account = {"name": "three", "app": "carddav", "carddav__url": books.b.book}
    asking = Thread(target=lambda: answers.append(browser.post(ADD, **account)))
    asking.start()
    halt.reached()
    [serving] = children(first.pid, first.pid)
    os.kill(serving, signal.SIGKILL)
    asking.join()
    halt.go_on()
    assert answers == [0]
    until(lambda: browser.get(ADD) == 200)
    assert Account.objects.count() == 2

    connection = Connection.objects.get()
    assert browser.post(reverse("admin:connection_sync", args=[connection.pk])) == 302
    first.kill()
    until(lambda: children(first.pid, first.pid) == [] and browser.get(ADD) == 0)
    start(gunicorn(port))
    until(lambda: browser.get(ADD) == 200)
    assert Run.objects.get().state == "queued"
