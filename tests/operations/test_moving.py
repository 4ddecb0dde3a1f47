"""From SQLite to PostgreSQL, as the README says."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import postgres
from tests.operations.conftest import Apps, audit, connected
from tests.operations.machine import Machine, block

pytestmark = pytest.mark.partner("postgresql")
MOVE = block("From SQLite to PostgreSQL", "movedatabase")


@pytest.fixture
def new() -> Iterator[str]:
    with postgres.server() as running:
        yield running.url


def test_everything_moves_and_the_next_sync_goes_on_from_there(
    machine: Callable[..., Machine], apps: Apps, new: str
) -> None:
    one = machine("one", NEW_DATABASE_URL=new)
    connected(one)
    old = content(one.folder / "var" / "accord.sqlite3")
    log = audit(one)
    said = one.run(MOVE)
    assert f"{len(old['connections_record']):>10,}  connections_record" in said
    assert f"{sum(map(len, old.values())):,} rows moved" in said

    # And back into a file: every row is in each column what it was.
    back = one.folder / "back.sqlite3"
    two = machine("two", DATABASE_URL=new, NEW_DATABASE_URL=f"sqlite:///{back}")
    two.manage("movedatabase")
    assert content(back) == old

    one.takes_away("NEW_DATABASE_URL")
    one.adds({"DATABASE_URL": new})
    assert audit(one) == log
    quiet = json.loads(one.manage("sync", "both", "--json"))
    assert [quiet[side]["created"] + quiet[side]["updated"] for side in "ab"] == [0, 0]
    assert quiet["a"]["requests"] == 1  # what changed since, and no list of everybody
    apps.add(8)  # new rows get numbers that are free
    one.manage("sync", "both")
    assert len(apps.readers) == 9


def test_what_stands_in_the_way_is_said_and_nothing_is_moved(
    machine: Callable[..., Machine], new: str
) -> None:
    one = machine("one")
    assert "NEW_DATABASE_URL=postgres://" in refused(one)
    one.adds({"NEW_DATABASE_URL": f"sqlite:///{one.folder}/var/accord.sqlite3"})
    assert "in use already" in refused(one)
    one.takes_away("NEW_DATABASE_URL")

    one.adds({"NEW_DATABASE_URL": new})
    file = one.folder / "var" / "accord.sqlite3"
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
    change(file, f"INSERT INTO sync_heartbeat (name, at) VALUES ('here/1', {now})")
    assert "Stop the worker" in refused(one)
    change(file, "DELETE FROM sync_heartbeat")

    # SQLite takes what is too long for its column; PostgreSQL does not.
    name = "n" * 500
    change(file, f"INSERT INTO auth_group (id, name) VALUES (1000, '{name}')")
    assert "auth_group between 1 and 1000: value too long" in refused(one)
    change(file, "DELETE FROM auth_group WHERE id = 1000")
    one.run(MOVE)

    with psycopg.connect(new) as link:
        link.execute(SOMEBODY)
    assert "in use: there are rows in auth_user" in refused(one)


SOMEBODY = """
INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email, is_staff,
                       is_active, date_joined)
VALUES ('', false, 'somebody', '', '', '', false, true, now())
"""


def refused(machine: Machine) -> str:
    answer = machine.tried(MOVE)
    assert answer.returncode == 1
    return answer.stderr


def change(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as link, link:
        link.execute(statement)


def content(file: Path) -> dict[str, list[str]]:
    """The rows of each table."""
    with closing(sqlite3.connect(file)) as link:
        tables = [
            name
            for (name,) in link.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name not in ("django_migrations", "sqlite_sequence")
        ]
        return {name: sorted(_rows(link, name)) for name in tables}


def _rows(link: sqlite3.Connection, table: str) -> Iterator[str]:
    for row in link.execute(f"SELECT * FROM {table}"):
        yield repr([_meant(value) for value in row])


def _meant(value: Any) -> Any:
    """JSON is the same in any order of its keys."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        return json.dumps(json.loads(value), sort_keys=True)
    return value
