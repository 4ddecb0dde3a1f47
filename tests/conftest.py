"""What all tests share: the databases, and what may be missing on a machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings

from tests import postgres, redis
from tests.browser import program
from tests.connectors.carddav.servers import RadicaleServer, XandikosServer
from tests.operations import nginx

# A random test that fails prints what repeats it. Sixty examples of each: the whole suite has to
# be done soon.
hypothesis_settings.register_profile("accord", deadline=None, print_blob=True, max_examples=60)
hypothesis_settings.load_profile("accord")

#: What Python packages alone cannot bring: the word of the marker ``partner(word)`` -> is it
#: here, and how it comes to be.
PARTNERS: Mapping[str, tuple[Callable[[], object], str]] = {
    "chromium": (program.chromium, "apt-get install chromium"),
    "nginx": (nginx.program, "apt-get install nginx-light"),
    "postgresql": (postgres.programs, "apt-get install postgresql"),
    "redis": (redis.program, "apt-get install redis-server"),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("accord")
    group.addoption(
        "--partners-required",
        action="store_true",
        help="a partner that is missing on this machine is an error; without this flag the "
        "tests that need it are left out",
    )
    group.addoption(
        "--only-database", action="store_true", help="only the tests that touch the database"
    )
    group.addoption(
        "--connections", type=int, default=12, help="of several machines (12), in tests/processes"
    )
    group.addoption(
        "--at-length", action="store_true", help="also the tests that take many minutes"
    )
    world = parser.getgroup("world", "simulation (tests/world)")
    world.addoption("--histories", type=int, default=300, help="how many by chance (300)")
    world.addoption("--plans", type=int, default=5000, help="how many for the planner alone (5000)")
    world.addoption(
        "--planted", type=int, default=100, help="planted errors show in so many, at length (100)"
    )
    world.addoption(
        "--seed", type=int, default=20261123, help="of the first; each next is one more"
    )
    world.addoption(
        "--examples", type=int, default=0, help="of tests/fuzzing, a test (as many as it says)"
    )


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are cores: much of the time tests wait for servers and browsers."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing = {word: how for word, (present, how) in PARTNERS.items() if not present()}
    if missing and config.getoption("--partners-required"):
        raise pytest.UsageError(
            "; ".join(f"{word} is missing: {how}" for word, how in missing.items())
        )
    only_database = config.getoption("--only-database")
    at_length = config.getoption("--at-length")

    def wanted(item: pytest.Item) -> bool:
        if item.get_closest_marker("at_length") and not at_length:
            return False
        needs = {word for marker in item.iter_markers("partner") for word in marker.args}
        if only_database:
            return not needs and _touches_database(item)
        return needs.isdisjoint(missing)

    left_out = [item for item in items if not wanted(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if wanted(item)]
    items.sort(key=_turn)


#: Where the longest tests live: they are begun first, so that no core is idle in the end.
_FIRST = (
    "tests/test_postgresql.py",
    "tests/world/",
    "tests/browser/",
    "tests/stories/",
    "tests/processes/",
)


def _turn(item: pytest.Item) -> int:
    starts = (place for place in _FIRST if item.nodeid.startswith(place))
    return next(map(_FIRST.index, starts), len(_FIRST))


def _touches_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("sqlite_only"):
        return False
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or bool(
        {"db", "transactional_db"}.intersection(fixtures)
    )


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """SQLite in a file, as the product has it: a database in memory has other locks."""
    default = settings.DATABASES["default"]
    if default["ENGINE"] == "django.db.backends.sqlite3":
        default.setdefault("TEST", {})["NAME"] = str(settings.VAR_DIR / "tests.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A test that commits leaves the tables as the migrations did. Django's own way, ``flush``,
    also empties those of content types and permissions and fills them again, which takes longer
    than many a test."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        tables = connection.introspection.django_table_names(only_existing=True)
        to_empty = [connection.ops.quote_name(x) for x in tables if not _holds_rows(cursor, x)]

    def empty_tables(case: TransactionTestCase) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for table in to_empty:
                cursor.execute(f"DELETE FROM {table}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield


def _holds_rows(cursor: Any, table: str) -> bool:
    cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")
    return cursor.fetchone() is not None


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """The test's database for a command that the test starts: ``DATABASE_URL``."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    return f"postgres://{values['USER']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"


@pytest.fixture
def var(settings: Any, tmp_path: Path) -> Path:
    """A ``var/`` of the test's own: what the memory app holds lives there."""
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir()
    return Path(settings.VAR_DIR)


@pytest.fixture
def manage_environment(database_url: str, var: Path) -> dict[str, str]:
    """The environment of a command that the test starts: the test's database and ``var/``."""
    return {**os.environ, "DATABASE_URL": database_url, "VAR_DIR": str(var)}


@pytest.fixture(scope="session")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RadicaleServer]:
    with RadicaleServer(tmp_path_factory.mktemp("radicale")) as server:
        yield server


@pytest.fixture(scope="session")
def xandikos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[XandikosServer]:
    with XandikosServer(tmp_path_factory.mktemp("xandikos")) as server:
        yield server
