"""Conditions that cannot be evaluated (semantics §3): nobody enters or leaves because of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from connections.models import Container
from connectors.connector import Catalogue
from connectors.fields import Field, FieldType
from rules.rows import held_conditions
from tests.stories.bench import TAGS, Bench, Quirks, add, has, person, rule

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

SIZE = Field("custom:Size", "Size", FieldType.NUMBER)
REGISTER = Quirks(
    segments=frozenset({"tag"}), registers=frozenset({"tag"}), custom=(SIZE,), statuses=()
)
ALL = rule("All", "a")


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=REGISTER, b=TAGS).placed() as placed:
        yield placed


def big() -> dict[str, object]:
    condition = {"kind": "field", "field": "custom:Size", "op": "greater than", "value": "10"}
    return rule("Big", "a", [condition], [add("Big")], undo=True)


def clients() -> dict[str, object]:
    return rule("Clients", "a", [has("Client")], [add("CRM")], undo=True)


def begin(bench: Bench, *rules: dict[str, object]) -> None:
    """Ann is big and a client, Bob is neither."""
    bench.load(rules=list(rules))
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"], custom__Size="11"))
    bench.a.add(person("Bob", "bob@x.org", custom__Size="5"))
    bench.sync()


def lose_size(bench: Bench) -> None:
    """The app does away with the field; contacts are read again without it."""
    bench.a.quirks = replace(REGISTER, custom=())
    for first in bench.names("a"):
        bench.edit("a", first, notes="changed")


def lose_tag(bench: Bench) -> None:
    bench.a.unregister("tag", "Client")


def why(bench: Bench) -> list[tuple[str, str, str]]:
    return [(x.rule, x.condition, x.why) for x in held_conditions(bench.connection())]


def test_a_field_that_vanished_lets_nobody_leave(bench: Bench) -> None:
    begin(bench, ALL, big())
    assert (bench.segments("b", "Ann"), bench.segments("b", "Bob")) == (["Big"], [])
    lose_size(bench)
    bench.sync()
    assert (bench.segments("b", "Ann"), bench.segments("b", "Bob")) == (["Big"], [])
    assert bench.text("b", "Ann", "notes") == "changed", "the rest goes on"
    assert [held.why for held in held_conditions(bench.connection())] == [
        "The field custom:Size is not there any more."
    ]
    [(name, condition, _)] = why(bench)
    assert (name, condition) == ("Big", "custom:Size is greater than 10")


def test_nor_enter(bench: Bench) -> None:
    begin(bench, big())
    assert bench.names("b") == ["Ann"]
    lose_size(bench)
    bench.a.add(person("Cid", "cid@x.org", custom__Size="99"))
    bench.edit("a", "Bob", custom__Size="99")
    bench.sync()
    assert bench.names("b") == ["Ann"]
    assert bench.record("Ann").state == "in_sync"
    assert bench.record("Bob").state == bench.record("Cid").state == "excluded"
    bench.a.quirks = REGISTER
    bench.wait(hours=1)
    bench.edit("a", "Bob", notes="seen again")
    bench.edit("a", "Cid", notes="seen again")
    bench.sync()
    assert why(bench) == []
    assert bench.names("b") == ["Ann", "Bob", "Cid"], "it is back, and asked again"


def test_a_tag_that_vanished_lets_nobody_leave(bench: Bench) -> None:
    begin(bench, clients())
    assert bench.names("b") == ["Ann"]
    lose_tag(bench)
    bench.edit("a", "Ann", notes="changed")
    bench.sync()
    assert bench.segments("a", "Ann") == []
    assert bench.segments("b", "Ann") == ["CRM"]
    assert bench.record("Ann").state == "in_sync"
    assert bench.text("b", "Ann", "notes") == "changed"
    assert why(bench) == [
        ("Clients", "has the tag Client", "The tag Client is not there any more.")
    ]


def test_when_the_tag_is_back_it_is_asked_again(bench: Bench) -> None:
    begin(bench, clients())
    lose_tag(bench)
    bench.sync()
    bench.tag("a", "Bob", "Client")
    bench.wait(hours=1)
    bench.sync()
    assert why(bench) == []
    assert bench.record("Ann").state == "excluded", "Ann does not have it any more"
    assert bench.segments("b", "Ann") == []
    assert bench.names("b") == ["Ann", "Bob"]


def test_a_tag_taken_off_everybody_in_the_app_is_no_vanished_tag(bench: Bench) -> None:
    begin(bench, clients())
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert bench.record("Ann").state == "excluded"
    assert why(bench) == []


def test_names_in_use_are_no_register_so_none_vanishes(db: None) -> None:
    with Bench(a=TAGS, b=TAGS).placed() as bench:
        bench.load(rules=[clients()])
        bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
        bench.a.add(person("Zed", "zed@x.org", tags=["Client"]))
        bench.sync()
        bench.untag("a", "Ann", "Client")
        bench.untag("a", "Zed", "Client")
        bench.sync()
        assert bench.record("Ann").state == "excluded"
        assert why(bench) == []


def test_a_field_that_changed_its_type_is_unknown_too(bench: Bench) -> None:
    begin(bench, ALL, big())
    bench.a.quirks = replace(REGISTER, custom=(replace(SIZE, type=FieldType.TEXT),))
    bench.edit("a", "Ann", custom__Size="large", notes="changed")
    bench.edit("a", "Bob", custom__Size="11", notes="changed")
    bench.sync()
    assert (bench.segments("b", "Ann"), bench.segments("b", "Bob")) == (["Big"], [])
    [(name, _, reason)] = why(bench)
    assert name == "Big"
    assert "greater than" in reason


def test_a_condition_that_does_not_hold_outweighs_one_that_is_unknown(bench: Bench) -> None:
    both = {**big(), "if": [has("Client"), *big()["if"]]}  # type: ignore[misc]
    begin(bench, ALL, both)
    assert bench.segments("b", "Ann") == ["Big"]
    lose_size(bench)
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert bench.segments("b", "Ann") == [], "it leaves because of the tag"


def test_other_rules_go_on(bench: Bench) -> None:
    begin(bench, ALL, big(), clients())
    lose_size(bench)
    bench.untag("a", "Ann", "Client")
    bench.tag("a", "Bob", "Client")
    bench.sync()
    assert (bench.segments("b", "Ann"), bench.segments("b", "Bob")) == (["Big"], ["CRM"])


def test_what_the_app_offers_is_read_again_when_it_is_older_than_an_hour(bench: Bench) -> None:
    """Without any change of contacts."""
    begin(bench, ALL, big())
    read_at = bench.time
    assert _offered(bench).field("custom:Size") is not None
    bench.a.quirks = replace(REGISTER, custom=())
    bench.wait(minutes=50)
    bench.sync()
    assert _offered(bench).field("custom:Size") is not None
    bench.wait(minutes=10)
    run = bench.sync()
    assert _offered(bench).field("custom:Size") is None
    assert Container.objects.get(account__name="a").catalogue_at == bench.time
    assert bench.time - read_at > timedelta(hours=1)
    assert [reason for _, _, reason in why(bench)] == [
        "The field custom:Size is not there any more."
    ]
    assert (bench.writes(run), bench.segments("b", "Ann")) == (0, ["Big"])


def test_a_run_with_nothing_changed_does_not_ask_what_the_app_offers(bench: Bench) -> None:
    begin(bench, ALL, big(), clients())
    bench.sync()
    requests = bench.a.requests
    bench.sync()
    assert bench.a.requests == requests + 1


def test_loading_a_file_with_a_vanished_tag_warns_and_holds(bench: Bench) -> None:
    begin(bench, ALL, clients())
    lose_tag(bench)
    outcome = bench.load(rules=[ALL, clients()])
    assert any("The tag Client is not there any more." in str(x) for x in outcome.warnings)
    bench.sync()
    assert bench.segments("b", "Ann") == ["CRM"]


def _offered(bench: Bench) -> Catalogue:
    return Container.objects.get(account__name="a").catalogue
