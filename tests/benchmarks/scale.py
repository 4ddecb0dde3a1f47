"""``python -m tests.benchmarks.scale``: contacts of Google into Mailchimp, the two apps that take
many contacts in one call, by number of contacts and by database.

Each run is a process of its own; CPU seconds are the time outside waiting (the stand-ins, and a
PostgreSQL server, work in other processes). The aims: 1,500 contacts a second of CPU at the first
sync and less than 300 MiB; with nothing to do the same time and queries however many there are.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from connectors.sandbox.google.hands import Hands
from connectors.sandbox.sandbox import Sandbox
from sync.management.demo import shapes
from sync.management.demo.people import people
from sync.management.stand_ins import StandIns
from tests import postgres
from tests.benchmarks.inside import installed
from tests.benchmarks.played import TOKEN, loaded, served, synced
from tests.benchmarks.report import machine, wide
from tests.benchmarks.results import keep
from tests.ports import free_port

CONFIGURATION = """
accounts:
  - {name: phonebook, app: google, credentials: {access_token: "${TOKEN}"}}
  - {name: newsletter, app: mailchimp, credentials: {api_key: "${TOKEN}"}}
connections:
  - name: both
    a: {account: phonebook}
    b: {account: newsletter}
    direction: a-to-b
    new_status: subscribed
"""
HOUR = timedelta(hours=1)
DATABASES = ("sqlite", "postgresql")
_HEADS = (
    "database", "contacts", "phase", "wall s", "CPU s", "contacts a second of CPU", "peak MiB",
    "queries", "requests a", "requests b", "created", "updated",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale", description=__doc__)
    parser.add_argument("--contacts", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--database", choices=DATABASES, nargs="+", default=DATABASES)
    parser.add_argument("--keep", action="store_true", help="write the table into RESULTS.md")
    given = parser.parse_args()
    rows = []
    for contacts in given.contacts:
        for database in given.database:
            for phase, got in _played(database, contacts):
                rows.append(_row(database, contacts, phase, got))
                sys.stderr.write(f"{' | '.join(rows[-1])}\n")
    text = wide(_HEADS, rows)
    sys.stdout.write(f"{machine()}\n\n{text}\n")
    if given.keep:
        keep("Google into Mailchimp, by number of contacts", f"{machine()}\n\n{text}")


@contextmanager
def place(database: str) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """A folder, and the environment of an empty installation."""
    server = postgres.server() if database == "postgresql" else nullcontext()
    with (
        TemporaryDirectory(prefix="accord-scale-") as folder,
        server as running,
        installed(running.url if running else "") as environment,
    ):
        yield Path(folder), environment


def _played(database: str, contacts: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    with place(database) as (folder, bare):
        apps = StandIns(folder, free_port())
        then = datetime.now(UTC) - 2 * HOUR
        with closing(Sandbox(folder / "sandbox.sqlite3", now=lambda: then)) as sandbox:
            account = filled(sandbox, "staff@example.org", TOKEN, contacts)
        environment = {**bare, **apps.settings, "TOKEN": TOKEN}
        with served(apps, folder, slow=HOUR.total_seconds()):
            loaded(CONFIGURATION, folder, environment)
            yield "first sync", synced(environment, "both", "--approve")
        with served(apps, folder):
            yield "first look back", synced(environment, "both")
            yield "no-op", synced(environment, "both")
            with (
                closing(Sandbox(folder / "sandbox.sqlite3")) as sandbox,
                sandbox.store.transaction(),
            ):
                edit_some(sandbox.apps["google"].hands(account))
            yield "1 % changed", synced(environment, "both")


def filled(sandbox: Sandbox, login: str, token: str, contacts: int) -> str:
    """The id of the account at Google's that has so many contacts; the audience is empty."""
    google, mailchimp = (
        sandbox.apps[app].open_account(login, token=token) for app in ("google", "mailchimp")
    )
    sandbox.apps["mailchimp"].hands(mailchimp).add_audience("Everybody")
    hands = sandbox.apps["google"].hands(google)
    with sandbox.store.transaction():
        for contact in people(contacts):
            hands.add(shapes.google(contact))
    return google


def edit_some(hands: Hands) -> None:
    """One contact in a hundred."""
    for id, record in list(hands.all().items())[::100]:
        (name,) = record["names"]
        hands.edit(id, {"names": [{**name, "familyName": "Changed"}]})


def _row(database: str, contacts: int, phase: str, got: Mapping[str, Any]) -> list[str]:
    a, b = got["answer"]["a"], got["answer"]["b"]
    handled = b["created"] + b["updated"]
    return [
        database,
        f"{contacts:,}",
        phase,
        f"{got['wall']:.1f}",
        f"{got['cpu']:.1f}",
        f"{handled / got['cpu']:,.0f}" if handled else "",
        f"{got['memory']:.0f}",
        *(f"{n:,}" for n in (got["queries"], a["requests"], b["requests"])),
        *(f"{n:,}" for n in (b["created"], b["updated"])),
    ]


if __name__ == "__main__":
    main()
