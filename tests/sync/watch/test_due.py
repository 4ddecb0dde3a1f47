from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import TestCase

from connections.models import Account, Connection, Container
from sync.claim import INTERRUPTED, bury_dead, give_up
from sync.host import Host, this_process
from sync.models import Lease, Run, Step
from sync.watch.due import due_at, queue_due, wait_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def connection(db: None) -> Connection:
    sides = [
        Container.objects.create(
            account=Account.objects.create(name=name, app="memory"), remote_id="x", name=name
        )
        for name in "ab"
    ]
    return Connection.objects.create(name="pair", a=sides[0], b=sides[1], state="active")


def ended(connection: Connection, state: str, ago: timedelta, **values: object) -> Run:
    return Run.objects.create(connection=connection, state=state, finished_at=NOW - ago, **values)


def host(dead: bool = False) -> Host:
    return replace(this_process(), now=lambda: NOW, is_dead=lambda owner: dead)


@pytest.mark.parametrize(
    ("interval", "state", "failures", "attention", "wait"),
    [
        (5, "done", 0, False, 5),
        (5, "held", 0, False, 5),
        (1440, "done", 0, False, 1440),
        (5, "busy", 0, False, 1),
        (5, "failed", 1, False, 5),
        (5, "failed", 3, False, 20),
        (5, "refused", 40, False, 60),
        (1440, "failed", 1, False, 5),
        (1, "failed", 2, False, 2),
        (5, "refused", 1, True, 60),
        (1440, "refused", 1, True, 1440),
    ],
)
def test_wait(interval: int, state: str, failures: int, attention: bool, wait: int) -> None:
    assert wait_of(interval * MINUTE, state, failures, attention) == wait * MINUTE


def test_a_connection_that_never_ran_is_due_and_queued_once(connection: Connection) -> None:
    runs = queue_due(NOW)
    assert [(run.connection, run.state, run.kind) for run in runs] == [
        (connection, "queued", "sync")
    ]
    assert queue_due(NOW) == []


@pytest.mark.parametrize("state", ["draft", "paused"])
def test_only_active_connections_are_due(connection: Connection, state: str) -> None:
    Connection.objects.update(state=state)
    assert queue_due(NOW) == []


def test_due_after_the_interval_with_some_spread(connection: Connection) -> None:
    ended(connection, "done", 4 * MINUTE)
    assert queue_due(NOW) == []
    assert queue_due(NOW + 1.6 * MINUTE) != []


def test_failures_in_a_row_count_since_the_last_good_run(connection: Connection) -> None:
    for state in ("failed", "failed", "failed", "done", "failed", "failed"):
        ended(connection, state, 9 * MINUTE)
    assert queue_due(NOW) == []
    assert queue_due(NOW + 2.1 * MINUTE) != []


@pytest.mark.parametrize("where", ["connection", "account"])
def test_what_needs_attention_is_tried_hourly(connection: Connection, where: str) -> None:
    ended(connection, "refused", 50 * MINUTE)
    model = Connection if where == "connection" else Account
    model.objects.update(attention="Enter the credentials again.")
    assert queue_due(NOW) == []
    assert queue_due(NOW + 17 * MINUTE) != []


def test_a_run_of_one_contact_or_a_preview_does_not_put_off_the_next(
    connection: Connection,
) -> None:
    ended(connection, "done", MINUTE, only="x@example.org")
    ended(connection, "done", MINUTE, kind="preview")
    assert queue_due(NOW) != []


def test_runs_of_dead_processes_are_closed(connection: Connection) -> None:
    run = Run.objects.create(connection=connection, state="running", owner="x", alive_at=NOW)
    bury_dead(NOW, host())
    run.refresh_from_db()
    assert run.state == "running"
    bury_dead(NOW, host(dead=True))
    run.refresh_from_db()
    assert (run.state, run.why, run.finished_at) == ("failed", INTERRUPTED, NOW)


def test_a_silent_run_is_dead_unless_it_renews_its_leases(connection: Connection) -> None:
    silent = NOW - 6 * MINUTE
    run = Run.objects.create(connection=connection, state="running", owner="x", alive_at=silent)
    lease = Lease.objects.create(account=connection.a.account, owner="x", until=NOW + MINUTE)
    bury_dead(NOW, host())
    run.refresh_from_db()
    assert run.state == "running"
    Lease.objects.filter(pk=lease.pk).update(until=NOW - MINUTE)
    bury_dead(NOW, host())
    run.refresh_from_db()
    assert run.state == "failed"


def test_give_up_closes_only_what_this_process_left_open(connection: Connection) -> None:
    me = host()
    run = Run.objects.create(connection=connection, state="running", owner="somebody else")
    give_up(run.pk, me)
    run.refresh_from_db()
    assert run.state == "running"
    Run.objects.update(owner=me.owner)
    give_up(run.pk, me)
    run.refresh_from_db()
    assert run.state == "failed"


def test_looking_at_many_connections_is_one_query(connection: Connection) -> None:
    ended(connection, "done", MINUTE)
    for number in range(3):
        copy = Connection.objects.create(
            name=f"c{number}", a=connection.a, b=connection.b, state="active"
        )
        ended(copy, "done", MINUTE)
    with TestCase().assertNumQueries(1):
        assert queue_due(NOW) == []


def test_it_is_told_when_a_sync_is_due(connection: Connection) -> None:
    at = due_at(connection)
    assert at is not None and at < NOW, "one that has not run is due at once"
    ended(connection, "done", timedelta())
    at = due_at(connection)
    assert at is not None and 5 * MINUTE <= at - NOW <= 5.5 * MINUTE
    Run.objects.create(connection=connection, state="queued")
    assert due_at(connection) is None, "it waits already"
    Run.objects.all().delete()
    Connection.objects.update(state="paused")
    assert due_at(connection) is None


@pytest.mark.parametrize(
    ("interval", "hours", "wait"),
    [(5, 0, 5), (5, 24, 5), (5, 36, 7.5), (5, 1000, 15), (30, 1000, 60), (240, 1000, 240)],
)
def test_where_nothing_is_to_do_for_days_the_apps_are_asked_less(
    interval: int, hours: int, wait: float
) -> None:
    idle = timedelta(hours=hours)
    assert wait_of(interval * MINUTE, "done", 0, False, idle) == wait * MINUTE


def test_a_step_makes_a_connection_as_quick_as_it_was(connection: Connection) -> None:
    Connection.objects.update(created_at=NOW - timedelta(days=9))
    run = ended(connection, "done", 6 * MINUTE)
    assert queue_due(NOW) == []
    Step.objects.create(
        run=run, connection=connection, verb="update", result="done", at=run.finished_at
    )
    assert [run.connection for run in queue_due(NOW)] == [connection]


def test_the_most_urgent_is_queued_first(connection: Connection) -> None:
    """By what each waits between two runs; who begins comes last."""
    waits = {"hourly": 60, "quick": 5, "daily": 1440, "new": 5}
    for name, interval in waits.items():
        made = Connection.objects.create(
            name=name, a=connection.a, b=connection.b, state="active", interval=interval
        )
        if name != "new":
            ended(made, "done", 2000 * MINUTE)
    ended(connection, "done", 6 * MINUTE)
    queued = [run.connection.name for run in queue_due(NOW)]
    assert queued == ["quick", "hourly", "daily", "pair", "new"]
