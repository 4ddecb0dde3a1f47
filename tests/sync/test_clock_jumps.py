"""The clock that is passed in jumps: somebody sets it, or a machine starts with a wrong one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import DjangoCaptureOnCommitCallbacks

from sync.claim import bury_dead
from sync.leases import TTL, Busy, Held
from sync.models import Heartbeat, Lease, Run, SyncRecord
from sync.queue import ask_for_run
from sync.run import perform
from sync.watch.bell import Bell
from sync.watch.due import queue_due
from sync.watch.pulse import heard
from tests.sync.conftest import Pair, person

DAY = 24 * 3600
JUMPS = pytest.mark.parametrize("jump", [-DAY, -3600, 3600, DAY])


@JUMPS
def test_a_connection_goes_on_at_once_and_not_after_the_jump(pair: Pair, jump: int) -> None:
    pair.a.add(person("Ann", "ann@x.org"))
    assert pair.sync().state == Run.State.DONE
    pair.clock.sleep(jump)
    pair.a.add(person("Bob", "bob@x.org"))
    [run] = queue_due(pair.clock())
    assert perform(run.pk, host=pair.host).state == Run.State.DONE
    assert pair.shown("b") == ["Ann", "Bob"]
    assert queue_due(pair.clock()) == []
    pair.clock.sleep(400)
    assert len(queue_due(pair.clock())) == 1


@JUMPS
def test_cursors_neither_lose_nor_repeat_what_happens_around_a_jump(pair: Pair, jump: int) -> None:
    ann = pair.a.add(person("Ann", "ann@x.org"))
    pair.sync()
    pair.a.edit(ann, {"company": "Before"})
    pair.clock.sleep(jump)
    pair.a.edit(ann, {"job_title": "After"})
    run = pair.sync()
    assert pair.writes(run) == 1
    assert (pair.shown("b", "company"), pair.shown("b", "job_title")) == (["Before"], ["After"])
    assert pair.writes(pair.sync()) == 0
    assert SyncRecord.objects.count() == 1


@JUMPS
def test_a_jump_in_the_middle_of_a_run_does_no_harm(pair: Pair, jump: int) -> None:
    for number in range(30):
        pair.a.add(person(f"P{number}", f"p{number}@x.org"))
    calls = iter(range(1000))

    def jumps_once(moment: str, call: str) -> None:
        if (moment, call) == ("after", "write") and next(calls) == 1:
            pair.clock.sleep(jump)

    pair.b.interrupt = jumps_once
    pair.sync()
    assert pair.sync().state == Run.State.DONE
    assert len(pair.b.contacts()) == 30
    assert {state for _, state, _ in pair.states()} == {"in_sync"}


def test_a_lease_from_a_wrong_clock_holds_nobody_up(pair: Pair) -> None:
    """Its holder, on another machine, is no more; nothing else tells."""
    pair.sync()
    account = pair.connection.a.account_id
    rows = Lease.objects.filter(account=account)
    rows.update(owner="elsewhere/1/2", until=pair.clock() + timedelta(seconds=DAY) + TTL)
    assert pair.sync().state == Run.State.DONE


def test_a_lease_of_a_clock_that_is_a_little_ahead_holds(pair: Pair) -> None:
    pair.sync()
    account = pair.connection.a.account_id
    Lease.objects.update(owner="elsewhere/1/2", until=pair.clock() + TTL + timedelta(seconds=60))
    with pytest.raises(Busy):
        Held([account], pair.host).take()


def test_a_run_that_was_alive_tomorrow_is_taken_for_dead(pair: Pair) -> None:
    running = ask_for_run(pair.connection)
    tomorrow = pair.clock() + timedelta(seconds=DAY)
    Run.objects.filter(pk=running.pk).update(
        state=Run.State.RUNNING, owner="elsewhere/1/2", alive_at=tomorrow
    )
    bury_dead(pair.clock(), pair.host)
    running.refresh_from_db()
    assert running.state == Run.State.FAILED


@pytest.mark.parametrize("asked", [timedelta(days=-1), timedelta(days=1)])
def test_the_bell_rings_for_who_was_asked_for_by_another_clock(
    pair: Pair, asked: timedelta, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    run, now = ask_for_run(pair.connection), timezone.now()
    Run.objects.filter(pk=run.pk).update(requested_at=now + asked)
    with django_capture_on_commit_callbacks(execute=True):
        Bell().ring_for_waiting(now)
    assert OrmQ.objects.count() == 1


def test_a_heartbeat_of_tomorrow_proves_nothing(db: None) -> None:
    now = timezone.now()
    assert not _heard(now, now + timedelta(days=1))
    assert _heard(now, now + timedelta(seconds=30))
    assert not _heard(now, now - timedelta(days=1))


def _heard(now: datetime, at: datetime) -> bool:
    Heartbeat.objects.update_or_create(name="elsewhere/1", defaults={"at": at})
    return heard(now)
