"""A stand-in of Contactually, and people who use it: what they do is written in the vendor's
own JSON, by hand, so that a mistake of the connector's cannot hide in both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

from connectors.connector import World
from connectors.contact import Address, Contact, Entry, Segment, Value
from connectors.contactually.connector import CONTAINER, Contactually
from connectors.sandbox.faults import Fault
from connectors.sandbox.sandbox import Sandbox
from tests.connectors.conformance import Partner
from tests.connectors.wire import ORIGIN, Wired

DAY = 24 * 3600
_ONE_AT_A_TIME = Lock()
_TEXTS = {
    "first_name": "first_name",
    "last_name": "last_name",
    "company": "company",
    "job_title": "title",
    "custom:Location": "location",
}
_LISTS = {
    "emails": ("email_addresses", "address"),
    "phones": ("phone_numbers", "number"),
    "urls": ("websites", "address"),
    "addresses": ("addresses", ""),
}


@dataclass
class Clock:
    """Time that only moves when somebody waits; it knows for how long."""

    time: datetime = datetime(2026, 11, 23, 9, tzinfo=UTC)
    slept: float = 0

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        with _ONE_AT_A_TIME:
            self.time += timedelta(seconds=seconds)
            self.slept += seconds


class People(Partner):
    """An account of its own at the stand-in."""

    app = "contactually"
    container = CONTAINER
    can = frozenset({"archive", "unregister"})

    def __init__(self, sandbox: Sandbox, world: World) -> None:
        self.world = world
        service: Any = sandbox.apps["contactually"]
        token = uuid4().hex
        self.credentials = {"access_token": token}
        account = service.open_account(f"{token}@owners.example", "Owner", token=token)
        self.hands = service.hands(account)

    def connector(self, **settings: str) -> Contactually:
        """``settings``: of the operator, beside those of the world."""
        changed = {**self.world.settings, **settings}
        return Contactually(self.credentials, replace(self.world, settings=changed))

    # --- What people do -------------------------------------------------------------------

    def add(self, contact: Contact) -> str:
        buckets = [item.name for item in contact.segments if item.kind == "bucket"]
        tags = sorted(item.name for item in contact.segments if item.kind == "tag")
        ids = [self.hands.add_bucket(name) for name in sorted(buckets)]
        record = {**_record(contact.fields), "tags": tags, "bucket_ids": ids}
        return str(self.hands.add(record))

    def edit(self, id: str, changes: Mapping[str, Value]) -> None:
        self.hands.edit(id, _record(changes))

    def delete(self, id: str) -> None:
        self.hands.delete(id)

    def tag(self, id: str, segment: Segment) -> None:
        if segment.kind == "tag":
            self.hands.tag(id, segment.name)
        else:
            self.hands.put_in(id, self.hands.add_bucket(segment.name))

    def untag(self, id: str, segment: Segment) -> None:
        if segment.kind == "tag":
            self.hands.untag(id, segment.name)
        else:
            self.hands.take_out(id, self.hands.add_bucket(segment.name))

    def archive(self, id: str) -> None:
        self.hands.archive(id)

    def restore(self, id: str) -> None:
        self.hands.restore(id)

    def unregister(self, segment: Segment) -> None:
        if segment.kind == "tag":
            names, remove = self.hands.tags(), self.hands.remove_tag
        else:
            names, remove = self.hands.buckets(), self.hands.remove_bucket
        for id, name in names.items():
            if name == segment.name:
                remove(id)

    def wait(self) -> None:
        """Until the next complete sweep."""
        self.world.sleep(DAY + 60)


class App(People):
    """The only account of a stand-in in this process, with hands on the service itself."""

    def __init__(self, var: Path, **quirks: Any) -> None:
        self.clock = Clock()
        self.sandbox = Sandbox(now=self.clock.now, sleep=self.clock.sleep, apps=["contactually"])
        self.service: Any = self.sandbox.apps["contactually"]
        self.be(**quirks)
        self.renewed: dict[str, str] = {}
        world = World(
            self.clock.now,
            self.clock.sleep,
            var,
            region="BE",
            settings={
                "CONTACTUALLY_API_URL": f"{ORIGIN}/contactually/v2",
                "CONTACTUALLY_AUTH_URL": f"{ORIGIN}/contactually/oauth2",
            },
            keep=self.renewed.update,
            wires={ORIGIN: Wired(self.sandbox)},
        )
        super().__init__(self.sandbox, world)

    def be(self, **quirks: Any) -> None:
        self.service.quirks = replace(self.service.quirks, **quirks)

    def fail(self, what: str, **order: Any) -> None:
        self.sandbox.order("contactually", Fault(what, **order))

    def calls(self) -> list[str]:
        """What was called since this was last asked: ``GET /contacts/{id}``."""
        found = [
            f"{call.method} {call.template.removeprefix('/v2')}" for call in self.sandbox.calls
        ]
        self.sandbox.calls.clear()
        return found


def _record(fields: Mapping[str, Value]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for name, value in fields.items():
        if name in _TEXTS:
            record[_TEXTS[name]] = value or None
            continue
        member, key = _LISTS[name]
        items = (Entry(value),) if isinstance(value, str) and value else value
        entries = [entry for entry in items if isinstance(entry, Entry)]
        record[member] = [
            {"label": entry.label.title() or None, **({key: entry.value} if key else _lines(entry))}
            for entry in entries
        ]
    return record


def _lines(entry: Entry) -> dict[str, Any]:
    assert isinstance(entry.value, Address)
    return {
        "full_address": None,
        "street_1": entry.value.street or None,
        "street_2": entry.value.extended or None,
        "city": entry.value.city or None,
        "state": entry.value.region or None,
        "zip": entry.value.postcode or None,
        "country": entry.value.country or None,
    }
