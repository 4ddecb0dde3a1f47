"""A town of all apps, over HTTP, on one clock that only moves when it is moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml
from django.conf import settings

from connections.models import Connection, Container
from connectors.connector import Catalogue, World
from connectors.contact import Contact, Segment, Value, entries
from connectors.memory.quirks import Quirks
from connectors.sandbox.faults import Fault
from connectors.sandbox.sandbox import Sandbox
from rules.configuration.loading import load
from sync.host import Host, this_process
from sync.models import Run, Step, SyncRecord
from sync.queue import ask_for_run
from sync.run import perform
from tests.connectors.carddav.partner import Book
from tests.connectors.carddav.servers import RadicaleServer
from tests.connectors.conformance import Partner, reading
from tests.connectors.contactually.partner import People as AtContactually
from tests.connectors.ghost.partner import People as AtGhost
from tests.connectors.google.partner import People as AtGoogle
from tests.connectors.mailchimp.partner import People as AtMailchimp
from tests.connectors.memory.test_connector import App as InMemory
from tests.world.clock import Clock

#: Longer than any app's lag, and than a day or a week until a complete listing is due.
LONG = 8 * 24 * 3600


@dataclass(frozen=True, eq=False)
class Place:
    """An account at an app, with one container of its own."""

    app: str
    credentials: Mapping[str, str]
    partner: Partner

    def contacts(self) -> dict[str, Contact]:
        """Everybody who is there now, as a new reading shows them."""
        with closing(self.partner.connector()) as connector:
            found = reading(connector, self.partner.container).contacts
        return {id: contact for id, contact in found.items() if contact and not contact.deleted}

    def catalogue(self) -> Catalogue:
        with closing(self.partner.connector()) as connector:
            return connector.catalogue(self.partner.container)

    def person(self, first: str, *segments: Segment) -> Contact:
        """Somebody of this first name as the app holds them: a list, or one address."""
        address = f"{first.lower()}@people.example"
        field = self.catalogue().field("emails")
        assert field is not None
        emails: Value = entries([address]) if field.holds_list else address
        fields: dict[str, Value] = {"first_name": first, "last_name": "Maes", "emails": emails}
        return Contact(fields, frozenset(segments), self.partner.status)

    def add(self, first: str, *segments: Segment) -> str:
        return self.partner.add(self.person(first, *segments))

    def id(self, first: str) -> str:
        found = self.contacts().items()
        return next(id for id, contact in found if contact.name.split()[0] == first)

    def shown(self, first: str) -> Contact:
        return self.contacts()[self.id(first)]

    def names(self) -> list[str]:
        return sorted(contact.name for contact in self.contacts().values())

    def segments(self, first: str) -> list[str]:
        return sorted(segment.name for segment in self.shown(first).segments)


class Town:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    @property
    def host(self) -> Host:
        return replace(this_process(), now=self.clock.now, sleep=self.clock.tick)

    def join(self, a: Place, b: Place, name: str = "pair", **options: Any) -> Connection:
        sides = {"a": a, "b": b}
        document = {
            "accounts": [
                {"name": place.app, "app": place.app, "credentials": dict(place.credentials)}
                for place in (a, b)
            ],
            "connections": [
                {
                    "name": name,
                    **{
                        side: {"account": place.app, "container": place.partner.container}
                        for side, place in sides.items()
                    },
                    "state": "active",
                    "new_status": b.partner.status or a.partner.status or None,
                    **options,
                }
            ],
        }
        load(yaml.safe_dump(document, sort_keys=False), {})
        Container.objects.update(catalogue_at=self.clock.now())
        return Connection.objects.get(name=name)

    def sync(self, name: str = "pair", wait: float = 900) -> Run:
        """A run, after so many seconds: by default longer than any write takes to be visible."""
        self.clock.tick(wait)
        # What the apps offer is asked for hourly by the machine's clock; here it is known.
        Container.objects.update(catalogue_at=self.clock.now())
        run = ask_for_run(Connection.objects.get(name=name))
        return perform(run.pk, host=self.host)

    def sync_through(self, sandbox: Sandbox, app: str, what: str, skip: int) -> None:
        """Runs until silence, while of each kind of write to the app one goes wrong."""
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            sandbox.order(app, Fault(what, 502, method=method, skip=skip))
        for _ in range(3):
            self.sync()
        sandbox.apps[app].faults.clear()
        for _ in range(2):
            self.sync(wait=LONG)
        self.assert_quiet()

    def wrote(self, run: Run) -> list[tuple[str, str]]:
        return list(Step.objects.filter(run=run).order_by("pk").values_list("verb", "name"))

    def assert_quiet(self, name: str = "pair") -> Run:
        run = self.sync(name)
        assert (run.state, run.why, self.wrote(run)) == (Run.State.DONE, "", [])
        return run

    def states(self, name: str = "pair") -> list[tuple[str, str, str]]:
        rows = SyncRecord.objects.filter(connection__name=name).order_by("title", "pk")
        return [(row.title, row.state, row.cause) for row in rows]


def marks(place: Place) -> str:
    """The kind of segment that carries marks there; "" for an app that has none."""
    kinds: Sequence[str] = ("tag", "label", "group", "category")
    return next((kind for kind in kinds if kind in place.catalogue().segments), "")


#: By app what its partner is built of: a sandbox and the world to see it in.
AT: Mapping[str, Callable[[Sandbox, World], Any]] = {
    "contactually": AtContactually,
    "ghost": lambda sandbox, world: AtGhost(sandbox, world, _home(world)),
    "google": AtGoogle,
    "mailchimp": AtMailchimp,
}
#: Where the stand-ins are, below the address of the sandbox.
_PATHS = {
    "CONTACTUALLY_API_URL": "contactually/v2",
    "GOOGLE_API_URL": "google",
    "GOOGLE_TOKEN_URL": "google/token",
    "MAILCHIMP_API_URL": "mailchimp/3.0",
}


def _home(world: World) -> str:
    """Where the sandbox is served."""
    return world.settings["GOOGLE_API_URL"].removesuffix("/google")


def urls(sandbox_url: str) -> dict[str, str]:
    """What the settings have to say of a sandbox that is served there; without quotas."""
    quotas = {name: "0" for name in settings.CONNECTORS if name.endswith("_PER_MINUTE")}
    return quotas | {name: f"{sandbox_url}/{path}" for name, path in _PATHS.items()}


def build(app: str, town: Town, sandbox: Sandbox, radicale: RadicaleServer, var: Path) -> Place:
    """An account with an empty container of its own."""
    in_world = World(
        town.clock.now, town.clock.tick, var, allow_private=True, settings=settings.CONNECTORS
    )
    if app == "carddav":
        book = Book(radicale, var)
        return Place(app, radicale.credentials(book.container), book)
    if app == "memory":
        kinds = frozenset({"tag"})
        memory = InMemory(Quirks(segments=kinds), var, f"memory-{uuid4().hex[:8]}")
        return Place(app, memory.credentials, memory)
    people = AT[app](sandbox, in_world)
    return Place(app, people.credentials, people)
