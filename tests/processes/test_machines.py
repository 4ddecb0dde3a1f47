"""Several machines with PostgreSQL and Redis, as README.md says, at work on many connections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from django_q.conf import Conf

from connections.models import Connection
from sync.models import Heartbeat, Lease, Run
from sync.queue import ask_for_run, ring
from tests import postgres, redis
from tests.ports import free_port
from tests.processes.conftest import Start
from tests.processes.databases import as_default
from tests.processes.machines import LOCAL, Machines, machines
from tests.processes.running import QUICK, Browser, Program, gunicorn, manage, until
from tests.processes.town import Town

pytestmark = [pytest.mark.partner("postgresql"), pytest.mark.partner("redis")]

#: Contacts of a small connection.
FEW = 5
#: Connections with an account in common with the large one.
BESIDE = 3


@pytest.fixture(scope="module")
def three() -> Iterator[Machines]:
    with machines(3) as made:
        yield made


@pytest.fixture(scope="module")
def database(
    three: Machines, django_db_setup: None, django_db_blocker: object
) -> Iterator[postgres.Server]:
    listens = [three.server] if three.are_apart else []
    with postgres.server(*listens) as running, django_db_blocker.unblock(), as_default(running):
        yield running


@pytest.fixture(autouse=True)
def bell(three: Machines, monkeypatch: pytest.MonkeyPatch) -> Iterator[redis.Server]:
    """This process rings it as well."""
    listens = [three.server] if three.are_apart else []
    with redis.server(*listens) as running:
        monkeypatch.setattr(Conf, "ORM", None)
        monkeypatch.setattr(Conf, "REDIS", running.url)
        yield running


Worker = Callable[[str], Program]


@pytest.fixture
def worker(
    three: Machines, database: postgres.Server, bell: redis.Server, start: Start
) -> Iterator[Worker]:
    """``worker(name)``: of that machine."""
    begun: list[Program] = []

    def begin(name: str) -> Program:
        begun.append(
            start(
                three.on(name, manage("worker", *QUICK)),
                DATABASE_URL=database.url.replace(LOCAL, three.server),
                REDIS_URL=bell.url.replace(LOCAL, three.server),
                DJANGO_SETTINGS_MODULE="tests.processes.quick",
            )
        )
        return begun[-1]

    yield begin
    if three.are_apart:
        for program in begun:
            program.kill()  # nothing else reaches a process of another table


def test_three_machines_share_the_work(
    three: Machines, worker: Worker, bell: redis.Server, var: Path,
    pytestconfig: pytest.Config,
) -> None:  # fmt: skip
    """While a large first sync is on; of the bells, some are lost and the others ring twice."""
    town, number = Town(var), pytestconfig.getoption("--connections")
    # Its first sync takes longer than all the others together: a turn is ten contacts.
    many = 60 + 10 * number
    shared = town.account("shared")
    large = town.connect("large", town.account("large", many), shared)
    for name in three.names:
        worker(name)
    until(lambda: Heartbeat.objects.count() == 3)
    until(lambda: Run.objects.filter(connection=large, stage=Run.Stage.WRITING).exists())
    beside = [
        town.connect(f"beside-{n}", town.account(f"c{n}", FEW), shared) for n in range(BESIDE)
    ]
    small = [
        town.connect(f"small-{n}", town.account(f"a{n}", FEW), town.account(f"b{n}"))
        for n in range(number)
    ]
    turns = Lease.objects.get(account=shared.account).fence
    begun = timezone.now()
    Connection.objects.update(state="active")
    asked = small[::2]
    for connection in asked:
        for run in (ask_for_run(connection), ask_for_run(connection)):
            ring(run)
            ring(run)
    with bell.client() as client:
        client.flushall()

    others = Run.objects.exclude(connection=large)
    until(lambda: others.filter(state="done").count() >= len(small) + len(asked) + len(beside), 600)
    turns = Lease.objects.get(account=shared.account).fence - turns
    large_run = Run.objects.get(connection=large)
    assert large_run.state == "running", "the small ones did not wait for the large one"
    until(lambda: Run.objects.get(connection=large).state == "done")

    assert {run.state for run in Run.objects.all()} == {"done"}
    for connection in [*small, *beside]:
        runs = list(Run.objects.filter(connection=connection).order_by("started_at"))
        assert len(runs) >= 2 if connection in asked else len(runs) == 1
        for run, following in pairwise(runs):
            assert run.finished_at <= following.started_at
    for n in range(len(small)):
        assert town.people(f"b{n}") == town.people(f"a{n}")
    assert town.people("shared") == sum(
        (town.people(f"c{n}") for n in range(BESIDE)), town.people("large")
    )
    done = Counter(run.owner.partition("/")[0] for run in others)
    print(f"{done}; {turns} turns; {(timezone.now() - begun).total_seconds():.0f} s")
    if three.are_apart:
        assert set(done) == set(three.names)
    assert turns <= 4 * len(beside) + 4


def test_the_bell_stops_and_is_there_again(
    database: postgres.Server, bell: redis.Server, start: Start, start_worker: Start, var: Path
) -> None:
    """The desk goes on without, and what is asked for meanwhile is done afterwards."""
    town = Town(var)
    connection = town.connect("pair", town.account("a", FEW), town.account("b"))
    Connection.objects.update(state="active")
    port = free_port()
    start(gunicorn(port), REDIS_URL=bell.url)
    worker = start_worker(REDIS_URL=bell.url)
    browser = Browser(f"http://127.0.0.1:{port}")
    until(lambda: Run.objects.filter(state="done").exists())
    until(lambda: browser.get(reverse("admin:index")) == 200)

    bell.kill()
    page = reverse("admin:connections_connection_change", args=[connection.pk])
    assert browser.get(page) == 200
    assert browser.post(reverse("admin:connection_sync", args=[connection.pk])) == 302
    sign_in = {"login": "boss", "password": "wrong"}
    assert browser.post(reverse("account_login"), **sign_in) == 500, "guesses cannot be counted"
    asked = Run.objects.get(state="queued")
    until(lambda: "The database or the queue does not answer" in worker.said())
    bell.start()
    until(lambda: Run.objects.filter(pk=asked.pk, state="done").exists())
    assert browser.get(page) == 200
    assert town.people("b") == town.people("a")
