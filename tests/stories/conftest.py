"""Real address book servers and the product beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.carddav.servers import PASSWORD, RadicaleServer, XandikosServer
from tests.stories.book import AddressBook
from tests.stories.gate import Gate
from tests.stories.home import NUMBERS, Home, card_of
from tests.stories.installation import Installation, InThisProcess
from tests.stories.people import Pair, in_sync, two_apps


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
