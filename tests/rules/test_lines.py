from __future__ import annotations

from connections.models import FieldMapping
from connectors.connector import Catalogue
from connectors.fields import STANDARD, Field, FieldType, composed_name
from rules.configuration.mappings import MappingLine
from rules.lines import HeldLine, lines_of
from rules.setup import Line

SIZE = Field("custom:Size", "Size", FieldType.CHOICE, options=("S", "L"))
LONG = Field("custom:Size", "Size", FieldType.CHOICE, options=("Small", "Large"))
FIRST, LAST, FULL = (STANDARD[name] for name in ("first_name", "last_name", "full_name"))
A = Catalogue((FIRST, LAST, STANDARD["phones"], SIZE))
B = Catalogue((FULL, LONG, Field("custom:Phone", "Phone", FieldType.PHONE)))


def row(a: str, b: str, arrow: str = "<->", **more: object) -> FieldMapping:
    return FieldMapping(a=a, b=b, arrow=arrow, **more)


def line_of(mapping: FieldMapping | MappingLine) -> Line | HeldLine:
    [found] = lines_of([mapping], A, B)
    return found


def test_only_rows_that_are_on_are_lines_in_their_order() -> None:
    rows = [
        row("phones", "custom:Phone", winner="b"),
        row("phones.home", "custom:Phone", on=False),
        row("full_name", "full_name", "->"),
    ]
    composed = composed_name(A.fields)
    assert composed
    assert lines_of(rows, A, B) == [
        Line(STANDARD["phones"], B.fields[2], "<->", "b"),
        Line(composed, FULL, "->"),
    ]


def test_sub_values_are_fields_of_their_own() -> None:
    found = line_of(row("phones.mobile", "custom:Phone"))
    assert isinstance(found, Line)
    assert (found.a.name, found.a.type, found.key) == (
        "phones.mobile",
        FieldType.PHONE,
        "phones.mobile|custom:Phone",
    )


def test_values_are_taken_from_rows_and_from_the_file() -> None:
    values = (("L", "Large"), ("S", "Small"))
    stored = row("custom:Size", "custom:Size", values=dict(reversed(values)))
    wished = MappingLine("custom:Size", "<->", "custom:Size", values=values)
    assert line_of(stored) == line_of(wished) == Line(SIZE, LONG, values=values)


def test_values_without_a_way_back_hold_a_line_that_goes_both_ways() -> None:
    values = {"S": "Small", "L": "small"}
    assert line_of(row("custom:Size", "custom:Size", values=values)) == HeldLine(
        "custom:Size ↔ custom:Size",
        "'Small' is there twice in its values, so there is no way back from it.",
    )
    assert isinstance(line_of(row("custom:Size", "custom:Size", "->", values=values)), Line)


def test_a_line_whose_field_vanished_or_changed_its_type_is_held() -> None:
    assert line_of(row("emails.work", "custom:Phone")) == HeldLine(
        "emails.work ↔ custom:Phone", "a has no field emails.work any more."
    )
    assert line_of(row("phones", "custom:Size")) == HeldLine(
        "phones ↔ custom:Size",
        "Phone numbers (phone list) → Size (single choice): the types do not fit. "
        "Size (single choice) → Phone numbers (phone list): the types do not fit.",
    )
