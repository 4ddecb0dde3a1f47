"""Rules of several connections that feed each other (semantics §3): warned about with the path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rules.configuration.loading import Outcome
from tests.stories.bench import TAGS, Bench, add, has, person, rule

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=TAGS, b=TAGS, c=TAGS).placed() as placed:
        yield placed


def cycles(outcome: Outcome) -> list[str]:
    return [str(x) for x in outcome.warnings if "feed each other" in str(x)]


def onward(name: str, reads: str, puts: str, **options: Any) -> dict[str, Any]:
    return rule(name, "a", [has(reads)], [add(puts)], undo=True, **options)


def test_a_cycle_over_several_connections_is_warned_about_with_its_path(bench: Bench) -> None:
    assert cycles(bench.load("one", "a", "b", rules=[onward("First", "X", "Y")])) == []
    assert cycles(bench.load("two", "b", "c", rules=[onward("Second", "y", "Z")])) == []
    [told] = cycles(bench.load("three", "c", "a", rules=[onward("Third", "Z", "x")]))
    for part in (
        "one: rule First reads tag X of a",
        "changes tag Y of b",
        "two: rule Second reads tag y of b",
        "changes tag Z of c",
        "three: rule Third reads tag Z of c",
        "changes tag x of a",
        "and so back to",
    ):
        assert part in told, told


def test_the_warning_does_not_refuse_and_each_run_settles(bench: Bench) -> None:
    bench.load("one", "a", "b", rules=[rule("All", "a"), onward("First", "X", "Y")])
    bench.load("two", "b", "c", rules=[rule("All", "a"), onward("Second", "Y", "Z")])
    bench.load("three", "c", "a", rules=[rule("All", "a"), onward("Third", "Z", "X")])
    bench.a.add(person("Ann", "ann@x.org", tags=["X"]))
    for _ in range(2):
        for name in ("one", "two", "three"):
            bench.sync(name)
    assert [bench.segments(app, "Ann") for app in ("a", "b", "c")] == [["X"], ["Y"], ["Z"]]
    assert [bench.writes(bench.sync(name)) for name in ("one", "two", "three")] == [0, 0, 0]


def test_inside_one_connection_there_is_none(bench: Bench) -> None:
    back = rule("Back", "b", [has("Y")], [add("X")])
    assert cycles(bench.load("one", "a", "b", rules=[onward("First", "X", "Y"), back])) == []


def test_one_way_or_switched_off_the_circle_is_broken(bench: Bench) -> None:
    bench.load("one", "a", "b", rules=[onward("First", "X", "Y")])
    third = onward("Third", "Y", "X")
    assert cycles(bench.load("two", "b", "c", rules=[onward("Second", "Y", "X")])) == []
    assert len(cycles(bench.load("back", "c", "a", rules=[third, onward("F", "X", "X")]))) == 1
    assert cycles(bench.load("back", "c", "a", direction="b-to-a")) == []
    off = [{**third, "on": False}, {**onward("F", "X", "X"), "on": False}]
    assert cycles(bench.load("back", "c", "a", direction="two-way", rules=off)) == []
