from __future__ import annotations

from dataclasses import replace

import pytest

from connections.mappings import DefaultLine, collide, default_lines, joined_fields
from connectors.connector import Catalogue
from connectors.fields import STANDARD, Field, FieldType, composed_name


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


# --- full names ---

FIRST, LAST, FULL = (STANDARD[name] for name in ("first_name", "last_name", "full_name"))
PARTS, WHOLE, BOTH = catalogue(FIRST, LAST), catalogue(FULL), catalogue(FIRST, LAST, FULL)
NAMED = [(name, "<->", name) for name in ("first_name", "last_name", "full_name")]


@pytest.mark.parametrize(
    ("a", "b", "lines"),
    [
        (PARTS, PARTS, NAMED[:2]),
        (PARTS, BOTH, NAMED[:2]),
        (BOTH, BOTH, NAMED),
        (PARTS, WHOLE, NAMED[2:]),
        (WHOLE, BOTH, NAMED[2:]),
        (WHOLE, WHOLE, NAMED[2:]),
        (PARTS, catalogue(), []),
    ],
)
def test_names_go_by_their_parts_or_whole(
    a: Catalogue, b: Catalogue, lines: list[DefaultLine]
) -> None:
    assert default_lines(a, b) == lines
    assert default_lines(b, a) == lines


def test_a_full_name_is_composed_unless_both_apps_state_one_beside_its_parts() -> None:
    text = Field("custom:Name", "Name")
    composed, beside = composed_name((FIRST, LAST)), composed_name((FIRST, LAST, FULL))
    for name, a, b, expected in (
        ("full_name", PARTS, WHOLE, (composed, FULL)),
        ("full_name", BOTH, WHOLE, (beside, FULL)),
        ("full_name", BOTH, BOTH, (FULL, FULL)),
        ("full_name", PARTS, BOTH, (composed, beside)),
        (text.name, BOTH, catalogue(FIRST, text), (beside, text)),
        ("phones.mobile", PARTS, catalogue(STANDARD["phones"]), (composed, None)),
    ):
        found = joined_fields("full_name", name, a, b)
        assert found[0] == expected[0]
        assert expected[1] is None or found[1] == expected[1]


# --- what two lines may not both write ---

CONTACT = catalogue(*STANDARD.values())


@pytest.mark.parametrize(
    ("one", "two", "do"),
    [
        ("phones", "phones", True),
        ("phones", "phones.mobile", False),
        ("phones.mobile", "phones.work", False),
        ("phones.mobile", "phones.mobile", True),
        ("addresses", "addresses.home", False),
        ("addresses", "addresses.city", True),
        ("addresses.home", "addresses.city", True),
        ("addresses.street", "addresses.city", False),
        ("phones", "emails", False),
        ("phones.mobile", "addresses.city", False),
        ("first_name", "full_name", False),
    ],
)
def test_two_lines_may_not_write_one_field(one: str, two: str, do: bool) -> None:
    fields = CONTACT.field(one), CONTACT.field(two)
    assert fields[0] and fields[1]
    assert collide(fields[0], fields[1]) is collide(fields[1], fields[0]) is do


def test_a_composed_name_writes_its_parts() -> None:
    composed, beside = composed_name((FIRST, LAST)), composed_name((FIRST, LAST, FULL))
    assert composed and beside
    assert [collide(composed, item) for item in (FIRST, LAST, beside, STANDARD["nickname"])] == [
        True, True, True, False,
    ]  # fmt: skip
    assert collide(FULL, beside) and collide(FULL, composed)
