"""Answers that are lost, cut off or replaced by an error page, on every kind of write of each app:
nobody is made twice, and no edit is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.contact import Segment
from connectors.sandbox.faults import Fault
from connectors.sandbox.sandbox import Sandbox
from sync.models import Run
from tests.stories.town import LONG, Place, Town, marks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite_only]

APPS = ("contactually", "ghost", "google", "mailchimp")
Build = Callable[[str], Place]


@pytest.fixture(params=APPS)
def app(request: pytest.FixtureRequest, place_of: Build) -> Place:
    return place_of(request.param)


@pytest.mark.parametrize("skip", [0, 2])
@pytest.mark.parametrize("what", ["lost", "broken", "dropped"])
def test_faults_on_any_write(
    town: Town, sandbox: Sandbox, place_of: Build, app: Place, what: str, skip: int
) -> None:
    """Creations, edits and segments, while of each kind of write one goes wrong."""
    memory = place_of("memory")
    kind = marks(app)
    client = Segment("tag", "Client")
    verb = f"add to {kind}" if kind == "group" else f"add {kind}"
    rule = {
        "name": "Clients", "from": "a", "undo": True,
        "if": [{"kind": "tag", "op": "has", "value": "Client"}],
        "then": [{"kind": verb, "value": "From A"}],
    }  # fmt: skip
    everybody = {"name": "Everybody", "from": "a", "if": [], "then": []}
    for first in ("Ann", "Bob", "Eve"):
        memory.add(first, client)
    town.join(memory, app, rules=[rule, everybody], brakes={"overwrites": [50, 0.5]})
    town.sync_through(sandbox, app.app, what, skip)
    assert app.names() == ["Ann Maes", "Bob Maes", "Eve Maes"]
    memory.partner.edit(memory.id("Ann"), {"last_name": "Claes"})
    app.partner.edit(app.id("Bob"), {"last_name": "Peeters"})
    memory.partner.untag(memory.id("Eve"), client)
    memory.add("Zoe", client)
    town.sync_through(sandbox, app.app, what, skip)
    assert app.names() == memory.names() == ["Ann Claes", "Bob Peeters", "Eve Maes", "Zoe Maes"]
    assert [app.segments(x) for x in ("Ann", "Eve", "Zoe")] == [["From A"], [], ["From A"]]
    town.assert_quiet()
    assert [state for _, state, _ in town.states()] == ["in_sync"] * 4


def test_a_creation_without_an_address_is_not_repeated_blindly(
    town: Town, sandbox: Sandbox, place_of: Build
) -> None:
    """Contactually has neither markers nor, here, an address to look for."""
    memory, app = place_of("memory"), place_of("contactually")
    memory.partner.add(memory.person("Ann").with_fields({"emails": ()}))
    town.join(memory, app, avoid_duplicates=False)
    sandbox.order("contactually", Fault("lost", method="POST", path="/contacts"))
    assert town.sync().state == Run.State.FAILED
    for wait in (900, LONG, 900):
        town.sync(wait=wait)
    assert (memory.names(), app.names()) == (["Ann Maes"], ["Ann Maes"])
    assert [state for _, state, _ in town.states()] == ["in_sync"]
    town.assert_quiet()


def test_a_creation_that_cannot_be_told_from_another_goes_to_review(
    town: Town, sandbox: Sandbox, place_of: Build
) -> None:
    memory, app = place_of("memory"), place_of("contactually")
    ann = memory.person("Ann").with_fields({"emails": ()})
    memory.partner.add(ann)
    town.join(memory, app, avoid_duplicates=False, direction="a-to-b")
    sandbox.order("contactually", Fault("lost", method="POST", path="/contacts"))
    town.sync()
    app.partner.add(ann)
    town.sync()
    town.sync()
    assert app.names() == ["Ann Maes", "Ann Maes"]
    assert ("Ann Maes", "to_review", "unknown outcome") in town.states()


@pytest.mark.parametrize("status", [429, 500])
def test_an_app_that_is_out_of_order_for_a_while_loses_nothing(
    town: Town, sandbox: Sandbox, place_of: Build, app: Place, status: int
) -> None:
    memory = place_of("memory")
    for first in ("Ann", "Bob"):
        memory.add(first)
    town.join(memory, app)
    sandbox.order(app.app, Fault("status", status, retry_after=20, times=12))
    for _ in range(4):
        town.sync()
    sandbox.apps[app.app].faults.clear()
    town.sync(wait=LONG)
    town.sync()
    assert app.names() == ["Ann Maes", "Bob Maes"]
    town.assert_quiet()
