from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from django.conf import settings
from django.db import connection

from connections.models import Account
from sync.host import Host, is_dead, me, this_process
from sync.leases import TTL, Busy, Held, LeaseLost
from sync.models import Lease
from tests.sync.conftest import Clock


@pytest.fixture
def accounts(db: None) -> list[int]:
    return [Account.objects.create(name=name, app="memory").pk for name in ("one", "two", "three")]


def host(clock: Clock, owner: str, dead: Callable[[str], bool] = lambda owner: False) -> Host:
    return Host(clock, clock.sleep, owner, dead)


def owners() -> list[str]:
    return list(Lease.objects.order_by("account").values_list("owner", flat=True))


def test_a_lease_is_held_by_one_and_free_again_when_given_back(
    accounts: list[int], clock: Clock
) -> None:
    mine, theirs = Held(accounts[:2], host(clock, "me")), Held(accounts[1:], host(clock, "them"))
    mine.take()
    with pytest.raises(Busy):
        theirs.take()
    assert owners() == ["me", "me"]
    mine.release()
    theirs.take()
    assert owners() == ["", "them", "them"]


def test_all_accounts_are_taken_or_none(accounts: list[int], clock: Clock) -> None:
    Held(accounts[2:], host(clock, "them")).take()
    with pytest.raises(Busy):
        Held(accounts, host(clock, "me")).take()
    assert owners() == ["them"]


def test_two_sides_of_one_account_are_one_lease(accounts: list[int], clock: Clock) -> None:
    held = Held([accounts[0], accounts[0]], host(clock, "me"))
    held.take()
    with held.commit():
        pass
    assert owners() == ["me"]


def test_an_expired_lease_may_be_taken_and_its_former_holder_cannot_commit(
    accounts: list[int], clock: Clock
) -> None:
    mine, theirs = Held(accounts[:1], host(clock, "me")), Held(accounts[:1], host(clock, "them"))
    mine.take()
    clock.sleep(TTL.total_seconds())
    with pytest.raises(Busy):
        theirs.take()
    clock.sleep(1)
    theirs.take()
    with pytest.raises(LeaseLost), mine.commit():
        Account.objects.update(attention="from behind its back")
    assert Account.objects.exclude(attention="").count() == 0
    mine.release()
    assert owners() == ["them"]


def test_who_stood_still_asks_again_before_it_writes_to_an_app(
    accounts: list[int], clock: Clock
) -> None:
    mine, theirs = Held(accounts[:1], host(clock, "me")), Held(accounts[:1], host(clock, "them"))
    mine.take()
    clock.sleep(2 * TTL.total_seconds())
    mine.assure()  # nobody was there meanwhile
    with pytest.raises(Busy):
        theirs.take()
    clock.sleep(2 * TTL.total_seconds())
    theirs.take()
    with pytest.raises(LeaseLost):
        mine.assure()


def test_what_fails_in_a_commit_is_not_kept(accounts: list[int], clock: Clock) -> None:
    held = Held(accounts[:1], host(clock, "me"))
    held.take()
    with pytest.raises(ZeroDivisionError), held.commit():
        Account.objects.update(attention=str(1 / 0))
    assert Lease.objects.get().until == clock() + TTL


def test_each_commit_renews_the_lease(accounts: list[int], clock: Clock) -> None:
    held = Held(accounts[:2], host(clock, "me"))
    held.take()
    for _ in range(5):
        clock.sleep(100)
        with held.commit():
            pass
    assert set(Lease.objects.values_list("until", flat=True)) == {clock() + TTL}


def test_nothing_is_committed_without_a_lease(accounts: list[int], clock: Clock) -> None:
    held = Held(accounts[:1], host(clock, "me"))
    with pytest.raises(LeaseLost), held.commit():
        pass
    held.take()
    held.release()
    with pytest.raises(LeaseLost), held.commit():
        pass


def test_the_fence_grows_with_each_holder(accounts: list[int], clock: Clock) -> None:
    fences = []
    for owner in ("me", "them", "me"):
        held = Held(accounts[:1], host(clock, owner))
        held.take()
        fences.append(held.fences[accounts[0]])
        held.release()
    assert fences == [1, 2, 3]


def test_the_lease_of_a_dead_process_is_free_at_once(accounts: list[int], clock: Clock) -> None:
    mine = Held(accounts[:1], host(clock, "me"))
    mine.take()
    theirs = Held(accounts[:1], host(clock, "them", dead=lambda owner: owner == "me"))
    theirs.take()
    with pytest.raises(LeaseLost), mine.commit():
        pass


