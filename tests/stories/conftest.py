"""Real address book servers and the product beside them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from connectors.memory.store import placed
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from tests.connectors.carddav.servers import PASSWORD, RadicaleServer, XandikosServer
from tests.connectors.sandbox.referees import violations
from tests.stories.book import AddressBook
from tests.stories.gate import Gate
from tests.stories.home import NUMBERS, Home, card_of
from tests.stories.installation import Installation, InThisProcess
from tests.stories.people import Pair, in_sync, two_apps
from tests.stories.town import Town, build, urls
from tests.world.clock import Clock


@pytest.fixture
def accord(manage_environment: dict[str, str], tmp_path: Path) -> Installation:
    """The environment holds the password of the account *home*."""
    return Installation({**manage_environment, "HOME_PASSWORD": PASSWORD}, tmp_path)


@pytest.fixture
def quick(transactional_db: None, var: Path, tmp_path: Path) -> InThisProcess:
    return InThisProcess({}, tmp_path)


@pytest.fixture
def people(quick: InThisProcess) -> Iterator[Pair]:
    """Two memory apps without quirks, joined with the options of the file's defaults."""
    with two_apps(quick) as apps:
        apps.load()
        yield apps


@pytest.fixture(scope="session")
def own_radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RadicaleServer]:
    """One that may be stopped."""
    with RadicaleServer(tmp_path_factory.mktemp("radicale")) as running:
        yield running


@pytest.fixture
def home(
    quick: InThisProcess, own_radicale: RadicaleServer, xandikos: XandikosServer
) -> Iterator[Home]:
    a, b = AddressBook(own_radicale), AddressBook(xandikos)
    for number in NUMBERS:
        a.put(a.path(f"{number}.vcf"), card_of(number))
    with Gate(own_radicale) as gate:
        yield Home(own_radicale, a, b, gate, quick, gate.url_of(a.url))
    a.close()
    b.close()


@pytest.fixture
def ann(people: Pair) -> tuple[str, str]:
    """Ann's ids in a and b, in sync."""
    return in_sync(people, "Ann", "ann@mail.example")


@pytest.fixture
def town(transactional_db: None, var: Path) -> Iterator[Town]:
    yield Town(Clock())
    placed.clear()


@pytest.fixture
def sandbox(town: Town, settings: Any) -> Iterator[Sandbox]:
    """The stand-ins of the apps, over HTTP and in the settings."""
    clock = town.clock
    with closing(Sandbox(now=clock.now, sleep=clock.tick)) as box, serving(box) as server:
        settings.CONNECTORS = {**settings.CONNECTORS, **urls(server.url)}
        yield box


@pytest.fixture
def judged(sandbox: Sandbox) -> Iterator[Sandbox]:
    """All that is said to the apps, and all that they answer, is as their descriptions have it."""
    sandbox.recording = True
    yield sandbox
    assert violations(sandbox.exchanges) == []


@pytest.fixture
def place_of(town: Town, sandbox: Sandbox, radicale: RadicaleServer, var: Path) -> Any:
    """By app an account with an empty container of its own."""
    return lambda app: build(app, town, sandbox, radicale, var)
