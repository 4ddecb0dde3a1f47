"""What the worker logs of its runs: which run of which connection, and nobody's data."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Mapping
from multiprocessing import Queue, Value
from typing import Any

import pytest
from django.db import DataError, OperationalError
from django.test import Client
from django.utils import timezone
from django_q.monitor import monitor
from django_q.worker import worker

from config.logs import formatter
from connections.models import Account
from connections.vault import seal
from connectors.errors import Refused, SignInAgain, TryAgain
from connectors.memory import store
from sync.models import Run, SyncRecord
from sync.queue import ask_for_run
from tests.sync.conftest import Pair, PickyApp, person

#: In the names, addresses and values of contacts, and in credentials.
PLANTED = "zebulon"


@pytest.fixture
def zebulons(transactional_db: None, pair: Pair) -> Pair:
    for app in (pair.a, pair.b):
        app.add(person("Zebulon", "zebulon@example.org", company="Zebulon & Sons"))
    pair.a.add(person("Zebulonella", "zebulonella@example.org", notes="Calls Zebulon."))
    for name in ("one", "two"):
        secret = {"name": name, "password": "zebulon's own"}
        Account.objects.filter(name=name).update(sealed=seal(secret))
    return pair


def carried_out(run: Run) -> Run:
    """By a worker of django-q, whose monitor tells of it."""
    tasks: Any = Queue()
    results: Any = Queue()
    task = {"id": "1", "name": f"run {run.pk}", "func": "sync.tasks.perform_run"}
    tasks.put({**task, "args": (run.pk,), "kwargs": {}, "started": timezone.now()})
    tasks.put("STOP")
    worker(tasks, results, Value("f", -1))
    results.put("STOP")
    monitor(results)
    run.refresh_from_db()
    return run


def lines(log: io.StringIO) -> list[Mapping[str, Any]]:
    found = [json.loads(line) for line in log.getvalue().splitlines()]
    assert PLANTED not in log.getvalue().casefold()
    return found


def test_a_run_is_told_with_its_ids_and_numbers(zebulons: Pair, log: io.StringIO) -> None:
    zebulons.b.errors["Zebulonetta"] = Refused("zebulonetta@example.org is not welcome.")
    zebulons.a.add(person("Zebulonetta", "zebulonetta@example.org"))
    run = carried_out(ask_for_run(zebulons.connection))
    assert run.state == "done" and SyncRecord.objects.count() == 3
    (line,) = lines(log)
    assert line.pop("seconds") > 0 and line.pop("requests") >= 3
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "The run ended.",
        "level": "info",
        "logger": "sync.tasks",
        "run": run.pk,
        "connection": zebulons.connection.pk,
        "kind": "sync",
        "state": "done",
        "changed": 1,
        "failed": 1,
    }


@pytest.mark.parametrize("error", [TryAgain, SignInAgain])
def test_what_stops_a_run_is_not_quoted(
    zebulons: Pair, log: io.StringIO, error: type[TryAgain | SignInAgain]
) -> None:
    zebulons.b.errors["Zebulonella"] = error("Zebulon has no password zebulon@example.org.")
    run = carried_out(ask_for_run(zebulons.connection))
    (line,) = lines(log)
    assert (line["run"], line["state"]) == (run.pk, run.state)


class Broken(PickyApp):
    """Has a fault of its own, or comes upon one of ours, that quotes somebody."""

    error: Exception

    def create(self, *arguments: Any) -> Any:
        try:
            return {}["zebulon@example.org"]
        except KeyError as error:
            raise self.error from error


@pytest.mark.parametrize("error", [ValueError, DataError, OperationalError])
def test_what_breaks_a_run_is_told_by_its_kind_and_place(
    zebulons: Pair, log: io.StringIO, error: type[Exception]
) -> None:
    app = Broken(zebulons.clock)
    app.error = error("The disk is full.\nDETAIL: Key (email)=(zebulon@example.org) is …")
    store.placed["two"] = app
    run = carried_out(ask_for_run(zebulons.connection))
    broke, ended = lines(log)
    assert (broke["run"], broke["connection"]) == (run.pk, zebulons.connection.pk)
    assert broke["event"] == "The run broke." and broke["level"] == "error"
    *_, last = broke["exception"].splitlines()
    said = ": The disk is full." if error is OperationalError else ""
    assert last == f"{error.__module__}.{error.__qualname__}{said}"
    assert "builtins.KeyError" in broke["exception"] and "test_log_lines.py" in broke["exception"]
    assert ended["logger"] == "django-q"
    assert ended["event"] == f"Failed 'sync.tasks.perform_run' (run {run.pk})"


def test_a_page_that_breaks_is_told_without_what_was_asked(
    admin_client: Client, log: io.StringIO
) -> None:
    admin_client.get("/admin/no/such/page/?q=zebulon")
    logging.getLogger("django.request").error(
        "%s: %s", "Not Found", "/x/?q=zebulon", extra={"request": "q=zebulon", "status_code": 404}
    )
    assert [line.get("status_code") for line in lines(log)] == [404, 404]


def test_lines_for_eyes_are_as_silent(capsys: pytest.CaptureFixture[str]) -> None:
    record = logging.LogRecord(
        "other", 40, "", 1, "From %s:\n%s", ("a@zebulon.org", "Zebulon"), None
    )
    shown = formatter("lines").format(record)
    assert "From …@…:" in shown and PLANTED not in shown.casefold()
