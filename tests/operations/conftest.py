from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from sync.management.demo import shapes
from sync.management.demo.people import people
from sync.management.stand_ins import StandIns
from tests.operations.machine import Machine

TOKEN = "of-the-operations"
CONFIGURATION = """
accounts:
  - {name: phonebook, app: google, credentials: {access_token: "${TOKEN}"}}
  - {name: newsletter, app: mailchimp, credentials: {api_key: "${TOKEN}"}}
connections:
  - name: both
    a: {account: phonebook}
    b: {account: newsletter}
    new_status: subscribed
"""


@dataclass(frozen=True)
class Apps:
    """Google Contacts with eight people, and an empty audience of Mailchimp's."""

    sandbox: Sandbox
    google: str
    mailchimp: str
    audience: str
    settings: dict[str, str]

    @property
    def readers(self) -> list[str]:
        """Who is in the audience."""
        members = self.sandbox.apps["mailchimp"].hands(self.mailchimp).audience(self.audience)
        return sorted(record["email_address"] for record in members.all().values())

    def add(self, number: int) -> None:
        """One more of the people at Google's."""
        contact = list(people(number + 1))[number]
        self.sandbox.apps["google"].hands(self.google).add(shapes.google(contact))


@pytest.fixture
def apps(tmp_path: Path) -> Iterator[Apps]:
    with closing(Sandbox(tmp_path / "apps.sqlite3")) as sandbox, serving(sandbox) as server:
        google, mailchimp = (
            sandbox.apps[app].open_account("staff@example.org", token=TOKEN)
            for app in ("google", "mailchimp")
        )
        audience = sandbox.apps["mailchimp"].hands(mailchimp).add_audience("Everybody")
        port = int(server.url.rpartition(":")[2])
        settings = {**StandIns(tmp_path, port).settings, "TOKEN": TOKEN}
        made = Apps(sandbox, google, mailchimp, audience, settings)
        for number in range(8):
            made.add(number)
        yield made


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine.installed(tmp_path_factory.mktemp("operations") / "machine")


@pytest.fixture
def machine(installed: Machine, tmp_path: Path, apps: Apps) -> Callable[..., Machine]:
    """``machine(name, **settings)``: a new one, with these settings and those of the apps."""

    def made(name: str, **settings: str) -> Machine:
        one = installed.copy(tmp_path / name)
        one.adds({**apps.settings, **settings})
        if "DATABASE_URL" in settings:
            one.manage("migrate")
        return one

    return made


def connected(machine: Machine) -> None:
    """Both apps, in step."""
    (machine.folder / "accord.yaml").write_text(CONFIGURATION)
    machine.manage("loadconfig", "accord.yaml")
    machine.manage("sync", "both", "--approve")


def audit(machine: Machine) -> list[Any]:
    return [json.loads(line) for line in machine.manage("audit", "both", "--json").splitlines()]
