"""Which contacts rules bring into scope (semantics §3), from the configuration file to the apps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stories.bench import EVERYTHING, TAGS, Bench, add, has, person, rule

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=EVERYTHING, b=TAGS).placed() as placed:
        yield placed


def lacks(tag: str) -> dict[str, object]:
    return {"kind": "tag", "op": "has not", "value": tag}


def test_or_between_the_rules_of_a_side(bench: Bench) -> None:
    bench.load(rules=[rule("Clients", "a", [has("Client")]), rule("VIPs", "a", [has("VIP")])])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.a.add(person("Bob", "bob@x.org", tags=["VIP"]))
    bench.a.add(person("Cid", "cid@x.org", tags=["Client", "VIP"]))
    bench.a.add(person("Dan", "dan@x.org"))
    bench.sync()
    assert bench.names("b") == ["Ann", "Bob", "Cid"]
    assert ("Dan", "excluded", "no rule") in bench.states()


def test_and_between_the_conditions_of_one_rule(bench: Bench) -> None:
    bench.load(rules=[rule("Both", "a", [has("Client"), has("VIP")])])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.a.add(person("Bob", "bob@x.org", tags=["VIP"]))
    bench.a.add(person("Cid", "cid@x.org", tags=["Client", "VIP"]))
    bench.sync()
    assert bench.names("b") == ["Cid"]


def test_a_condition_may_be_negated(bench: Bench) -> None:
    bench.load(rules=[rule("Warm", "a", [has("Client"), lacks("Cold")])])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client", "COLD"]))
    bench.a.add(person("Bob", "bob@x.org", tags=["Client"]))
    bench.sync()
    assert bench.names("b") == ["Bob"]


def test_a_pair_is_in_scope_while_its_contact_in_a_matches_a_rule_of_a(bench: Bench) -> None:
    bench.load(rules=[rule("Clients", "a", [has("Client")]), rule("Friends", "b", [has("F")])])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.b.add(person("Ann", "ann@x.org"))
    bench.sync()
    assert bench.record("Ann").state == "in_sync"
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert bench.states() == [("Ann", "excluded", "no rule")]


def test_or_its_contact_in_b_matches_a_rule_of_b(bench: Bench) -> None:
    bench.load(rules=[rule("Clients", "a", [has("Client")]), rule("Friends", "b", [has("F")])])
    bench.a.add(person("Ann", "ann@x.org"))
    bench.b.add(person("Ann", "ann@x.org", tags=["F"]))
    bench.sync()
    assert bench.record("Ann").state == "in_sync"
    bench.tag("a", "Ann", "Client")
    bench.untag("b", "Ann", "F")
    bench.sync()
    assert bench.record("Ann").state == "in_sync", "the rule of a is enough"
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert bench.record("Ann").state == "excluded"


def test_conditions_on_a_beside_the_default_rule_of_b_only_limit_what_is_created_in_b(
    bench: Bench,
) -> None:
    bench.load(rules=[rule("Clients", "a", [has("Client")]), rule("Everything in B", "b")])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.a.add(person("Bob", "bob@x.org"))
    bench.a.add(person("Cid", "cid@x.org"))
    bench.b.add(person("Cid", "cid@x.org"))
    bench.b.add(person("Dan", "dan@x.org"))
    bench.sync()
    assert bench.names("b") == ["Ann", "Cid", "Dan"], "Bob, whom no rule of a wants, is not made"
    assert bench.names("a") == ["Ann", "Bob", "Cid", "Dan"]
    bench.edit("a", "Cid", notes="From A")
    bench.untag("a", "Ann", "Client")
    bench.edit("a", "Ann", notes="Still kept equal")
    bench.sync()
    assert bench.text("b", "Cid", "notes") == "From A"
    assert bench.text("b", "Ann", "notes") == "Still kept equal"


def test_in_scope_direction_and_mappings_decide_what_flows(bench: Bench) -> None:
    """A rule of a alone brings the pair into scope; edits then flow both ways."""
    off = {"a": "company", "arrow": "<->", "b": "company", "on": False}
    bench.load(rules=[rule("Clients", "a", [has("Client")])], mappings=[off])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"], notes="A", company="Acme"))
    bench.sync()
    assert bench.text("b", "Ann", "company") == ""
    bench.edit("b", "Ann", notes="B", company="Other")
    bench.sync()
    assert (bench.text("a", "Ann", "notes"), bench.text("a", "Ann", "company")) == ("B", "Acme")
    bench.load(direction="a-to-b")
    bench.edit("b", "Ann", notes="B again")
    bench.sync()
    assert bench.text("a", "Ann", "notes") == "B", "the source is never written"


def test_left_out_two_default_rules_sync_everything(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org"))
    bench.b.add(person("Bob", "bob@x.org"))
    bench.sync()
    assert bench.names("a") == bench.names("b") == ["Ann", "Bob"]
    assert list(bench.connection().rules.values_list("name", "side")) == [
        ("Everything in A", "a"),
        ("Everything in B", "b"),
    ]


@pytest.mark.parametrize("both_ways", [False, True])
def test_in_a_one_way_sync_rules_over_the_target_side_are_shown_as_ignored(
    bench: Bench, both_ways: bool
) -> None:
    over_b = rule("Over B", "b", [has("F")], [add("Seen")], both_ways=both_ways)
    outcome = bench.load(direction="a-to-b", rules=[rule("All", "a"), over_b])
    assert any("rules over b are ignored" in str(warning) for warning in outcome.warnings)
    bench.a.add(person("Ann", "ann@x.org", tags=["Seen"]))
    bench.b.add(person("Ann", "ann@x.org"))
    bench.b.add(person("Bob", "bob@x.org", tags=["F"]))
    bench.sync()
    bench.sync()
    assert bench.names("a") == ["Ann"]
    assert bench.segments("a", "Ann") == ["Seen"]
    assert bench.segments("b", "Ann") == [], "an ignored rule does nothing in either app"
    assert ("Bob", "excluded", "direction") in bench.states()


def test_a_rule_that_is_off_matches_nobody(bench: Bench) -> None:
    off = rule("VIPs", "a", [has("VIP")], [add("V")], on=False)
    bench.load(rules=[rule("Clients", "a", [has("Client")]), off])
    bench.a.add(person("Ann", "ann@x.org", tags=["VIP"]))
    bench.a.add(person("Bob", "bob@x.org", tags=["VIP", "Client"]))
    bench.sync()
    assert bench.names("b") == ["Bob"]
    assert bench.segments("b", "Bob") == []


def test_a_contact_that_starts_to_match_gets_its_counterpart_then(bench: Bench) -> None:
    bench.load(rules=[rule("Clients", "a", [has("Client")])])
    bench.a.add(person("Ann", "ann@x.org"))
    bench.sync()
    assert bench.names("b") == []
    bench.tag("a", "Ann", "Client")
    run = bench.sync()
    assert bench.names("b") == ["Ann"]
    assert bench.verbs(run) == ["create"]
    assert bench.writes(bench.sync()) == 0


def test_a_new_rule_brings_in_those_who_were_left_out(bench: Bench) -> None:
    """After a change of rules everybody is planned again, without reading the apps again."""
    bench.load(rules=[rule("Clients", "a", [has("Client")])])
    bench.a.add(person("Ann", "ann@x.org", tags=["VIP"]))
    bench.sync()
    bench.load(rules=[rule("Clients", "a", [has("Client")]), rule("VIPs", "a", [has("VIP")])])
    bench.sync()
    assert bench.names("b") == ["Ann"]


def test_rules_ask_of_every_kind_of_place_by_its_own_name(bench: Bench) -> None:
    """A bucket called Client is not the tag Client."""
    bench.load(rules=[rule("Clients", "a", [has("Client", "bucket")])])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.a.add(person("Bob", "bob@x.org", segments=[("bucket", "client")]))
    bench.sync()
    assert bench.names("b") == ["Bob"]
