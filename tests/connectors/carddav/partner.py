"""An address book at a real server, used as another client uses it: plain PUTs of cards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from connectors.carddav.connector import CardDAV
from connectors.carddav.translate import new_card, write_card
from connectors.contact import Contact, Segment, Value
from tests.connectors.carddav.servers import Server
from tests.connectors.conformance import Partner, world


class Book(Partner):
    def __init__(self, server: Server, var: Path) -> None:
        self.server = server
        self.container = server.new_book()
        self._world = world(var)

    def connector(self, url: str = "") -> CardDAV:
        return CardDAV(self.server.credentials(url), self._world)

    def add(self, contact: Contact) -> str:
        uid = str(uuid4())
        url = f"{self.container}{uid}.vcf"
        self.server.put(url, new_card(uid, contact.fields, contact.segments))
        return self.id_of(url)

    def put(self, name: str, card: str | bytes) -> str:
        """A card under a name of its own; its id."""
        self.server.put(f"{self.container}{name}", card)
        return self.id_of(f"{self.container}{name}")

    def edit(self, id: str, changes: Mapping[str, Value]) -> None:
        self.server.put(self.server.url + id, write_card(self.get(id), changes))

    def tag(self, id: str, segment: Segment) -> None:
        self.server.put(self.server.url + id, write_card(self.get(id), {}, {segment}))

    def untag(self, id: str, segment: Segment) -> None:
        self.server.put(self.server.url + id, write_card(self.get(id), {}, (), {segment}))

    def get(self, id: str) -> bytes:
        return self.server.get(self.server.url + id)

    def delete(self, id: str) -> None:
        self.server.delete(self.server.url + id)

    def id_of(self, url: str) -> str:
        return url.removeprefix(self.server.url)
