"""What the mapping lines of a file may say about values, sub-values and full names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.connector import Catalogue
from connectors.fields import STANDARD, Field, FieldType
from rules.configuration.document import read_document
from rules.configuration.mappings import Lines, MappingLine, WantedLine, lines_of, read_lines
from rules.configuration.problems import Place, Problems

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

SIZES = FieldType.CHOICE
NAMES = ("first_name", "last_name", "phones", "addresses")
A = Catalogue(
    (
        *(STANDARD[name] for name in NAMES),
        Field("custom:Size", "Size", SIZES, options=("S", "L", "XL")),
    )
)
B = Catalogue(
    (
        *(STANDARD[name] for name in ("full_name", "phones", "addresses")),
        Field("custom:Size", "Size", SIZES, options=("Small", "Large")),
        Field("custom:Text", "Text"),
        Field("custom:Phone", "Phone", FieldType.PHONE),
    )
)


def read(*lines: str, with_default: bool = False) -> tuple[Lines, Problems]:
    problems = Problems()
    text = "mappings:\n" + "".join(f"  - {line}\n" for line in lines)
    wanted = read_lines(read_document(text, problems))
    return lines_of(wanted, with_default, A, B, problems), problems


def told(problems: Problems) -> tuple[list[str], list[str]]:
    return [str(x) for x in problems.errors], [str(x) for x in problems.warnings]


def test_values_are_kept_and_what_has_no_counterpart_is_told() -> None:
    lines, problems = read("{a: custom:Size, b: custom:Size, values: {S: Small, L: Large}}")
    assert list(lines.values()) == [
        MappingLine("custom:Size", "<->", "custom:Size", values=(("S", "Small"), ("L", "Large")))
    ]
    assert told(problems) == (
        [],
        [
            "2: mappings.values: XL of Size have no counterpart in b: contacts with such a value "
            "keep the other side's. Name it in values."
        ],
    )


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (
            "{a: custom:Size, b: custom:Size, values: {S: Smal, L: Large, XL: Small}}",
            "2: mappings.values: Size of b has no option 'Smal'. Did you mean Small?",
        ),
        (
            "{a: custom:Size, b: custom:Size, arrow: '->', values: {XXL: Large}}",
            "2: mappings.values: Size of a has no option 'XXL'. Did you mean XL?",
        ),
        (
            "{a: custom:Size, b: custom:Size, values: {S: Small, XL: Large, L: Large}}",
            "2: mappings.values: 'Large' is here twice, so there is no way back from it. Let the "
            "line go one way, or leave one out.",
        ),
        (
            "{a: custom:Size, b: custom:Text, arrow: '->', values: {S: Small}}",
            "2: mappings.values: Values are translated between choices only; Size of a is single "
            "choice, Text of b text.",
        ),
        (
            "{a: phones.Mobile, b: custom:Phone}",
            "2: mappings.a: Side a has no field 'phones.Mobile'. Did you mean phones?",
        ),
    ],
)
def test_what_is_wrong_with_a_line(line: str, error: str) -> None:
    _, problems = read(line)
    assert told(problems)[0] == [error]


def test_several_options_may_become_one_where_the_line_goes_one_way() -> None:
    line = "{a: custom:Size, b: custom:Size, arrow: '->', values: {S: Small, L: Large, XL: Large}}"
    assert told(read(line)[1]) == ([], [])


def test_sub_values_go_beside_their_list_and_parts_of_an_address_do_not() -> None:
    lines, problems = read("{a: phones.mobile, b: custom:Phone}", with_default=True)
    assert [str(line) for line in lines.values()] == [
        "full_name <-> full_name",
        "phones <-> phones",
        "addresses <-> addresses",
        "phones.mobile <-> custom:Phone",
    ]
    assert told(problems) == ([], [])
    _, problems = read("{a: addresses.city, b: custom:Text}", with_default=True)
    assert told(problems)[0] == [
        "2: mappings.a: Addresses · City of a would be written by two lines: addresses <-> "
        "addresses and addresses.city <-> custom:Text. Switch one off: {a: 'addresses', "
        "arrow: '<->', b: 'addresses', on: false}."
    ]


def test_a_composed_name_is_written_by_no_other_line() -> None:
    _, problems = read("{a: last_name, b: custom:Text}", with_default=True)
    assert told(problems)[0] == [
        "2: mappings.a: Last name of a would be written by two lines: full_name <-> full_name "
        "and last_name <-> custom:Text. Switch one off: {a: 'full_name', arrow: '<->', "
        "b: 'full_name', on: false}."
    ]
    _, problems = read("{a: last_name, arrow: '->', b: custom:Text}", with_default=True)
    assert told(problems)[0] == []


A_NOW = Catalogue(
    (
        STANDARD["first_name"],
        Field("custom:Size", "Size", SIZES, options=("S", "L")),
        Field("custom:Text", "Text", FieldType.NUMBER),
    )
)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (MappingLine("phones", "<->", "phones"), "Side a has no field 'phones'."),
        (MappingLine("custom:Text", "<->", "custom:Text"), "only -> is possible"),
        (
            MappingLine("custom:Size", "<->", "custom:Size", values=(("XL", "Large"),)),
            "Size of a has no option 'XL'",
        ),
    ],
)
def test_what_the_apps_can_do_no_more_is_wrong_only_where_it_is_new(
    line: MappingLine, said: str
) -> None:
    place = Place(1, "mappings")
    wanted = [WantedLine(line.a, line.b, line.arrow, True, "b", place, line.values)]
    new, again = Problems(), Problems()
    lines_of(wanted, False, A_NOW, B, new)
    [error] = new.errors
    assert said in error.text
    found = lines_of(wanted, False, A_NOW, B, again, {(line.a, line.b): line})
    assert again.errors == []
    assert said in again.warnings[0].text
    assert again.warnings[0].text.endswith("It is stored so already.")
    assert list(found.values()) == [replace(line, winner="b")]


def test_a_stored_line_that_is_changed_has_to_be_possible() -> None:
    place, stored = Place(1, "mappings"), MappingLine("custom:Text", "->", "custom:Text")
    problems = Problems()
    wanted = [WantedLine(stored.a, stored.b, "<->", True, "", place)]
    lines_of(wanted, False, A_NOW, B, problems, {(stored.a, stored.b): stored})
    assert "only -> is possible" in problems.errors[0].text
