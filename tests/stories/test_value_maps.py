"""Semantics §6: choice ↔ choice through a value map where the options differ."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.contact import entries
from connectors.fields import Field, FieldType
from rules.configuration.problems import ConfigurationError
from tests.stories.bench import Bench, Quirks, person

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

BOTH = {"S": "Small", "L": "Large"}


def app(*options: str, type_: FieldType = FieldType.CHOICE) -> Quirks:
    many = type_ == FieldType.CHOICES
    return Quirks(custom=(Field("custom:Size", "Size", type_, many, options=options),))


def line(arrow: str = "<->", **more: object) -> dict[str, object]:
    return {"a": "custom:Size", "arrow": arrow, "b": "custom:Size", **more}


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=app("S", "L", "XL"), b=app("Small", "Large")).placed() as placed:
        yield placed


def met(bench: Bench, size: str, *lines: dict[str, object]) -> None:
    bench.load(mappings=list(lines))
    bench.a.add(person("Ann", "ann@x.org", **{"custom__Size": size}))
    bench.sync()


def sizes(bench: Bench) -> tuple[str, str]:
    return bench.text("a", "Ann", "custom:Size"), bench.text("b", "Ann", "custom:Size")


def refused(bench: Bench, **more: object) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        bench.load(mappings=[line(**more)])  # type: ignore[arg-type]
    return [problem.text for problem in caught.value.problems]


def test_an_option_is_translated_both_ways(bench: Bench) -> None:
    met(bench, "S", line(values=BOTH))
    assert sizes(bench) == ("S", "Small")
    bench.assert_quiet()
    bench.edit("b", "Ann", custom__Size="Large")
    bench.sync()
    assert sizes(bench) == ("L", "Large")
    bench.edit("a", "Ann", custom__Size="")
    bench.sync()
    assert sizes(bench) == ("", "")
    bench.assert_quiet()


def test_both_sides_meet_by_what_the_options_mean(bench: Bench) -> None:
    bench.b.add(person("Ann", "ann@x.org", **{"custom__Size": "Large"}))
    met(bench, "L", line(values=BOTH))
    assert bench.writes(bench.sync()) == 0
    bench.edit("a", "Ann", custom__Size="S")
    bench.edit("b", "Ann", custom__Size="Small")
    run = bench.sync()
    assert (bench.writes(run), run.counts["conflicts"]) == (0, 0)
    bench.assert_quiet()


def test_several_options_become_one_on_a_line_that_goes_one_way(bench: Bench) -> None:
    values = {"S": "Small", "L": "Large", "XL": "Large"}
    assert refused(bench, values=values) == [
        "'Large' is here twice, so there is no way back from it. Let the line go one way, or leave "
        "one out."
    ]
    met(bench, "L", line("->", values=values))
    assert sizes(bench) == ("L", "Large")
    bench.edit("a", "Ann", custom__Size="XL")
    assert bench.writes(bench.sync()) == 0
    bench.edit("a", "Ann", custom__Size="S")
    bench.sync()
    assert sizes(bench) == ("S", "Small")
    bench.assert_quiet()


def test_an_option_without_a_counterpart_is_said_at_load_and_held_and_named(bench: Bench) -> None:
    outcome = bench.load(mappings=[line(values=BOTH)])
    assert [problem.text for problem in outcome.warnings] == [
        "XL of Size have no counterpart in b: contacts with such a value keep the other side's. "
        "Name it in values."
    ]
    bench.a.add(person("Ann", "ann@x.org", **{"custom__Size": "L"}))
    bench.sync()
    bench.edit("a", "Ann", custom__Size="XL", notes="goes on")
    run = bench.sync()
    assert (sizes(bench), bench.text("b", "Ann", "notes")) == (("XL", "Large"), "goes on")
    why = "Size: XL has no counterpart in Size of B. Name one in the values of the mapping line."
    assert (bench.record("Ann").cause, bench.record("Ann").reason) == ("held", why)
    assert [step.why for step in bench.steps(run) if step.verb == "hold"] == [why]
    bench.assert_quiet()
    bench.b.quirks = app("Small", "Large", "Huge")
    bench.wait(hours=2)
    bench.load(mappings=[line(values=BOTH)])
    bench.sync()
    bench.load(mappings=[line(values={**BOTH, "XL": "Huge"})])
    bench.sync()
    assert (sizes(bench), bench.record("Ann").cause) == (("XL", "Huge"), "")
    bench.assert_quiet()


def test_a_new_contact_whose_option_has_no_counterpart_is_made_without_it(bench: Bench) -> None:
    met(bench, "XL", line(values=BOTH))
    assert sizes(bench) == ("XL", "")
    bench.sync()
    assert bench.record("Ann").cause == "held"
    bench.assert_quiet()
    bench.edit("b", "Ann", custom__Size="Small")
    bench.sync()
    bench.assert_quiet()


def test_options_that_are_called_the_same_need_no_map(bench: Bench) -> None:
    bench.b.quirks = app("s", "l", "xl")
    met(bench, "XL", line())
    assert sizes(bench) == ("XL", "xl")
    bench.edit("b", "Ann", custom__Size="s")
    bench.sync()
    assert sizes(bench) == ("S", "s")
    bench.assert_quiet()


def test_what_is_wrong_with_a_map_is_said_at_load(bench: Bench) -> None:
    assert refused(bench, values={"S": "Smal"}) == [
        "Size of b has no option 'Smal'. Did you mean Small?"
    ]
    bench.b.quirks = Quirks(custom=(Field("custom:Size", "Size"),))
    bench.wait(hours=2)
    assert refused(bench, arrow="->", values={"S": "Small"}) == [
        "Values are translated between choices only; Size of a is single choice, Size of b text."
    ]


def test_multiple_choices_are_translated_element_by_element(bench: Bench) -> None:
    many = FieldType.CHOICES
    bench.a.quirks, bench.b.quirks = (
        app("S", "L", "XL", type_=many),
        app("Small", "Large", type_=many),
    )
    bench.load(mappings=[line(values=BOTH)])
    bench.a.add(person("Ann", "ann@x.org", **{"custom__Size": entries(["S", "L"])}))
    bench.sync()
    assert bench.texts("b", "Ann", "custom:Size") == ["Small", "Large"]
    bench.edit("b", "Ann", custom__Size=entries(["Large"]))
    bench.sync()
    assert bench.texts("a", "Ann", "custom:Size") == ["L"]
    bench.edit("a", "Ann", custom__Size=entries(["L", "XL"]))
    bench.sync()
    assert bench.texts("b", "Ann", "custom:Size") == ["Large"]
    assert bench.record("Ann").reason.startswith("Size: XL has no counterpart in Size of B.")
    bench.assert_quiet()
