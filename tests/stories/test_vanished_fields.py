"""Semantics §6: a field that vanished in the app or changed its type holds its line, which is
named, and the others go on; back again, the line resumes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from connectors.fields import Field, FieldType
from rules.rows import held_lines
from sync.explaining.asking import explain
from sync.models import Run
from tests.stories.bench import Bench, Quirks, person

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

SEGMENT, SCORE = (
    Field("custom:Segment", "Segment"),
    Field("custom:Score", "Score", FieldType.NUMBER),
)
FULL = Quirks(custom=(SEGMENT, SCORE))
LINES = [
    {"a": "custom:Segment", "arrow": "<->", "b": "custom:Segment"},
    {"a": "custom:Score", "arrow": "<->", "b": "custom:Score"},
]
WITHOUT = Quirks(custom=(SCORE,))
OTHER_TYPE = Quirks(custom=(Field("custom:Segment", "Segment", FieldType.NUMBER), SCORE))
GONE = "b has no field custom:Segment any more."


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=FULL, b=FULL).placed() as placed:
        placed.load(mappings=LINES)
        values = {"custom__Segment": "Client", "custom__Score": "1"}
        placed.a.add(person("Ann", "ann@x.org", **values))
        placed.sync()
        yield placed


def held(bench: Bench) -> dict[str, str]:
    return {each.line: each.why for each in held_lines(bench.connection())}


def both(bench: Bench, field: str) -> tuple[str, str]:
    return bench.text("a", "Ann", field), bench.text("b", "Ann", field)


def told(bench: Bench) -> Mapping[str, Any]:
    [explanation] = explain(bench.connection(), "ann@x.org", bench.now())
    return explanation.to_json()


def test_fields_are_read_again_by_a_run_when_that_is_older_than_an_hour(bench: Bench) -> None:
    bench.assert_quiet()  # it sees what the first run wrote
    bench.b.quirks = WITHOUT
    bench.wait(minutes=50)
    bench.assert_quiet()
    assert held(bench) == {}
    bench.wait(minutes=15)
    bench.assert_quiet()
    assert held(bench) == {"custom:Segment ↔ custom:Segment": GONE}


def test_a_vanished_field_holds_its_line_and_names_it_and_the_others_go_on(bench: Bench) -> None:
    bench.b.quirks = WITHOUT
    bench.wait(hours=2)
    bench.edit("a", "Ann", company="Ajax", custom__Score="2", custom__Segment="Partner")
    run = bench.sync()
    assert (run.state, run.counts["failed"]) == (Run.State.DONE, {})
    assert (both(bench, "company"), both(bench, "custom:Score")) == (("Ajax", "Ajax"), ("2", "2"))
    assert bench.text("a", "Ann", "custom:Segment") == "Partner"
    assert held(bench) == {"custom:Segment ↔ custom:Segment": GONE}
    bench.assert_quiet()


def test_that_nobody_has_a_vanished_field_any_more_clears_nothing(bench: Bench) -> None:
    """Within the hour in which the fields are not read again, contacts come without it."""
    bench.b.quirks = WITHOUT
    bench.edit("b", "Ann", company="Ajax", custom__Segment="")
    bench.sync()
    assert bench.text("a", "Ann", "custom:Segment") == "Client"
    assert both(bench, "company") == ("Ajax", "Ajax")
    bench.assert_quiet()


def test_the_line_resumes_when_the_field_is_back(bench: Bench) -> None:
    bench.b.quirks = WITHOUT
    bench.wait(hours=2)
    bench.edit("a", "Ann", custom__Segment="Partner")
    bench.sync()
    bench.b.quirks = FULL
    bench.wait(hours=2)
    bench.sync()
    assert both(bench, "custom:Segment") == ("Partner", "Partner")
    assert held(bench) == {}
    bench.assert_quiet()
    bench.edit("b", "Ann", custom__Segment="Lead")
    bench.sync()
    assert both(bench, "custom:Segment") == ("Lead", "Lead")


def test_a_field_that_changed_its_type_holds_its_line(bench: Bench) -> None:
    bench.b.quirks = OTHER_TYPE
    bench.wait(hours=2)
    bench.edit("a", "Ann", custom__Segment="Partner", notes="goes on")
    run = bench.sync()
    assert run.counts["failed"] == {}
    assert both(bench, "custom:Segment") == ("Partner", "Client")
    assert both(bench, "notes") == ("goes on", "goes on")
    [why] = held(bench).values()
    assert why == (
        "Segment (text) → Segment (number): its value can be written as text, but text cannot be "
        "read back as number."
    )
    bench.assert_quiet()
    bench.b.quirks = FULL
    bench.wait(hours=2)
    bench.sync()
    assert both(bench, "custom:Segment") == ("Partner", "Partner")
    bench.assert_quiet()


def test_a_held_line_is_named_where_staff_ask_why(bench: Bench) -> None:
    bench.b.quirks = WITHOUT
    bench.wait(hours=2)
    bench.sync()
    assert told(bench)["held_lines"] == [{"line": "custom:Segment ↔ custom:Segment", "why": GONE}]


def test_a_configuration_file_that_names_a_vanished_field_is_loaded_and_says_so(
    bench: Bench,
) -> None:
    bench.b.quirks = WITHOUT
    outcome = bench.load(mappings=LINES)
    [problem] = outcome.warnings
    assert problem.text.startswith("Side b has no field 'custom:Segment'.")
    assert outcome.changes == ()
    assert held(bench) == {"custom:Segment ↔ custom:Segment": GONE}
