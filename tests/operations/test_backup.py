"""A backup is taken while Accord works; the machine is gone; another goes on from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from shutil import copy
from typing import Any

import psycopg
import pytest

from tests import postgres
from tests.operations.conftest import Apps, audit, connected
from tests.operations.machine import Machine, block

#: As the README names it.
EXAMPLE = "postgres://accord@db.example.org/accord"


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.partner("postgresql"))]
)
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a PostgreSQL server; empty where each machine has its file."""
    with postgres.server() if request.param == "postgresql" else nullcontext() as running:
        yield running.url if running else ""


def database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {name}")
    return server.rpartition("/")[0] + f"/{name}"


def test_another_machine_goes_on_from_a_backup(
    machine: Callable[..., Machine], apps: Apps, server: str
) -> None:
    old, new = (database(server, name) if server else "" for name in ("old", "new"))
    first = machine("first", **({"DATABASE_URL": old} if server else {}))
    connected(first)
    apps.add(8)
    first.manage("sync", "both")
    backup = first.folder / "var" / run(first, "pg_dump" if server else "VACUUM INTO", old)
    keys = (first.folder / ".env").read_text()
    log = audit(first)
    apps.add(9)  # of which the backup knows nothing
    first.manage("sync", "both")
    before = apps.readers
    assert len(before) == 10

    second = machine("second")
    (second.folder / ".env").write_text(keys.replace(old, new) if server else keys)
    copy(backup, second.folder)
    run(second, "pg_restore" if server else "cp backup", new)
    assert audit(second) == log
    preview = second.run(block("Backup and restore", "--preview"))
    assert "1 linked" in preview, preview
    said = answer(second)
    assert [said[side]["created"] for side in "ab"] == [0, 0]
    assert (said["linked"], apps.readers) == (1, before)
    # It went on from where the backup had read to: two questions, and nobody was listed.
    assert said["a"]["requests"] == 1
    apps.add(10)
    assert answer(second)["b"]["created"] == 1
    assert len(apps.readers) == 11


def run(machine: Machine, containing: str, url: str) -> str:
    """A block of the README; the name of the backup that it makes or takes."""
    example = "postgres://accord@db.example.org/accord"
    text = block("Backup and restore", containing)
    for program in ("pg_dump", "pg_restore"):
        text = text.replace(f"{program} ", f"{postgres.programs()}/{program} ")
    machine.run(text, **{example: url})
    return "backup.dump" if url else "backup.sqlite3"


def answer(machine: Machine) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(machine.manage("sync", "both", "--json"))
    return said
