"""Several machines with PostgreSQL and Redis, as README.md says, at work on many connections."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from django_q.conf import Conf

from connections.models import Connection
from sync.claim import INTERRUPTED
from sync.models import Heartbeat, Lease, Run, Step
from sync.queue import ask_for_run, ring
from tests import postgres, redis
from tests.ports import LOCAL, free_port
from tests.processes import readme
from tests.processes.conftest import Start
from tests.processes.databases import as_default
from tests.processes.machines import Machines, machines
from tests.processes.running import QUICK, Browser, Program, until
from tests.processes.town import Town

pytestmark = [pytest.mark.partner("postgresql"), pytest.mark.partner("redis")]

PUBLIC = "http://accord.example.org"
QUICK_TURNS = "tests.processes.quick"
#: Limits of a worker that is not taken for dead where many processes are to be started.
PATIENT = (*QUICK, "--silence", "80")
#: Contacts of a small connection.
FEW = 5
#: Connections with an account in common with the large one.
BESIDE = 3


@pytest.fixture(scope="module")
def three() -> Iterator[Machines]:
    with machines(3) as made:
        yield made


@pytest.fixture(scope="module")
def database(three: Machines, django_db_setup: None, django_db_blocker: object) -> Iterator[str]:
    """Its URL, as seen from this machine; it is this process's as well."""
    listens = [three.server] if three.are_apart else []
    with postgres.server(*listens) as running, django_db_blocker.unblock():
        url = readme.made_database(running.url)
        with as_default(url):
            yield url


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
def worker(three: Machines, database: str, bell: redis.Server, start: Start) -> Iterator[Worker]:
    """``worker(name)``: of that machine."""
    begun: list[Program] = []

    def begin(name: str) -> Program:
        urls = (url.replace(LOCAL, three.server) for url in (database, bell.url))
        settings = readme.settings(PUBLIC, *urls)
        command = three.on(name, [*readme.command("manage.py worker"), *PATIENT])
        begun.append(start(command, **settings, DJANGO_SETTINGS_MODULE=QUICK_TURNS))
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
    many = 120 + 10 * number
    shared = town.account("shared")
    large = town.connect("large", town.account("large", many), shared)
    for name in three.names:
        worker(name)
    until(lambda: Heartbeat.objects.count() >= 3)
    Connection.objects.update(state="active")
    until(lambda: Run.objects.filter(connection=large, stage=Run.Stage.WRITING).exists())

    beside = [
        town.connect(f"beside-{n}", town.account(f"c{n}", FEW), shared) for n in range(BESIDE)
    ]
    turns = Lease.objects.get(account=shared.account).fence
    Connection.objects.update(state="active")
    others = Run.objects.exclude(connection=large)
    until(lambda: others.filter(state="done").count() == BESIDE)
    turns = Lease.objects.get(account=shared.account).fence - turns

    small = [
        town.connect(f"small-{n}", town.account(f"a{n}", FEW), town.account(f"b{n}"))
        for n in range(number)
    ]
    begun = timezone.now()
    Connection.objects.update(state="active")
    asked = small[::2]
    for connection in asked:
        for run in (ask_for_run(connection), ask_for_run(connection)):
            ring(run)
            ring(run)
    with bell.client() as client:
        client.flushall()

    until(lambda: others.filter(connection__in=small, state="done").count() >= number, 600)
    until(lambda: not others.filter(finished_at=None).exists(), 600)
    seconds = (timezone.now() - begun).total_seconds()
    large_run = Run.objects.get(connection=large)
    assert large_run.state == "running", "the small ones did not wait for the large one"
    until(lambda: Run.objects.get(connection=large).state == "done", 1200)

    assert {run.state for run in Run.objects.all()} == {"done"}
    for connection in [*small, *beside]:
        runs = list(Run.objects.filter(connection=connection).order_by("started_at"))
        assert len(runs) >= 2 if connection in asked else len(runs) == 1
        for run, following in pairwise(runs):
            # Whoever claims looks at the clock before it waits for whoever ends.
            assert run.finished_at - following.started_at < timedelta(seconds=1)
    for n in range(len(small)):
        assert town.people(f"b{n}") == town.people(f"a{n}")
    assert town.people("shared") == sum(
        (town.people(f"c{n}") for n in range(BESIDE)), town.people("large")
    )
    done = Counter(run.owner.partition("/")[0] for run in others)
    print(f"{number} connections in {seconds:.0f} s: {done}; {BESIDE} beside in {turns} turns")
    if three.are_apart:
        assert set(done) == set(three.names)
    assert turns <= 5 * BESIDE + 3


def test_the_bell_stops_and_is_there_again(
    database: str,
    bell: redis.Server,
    start: Start,
    manage_environment: Mapping[str, str],
    var: Path,
) -> None:
    """The desk goes on without, and what is asked for meanwhile is done afterwards. All of it is
    prepared and started as README.md says."""
    port = free_port()
    settings = readme.settings(f"http://127.0.0.1:{port}", database, bell.url)
    for words in ("manage.py migrate", "manage.py collectstatic", "manage.py check"):
        readme.carried_out(words, {**manage_environment, **settings})
    town = Town(var)
    connection = town.connect("pair", town.account("a", FEW), town.account("b"))
    Connection.objects.update(state="active")
    start([*readme.command("gunicorn"), "--bind", f"127.0.0.1:{port}"], **settings)
    worker = start([*readme.command("manage.py worker"), *PATIENT], **settings)
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


@pytest.mark.at_length
def test_a_machine_that_is_cut_off_from_the_network(
    three: Machines, worker: Worker, var: Path
) -> None:
    """For a moment: its run goes on. For minutes: another takes its work over, and it writes
    nothing more when it is back."""
    if not three.are_apart:
        pytest.skip("there are no machines apart here")
    town = Town(var)
    connection = town.connect("pair", town.account("a", 400), town.account("b"))
    Connection.objects.update(state="active")
    worker("machine-1")
    made = partial(Step.objects.filter(verb="create", result="done").count)
    until(lambda: made() >= 50)
    run = Run.objects.get(state="running")
    three.cut("machine-1")
    time.sleep(10)
    three.mend("machine-1")
    before = made()
    until(lambda: made() >= before + 50)
    run.refresh_from_db()
    assert run.state == "running"

    three.cut("machine-1")
    worker("machine-2")
    until(lambda: Run.objects.filter(pk=run.pk, state="failed", why=INTERRUPTED).exists(), 600)
    following = ask_for_run(connection)
    ring(following)
    until(lambda: Run.objects.filter(pk=following.pk, state="done").exists(), 600)
    following.refresh_from_db()
    assert following.owner.startswith("machine-2/")
    three.mend("machine-1")
    now = timezone.now()
    until(lambda: Heartbeat.objects.filter(name__startswith="machine-1/", at__gt=now).exists(), 600)
    assert town.people("b") == town.people("a")
    assert not Run.objects.filter(state="running").exists()
    run.refresh_from_db()
    assert run.state == "failed"
