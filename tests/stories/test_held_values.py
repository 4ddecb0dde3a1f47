"""Values that go to and fro are held, and the rest goes on (semantics §9)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.contact import Entry
from sync.models import Run
from tests.stories.bench import TAGS, Bench, add, has, person, rule, set_field

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=TAGS, b=TAGS).placed() as placed:
        placed.load()
        placed.a.add(person("Ann", "ann@x.org", company="X"))
        placed.sync()
        yield placed


def swing(bench: Bench, *values: str, **others: Any) -> list[Run]:
    """Somebody gives Ann these companies in a, one after the other."""
    runs = []
    for value in values:
        bench.edit("a", "Ann", company=value, **others)
        runs.append(bench.sync())
    return runs


def release(bench: Bench) -> Run:
    task = {"release": [bench.record("Ann").pk]}
    return bench.sync(kind=Run.Kind.BY_HAND, task=task)


def test_the_third_write_to_and_fro_is_held_and_reported(bench: Bench) -> None:
    *_, run = swing(bench, "Y", "X", "Y")
    assert bench.text("b", "Ann", "company") == "X"
    assert bench.verbs(run) == ["hold"]
    record = bench.record("Ann")
    assert (record.state, record.cause) == ("in_sync", "held")
    assert record.reason.startswith("Company went to and fro between two values")
    assert bench.steps(bench.sync()) == [], "said once"


def test_the_rest_goes_on(bench: Bench) -> None:
    swing(bench, "Y", "X", "Y", notes="new")
    assert bench.text("b", "Ann", "notes") == "new"
    bench.edit("a", "Ann", job_title="Boss")
    bench.sync()
    assert bench.text("b", "Ann", "job_title") == "Boss"
    assert bench.text("b", "Ann", "company") == "X"


def test_somebody_who_puts_it_back_time_and_again_is_noticed(bench: Bench) -> None:
    """By the second time both have their way, the third is one too many."""
    for _ in range(3):
        bench.edit("a", "Ann", company="Y")
        bench.sync()
        bench.edit("b", "Ann", company="X")
        bench.wait(minutes=1)
        bench.sync()
    held = bench.record("Ann")
    assert held.cause == "held"
    assert held.halted != []


def test_three_different_values_are_no_to_and_fro(bench: Bench) -> None:
    swing(bench, "Y", "Z", "W", "V")
    assert bench.text("b", "Ann", "company") == "V"


def test_it_survives_24_hours(bench: Bench) -> None:
    swing(bench, "Y", "X", "Y")
    bench.wait(hours=30)
    bench.edit("a", "Ann", notes="planned again")
    bench.sync()
    assert bench.text("b", "Ann", "company") == "X"
    assert bench.record("Ann").cause == "held"


def test_writes_more_than_24_hours_apart_are_no_to_and_fro(bench: Bench) -> None:
    for value in ("Y", "X", "Y", "X"):
        bench.wait(hours=13)
        swing(bench, value)
    assert bench.text("b", "Ann", "company") == "X"


def test_it_is_released_when_both_sides_are_equal(bench: Bench) -> None:
    swing(bench, "Y", "X", "Y")
    bench.edit("b", "Ann", company="Y")
    run = bench.sync()
    assert bench.verbs(run) == ["release"]
    assert bench.record("Ann").cause == ""
    swing(bench, "Z")
    assert bench.text("b", "Ann", "company") == "Z"


def test_it_is_released_by_a_person(bench: Bench) -> None:
    swing(bench, "Y", "X", "Y")
    run = release(bench)
    assert run.state == Run.State.DONE
    assert "release" in bench.verbs(run)
    assert bench.text("b", "Ann", "company") == "Y"
    assert bench.record("Ann").cause == ""
    assert bench.writes(bench.sync()) == 0


def test_a_rule_that_flips_is_held_and_reported(bench: Bench) -> None:
    actions = [set_field("nickname", "Client"), add("CRM")]
    clients = rule("Clients", "a", [has("Client")], actions, undo=True)
    free = [{"a": "nickname", "b": "nickname", "on": False}]
    bench.load(rules=[rule("All", "a"), clients], mappings=free)
    bench.sync()
    for change in (bench.tag, bench.untag, bench.tag):
        change("a", "Ann", "Client")
        run = bench.sync()
    assert bench.text("b", "Ann", "nickname") == ""
    assert bench.segments("b", "Ann") == ["CRM"], "a tag follows who enters and leaves"
    assert bench.verbs(run) == ["act", "hold"]
    assert bench.record("Ann").reason.startswith("Field nickname in B went to and fro")
    assert bench.steps(bench.sync()) == []
    release(bench)
    assert bench.text("b", "Ann", "nickname") == "Client"


def test_a_membership_of_both_ways_that_flips_is_held(bench: Bench) -> None:
    both = rule("VIPs", "a", [has("VIP")], [add("VIP")], both_ways=True, undo=True)
    bench.load(rules=[rule("All", "a"), both])
    bench.sync()
    for change in (bench.tag, bench.untag, bench.tag):
        change("a", "Ann", "VIP")
        bench.sync()
    assert bench.segments("b", "Ann") == []
    assert bench.record("Ann").reason.startswith("VIPs went to and fro")
    bench.tag("b", "Ann", "VIP")
    assert bench.verbs(bench.sync()) == ["release"]


def test_an_undo_and_what_is_put_back_by_hand_do_not_count(bench: Bench) -> None:
    [run] = swing(bench, "Y")
    bench.sync(kind=Run.Kind.UNDO, task={"undo": run.pk})
    assert bench.text("b", "Ann", "company") == "X"
    swing(bench, "X", "Y")
    assert bench.text("b", "Ann", "company") == "Y"


def test_a_list_that_goes_to_and_fro_is_held(bench: Bench) -> None:
    one, two = (Entry("+3292250000"),), (Entry("+3292250000"), Entry("+32475112233"))
    for phones in (one, two, one):
        bench.edit("a", "Ann", phones=phones)
        bench.sync()
    assert bench.texts("b", "Ann", "phones") == ["+3292250000", "+32475112233"]
    assert bench.record("Ann").cause == "held"
