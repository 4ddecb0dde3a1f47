"""Semantics §6: mapping lines as staff write them, and what they let flow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from connections.models import FieldMapping
from connectors.contact import Address, Entry, Value, entries
from connectors.fields import STANDARD, Field, FieldType
from rules.configuration.problems import ConfigurationError
from tests.stories.bench import Bench, Quirks, having, person, rule, set_field

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

T = FieldType
TYPES = [item for item in T if item not in (T.ADDRESS, T.NAME)]
VALUES: dict[FieldType, Value] = {
    T.TEXT: "some text",
    T.LONG_TEXT: "two\nlines",
    T.EMAIL: "own@x.org",
    T.PHONE: "+3221111111",
    T.URL: "https://x.org/a",
    T.NUMBER: "12.5",
    T.BOOLEAN: "true",
    T.DATE: "2026-11-23",
    T.DATETIME: "2026-11-23T09:00:00+00:00",
    T.CHOICE: "L",
    T.CHOICES: entries(["S", "L"]),
    T.ADDRESS: (Entry(Address(street="Main 1", city="Ghent"), "home"),),
    T.NAME: "Ann Smith",
}


def own(type_: FieldType, **more: object) -> Field:
    options = ("S", "L") if type_ in (T.CHOICE, T.CHOICES) else ()
    field = Field(
        f"custom:{type_}", str(type_).capitalize(), type_, type_ == T.CHOICES, options=options
    )
    return replace(field, **more)  # type: ignore[arg-type]


def line(a: str, b: str, arrow: str = "<->", **more: object) -> dict[str, object]:
    return {"a": a, "arrow": arrow, "b": b, **more}


EVERY = Quirks(custom=tuple(own(item) for item in FieldType))


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=EVERY, b=EVERY).placed() as placed:
        yield placed


def problems(bench: Bench, *lines: dict[str, object], **options: object) -> list[str]:
    """What loading says is wrong with the lines, without their places."""
    with pytest.raises(ConfigurationError) as caught:
        bench.load(mappings=list(lines), **options)
    return [problem.text for problem in caught.value.problems]


# --- the default mapping ---


def test_the_default_mapping_of_two_apps_is_copied_into_rows(bench: Bench) -> None:
    bench.load()
    rows = FieldMapping.objects.filter(connection=bench.connection())
    names = [name for name in STANDARD if name != "full_name"] + ["full_name"]
    assert sorted(str(row) for row in rows) == sorted(f"{name} ↔ {name}" for name in names)
    assert {row.default for row in rows} == {True}


def test_the_default_mapping_has_what_both_apps_have(bench: Bench) -> None:
    bench.a.quirks = having("full_name", "emails", "phones", "notes")
    read_only = replace(STANDARD["notes"], writable=False)
    bench.b.quirks = having("first_name", "last_name", "emails", "company", custom=[read_only])
    bench.load()
    rows = FieldMapping.objects.filter(connection=bench.connection())
    assert [str(row) for row in rows] == [
        "full_name ↔ full_name",
        "emails ↔ emails",
        "notes ← notes",
    ]


def test_a_line_that_is_off_moves_nothing_and_frees_its_fields(bench: Bench) -> None:
    off = line("notes", "notes", on=False)
    assert problems(bench, line("company", "notes", "->")) == [
        "Notes of b would be written by two lines: notes <-> notes and company -> notes. Switch "
        "one off: {a: 'notes', arrow: '<->', b: 'notes', on: false}."
    ]
    [clash] = problems(bench, rules=[rule("R", "a", [], [set_field("notes", "x")])])
    assert "notes of b is written by the mapping line notes <-> notes already." in clash
    bench.options.clear()
    bench.load(mappings=[off], rules=[rule("R", "a", [], [set_field("notes", "x")])])
    bench.a.add(person("Ann", "ann@x.org", notes="of a"))
    bench.sync()
    assert (bench.text("a", "Ann", "notes"), bench.text("b", "Ann", "notes")) == ("of a", "x")
    bench.assert_quiet()
    bench.load(mappings=[off, line("company", "notes", "->")], rules=[rule("All", "a")])
    bench.edit("a", "Ann", company="Ajax")
    bench.sync()
    assert bench.text("b", "Ann", "notes") == "Ajax"
    bench.assert_quiet()


# --- custom lines ---


def test_any_field_goes_to_any_compatible_field(bench: Bench) -> None:
    lines = [
        line("custom:text", "job_title", "->"),
        line("job_title", "custom:long text"),
        line("job_title", "job_title", on=False),
    ]
    bench.load(mappings=lines)
    bench.a.add(person("Ann", "ann@x.org", job_title="Boss", **{"custom__text": "Chief"}))
    bench.sync()
    there = bench.contact("b", "Ann")
    assert (there.text("job_title"), there.text("custom:long text")) == ("Chief", "Boss")
    bench.edit("b", "Ann", job_title="Head", **{"custom__long text": "Lead"})
    bench.sync()
    here = bench.contact("a", "Ann")
    assert (here.text("job_title"), here.text("custom:text")) == ("Lead", "Chief")
    bench.assert_quiet()


def test_a_source_may_feed_several_fields(bench: Bench) -> None:
    lines = [line("company", "custom:text", "->"), line("company", "custom:long text", "->")]
    bench.load(mappings=lines)
    bench.a.add(person("Ann", "ann@x.org", company="Ajax"))
    bench.sync()
    names = ("company", "custom:text", "custom:long text")
    assert [bench.text("b", "Ann", name) for name in names] == ["Ajax"] * 3
    bench.edit("b", "Ann", company="Beta")
    bench.sync()
    assert [bench.text("b", "Ann", name) for name in names] == ["Beta"] * 3
    assert bench.text("a", "Ann", "company") == "Beta"
    bench.assert_quiet()


def test_each_field_is_written_by_at_most_one_line(bench: Bench) -> None:
    assert len(problems(bench, line("job_title", "company"))) == 2, "company of b, job_title of a"
    assert problems(bench, line("custom:text", "last_name", "->"))
    assert problems(bench, line("addresses.city", "custom:text"))
    assert not FieldMapping.objects.exists(), "all or nothing"
    bench.load(
        mappings=[line("job_title", "custom:text", "->"), line("phones.mobile", "custom:phone")]
    )


@pytest.mark.parametrize("type_", FieldType)
def test_every_type_flows_both_ways_to_its_like(bench: Bench, type_: FieldType) -> None:
    name = f"custom:{type_}"
    bench.load(mappings=[line(name, name)])
    bench.a.add(person("Ann", "ann@x.org", **{name: VALUES[type_]}))
    bench.sync()
    assert bench.contact("b", "Ann").get(name) == VALUES[type_]
    bench.assert_quiet()
    bench.b.edit(bench.id("b", "Ann"), {name: ""})
    bench.sync()
    assert bench.contact("a", "Ann").get(name) == ""
    bench.b.edit(bench.id("b", "Ann"), {name: VALUES[type_]})
    bench.sync()
    assert bench.contact("a", "Ann").get(name) == VALUES[type_]
    bench.assert_quiet()


LISTS = {
    "emails": entries(["ann@x.org", "me@x.org"]),
    "phones": entries(["+3221111111", "+3222222222"]),
    "urls": entries(["https://x.org", "https://y.org"]),
    "addresses": (Entry(Address(city="Ghent"), "home"), Entry(Address(city="Rome"), "work")),
}


def test_lists_of_some_types_flow(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", **LISTS))
    bench.sync()
    there = bench.contact("b", "Ann")
    assert {name: there.get(name) for name in LISTS} == LISTS
    bench.assert_quiet()


# --- compatible both ways, one way, not at all: told when the file is loaded ---

AS_TEXT = "its value can be written as text, but text cannot be read back as"


@pytest.mark.parametrize(
    "type_", [T.NUMBER, T.DATE, T.DATETIME, T.BOOLEAN, T.CHOICE, T.EMAIL, T.PHONE, T.URL]
)
def test_most_types_go_to_text_one_way(bench: Bench, type_: FieldType) -> None:
    name = f"custom:{type_}"
    [told] = problems(bench, line(name, "custom:text"))
    assert told == (
        f"Between {type_.capitalize()} and Text only -> is possible: Text (text) → "
        f"{type_.capitalize()} ({type_}): {AS_TEXT} {type_}."
    )
    [told] = problems(bench, line("custom:text", name, "->"))
    assert "only <- is possible" in told
    bench.load(mappings=[line(name, "custom:text", "->")])
    bench.a.add(person("Ann", "ann@x.org", **{name: VALUES[type_]}))
    bench.sync()
    assert bench.text("b", "Ann", "custom:text") == VALUES[type_]
    bench.edit("b", "Ann", **{"custom__text": "edited there"})
    run = bench.sync()
    assert (bench.verbs(run), bench.text("a", "Ann", name)) == (["drift"], VALUES[type_])
    bench.assert_quiet()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (a, b)
        for a, b in product(TYPES, repeat=2)
        if a != b and not {a, b} & {T.TEXT, T.LONG_TEXT} and {a, b} != {T.CHOICE, T.CHOICES}
    ][::7],
)
def test_other_types_do_not_go_together_at_all(bench: Bench, a: FieldType, b: FieldType) -> None:
    [told] = problems(bench, line(f"custom:{a}", f"custom:{b}"))
    assert told.startswith(f"{a.capitalize()} and {b.capitalize()} cannot be mapped:")
    assert "the types do not fit" in told


def test_a_field_that_can_only_be_read_is_a_source_only(bench: Bench) -> None:
    score = Field("custom:Score", "Score", T.NUMBER, writable=False)
    bench.a.quirks = Quirks(custom=(score,))
    [told] = problems(bench, line("custom:Score", "custom:number"))
    assert told == "Between Score and Number only -> is possible: Score can only be read."
    bench.load(mappings=[line("custom:Score", "custom:number", "->")])
    bench.a.add(person("Ann", "ann@x.org", **{"custom__Score": "7"}))
    bench.sync()
    assert bench.text("b", "Ann", "custom:number") == "7"
    bench.assert_quiet()


@pytest.mark.parametrize("arrow", ["<->", "->", "<-"])
def test_an_arrow_never_exceeds_the_direction(bench: Bench, arrow: str) -> None:
    bench.load(direction="a-to-b", mappings=[line("notes", "notes", arrow)])
    bench.a.add(person("Ann", "ann@x.org"))
    bench.sync()
    bench.edit("b", "Ann", notes="of b", company="of b")
    bench.sync()
    assert (bench.text("a", "Ann", "notes"), bench.text("a", "Ann", "company")) == ("", "")
    bench.edit("a", "Ann", notes="of a")
    bench.sync()
    assert bench.text("b", "Ann", "notes") == ("of b" if arrow == "<-" else "of a")
    assert bench.text("a", "Ann", "notes") == "of a"
    bench.assert_quiet()


def test_a_list_goes_to_text_and_an_address_to_one_address(bench: Bench) -> None:
    lines = [
        line("urls", "custom:url"),
        line("addresses", "custom:address"),
        line("urls", "urls", on=False),
        line("addresses", "addresses", on=False),
        line("custom:multiple choice", "custom:text", "->"),
    ]
    bench.load(mappings=lines)
    bench.a.add(
        person(
            "Ann",
            "ann@x.org",
            urls=LISTS["urls"],
            addresses=LISTS["addresses"],
            **{"custom__multiple choice": entries(["S", "L"])},
        )
    )
    bench.sync()
    there = bench.contact("b", "Ann")
    assert there.text("custom:url") == "https://x.org"
    assert there.text("custom:address") == "Ghent"
    assert there.text("custom:text") == "S, L"
    bench.edit("b", "Ann", **{"custom__url": "https://z.org"})
    bench.b.edit(bench.id("b", "Ann"), {"custom:address": (Entry(Address(city="Paris")),)})
    bench.sync()
    assert bench.texts("a", "Ann", "urls") == ["https://z.org", "https://y.org"]
    assert bench.contact("a", "Ann").get("addresses") == (
        Entry(Address(city="Paris"), "home"),
        Entry(Address(city="Rome"), "work"),
    )
    bench.assert_quiet()
