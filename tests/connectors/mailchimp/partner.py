"""A stand-in of Mailchimp, and people who use it: what they do is written in the vendor's own
JSON, by hand, so that a mistake of the connector's cannot hide in both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from connectors.connector import World
from connectors.contact import Address, Contact, Entry, Segment, Value
from connectors.mailchimp.connector import Mailchimp
from connectors.sandbox.faults import Fault
from connectors.sandbox.sandbox import Sandbox
from tests.connectors.conformance import Partner
from tests.connectors.mailchimp.clock import Clock
from tests.connectors.wire import ORIGIN, Wired

WEEK = 7 * 24 * 3600
#: Beside those that every new audience has.
FIELDS = (("BIRTHDAY", "Birthday", "birthday"), ("COMPANY", "Company", "text"))
_TAGS = {
    "first_name": "FNAME",
    "last_name": "LNAME",
    "addresses": "ADDRESS",
    "phones": "PHONE",
    "birthday": "BIRTHDAY",
    "company": "COMPANY",
}
_numbers = count(1)


class People(Partner):
    """An account of its own, with one audience."""

    app = "mailchimp"
    can = frozenset({"archive", "unsubscribe", "unregister"})
    status = "subscribed"

    def __init__(self, sandbox: Sandbox, world: World) -> None:
        self.sandbox = sandbox
        self.world = world
        self.service: Any = sandbox.apps["mailchimp"]
        number = next(_numbers)
        self.credentials: Mapping[str, str] = {"api_key": f"key{number}-us6"}
        self.account = self.service.open_account(
            f"owner{number}@people.example", f"Owner {number}", token=f"key{number}-us6"
        )
        self.at_mailchimp = self.service.hands(self.account)
        self.container = self.at_mailchimp.add_audience("Clients")
        self.hands = self.at_mailchimp.audience(self.container)
        for tag, name, type in FIELDS:
            self.hands.add_field(tag, name, type)

    def be(self, **quirks: Any) -> None:
        self.service.quirks = replace(self.service.quirks, **quirks)

    def connector(self, **settings: str) -> Mailchimp:
        world = replace(self.world, settings={**self.world.settings, **settings})
        return Mailchimp(self.credentials, world)

    def fail(self, **order: Any) -> None:
        self.sandbox.order("mailchimp", Fault(**order))

    @property
    def calls(self) -> list[str]:
        """Method and kind of call, since they were last asked for."""
        found = [
            f"{call.method} {call.template.removeprefix('/3.0').replace('/lists/{list}', '')}"
            for call in self.sandbox.calls
        ]
        self.sandbox.calls.clear()
        return found

    # --- What people do -------------------------------------------------------------------

    def add(self, contact: Contact) -> str:
        tags = sorted(item.name for item in contact.segments if item.kind == "tag")
        groups = sorted(item.name for item in contact.segments if item.kind == "group")
        record = {**_record(contact.fields), "tags": tags}
        record["interests"] = {self.interest(name): True for name in groups}
        return str(self.hands.add({**record, "status": contact.status or "subscribed"}))

    def edit(self, id: str, changes: Mapping[str, Value]) -> None:
        self.hands.edit(id, _record(changes))

    def delete(self, id: str) -> None:
        self.hands.delete(id)

    def tag(self, id: str, segment: Segment) -> None:
        if segment.kind == "tag":
            self.hands.tag(id, segment.name)
        else:
            self.hands.edit(id, {"interests": {self.interest(segment.name): True}})

    def untag(self, id: str, segment: Segment) -> None:
        if segment.kind == "tag":
            self.hands.untag(id, segment.name)
        else:
            self.hands.edit(id, {"interests": {self.interest(segment.name): False}})

    def archive(self, id: str) -> None:
        self.hands.archive(id)

    def restore(self, id: str) -> None:
        self.hands.restore(id)

    def unsubscribe(self, id: str) -> None:
        self.hands.unsubscribe(id)

    def unregister(self, segment: Segment) -> None:
        if segment.kind == "tag":
            self.hands.remove_tag(segment.name)
        else:
            self.hands.remove_interest(self.interest(segment.name))

    def wait(self) -> None:
        self.world.sleep(WEEK + 60)

    def interest(self, name: str) -> str:
        """The id of a group, which is made where there is none of this name."""
        found = {there: id for id, there in self.hands.interests().items()}
        return found.get(name) or self.hands.add_interest(self.category, name)

    @property
    def category(self) -> str:
        there = self.hands.audience.categories()
        return there[0]["id"] if there else self.hands.add_category("Interests")


class App(People):
    """With a sandbox of its own, in this process, and a clock that is moved by hand."""

    def __init__(self, var: Path, **quirks: Any) -> None:
        self.clock = Clock()
        self.kept: dict[str, str] = {}
        sandbox = Sandbox(now=self.clock.now, sleep=self.clock.sleep, apps=["mailchimp"])
        super().__init__(
            sandbox,
            World(
                self.clock.now,
                self.clock.sleep,
                var,
                region="BE",
                settings={"MAILCHIMP_API_URL": f"{ORIGIN}/mailchimp/3.0"},
                keep=self.kept.update,
                wires={ORIGIN: Wired(sandbox)},
            ),
        )
        self.be(**quirks)


def _record(fields: Mapping[str, Value]) -> dict[str, Any]:
    record: dict[str, Any] = {"merge_fields": {}}
    for name, value in fields.items():
        if name == "emails":
            record["email_address"] = value if isinstance(value, str) else value[0].value
        else:
            record["merge_fields"][_TAGS[name]] = _JSON.get(name, _as_it_is)(value)
    return record


def _as_it_is(value: Value) -> Any:
    return value


def _birthday(value: Value) -> str:
    return str(value).removeprefix("--").replace("-", "/")


def _address(value: Value) -> Any:
    if not value:
        return ""
    (entry,) = value
    assert isinstance(entry, Entry) and isinstance(entry.value, Address)
    return {
        "addr1": entry.value.street,
        "addr2": entry.value.extended,
        "city": entry.value.city,
        "state": entry.value.region,
        "zip": entry.value.postcode,
        "country": entry.value.country,
    }


_JSON = {"birthday": _birthday, "addresses": _address}
