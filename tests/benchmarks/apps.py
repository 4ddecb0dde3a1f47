"""``python -m tests.benchmarks.apps``: first syncs, silence and small changes between the
stand-ins of the apps, with their quotas off: Contactually → Google, then Google → Mailchimp.

Each run is a process of its own; CPU seconds are the time outside waiting, the stand-ins run in
another process. The aim: peak memory below 250 MiB with 10,000 contacts.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from connectors.sandbox.sandbox import Sandbox
from sync.management.demo import shapes
from sync.management.demo.people import people
from sync.management.stand_ins import StandIns
from tests.benchmarks.inside import installed
from tests.benchmarks.played import TOKEN, loaded, served, synced
from tests.benchmarks.report import machine, wide
from tests.benchmarks.results import keep
from tests.ports import free_port

CONFIGURATION = """
accounts:
  - {name: crm, app: contactually, credentials: {access_token: "${TOKEN}"}}
  - {name: phonebook, app: google, credentials: {access_token: "${TOKEN}"}}
  - {name: newsletter, app: mailchimp, credentials: {api_key: "${TOKEN}"}}
connections:
  - {name: crm-phonebook, a: {account: crm}, b: {account: phonebook}, direction: a-to-b}
  - name: phonebook-newsletter
    a: {account: phonebook}
    b: {account: newsletter}
    direction: a-to-b
    new_status: subscribed
"""
CONNECTIONS = ("crm-phonebook", "phonebook-newsletter")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.apps", description=__doc__)
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--keep", action="store_true", help="write the table into RESULTS.md")
    given = parser.parse_args()
    with TemporaryDirectory(prefix="accord-apps-") as name, installed() as environment:
        text = _table(_played(Path(name), environment, given.contacts))
    sys.stdout.write(f"{machine()}\n\n{text}\n")
    if given.keep:
        keep(f"First syncs of apps, {given.contacts:,} contacts", f"{machine()}\n\n{text}")


def _played(
    folder: Path, environment: Mapping[str, str], contacts: int
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Connection, phase and figures."""
    apps = StandIns(folder, free_port())
    with apps.by_hand() as sandbox:
        crm = _filled(sandbox, contacts)
    environment = {**environment, **apps.settings, "TOKEN": TOKEN}
    with served(apps, folder):
        loaded(CONFIGURATION, folder, environment)
        for name in CONNECTIONS:
            yield name, "first sync", synced(environment, name, "--approve")
            yield name, "no-op", synced(environment, name)
        with closing(Sandbox(folder / "sandbox.sqlite3")) as sandbox:
            _edit_some(sandbox, crm)
        for name in CONNECTIONS:
            yield name, "1 % changed", synced(environment, name)


def _filled(sandbox: Sandbox, contacts: int) -> str:
    """The id of the account that has so many contacts; the others' are empty."""
    ids = {
        app: sandbox.apps[app].open_account("staff@example.org", token=TOKEN)
        for app in sandbox.apps
    }
    sandbox.apps["mailchimp"].hands(ids["mailchimp"]).add_audience("Everybody")
    hands = sandbox.apps["contactually"].hands(ids["contactually"])
    with sandbox.store.transaction():
        for contact in people(contacts):
            hands.add(shapes.contactually(contact))
    return ids["contactually"]


def _edit_some(sandbox: Sandbox, account: str) -> None:
    hands = sandbox.apps["contactually"].hands(account)
    with sandbox.store.transaction():
        for id in list(hands.all())[::100]:
            hands.edit(id, {"last_name": "Changed"})


def _table(found: Iterator[tuple[str, str, Mapping[str, Any]]]) -> str:
    heads = ("connection", "phase", "wall s", "CPU s", "peak MiB", "requests a", "requests b",
             "created", "updated")  # fmt: skip
    rows = []
    for name, phase, got in found:
        a, b = got["answer"]["a"], got["answer"]["b"]
        rows.append((
            name, phase, f"{got['wall']:.1f}", f"{got['cpu']:.1f}", f"{got['memory']:.0f}",
            str(a["requests"]), str(b["requests"]), str(b["created"]), str(b["updated"]),
        ))  # fmt: skip
    return wide(heads, rows)


if __name__ == "__main__":
    main()
