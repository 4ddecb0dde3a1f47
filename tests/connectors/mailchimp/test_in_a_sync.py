"""What the engine makes of an address that Mailchimp cannot hold: no loop, and no clear."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors.connector import World
from connectors.contact import Address, Contact, Entry, Value, entries
from connectors.memory.quirks import Quirks
from connectors.memory.store import placed
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from tests.connectors.mailchimp.partner import People
from tests.connectors.memory.test_connector import App as InMemory
from tests.stories.town import Place, Town, urls
from tests.world.clock import Clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite_only]

PART = (Entry(Address(street="Korenmarkt 1", city="Ghent"), "home"),)
WHOLE = (Entry(Address("Korenmarkt 1", "", "", "Ghent", "East Flanders", "9000", "BE"), "home"),)


@dataclass
class Pair:
    town: Town
    crm: Place
    news: Place
    ann: str

    def crm_address(self) -> Value:
        return self.crm.shown("Ann").get("addresses")

    def news_address(self) -> list[Any]:
        return [entry.value for entry in self.news.shown("Ann").get("addresses") or ()]

    def quiet(self) -> None:
        """The second run, and one after a complete reading, write nothing."""
        self.town.assert_quiet()
        self.town.clock.tick(8 * 24 * 3600)
        self.town.assert_quiet()


@pytest.fixture
def pair(var: Path, settings: Any) -> Iterator[Pair]:
    town = Town(Clock())
    box = Sandbox(now=town.clock.now, sleep=town.clock.tick, apps=["mailchimp"])
    with closing(box), serving(box) as server:
        settings.CONNECTORS = {**settings.CONNECTORS, **urls(server.url)}
        memory = InMemory(Quirks(segments=frozenset({"tag"})), var, "mailchimp-crm")
        crm = Place("memory", memory.credentials, memory)
        world = World(
            town.clock.now, town.clock.tick, var, allow_private=True, settings=settings.CONNECTORS
        )
        people = People(box, world)
        news = Place("mailchimp", people.credentials, people)
        values = {"first_name": "Ann", "emails": entries(["ann@people.example"])}
        ann = memory.add(Contact({**values, "addresses": PART}))
        town.join(crm, news)
        town.sync()
        yield Pair(town, crm, news, ann)
    placed.clear()


def test_incomplete_address_stays_where_it_is_and_the_rest_flows(pair):
    assert (pair.news.names(), pair.news_address()) == (["Ann"], [])
    pair.quiet()
    assert pair.crm_address() == PART
    assert pair.town.states() == [("Ann", "in_sync", "")]


def test_address_flows_once_it_is_complete_and_stays_when_it_is_no_more(pair):
    pair.crm.partner.edit(pair.ann, {"addresses": WHOLE})
    pair.town.sync()
    assert pair.news_address() == [WHOLE[0].value]
    pair.quiet()
    pair.crm.partner.edit(pair.ann, {"addresses": PART, "last_name": "Smith"})
    pair.town.sync()
    assert pair.news.shown("Ann").text("last_name") == "Smith"
    pair.quiet()
    assert pair.crm_address() == PART


def test_address_that_people_complete_in_mailchimp_flows_back(pair):
    id = pair.news.id("Ann")
    pair.news.partner.edit(id, {"addresses": WHOLE})
    pair.town.sync()
    assert WHOLE[0].value in [entry.value for entry in pair.crm_address()]
    pair.quiet()
