"""What a run under way tells in its row: seen by somebody who looks while it waits or works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection as database

from connections.models import Account
from connectors.connector import Connector, World
from connectors.memory.app import Quirks
from connectors.memory.connector import Memory
from sync.host import Host
from sync.how_far import how_far
from sync.leases import TTL, Held
from sync.models import Lease, Run
from sync.queue import ask_for_run
from sync.run import perform
from sync.sides import Waits
from sync.telling import Telling
from tests.sync.conftest import Clock, Pair, PickyApp, connect, person


class Slow(Memory):
    """Makes whoever lists its contacts wait so long."""

    seconds = 40.0

    def changes(self, *arguments: Any) -> Any:
        self._world.wait(self.seconds, "It is tired.")
        return super().changes(*arguments)


class Hasty(Slow):
    seconds = 1.5


def opening(kind: type[Memory], name: str = "two") -> Callable[[Account, World], Connector]:
    """The account of this name is of another kind."""

    def opened(account: Account, in_world: World) -> Connector:
        made = kind if account.name == name else Memory
        return made({"name": account.name}, in_world)

    return opened


class Watcher:
    """Looks at the row of a run whenever it sleeps: ``seen``."""

    def __init__(self, pair: Pair, run: Run) -> None:
        self.pair, self.run = pair, run
        self.seen: list[str] = []

    @property
    def host(self) -> Host:
        return replace(self.pair.host, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        row = Run.objects.get(pk=self.run.pk)
        self.seen.append(str(how_far(row, self.pair.clock())))
        self.pair.clock.sleep(seconds)


def test_a_wait_for_an_app_is_told_while_it_lasts(pair: Pair) -> None:
    watcher = Watcher(pair, ask_for_run(pair.connection))
    run = perform(watcher.run.pk, host=watcher.host, open_account=opening(Slow))
    # A wait that is long is slept in pieces, to renew the leases.
    assert watcher.seen == [
        "It waits for two · Contacts. It is tired. It goes on in 40 s.",
        "It waits for two · Contacts. It is tired. It goes on in 10 s.",
    ]
    run.refresh_from_db()
    assert (run.state, run.waits_until) == (Run.State.DONE, None)


def test_a_short_wait_is_not_worth_a_word(pair: Pair) -> None:
    watcher = Watcher(pair, ask_for_run(pair.connection))
    perform(watcher.run.pk, host=watcher.host, open_account=opening(Hasty))
    assert watcher.seen == ["reading two · Contacts"]


def test_what_comes_after_a_wait_takes_its_place(pair: Pair) -> None:
    pair.a.add(person("Ann", "ann@x.org"))
    phases: list[tuple[str, str]] = []
    perform(
        ask_for_run(pair.connection).pk,
        host=pair.host,
        open_account=opening(Slow, "one"),
        report=lambda run: phases.append((run.phase, run.waits)),
    )
    assert phases[1:4] == [
        ("reading one · Contacts", ""),
        ("reading one · Contacts", "It waits for one · Contacts. It is tired."),
        ("reading one · Contacts", ""),
    ]


def test_a_wait_for_an_account_names_the_connection_that_uses_it(
    pair: Pair, apps: dict[str, PickyApp]
) -> None:
    other = connect("other", "two", "three")
    theirs = replace(pair.host, owner="them", is_dead=lambda owner: False)
    Run.objects.create(
        connection=other, state=Run.State.RUNNING, owner="them", alive_at=pair.clock()
    )
    held = Held([other.a.account_id], theirs)
    held.take()
    watcher = Watcher(pair, ask_for_run(pair.connection))

    def sleep(seconds: float) -> None:
        watcher.sleep(seconds)
        if len(watcher.seen) == 20:
            held.release()

    run = perform(watcher.run.pk, host=replace(watcher.host, sleep=sleep))
    assert watcher.seen[:10] == ["taking the accounts"] * 10  # two seconds
    assert set(watcher.seen[11:]) == {"It waits. Account two is in use by connection other."}
    run.refresh_from_db()
    assert (run.state, run.waits) == (Run.State.DONE, "")


def test_who_waits_in_vain_says_for_whom(pair: Pair) -> None:
    account = pair.connection.a.account_id
    Lease.objects.create(account_id=account, owner="them", until=pair.clock() + 2 * TTL)
    run = pair.sync()
    assert (run.state, run.why) == (Run.State.BUSY, "Account one is in use by another run.")


def test_the_row_tells_how_much_is_read_planned_and_written(pair: Pair) -> None:
    pair.a.quirks = Quirks(page=10, batch=5)
    pair.b.quirks = Quirks(batch=5)
    for number in range(25):
        pair.a.add(person(f"P{number}", f"p{number}@x.org"))
    seen: list[str] = []

    def look(run: Run) -> None:
        row = Run.objects.get(pk=run.pk)
        seen.append(str(how_far(row, pair.clock())))

    def tick(moment: str, call: str) -> None:
        pair.clock.sleep(1)

    for app in (pair.a, pair.b):
        app.interrupt = tick
    run = perform(ask_for_run(pair.connection).pk, host=pair.host, report=look)
    assert [text for text in seen if "written" in text] == [
        "writing two · Contacts: 0 of 25 contacts written",
        "writing two · Contacts: 5 of 25 contacts written",
        "writing two · Contacts: 10 of 25 contacts written, less than a minute left",
        "writing two · Contacts: 15 of 25 contacts written, less than a minute left",
        "writing two · Contacts: 20 of 25 contacts written, less than a minute left",
        "writing two · Contacts: 25 of 25 contacts written",
    ]
    assert "planning: 0 of 25 contacts looked at" in seen
    run.refresh_from_db()
    assert (run.read, run.looked_at, run.done, run.total) == (25, 25, 25, 25)


def test_a_second_reading_in_full_knows_how_many_to_expect(pair: Pair) -> None:
    for number in range(3):
        pair.a.add(person(f"P{number}", f"p{number}@x.org"))
    pair.sync()
    seen: list[str] = []
    perform(
        ask_for_run(pair.connection, full=True).pk,
        host=pair.host,
        report=lambda run: seen.append(str(how_far(run, pair.clock()))),
    )
    assert "reading one · Contacts: 0 of 3 contacts read" in seen


@pytest.mark.django_db(transaction=True)
def test_threads_of_a_connector_tell_the_same_wait_once_and_leave_no_connection(
    pair: Pair, clock: Clock
) -> None:
    run = ask_for_run(pair.connection)
    told: list[str] = []
    telling = Telling(run, pair.host, lambda run: told.append(run.waits))
    left: list[object] = []

    def wait() -> None:
        telling.waits_for_app("two", 60, "It is tired.")
        left.append(database.connection)

    for _ in range(3):
        thread = Thread(target=wait)
        thread.start()
        thread.join()
    assert told == ["It waits for two. It is tired."]
    assert left == [None] * 3
    row = Run.objects.get(pk=run.pk)
    assert row.waits_until == clock() + timedelta(seconds=60)


def test_what_threads_wait_at_the_same_time_counts_once(clock: Clock) -> None:
    waits = Waits(clock)
    waits.add(60)
    waits.add(30)
    clock.sleep(45)
    waits.add(30)
    clock.sleep(100)
    waits.add(5)
    assert waits.seconds == 60 + 15 + 5
