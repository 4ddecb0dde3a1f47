"""Semantics §3: rules of the other side look at what a mapping brings there, in the same run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.fields import Field
from tests.stories.bench import Bench, Quirks, add, person, rule, set_field

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

LEVEL = "custom:Level"
BOTH = Quirks(segments=frozenset({"tag"}), custom=(Field(LEVEL, "Level"),))
WITH_COMPANY = {"kind": "field", "field": "company", "op": "is not empty"}
HAS_NOT_VIP = {"kind": "tag", "op": "has not", "value": "VIP"}


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=BOTH, b=BOTH).placed() as placed:
        yield placed


def test_a_rule_over_b_matches_a_contact_that_is_just_made_there(bench: Bench) -> None:
    gold = rule("Gold", "b", [HAS_NOT_VIP], [set_field(LEVEL, "Gold")])
    mappings = [{"a": LEVEL, "b": LEVEL, "on": False}]
    bench.load(rules=[rule("All", "a"), gold], mappings=mappings)
    bench.a.add(person("Ann", "ann@x.org"))
    preview = bench.sync(kind="preview")
    run = bench.sync()
    assert bench.text("a", "Ann", LEVEL) == "Gold"
    assert bench.verbs(preview) == bench.verbs(run) == ["create", "act"]
    assert ("Ann", "in_sync", "") in bench.states()
    assert bench.writes(bench.sync()) == 0


def test_a_rule_over_b_sees_the_value_that_a_mapping_writes(bench: Bench) -> None:
    firms = rule("Firms", "b", [WITH_COMPANY], [add("Firm")], undo=True)
    bench.load(rules=[rule("All", "a"), firms])
    bench.a.add(person("Ann", "ann@x.org"))
    bench.sync()
    bench.edit("a", "Ann", company="Ajax")
    run = bench.sync()
    assert bench.segments("a", "Ann") == ["Firm"]
    assert bench.verbs(run) == ["act", "update"]
    bench.edit("a", "Ann", company="")
    bench.sync()
    assert bench.segments("a", "Ann") == []
    assert bench.writes(bench.sync()) == 0


def test_a_contact_leaves_by_the_value_that_a_mapping_writes(bench: Bench) -> None:
    ajax = {"kind": "field", "field": "company", "op": "is", "value": "Ajax"}
    bench.load(rules=[rule("Ajax", "b", [ajax])])
    bench.b.add(person("Ann", "ann@x.org", company="Ajax"))
    bench.sync()
    bench.edit("a", "Ann", company="Other")
    run = bench.sync()
    assert bench.text("b", "Ann", "company") == "Other"
    assert bench.verbs(run) == ["update", "exclude"]
    assert ("Ann", "excluded", "no rule") in bench.states()
    assert bench.writes(bench.sync()) == 0
