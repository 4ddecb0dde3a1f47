"""Every app as a server in this process with six people in it, and a wire in between that lies."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from urllib3 import HTTPResponse

from connectors.carddav.connector import CardDAV
from connectors.connector import Connector, World
from connectors.contact import Contact, Segment, Value
from tests.cards import realistic_cards
from tests.connectors.carddav.scripted import Request, Response, ScriptedServer
from tests.connectors.conformance import ANN
from tests.connectors.contactually.partner import App as Contactually
from tests.connectors.ghost.partner import App as Ghost
from tests.connectors.google.partner import Book
from tests.connectors.mailchimp.partner import App as Mailchimp
from tests.connectors.wire import ORIGIN
from tests.fuzzing.lies import Between, Told
from tests.fuzzing.spoiling import spoilt, spoilt_bytes
from tests.fuzzing.spoiling_text import spoilt_card, spoilt_xml

PEOPLE = 6


@dataclass
class Clock:
    """Time that only moves when somebody waits."""

    time: datetime = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=min(seconds, 3600))


class Home(ABC):
    """``create``: what a create of one more person says, with ``segments`` and ``status``."""

    between: Between
    container: str
    create: Mapping[str, Value]
    segments: frozenset[Segment] = frozenset()
    status: str = ""

    @abstractmethod
    def connector(self) -> Connector: ...

    @abstractmethod
    def spoilt(self, true: Told, chance: Any) -> bytes:
        """A body in the language of the app."""

    def later(self) -> None:  # noqa: B027
        """Somebody changes one of the people."""


class _Json(Home):
    """An app with a stand-in. ``partner`` is its account."""

    def __init__(self, partner: Any) -> None:
        self.partner = partner
        self.container = partner.container
        self.status = partner.status
        self.between = Between(partner.world.wires[ORIGIN])
        partner.world = replace(partner.world, wires={ORIGIN: self.between})
        self.create = {**self.fields(PEOPLE)}
        self.ids = [
            partner.add(Contact(self.fields(number), self.segments, partner.status))
            for number in range(PEOPLE)
        ]

    @abstractmethod
    def fields(self, number: int) -> Mapping[str, Value]: ...

    def connector(self) -> Connector:
        found: Connector = self.partner.connector()
        return found

    def later(self) -> None:
        self.partner.edit(self.ids[0], {"first_name": f"Ann {self.between.asked}"})

    def spoilt(self, true: Told, chance: Any) -> bytes:
        if chance.random() < 0.15 or not true.body:
            return spoilt_bytes(true.body, chance)
        try:
            return as_json(spoilt(from_json(true.body), chance))
        except ValueError:  # a page of the stand-in's frame
            return spoilt_bytes(true.body, chance)


class GoogleHome(_Json):
    segments = frozenset({Segment("label", "Clients")})

    def fields(self, number: int) -> Mapping[str, Value]:
        return {**ANN, "first_name": f"Ann{number}"}


class ContactuallyHome(_Json):
    segments = frozenset({Segment("tag", "Clients"), Segment("bucket", "Warm")})

    def fields(self, number: int) -> Mapping[str, Value]:
        names = ("last_name", "emails", "phones", "addresses", "company", "job_title")
        return {"first_name": f"Ann{number}", **{name: ANN[name] for name in names}}


class GhostHome(_Json):
    segments = frozenset({Segment("label", "Clients")})

    def fields(self, number: int) -> Mapping[str, Value]:
        return {
            "full_name": f"Ann{number} Smith",
            "emails": f"ann{number}@home.example",
            "notes": "Two\nlines",
        }


class MailchimpHome(_Json):
    segments = frozenset({Segment("tag", "Clients"), Segment("group", "Gold")})

    def fields(self, number: int) -> Mapping[str, Value]:
        return {
            "first_name": f"Ann{number}",
            "last_name": "Smith",
            "emails": f"ann{number}@home.example",
            "company": "Smith",
            "birthday": "--04-12",
            "phones": "+32 9 123 45 67",
        }


class CardDAVHome(Home):
    """The scripted server, without its sockets."""

    create: Mapping[str, Value] = ANN
    segments = frozenset({Segment("category", "Clients")})

    def __init__(self, var: Path) -> None:
        self.server = ScriptedServer()
        self.server._http.server_close()
        self.book = "http://books.example/books/one/"
        self.container = self.book
        self.between = Between(self)
        clock = Clock()
        wires = {"http://books.example:80": self.between}
        self.world = World(clock.now, clock.sleep, var, allow_private=True, wires=wires)
        self.ids = [
            self.server.put(f"{number}.vcf", card.encode())
            for number, card in enumerate(realistic_cards(PEOPLE))
        ]

    def connector(self) -> Connector:
        return CardDAV({"url": self.book, "username": "a", "password": "b"}, self.world)

    def urlopen(
        self, method: str, url: str, body: bytes | None = None, headers: Any = None, **options: Any
    ) -> HTTPResponse:
        """The true answers."""
        try:
            response = self.server.serve(Request(method, url, dict(headers or {}), body or b""))
        except UnicodeDecodeError:  # as Xandikos where one card is not UTF-8
            response = Response(500)
        return Told(response.status, response.headers, response.body).response()

    def later(self) -> None:
        _, card = self.server.cards[self.ids[0]]
        self.server.put("0.vcf", card)

    def spoilt(self, true: Told, chance: Any) -> bytes:
        if true.body.lstrip().startswith(b"<"):
            return spoilt_xml(true.body, chance)
        return (spoilt_card if b"VCARD" in true.body else spoilt_bytes)(true.body, chance)


HOMES: Mapping[str, Callable[[Path], Home]] = {
    "carddav": CardDAVHome,
    "contactually": lambda var: ContactuallyHome(Contactually(var)),
    "ghost": lambda var: GhostHome(Ghost(var)),
    "google": lambda var: GoogleHome(Book(var)),
    "mailchimp": lambda var: MailchimpHome(Mailchimp(var)),
}


def from_json(body: bytes) -> Any:
    return json.loads(body)


def as_json(data: Any) -> bytes:
    """With what Python calls NaN, and halves of surrogate pairs as escapes."""
    return json.dumps(data).encode()
