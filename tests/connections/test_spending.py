"""Quotas are the account's: what one process asks, another knows."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.db import connections

from connections.accounts import open_account, world
from connections.models import Account, Spending
from connections.spending import Spent
from connections.vault import seal
from connectors.connector import World
from connectors.pace import Pace
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from tests.world.clock import Clock

READS = "GOOGLE_READS_PER_MINUTE"


@pytest.fixture
def account(db: None) -> Account:
    return Account.objects.create(
        name="phonebook", app="google", sealed=seal({"access_token": "t"})
    )


def of_process(account: Account, clock: Clock) -> World:
    """The world of a process that opens the account."""
    mine = World(now=clock.now, sleep=clock.tick, var=Path())
    spent = Spent(account, mine)
    return replace(mine, spent=spent.before, spend=spent.note)


def test_what_another_process_has_asked_counts(account: Account) -> None:
    clock = Clock()
    one, two = (Pace(3, of_process(account, clock), READS) for _ in range(2))
    one.spend(2)
    clock.tick(10)
    begun = clock.time
    two.spend()
    assert clock.time == begun
    two.spend()
    assert clock.time - begun == timedelta(seconds=50)


def test_quotas_and_accounts_are_kept_apart_and_old_requests_dropped(account: Account) -> None:
    clock = Clock()
    Pace(3, of_process(account, clock), READS).spend(3)
    other = Account.objects.create(name="other", app="google")
    begun = clock.time
    Pace(3, of_process(account, clock), "GOOGLE_WRITES_PER_MINUTE").spend(3)
    Pace(3, of_process(other, clock), READS).spend(3)
    assert clock.time == begun
    clock.tick(61)
    Pace(3, of_process(account, clock), READS).spend()
    assert list(Spending.objects.filter(account=account, quota=READS).values_list("units")) == [
        (1,)
    ]


def test_connectors_of_one_account_share_its_quota(account: Account, tmp_path: Path) -> None:
    moment = [datetime.now(UTC)]

    def sleep(seconds: float) -> None:
        moment[0] += timedelta(seconds=seconds)

    with closing(Sandbox(tmp_path / "apps.sqlite3")) as sandbox, serving(sandbox) as server:
        sandbox.apps["google"].open_account("staff@example.org", token="t")
        known = {"GOOGLE_API_URL": f"{server.url}/google", READS: "2"}
        here = replace(
            world(), now=lambda: moment[0], sleep=sleep, settings={**world().settings, **known}
        )
        begun = moment[0]
        for _ in range(3):
            with closing(open_account(account, here)) as connector:
                connector.identity()
    assert moment[0] - begun >= timedelta(seconds=60)


@pytest.mark.django_db(transaction=True)
def test_threads_of_a_connector_note_too_and_leave_no_connection() -> None:
    account = Account.objects.create(name="crm", app="contactually")
    pace = Pace(9, of_process(account, Clock()), "CONTACTUALLY_REQUESTS_PER_MINUTE")
    left: list[object] = []

    def ask() -> None:
        pace.spend()
        left.append(connections["default"].connection)

    threads = [Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Spending.objects.count(), left) == (3, [None] * 3)
