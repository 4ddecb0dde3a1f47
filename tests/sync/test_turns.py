"""Connections that share an account: whose turn it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django_q.models import OrmQ
from pytest_django import DjangoCaptureOnCommitCallbacks

from connections.models import Connection
from sync import run as runs
from sync.host import this_process
from sync.how_far import how_far
from sync.leases import TTL, TURN
from sync.models import Lease, Run
from sync.queue import ask_for_run
from sync.run import perform
from sync.tasks import perform_run
from sync.turns import PATIENCE, TAKING
from tests.sync.conftest import Pair, connect, person


@pytest.fixture
def beside(pair: Pair) -> Connection:
    """Another connection, of an account of the pair and a third."""
    return connect("beside", "two", "three")


def in_use(pair: Pair) -> None:
    """Somebody works with the account that both have."""
    account = pair.connection.b.account_id
    Lease.objects.update_or_create(
        account_id=account, defaults={"owner": "elsewhere", "until": pair.clock() + 2 * TTL}
    )


def perform_as_worker(run: Run, pair: Pair) -> Run:
    return perform(run.pk, host=pair.host, patient=True)


def test_a_workers_run_waits_a_while_for_an_account_and_is_queued_again(
    pair: Pair, beside: Connection
) -> None:
    in_use(pair)
    begun = pair.clock()
    run = perform_as_worker(ask_for_run(beside), pair)
    run.refresh_from_db()
    assert (run.state, run.owner, run.started_at, run.phase) == (Run.State.QUEUED, "", None, "")
    assert pair.clock() - begun == pytest.approx(
        timedelta(seconds=PATIENCE), abs=timedelta(seconds=1)
    )
    assert str(how_far(run, pair.clock())) == ("It waits. Account two is in use by another run.")
    Lease.objects.update(owner="", until=None)
    run = perform_as_worker(run, pair)
    assert (run.state, run.waits) == (Run.State.DONE, "")


def test_one_worker_waits_for_an_account_and_no_other(pair: Pair, beside: Connection) -> None:
    in_use(pair)
    waiting, run = ask_for_run(pair.connection), ask_for_run(beside)
    begun = pair.clock()
    Run.objects.filter(pk=waiting.pk).update(
        state=Run.State.RUNNING, owner=pair.host.owner, phase=TAKING, alive_at=begun
    )
    assert perform_as_worker(run, pair).state == Run.State.QUEUED
    assert pair.clock() == begun


def test_who_has_its_turn_is_followed_by_whoever_waits_for_its_accounts(
    pair: Pair,
    beside: Connection,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    run, following = ask_for_run(pair.connection), ask_for_run(beside)
    with django_capture_on_commit_callbacks(execute=True):
        perform_run(run.pk)
    [bell] = OrmQ.objects.all()
    assert bell.func() == "sync.tasks.perform_run"
    with django_capture_on_commit_callbacks(execute=True):
        perform_run(following.pk)
    assert OrmQ.objects.count() == 1  # nobody waits any more


def test_between_two_slices_everybody_who_waits_has_a_look(
    pair: Pair, beside: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        pair.a.add(person(f"P{number}", f"p{number}@x.org"))
    monkeypatch.setattr(runs, "SLICE", timedelta(seconds=-1))  # after each batch
    free: list[float] = []

    def sleep(seconds: float) -> None:
        if not Lease.objects.exclude(owner="").exists():
            free.append(seconds)
        pair.clock.sleep(seconds)

    host = replace(pair.host, sleep=sleep)
    assert perform(ask_for_run(pair.connection).pk, host=host).state == Run.State.DONE
    assert free == [TURN, TURN, TURN, 0.1]


def test_who_looks_between_two_slices_gets_the_account_and_the_run_goes_on_after_it(
    pair: Pair, beside: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        pair.a.add(person(f"P{number}", f"p{number}@x.org"))
    monkeypatch.setattr(runs, "SLICE", timedelta(seconds=-1))
    small = ask_for_run(beside)

    def sleep(seconds: float) -> None:
        pair.clock.sleep(seconds)
        if Run.objects.filter(pk=small.pk, state=Run.State.QUEUED).exists():
            perform(small.pk, host=replace(pair.host, owner=this_process().owner))

    host = replace(pair.host, sleep=sleep)
    large = perform(ask_for_run(pair.connection).pk, host=host)
    small.refresh_from_db()
    assert (large.state, small.state) == (Run.State.DONE, Run.State.DONE)
    assert small.finished_at and large.finished_at and small.finished_at < large.finished_at
