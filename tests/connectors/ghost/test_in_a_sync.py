"""Ghost in a sync: one name against two, newsletters as a source, consent as a ratchet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from connectors.contact import Contact, entries
from connectors.memory.store import placed
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from tests.stories.town import Place, Town, build, urls
from tests.world.clock import Clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite_only]


@pytest.fixture
def town(var: Path) -> Iterator[Town]:
    yield Town(Clock())
    placed.clear()


@pytest.fixture
def place_of(town: Town, var: Path, settings: Any) -> Iterator[Callable[[str], Place]]:
    box = Sandbox(now=town.clock.now, sleep=town.clock.tick)
    with closing(box), serving(box) as server:
        settings.CONNECTORS = {**settings.CONNECTORS, **urls(server.url)}
        no_server: Any = None
        yield lambda app: build(app, town, box, no_server, var)


def test_names_are_joined_and_split(town, place_of) -> None:
    crm, blog = place_of("memory"), place_of("ghost")
    fields = {"first_name": "Ann Marie", "last_name": "van der Berg"}
    id = crm.partner.add(Contact({**fields, "emails": entries(["ann@people.example"])}))
    town.join(crm, blog)
    town.sync()
    (ann,) = blog.contacts()
    assert blog.contacts()[ann].text("full_name") == "Ann Marie van der Berg"
    town.assert_quiet()
    blog.partner.edit(ann, {"full_name": "Ann Marie Jones"})
    town.sync()
    there = crm.contacts()[id]
    assert (there.text("first_name"), there.text("last_name")) == ("Ann Marie", "Jones")
    town.assert_quiet()


def test_newsletters_are_asked_by_rules(town, place_of) -> None:
    blog, crm = place_of("ghost"), place_of("memory")
    weekly = blog.partner.hands.add_newsletter("Weekly")
    ann, bob = blog.add("Ann"), blog.add("Bob")
    blog.partner.hands.unsubscribe(bob, weekly)
    rule = {
        "name": "Weekly readers", "from": "a", "undo": True,
        "if": [{"kind": "field", "field": "custom:Newsletters", "op": "is", "value": "Weekly"}],
        "then": [{"kind": "add tag", "value": "Weekly"}],
    }  # fmt: skip
    town.join(blog, crm, rules=[rule, {"name": "All", "from": "a", "if": [], "then": []}])
    town.sync()
    assert (crm.segments("Ann"), crm.segments("Bob")) == (["Weekly"], [])
    blog.partner.hands.unsubscribe(ann, weekly)
    town.sync()
    assert crm.segments("Ann") == []
    assert blog.shown("Ann").status == "subscribed"
    town.assert_quiet()


def test_who_unsubscribed_stays_so_whatever_the_other_app_does(town, place_of) -> None:
    crm, blog = place_of("memory"), place_of("ghost")
    crm.add("Ann")
    town.join(crm, blog, sync_unsubscribes=["b-to-a"])
    town.sync()
    blog.partner.unsubscribe(blog.id("Ann"))
    town.sync()
    assert crm.segments("Ann") == ["PieSync Unsubscribes"]
    crm.partner.edit(crm.id("Ann"), {"last_name": "Claes"})
    town.sync()
    assert (blog.names(), blog.shown("Ann").status) == (["Ann Claes"], "unsubscribed")
    town.assert_quiet()
    blog.partner.hands.subscribe(blog.id("Ann"))
    town.sync()
    assert crm.segments("Ann") == []


def test_a_note_that_is_too_long_is_told_and_stops_nobody(town, place_of) -> None:
    crm, blog = place_of("memory"), place_of("ghost")
    long = crm.person("Ann").with_fields({"notes": "x" * 3000})
    id = crm.partner.add(long)
    crm.add("Bob")
    town.join(crm, blog)
    town.sync()
    assert blog.names() == ["Bob Maes"]
    assert ("Ann Maes", "failed") in [(title, state) for title, state, _ in town.states()]
    town.assert_quiet()
    crm.partner.edit(id, {"notes": "short"})
    town.sync()
    assert blog.names() == ["Ann Maes", "Bob Maes"]
