"""What a sync costs each app, in requests as the app counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from connectors.sandbox.sandbox import Sandbox
from sync.models import Run
from tests.stories.town import Place, Town

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite_only]

Build = Callable[[str], Place]
#: A run that finds nothing to do.
QUIET = {"carddav": 1, "contactually": 1, "ghost": 4, "google": 1, "mailchimp": 2}


def calls(sandbox: Sandbox, app: str) -> Counter[str]:
    return Counter(f"{x.method} {x.template}" for x in sandbox.calls if x.app == app)


@pytest.mark.parametrize("app", QUIET)
def test_a_quiet_run_costs_a_constant(town: Town, place_of: Build, app: str) -> None:
    place = place_of(app)
    for number in range(3):
        place.add(f"P{number}")
    town.join(place_of("memory"), place)
    town.sync()
    town.sync()
    for _ in range(2):
        run = town.assert_quiet()
        assert run.counts["b"]["requests"] == QUIET[app]


def test_google_is_asked_for_its_labels_once_an_hour(
    town: Town, sandbox: Sandbox, place_of: Build
) -> None:
    google = place_of("google")
    google.add("Ann")
    town.join(place_of("memory"), google)
    town.sync()
    town.sync(wait=4000)
    sandbox.calls.clear()
    for _ in range(4):
        town.assert_quiet()
    asked = calls(sandbox, "google")
    assert asked["GET /v1/contactGroups"] <= 1
    assert asked["GET /v1/people/{person}/connections"] == 4, asked


@pytest.mark.parametrize(
    ("app", "writes"), [("google", 5), ("mailchimp", 2), ("contactually", 1000)]
)
def test_a_first_load_of_a_thousand(
    town: Town, sandbox: Sandbox, place_of: Build, app: str, writes: int
) -> None:
    memory, place = place_of("memory"), place_of(app)
    for number in range(1000):
        memory.add(f"P{number}")
    town.join(memory, place)
    sandbox.calls.clear()
    run = town.sync()
    assert (run.state, run.counts["b"]["created"]) == (Run.State.DONE, 1000)
    made = [x for x in sandbox.calls if x.app == app and x.method in ("POST", "PUT", "PATCH")]
    reads = [x for x in sandbox.calls if x.app == app and x.method == "GET"]
    assert len(made) == writes
    assert len(reads) <= 25  # the pages of a reading before and after, and look-ups once


def test_fifty_changes_of_one_kind_are_one_call_to_google(
    town: Town, sandbox: Sandbox, place_of: Build
) -> None:
    memory, google = place_of("memory"), place_of("google")
    for number in range(50):
        memory.add(f"P{number}")
    town.join(memory, google, brakes={"changes": [100, 0.5], "overwrites": [100, 0.5]})
    town.sync()
    town.sync()
    for id in memory.contacts():
        memory.partner.edit(id, {"company": "Maes"})
    sandbox.calls.clear()
    run = town.sync()
    assert run.counts["b"]["updated"] == 50
    writes = [x for x in sandbox.calls if x.method in ("POST", "PATCH")]
    assert [x.template for x in writes] == ["/v1/people:batchUpdateContacts"]
