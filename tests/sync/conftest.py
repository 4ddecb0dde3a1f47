"""Two memory apps and a connection between them."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from config.logs import formatter
from connections.accounts import keep_container, open_account, refresh_catalogue
from connections.mappings import default_lines
from connections.models import Account, Connection, FieldMapping
from connections.vault import seal
from connectors.contact import Contact, Segment, Value, entries
from connectors.errors import AppError, Unanswered
from connectors.memory import store
from connectors.memory.app import MemoryApp, Quirks
from sync.host import Host, this_process
from sync.models import Run, Step, SyncRecord
from sync.queue import ask_for_run
from sync.run import perform


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class PickyApp(MemoryApp):
    """Answers writes of contacts of these names with an error."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, Quirks())
        self.errors: dict[str, AppError] = {}
        #: Creations of these are carried out and their answers lost.
        self.unanswered: set[str] = set()

    def create(self, contact: Contact, marker: str) -> tuple[str, bool]:
        self._check(contact)
        made = super().create(contact, marker)
        if contact.name in self.unanswered:
            raise Unanswered("The line went dead.")
        return made

    def update(
        self,
        id: str,
        version: str,
        changes: Mapping[str, Value],
        add: frozenset[Segment],
        remove: frozenset[Segment],
    ) -> None:
        self._check(self.contacts().get(id, Contact()))
        super().update(id, version, changes, add, remove)

    def _check(self, contact: Contact) -> None:
        if contact.name in self.errors:
            raise self.errors[contact.name]


def person(first: str, *emails: str, **fields: Value) -> Contact:
    values: dict[str, Value] = {"first_name": first, "emails": entries(emails), **fields}
    return Contact({name: value for name, value in values.items() if value})


@dataclass
class Pair:
    """Two apps, ``a`` and ``b``, kept equal by ``connection``."""

    a: PickyApp
    b: PickyApp
    connection: Connection
    clock: Clock

    @property
    def host(self) -> Host:
        return replace(this_process(), now=self.clock, sleep=self.clock.sleep)

    def sync(self, **options: Any) -> Run:
        """A run, a minute after the last one."""
        self.clock.sleep(60)
        return perform(ask_for_run(self.connection, **options).pk, host=self.host)

    def shown(self, side: str, name: str = "first_name") -> list[str]:
        contacts: Mapping[str, Contact] = (self.a if side == "a" else self.b).contacts()
        return sorted(contact.text(name) for contact in contacts.values())

    def states(self) -> list[tuple[str, str, str]]:
        rows = SyncRecord.objects.filter(connection=self.connection).order_by("title", "pk")
        return [(row.title, row.state, row.cause) for row in rows]

    def steps(self, run: Run) -> list[tuple[str, str, str, str]]:
        rows = Step.objects.filter(run=run).order_by("pk")
        return [(step.verb, step.side, step.name, step.result) for step in rows]

    def writes(self, run: Run) -> int:
        return sum(1 for verb, *_ in self.steps(run) if verb in ("create", "update"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def apps(db: None, clock: Clock) -> Iterator[dict[str, PickyApp]]:
    placed = {name: PickyApp(clock) for name in ("one", "two", "three")}
    store.placed.update(placed)
    yield placed
    store.placed.clear()


def connect(name: str, a: str, b: str, **options: Any) -> Connection:
    """A connection of two placed apps, with the default mapping."""
    sides = []
    for app in (a, b):
        account, _ = Account.objects.get_or_create(
            name=app, defaults={"app": "memory", "sealed": seal({"name": app})}
        )
        connector = open_account(account)
        sides.append(keep_container(account, connector.containers()[0]))
        refresh_catalogue(sides[-1], connector, timezone.now())
    options = {"state": Connection.State.ACTIVE, **options}
    made = Connection.objects.create(name=name, a=sides[0], b=sides[1], **options)
    for position, line in enumerate(default_lines(sides[0].catalogue, sides[1].catalogue)):
        FieldMapping.objects.create(connection=made, position=position, **line._asdict())
    return made


@pytest.fixture
def pair(apps: dict[str, PickyApp], clock: Clock) -> Pair:
    return Pair(apps["one"], apps["two"], connect("pair", "one", "two"), clock)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is said at the levels of the product, as JSON."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(formatter("json"))
    root = logging.getLogger()
    root.addHandler(handler)
    yield said
    root.removeHandler(handler)
