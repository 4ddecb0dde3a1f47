"""A connection is lived with in another theme, on a phone, and by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from connections.joining import begin_mapping
from connections.models import Connection
from connectors.contact import Contact, entries
from connectors.memory import store
from connectors.memory.app import MemoryApp
from sync.models import Run
from tests.browser.conftest import BeginLiving
from tests.browser.hands import Keyboard
from tests.browser.living import Living
from tests.browser.looks import DARK, PHONE, of_colours, of_width
from tests.browser.syncing import synced
from tests.sync.desk.conftest import container

pytestmark = [pytest.mark.partner("chromium"), pytest.mark.sqlite_only]

Pair = tuple[MemoryApp, MemoryApp]


@pytest.fixture
def pair(accord: str, var: Path) -> Iterator[Pair]:
    """Two apps that are connected and synced; it asks when it would overwrite two values. Of Pat
    the second has the address under two other names."""
    one, two = MemoryApp(timezone.now), MemoryApp(timezone.now)
    store.placed.update(one=one, two=two)
    made = Connection.objects.create(
        name="pair",
        a=container("one", *(person(name, name, company="Old") for name in ("Ada", "Ben", "Pat"))),
        b=container("two", *(person(name, "Pat") for name in ("Kim", "Lea"))),
        state=Connection.State.ACTIVE,
        brakes={"overwrites": [2, 0.2]},
    )
    begin_mapping(made)
    assert synced(made).state == Run.State.DONE
    yield one, two
    store.placed.clear()


def person(name: str, address: str, **fields: str) -> Contact:
    emails = entries([f"{address.lower()}@example.org"], "home")
    return Contact({"first_name": name, "emails": emails, **fields})


def live_in_short(desk: Living, one: MemoryApp, two: MemoryApp) -> None:
    desk.review()
    desk.answer("Pat", "Same person as Kim")
    desk.decide("Paired")
    everybody = {"Ada": "Old", "Ben": "Old", "Pat": "Old", "Lea": ""}
    assert companies(two) == everybody

    for id, contact in one.contacts().items():
        if contact.text("first_name") in ("Ada", "Ben"):
            one.edit(id, {"company": "New"})
    desk.sync_now("It was held, and nothing was written.", state=Run.State.HELD)
    assert companies(two) == everybody
    desk.press("That is right: go on")
    run = desk.carry_out("Old → New")
    assert companies(two) == {**everybody, "Ada": "New", "Ben": "New"}
    desk.undo(run, "2 contacts in B would get their values from before.")
    assert companies(two) == everybody

    desk.open_log()
    desk.filter_by("What was done", "Undone")
    desk.expect_steps(("Ben", "New → Old"), ("Ada", "New → Old"))
    desk.open()
    desk.press("Pause")
    desk.boss.expect_text("Nothing is written until it is resumed.")
    desk.look_at("a connection that is paused")


def companies(app: MemoryApp) -> dict[str, str]:
    """By first name."""
    return {x.text("first_name"): x.text("company") for x in app.contacts().values()}


def test_a_connection_is_lived_with_in_the_dark_theme(
    begin_living: BeginLiving, pair: Pair
) -> None:
    live_in_short(begin_living(of_colours, **DARK), *pair)


def test_a_connection_is_lived_with_on_a_phone(begin_living: BeginLiving, pair: Pair) -> None:
    live_in_short(begin_living(of_width, **PHONE), *pair)


def test_a_connection_is_lived_with_by_keyboard_alone(
    begin_living: BeginLiving, pair: Pair
) -> None:
    live_in_short(begin_living(of_width, Keyboard()), *pair)
