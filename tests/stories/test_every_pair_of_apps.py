"""Every app with every other, each way round, over HTTP: one story of a connection's life."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest

from connectors.contact import Segment
from tests.stories.town import LONG, Place, Town, marks

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.sqlite_only,
    pytest.mark.usefixtures("judged"),
]

APPS = ("carddav", "contactually", "ghost", "google", "mailchimp", "memory")
#: Those that know of people who do not want to be written to.
MAILING = ("ghost", "mailchimp")
PAIRS = [f"{a}-{b}" for a, b in permutations(APPS, 2)]

Build = Callable[[str], Place]


@pytest.fixture(params=PAIRS)
def sides(request: pytest.FixtureRequest, place_of: Build) -> tuple[Place, Place]:
    a, _, b = request.param.partition("-")
    return place_of(a), place_of(b)


def test_initial_sync_then_edits_on_both_sides_then_silence(
    town: Town, sides: tuple[Place, Place]
) -> None:
    a, b = sides
    a.add("Ann"), b.add("Ann")
    a.add("Bob"), b.add("Cleo")
    town.join(a, b)
    town.sync()
    everybody = ["Ann Maes", "Bob Maes", "Cleo Maes"]
    assert (a.names(), b.names()) == (everybody, everybody)
    town.assert_quiet()
    a.partner.edit(a.id("Cleo"), {"last_name": "Claes"})
    b.partner.edit(b.id("Bob"), {"last_name": "Peeters"})
    a.partner.edit(a.id("Ann"), {"last_name": "Winner"})
    b.partner.edit(b.id("Ann"), {"last_name": "Loser"})
    town.sync()
    everybody = ["Ann Winner", "Bob Peeters", "Cleo Claes"]
    assert (a.names(), b.names()) == (everybody, everybody)
    town.assert_quiet()
    assert [state for _, state, _ in town.states()] == ["in_sync"] * 3


def test_a_rule_puts_its_segment_on_and_takes_it_off(
    town: Town, sides: tuple[Place, Place]
) -> None:
    a, b = sides
    kind_a, kind_b = marks(a), marks(b)
    if not (kind_a and kind_b):
        pytest.fail(f"{a.app} and {b.app} both have segments")
    client = Segment(kind_a, "Client")
    a.add("Ann", client), a.add("Bob")
    op = "in" if kind_a == "group" else "has"
    verb = f"add to {kind_b}" if kind_b == "group" else f"add {kind_b}"
    rule = {
        "name": "Clients", "from": "a", "undo": True,
        "if": [{"kind": kind_a, "op": op, "value": "Client"}],
        "then": [{"kind": verb, "value": "From A"}],
    }  # fmt: skip
    town.join(a, b, rules=[rule])
    town.sync()
    assert (b.names(), b.segments("Ann")) == (["Ann Maes"], ["From A"])
    town.assert_quiet()
    a.partner.untag(a.id("Ann"), client)
    town.sync()
    town.sync(wait=LONG)
    assert b.segments("Ann") == []
    town.assert_quiet()


def test_a_deletion_marks_the_counterpart_until_it_is_restored(
    town: Town, sides: tuple[Place, Place]
) -> None:
    a, b = sides
    a.add("Ann"), a.add("Bob")
    can_mark = bool(marks(b)) and a.catalogue().tells_deletions
    town.join(a, b, sync_deletions=["a-to-b"] if can_mark else [])
    town.sync()
    id = a.id("Ann")
    can_archive = "archive" in a.partner.can
    (a.partner.archive if can_archive else a.partner.delete)(id)
    town.sync(wait=LONG)
    assert b.names() == ["Ann Maes", "Bob Maes"]
    assert b.segments("Ann") == (["PieSync Trash"] if can_mark else [])
    assert ("Ann Maes", "deleted_opposite", "") in [(t, s, "") for t, s, _ in town.states()]
    town.assert_quiet()
    if can_archive:
        a.partner.restore(id)
    elif "revive" in a.partner.can:
        a.partner.revive(id)
    else:
        a.add("Ann")
    town.sync(wait=LONG)
    assert (a.names(), b.names(), b.segments("Ann")) == (b.names(), ["Ann Maes", "Bob Maes"], [])
    town.assert_quiet()


@pytest.mark.parametrize(
    "sides", [pair for pair in PAIRS if pair.startswith(MAILING)], indirect=True
)
def test_an_unsubscribe_marks_the_counterpart(town: Town, sides: tuple[Place, Place]) -> None:
    a, b = sides
    a.add("Ann"), a.add("Bob")
    town.join(a, b, sync_unsubscribes=["a-to-b"])
    town.sync()
    a.partner.unsubscribe(a.id("Ann"))
    town.sync()
    assert (b.segments("Ann"), b.segments("Bob")) == (["PieSync Unsubscribes"], [])
    town.assert_quiet()