def test_waiting_ends_when_the_lease_is_free_or_the_time_is_up(
    accounts: list[int], clock: Clock
) -> None:
    Held(accounts[:1], host(clock, "them")).take()
    mine, start = Held(accounts[:1], host(clock, "me")), clock()
    with pytest.raises(Busy):
        mine.wait(10)
    assert clock() - start == timedelta(seconds=10)
    mine.wait(300)
    assert clock() - start > TTL
    assert owners() == ["me"]


def test_who_is_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    mine = me()
    theirs = mine.replace(f"/{os.getpid()}/", f"/{child.pid}/").rpartition("/")[0] + "/"
    try:
        assert [is_dead(owner) for owner in (mine, f"{mine}#1", theirs)] == [False] * 3
        assert is_dead(f"{theirs}1#1")  # the process id was given to another since
    finally:
        child.communicate()
    assert is_dead(f"{theirs}#1")


def test_of_other_machines_nothing_is_known() -> None:
    owners = ["", "elsewhere", "elsewhere/boot/1/2#3", f"x/{me()}"]
    assert [is_dead(owner) for owner in owners] == [False] * 4


@pytest.mark.skipif(sys.platform != "linux", reason="containers are Linux's")
def test_of_a_container_beside_this_one_nothing_is_known() -> None:
    """It may have this one's name (its network's), and process ids that nobody has here."""
    name, start, _, _ = me().split("/")
    elsewhere = f"{start.rpartition('-')[0]}-1"
    assert elsewhere != start
    assert is_dead(f"{name}/{start}/4194305/1#1")  # no system has as many
    assert not is_dead(f"{name}/{elsewhere}/4194305/1#1")


RACE = """
import django, os, time
django.setup()
from dataclasses import replace
from connections.models import Account
from sync.host import this_process
from sync.leases import Held
accounts = list(Account.objects.order_by("pk").values_list("pk", flat=True))
me = str(os.getpid())
for _ in range(4):
    held = Held(accounts, replace(this_process(), sleep=lambda seconds: time.sleep(0.01)))
    held.wait(30)
    for before, after in (("", me), (me, "")):
        with held.commit():
            changed = Account.objects.filter(pk=accounts[0], attention=before)
            assert changed.update(attention=after) == 1, "somebody else was here"
        time.sleep(0.005)
    held.release()
"""


def test_two_processes_never_hold_an_account_at_the_same_time(
    manage_environment: dict[str, str],
) -> None:
    for name in ("one", "two"):
        Account.objects.create(name=name, app="memory")
    environment = {**manage_environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE],
            cwd=settings.BASE_DIR,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    answers = [racer.communicate(timeout=60)[1] for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0], answers
    assert sorted(Lease.objects.values_list("owner", "fence")) == [("", 8), ("", 8)]


def test_this_process_has_an_owner_of_its_own_each_time() -> None:
    one, two = this_process(), this_process()
    assert one.owner != two.owner
    assert not replace(one).is_dead(one.owner)


def test_a_lease_is_kept_through_a_wait_longer_than_it_lasts(
    accounts: list[int], clock: Clock
) -> None:
    mine = Held(accounts, host(clock, "me"))
    mine.take()
    mine.sleep(3 * TTL.total_seconds())
    with pytest.raises(Busy):
        Held(accounts, host(clock, "them")).take()
    with mine.commit():
        pass


def test_who_lost_its_lease_while_it_waited_is_told(accounts: list[int], clock: Clock) -> None:
    mine, theirs = Held(accounts, host(clock, "me")), Held(accounts, host(clock, "them"))
    mine.take()
    clock.sleep(TTL.total_seconds() + 1)
    theirs.take()
    with pytest.raises(LeaseLost):
        mine.sleep(TTL.total_seconds())


@pytest.mark.django_db(transaction=True)
def test_a_wait_in_a_thread_of_a_connector_leaves_no_connection_behind(clock: Clock) -> None:
    account = Account.objects.create(name="one", app="memory")
    mine = Held([account.pk], host(clock, "me"))
    mine.take()
    left: list[object] = []

    def wait() -> None:
        mine.sleep(2 * TTL.total_seconds())
        left.append(connection.connection)

    thread = Thread(target=wait)
    thread.start()
    thread.join()
    assert left == [None]
    until = Lease.objects.get().until
    assert until is not None and until > clock()
