"""What the engine makes of Contactually's traps: nothing is cleared, nothing goes on for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from connectors.connector import World
from connectors.contact import Contact, Value, entries
from connectors.memory.quirks import Quirks
from connectors.memory.store import placed
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from sync.models import SyncRecord
from tests.connectors.contactually.partner import People
from tests.connectors.memory.test_connector import App as InMemory
from tests.stories.town import Place, Town, urls
from tests.world.clock import Clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite_only]

ANN: dict[str, Value] = {
    "first_name": "Ann",
    "last_name": "Maes",
    "company": "Acme",
    "emails": entries(["ann@people.example", "ann@home.example"]),
    "phones": entries(["+32 9 123 45 67"]),
}


@dataclass
class Pair:
    town: Town
    box: Sandbox
    memory: Place
    crm: Place

    def be(self, **quirks: Any) -> None:
        service = self.box.apps["contactually"]
        service.quirks = replace(service.quirks, **quirks)

    def on_next(self, method: str, act: Callable[[], Any]) -> None:
        """Somebody does this in the app just before the next call of this method."""
        service = self.box.apps["contactually"]
        before = service.before

        def first(request: Any) -> None:
            before(request)
            if request.method == method:
                service.before = before
                act()

        service.before = first

    def calls(self) -> list[str]:
        found = [f"{call.method} {call.template.removeprefix('/v2')}" for call in self.box.calls]
        self.box.calls.clear()
        return found


@pytest.fixture
def pair(var: Path, settings: Any) -> Iterator[Pair]:
    town = Town(Clock())
    box = Sandbox(now=town.clock.now, sleep=town.clock.tick, apps=["contactually"])
    with closing(box), serving(box) as server:
        settings.CONNECTORS = {**settings.CONNECTORS, **urls(server.url)}
        memory = InMemory(Quirks(), var, "contactually-book")
        world = World(
            town.clock.now, town.clock.tick, var, allow_private=True, settings=settings.CONNECTORS
        )
        people = People(box, world)
        book = Place("memory", memory.credentials, memory)
        crm = Place("contactually", people.credentials, people)
        town.join(book, crm, brakes={"overwrites": [50, 0.5], "changes": [100, 0.9]})
        town.sync()
        yield Pair(town, box, book, crm)
    placed.clear()


def test_somebody_who_came_in_between_meets_as_strangers_do(pair):
    """The create is answered with a contact made after the reading, by somebody else: what that
    one lacks is no clearing, and its values and ours unite."""
    hands = pair.crm.partner.hands
    address = [{"label": None, "address": "ANN@people.example"}]
    theirs = {"first_name": "Ann", "last_name": "Maes", "title": "Boss"}
    made = {"created_at": "2020-01-01T00:00:00Z", "email_addresses": address}
    pair.on_next("POST", lambda: hands.add({**theirs, **made}))
    pair.memory.partner.add(Contact(ANN))
    pair.town.sync()
    assert [state for _, state, _ in pair.town.states()] == ["failed"]
    pair.town.sync()
    (shown,) = pair.crm.contacts().values()
    (source,) = pair.memory.contacts().values()
    assert [state for _, state, _ in pair.town.states()] == ["in_sync"]
    assert (source.text("company"), source.text("job_title")) == ("Acme", "Boss")
    assert (shown.text("company"), shown.text("job_title")) == ("Acme", "Boss")
    assert len(source.texts("phones")) == len(shown.texts("phones")) == 1
    pair.town.assert_quiet()


def test_a_removal_that_the_server_merges_back_is_reported_and_not_looped(pair):
    ann = pair.memory.partner.add(Contact(ANN))
    pair.town.sync()
    pair.be(lists="merge")
    pair.memory.partner.edit(ann, {"company": "New", "emails": entries(["ann@people.example"])})
    for _ in range(2):
        pair.town.sync()
    pair.calls()
    for _ in range(3):
        pair.town.assert_quiet()
    assert pair.calls() == ["GET /contacts"] * 3
    (row,) = SyncRecord.objects.all()
    assert (row.state, row.cause) == ("failed", "refused")
    assert "to be taken away: E-mail addresses" in row.reason
    assert pair.crm.shown("Ann").text("company") == "New"
    assert pair.memory.shown("Ann").texts("emails") == ("ann@people.example",)
    # Somebody takes it away by hand, as it says.
    contact = pair.crm.id("Ann")
    pair.crm.partner.edit(contact, {"emails": entries(["ann@people.example"])})
    pair.town.sync()
    pair.town.assert_quiet()
    assert [state for _, state, _ in pair.town.states()] == ["in_sync"]


def test_a_sweep_finds_nothing_new_where_nothing_changed(pair):
    for number in range(60):
        emails = entries([f"n{number}@people.example"])
        pair.memory.partner.add(Contact({"first_name": f"N{number}", "emails": emails}))
    pair.town.sync()
    pair.town.sync()
    pair.calls()
    pair.town.assert_quiet()
    assert pair.calls() == ["GET /contacts"]
    pair.town.clock.tick(25 * 3600)
    pair.town.assert_quiet()
    assert pair.calls() == ["GET /contacts"] * 2
