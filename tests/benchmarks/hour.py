"""``python -m tests.benchmarks.hour``: an hour in the life of an installation with many
connections, each of an account of Google's with one of Mailchimp's, every five minutes.

The clock of the installation is moved by hand, so that the hour takes as long as its work. In it
one contact in a hundred is edited in each account of Google's. CPU seconds are those of looking
for what is due and of the runs, in one process; the stand-ins, and a PostgreSQL server, work in
others. ``of a core``: the share of the hour that one core is busy.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from connectors.sandbox.sandbox import Sandbox
from sync.management.stand_ins import StandIns
from tests.benchmarks.inside import inside
from tests.benchmarks.played import TOKEN, loaded, served
from tests.benchmarks.report import machine, wide
from tests.benchmarks.results import keep
from tests.benchmarks.scale import DATABASES, HOUR, filled, place
from tests.ports import free_port

LIVED = "tests.benchmarks.hour_lived"
_HEADS = (
    "database", "phase", "runs", "wall s", "CPU s", "of a core", "CPU ms a run", "queries a run",
    "requests a run", "created", "updated", "peak MiB",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.hour", description=__doc__)
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--contacts", type=int, default=1_000, help="of each connection")
    parser.add_argument("--database", choices=DATABASES, nargs="+", default=DATABASES)
    parser.add_argument("--keep", action="store_true", help="write the table into RESULTS.md")
    given = parser.parse_args()
    rows = []
    for database in given.database:
        for phase, got in _lived(database, given.connections, given.contacts).items():
            rows.append(_row(database, phase, got))
            sys.stderr.write(f"{' | '.join(rows[-1])}\n")
    text = wide(_HEADS, rows)
    sys.stdout.write(f"{machine()}\n\n{text}\n")
    if given.keep:
        title = f"An hour of {given.connections:,} connections of {given.contacts:,} contacts"
        keep(title, f"{machine()}\n\n{text}")


def _lived(database: str, connections: int, contacts: int) -> Mapping[str, Mapping[str, Any]]:
    with place(database) as (folder, bare):
        apps = StandIns(folder, free_port())
        file = folder / "sandbox.sqlite3"
        accounts = _filled(file, connections, contacts)
        tokens = {f"TOKEN_{n}": _token(n) for n in range(connections)}
        environment = {**bare, **apps.settings, **tokens}
        with served(apps, folder, slow=HOUR.total_seconds()):
            loaded(_configuration(connections), folder, environment)
            first = json.loads(inside(LIVED, ["first"], environment))
        with served(apps, folder):
            look_back = json.loads(inside(LIVED, ["first"], environment))
            hour = json.loads(inside(LIVED, ["hour", str(file), *accounts], environment))
    return {"first syncs": first, "first look back": look_back, "an hour": hour}


def _token(number: int) -> str:
    """Of a connection's two accounts."""
    return f"{TOKEN}-{number}"


def _configuration(connections: int) -> str:
    accounts, pairs = [], []
    for n in range(connections):
        token = f"${{TOKEN_{n}}}"
        accounts += [
            {"name": f"phonebook {n}", "app": "google", "credentials": {"access_token": token}},
            {"name": f"newsletter {n}", "app": "mailchimp", "credentials": {"api_key": token}},
        ]
        pairs.append(
            {
                "name": f"pair {n}",
                "a": {"account": f"phonebook {n}"},
                "b": {"account": f"newsletter {n}"},
                "direction": "a-to-b",
                "new_status": "subscribed",
                "state": "active",
            }
        )
    return yaml.safe_dump({"accounts": accounts, "connections": pairs}, sort_keys=False)


def _filled(file: Path, connections: int, contacts: int) -> list[str]:
    """The accounts at Google's, with so many contacts each; the audiences are empty."""
    then = datetime.now(UTC) - 2 * HOUR
    with closing(Sandbox(file, now=lambda: then)) as sandbox:
        return [
            filled(sandbox, f"staff{n}@example.org", _token(n), contacts)
            for n in range(connections)
        ]


def _row(database: str, phase: str, got: Mapping[str, Any]) -> list[str]:
    runs, cpu = got["runs"], got["cpu"]
    return [
        database,
        phase,
        f"{runs:,}",
        f"{got['wall']:.0f}",
        f"{cpu:.1f}",
        f"{cpu / timedelta(hours=1).total_seconds():.1%}" if phase == "an hour" else "",
        f"{1000 * cpu / runs:,.0f}",
        f"{got['queries'] / runs:,.1f}",
        f"{got['requests'] / runs:,.1f}",
        f"{got['created']:,}",
        f"{got['updated']:,}",
        f"{got['memory']:.0f}",
    ]


if __name__ == "__main__":
    main()
