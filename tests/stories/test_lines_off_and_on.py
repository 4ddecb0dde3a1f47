"""Semantics §6: what becomes of a line that is switched off and on, and of one that is new."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.contact import Entry
from sync.models import Run
from tests.stories.bench import Bench, person

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench().placed() as placed:
        yield placed


def line(a: str, b: str, arrow: str = "<->", **more: object) -> dict[str, object]:
    return {"a": a, "arrow": arrow, "b": b, **more}


def both(bench: Bench, field: str) -> tuple[str, str]:
    return bench.text("a", "Ann", field), bench.text("b", "Ann", field)


def off(bench: Bench, *fields: str) -> None:
    bench.load(mappings=[line(field, field, on=False) for field in fields])
    bench.assert_quiet()


def on(bench: Bench, *fields: str) -> Run:
    """Switched on again; what that does is shown first, and then done."""
    bench.load(mappings=[line(field, field) for field in fields])
    preview = bench.sync(kind=Run.Kind.PREVIEW)
    run = bench.sync()
    told = [(step.verb, step.side, step.fields) for step in bench.steps(preview)]
    assert told == [(step.verb, step.side, step.fields) for step in bench.steps(run)]
    bench.assert_quiet()
    return run


def test_on_again_a_line_resumes_by_three_way_merge(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org", company="Ajax", notes="n", job_title="Boss"))
    bench.sync()
    off(bench, "company", "notes", "job_title")
    bench.edit("a", "Ann", company="Beta", job_title="of a")
    bench.edit("b", "Ann", notes="", job_title="of b")
    bench.assert_quiet()
    run = on(bench, "company", "notes", "job_title")
    assert both(bench, "company") == ("Beta", "Beta"), "changed on one side only"
    assert both(bench, "notes") == ("", ""), "a clear, and not an empty field to be filled"
    assert both(bench, "job_title") == ("of a", "of a"), "changed on both: the winner's"
    assert run.counts["conflicts"] == 1


def test_on_again_nothing_comes_back_that_was_removed_from_a_list_meanwhile(bench: Bench) -> None:
    bench.load()
    one, two = Entry("+3221111111"), Entry("+3222222222")
    bench.a.add(person("Ann", "ann@x.org", phones=(one, two)))
    bench.sync()
    off(bench, "phones")
    bench.edit("b", "Ann", phones=(two,))
    on(bench, "phones")
    assert bench.texts("a", "Ann", "phones") == [two.value]


def test_the_loss_of_other_lines_is_not_that_of_this_one(bench: Bench) -> None:
    """What is agreed of a line that is off survives what happens to the contact meanwhile."""
    bench.load()
    bench.a.add(person("Ann", "ann@x.org", company="Ajax"))
    bench.sync()
    off(bench, "company")
    for number in range(3):
        bench.edit("a", "Ann", notes=f"note {number}")
        bench.sync()
    bench.edit("b", "Ann", company="")
    on(bench, "company")
    assert both(bench, "company") == ("", "")


def test_a_new_line_starts_as_a_first_match(bench: Bench) -> None:
    bench.load(mappings=[line("notes", "notes", on=False), line("company", "company", on=False)])
    bench.a.add(person("Ann", "ann@x.org", notes="of a"))
    bench.b.add(person("Ann", "ann@x.org", notes="of b", company="Ajax"))
    bench.sync()
    assert both(bench, "notes") == ("of a", "of b")
    run = on(bench, "notes", "company")
    assert both(bench, "notes") == ("of a", "of a")
    assert both(bench, "company") == ("Ajax", "Ajax"), "an empty value of the winner never erases"
    [lost] = [step.fields["notes"].get("lost") for step in bench.steps(run) if step.side == "b"]
    assert lost == "of b"


def test_a_line_with_other_fields_starts_as_a_first_match(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org", department="Sales"))
    bench.sync()
    bench.edit("b", "Ann", nickname="Annie")
    bench.sync()
    freed = [line(field, field, on=False) for field in ("department", "nickname")]
    bench.load(mappings=[*freed, line("department", "nickname")])
    bench.sync()
    assert bench.text("b", "Ann", "nickname") == "Sales", "the winner's of two values"
    assert (bench.text("a", "Ann", "department"), bench.text("a", "Ann", "nickname")) == (
        "Sales",
        "Annie",
    )
    bench.assert_quiet()


def test_a_widened_direction_starts_as_a_first_match(bench: Bench) -> None:
    bench.load(direction="a-to-b")
    bench.a.add(person("Ann", "ann@x.org", company="Ajax"))
    bench.sync()
    bench.edit("b", "Ann", company="", notes="of b")
    bench.sync()
    assert both(bench, "company") == ("Ajax", "")
    bench.load(direction="two-way")
    bench.sync()
    assert both(bench, "company") == ("Ajax", "Ajax"), "filled, and not cleared in a"
    assert both(bench, "notes") == ("of b", "of b")
    bench.assert_quiet()
    bench.edit("b", "Ann", company="Beta")
    bench.sync()
    assert both(bench, "company") == ("Beta", "Beta")
    bench.assert_quiet()


def test_a_widened_arrow_starts_as_a_first_match(bench: Bench) -> None:
    bench.load(mappings=[line("company", "company", "->")])
    bench.a.add(person("Ann", "ann@x.org", company="Ajax", notes="n"))
    bench.sync()
    bench.edit("b", "Ann", company="Edited", notes="")
    bench.sync()
    assert (both(bench, "company"), both(bench, "notes")) == (("Ajax", "Edited"), ("", ""))
    bench.load(mappings=[line("company", "company")], winner="b")
    run = bench.sync()
    assert both(bench, "company") == ("Edited", "Edited")
    assert [step.fields["company"]["lost"] for step in bench.steps(run)] == ["Ajax"]
    bench.assert_quiet()
    bench.load(mappings=[line("company", "company", "->")], winner="a")
    bench.assert_quiet()


def test_a_new_winner_changes_nothing_that_is_agreed(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org", company="Ajax"))
    bench.sync()
    bench.load(winner="b", mappings=[line("company", "company", winner="b")])
    bench.assert_quiet()


def test_a_line_is_switched_on_when_its_fields_have_another_writer_no_more(bench: Bench) -> None:
    freed = line("notes", "notes", on=False)
    bench.load(mappings=[freed, line("company", "notes", "->")])
    bench.a.add(person("Ann", "ann@x.org", company="Ajax", notes="own"))
    bench.sync()
    assert both(bench, "notes") == ("own", "Ajax")
    bench.load(mappings=[line("notes", "notes"), line("company", "notes", "->", on=False)])
    bench.sync()
    assert both(bench, "notes") == ("own", "own")
    bench.assert_quiet()
