from __future__ import annotations

from dataclasses import replace

from connections.mappings import DefaultLine, default_lines
from connectors.connector import Catalogue
from connectors.fields import STANDARD, Field, FieldType


def catalogue(*fields: Field) -> Catalogue:
    return Catalogue(fields)


def test_default_lines_are_the_fields_that_both_have_in_fixed_order() -> None:
    a = catalogue(STANDARD["notes"], STANDARD["emails"], STANDARD["phones"])
    b = catalogue(STANDARD["emails"], STANDARD["birthday"], STANDARD["notes"])
    assert default_lines(a, b) == [
        DefaultLine("emails", "<->", "emails"),
        DefaultLine("notes", "<->", "notes"),
    ]


def test_default_lines_of_equal_apps_are_all_standard_fields() -> None:
    whole = catalogue(*STANDARD.values())
    assert default_lines(whole, whole) == [DefaultLine(name, "<->", name) for name in STANDARD]


def test_default_lines_leave_custom_fields_out() -> None:
    size = catalogue(Field("custom:Size", "Size"))
    assert default_lines(size, size) == []


def test_default_lines_flow_as_far_as_the_fields_allow() -> None:
    read_only = catalogue(replace(STANDARD["company"], writable=False), STANDARD["birthday"])
    as_text = catalogue(STANDARD["company"], replace(STANDARD["birthday"], type=FieldType.TEXT))
    assert default_lines(read_only, as_text) == [
        DefaultLine("company", "->", "company"),
        DefaultLine("birthday", "->", "birthday"),
    ]
    assert [line.arrow for line in default_lines(as_text, read_only)] == ["<-", "<-"]
    assert default_lines(read_only, catalogue(read_only.fields[0])) == []
