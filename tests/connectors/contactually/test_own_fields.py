"""The team's custom fields: definitions as fields, values in the JSON type they came in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contactually.own_fields import own_fields, read_own, read_value, write_own
from connectors.errors import Refused
from connectors.fields import FieldType

DEFINED = own_fields(
    {"id": f"custom_field_{number}", "name": type_.title(), "type": type_, **more}
    for number, (type_, more) in enumerate(
        {
            "textfield": {},
            "textarea": {},
            "dropdown": {"dropdown_options": ["Small", "Large"]},
            "boolean": {},
            "date": {},
            "decimal": {},
        }.items()
    )
)
BY_TYPE = {own.name.lower(): own for own in DEFINED}


def _entry(type_: str, value: Any) -> dict[str, Any]:
    own = BY_TYPE[type_]
    return {"field": {"id": own.id, "name": own.name}, "value": value}


def _written(type_: str, text: str, held: Any = None) -> Any:
    entries = [] if held is None else [_entry(type_, held)]
    (entry,) = write_own(entries, [(BY_TYPE[type_], text)])
    assert entry == _entry(type_, entry["value"])
    return entry["value"]


# --- Definitions --------------------------------------------------------------------------


def test_every_type_has_its_own():
    described = [(own.field.name, own.field.type, own.field.options) for own in DEFINED]
    assert described == [
        ("custom:Textfield", FieldType.TEXT, ()),
        ("custom:Textarea", FieldType.LONG_TEXT, ()),
        ("custom:Dropdown", FieldType.CHOICE, ("Small", "Large")),
        ("custom:Boolean", FieldType.BOOLEAN, ()),
        ("custom:Date", FieldType.DATE, ()),
        ("custom:Decimal", FieldType.NUMBER, ()),
    ]
    assert all(own.field.writable for own in DEFINED)


def test_a_type_that_nobody_knows_can_only_be_read():
    (own,) = own_fields([{"id": "custom_field_1", "name": "Stars", "type": "rating"}])
    assert (own.field.type, own.field.writable) == (FieldType.TEXT, False)
    with pytest.raises(Refused, match="Stars"):
        write_own([], [(own, "5")])


def test_fields_of_one_name_are_told_apart_by_their_ids():
    fields = own_fields(
        [
            {"id": "custom_field_1", "name": "Size"},
            {"id": "custom_field_2", "name": "size "},
            {"id": "custom_field_3", "name": "Location"},
            {"id": "custom_field_4", "name": None},
        ]
    )
    assert [own.field.name for own in fields] == [
        "custom:Size (custom_field_1)",
        "custom:size (custom_field_2)",
        # Contacts have a location besides, which is no custom field.
        "custom:Location (custom_field_3)",
        "custom:custom_field_4",
    ]


def test_odd_definitions_are_passed_over():
    assert own_fields([None, 5, {}, {"name": "No id"}]) == ()
    (own,) = own_fields([{"id": 7, "name": "X", "type": "dropdown", "dropdown_options": "A,B"}])
    assert (own.id, own.field.options) == ("7", ())


# --- Reading ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "value", "text"),
    [
        ("textfield", " as it is ", " as it is "),
        ("textfield", "  ", ""),
        ("textfield", None, ""),
        ("textfield", 5, "5"),
        ("textfield", ["a", {"b": 1}], '["a", {"b": 1}]'),
        ("boolean", True, "true"),
        ("boolean", False, "false"),
        ("boolean", "Yes", "true"),
        ("boolean", "0", "false"),
        ("boolean", "perhaps", "perhaps"),
        ("decimal", 12.5, "12.5"),
        ("decimal", 0, "0"),
        ("decimal", 1e22, "10000000000000000000000"),
        ("decimal", 1e-7, "0.0000001"),
        ("decimal", "12.50", "12.50"),
        ("decimal", "+1e3", "1000"),
        ("decimal", "1e999999", "1e999999"),
        ("decimal", float("nan"), "nan"),
        ("decimal", "about ten", "about ten"),
        ("date", "2026-11-23", "2026-11-23"),
        ("date", "2026-11-23T00:00:00Z", "2026-11-23"),
        ("date", "2026-11-23 00:00:00 UTC", "2026-11-23"),
        ("date", "2026-02-30", "2026-02-30"),
        ("date", "11/23/2026", "11/23/2026"),
        ("dropdown", "Gone option", "Gone option"),
    ],
)
def test_values_are_read_in_our_spelling(type_, value, text):
    read = read_own([_entry(type_, value)], DEFINED)
    assert read == ({f"custom:{type_.title()}": text} if text else {})


def test_values_of_fields_without_a_definition_are_read_by_their_own_names():
    entries = [
        {"field": {"id": "custom_field_99", "name": "New"}, "value": "x"},
        {"field": {"id": "custom_field_98", "name": "Date"}, "value": "y"},
        {"field": None, "value": "lost"},
        {"value": "lost"},
        None,
    ]
    # One with the name of another may not pass for it.
    assert read_own(entries, DEFINED) == {"custom:New": "x", "custom:Date (custom_field_98)": "y"}


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)),
       st.sampled_from(list(FieldType)))  # fmt: skip
def test_no_value_is_too_odd_to_be_read(value, type_):
    assert isinstance(read_value(type_, value), str)


# --- Writing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "text", "held", "value"),
    [
        ("textfield", "red", None, "red"),
        ("textfield", "red", "blue", "red"),
        ("textarea", "two\nlines", 5, "two\nlines"),
        ("dropdown", "Large", "Small", "Large"),
        ("dropdown", "LARGE", None, "Large"),
        ("boolean", "true", None, True),
        ("boolean", "false", True, False),
        ("boolean", "false", "true", "false"),
        ("boolean", "false", "Yes", "No"),
        ("boolean", "true", "0", "1"),
        ("boolean", "true", 0, 1),
        ("date", "2026-11-23", None, "2026-11-23"),
        ("date", "2026-11-23", "2020-01-01T00:00:00Z", "2026-11-23"),
        ("decimal", "12.5", None, 12.5),
        ("decimal", "12", 7.5, 12),
        ("decimal", "-0.10", "3", "-0.10"),
        ("decimal", "123456789012345678901234567890", 1, 123456789012345678901234567890),
    ],
)
def test_values_are_written_in_the_type_in_which_they_were_read(type_, text, held, value):
    written = _written(type_, text, held)
    assert (written, type(written)) == (value, type(value))


@pytest.mark.parametrize(
    ("type_", "held"),
    [("date", "2026-11-23T00:00:00Z"), ("boolean", "YES"), ("decimal", "1e3"), ("decimal", 1e22)],
)
def test_a_value_that_stays_is_left_as_it_is_written(type_, held):
    shown = read_own([_entry(type_, held)], DEFINED)[f"custom:{type_.title()}"]
    assert _written(type_, shown, held) == held


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        ("dropdown", "Medium"),
        ("boolean", "perhaps"),
        ("date", "--11-23"),
        ("date", "2026-02-30"),
        ("date", "20261123"),
        ("decimal", "ten"),
        ("decimal", "1e3"),
        ("decimal", "0.12345678901234567890123"),
    ],
)
def test_what_a_field_cannot_hold_is_refused_by_its_name(type_, text):
    with pytest.raises(Refused, match=type_.title()) as refused:
        _written(type_, text)
    assert text not in str(refused.value)


def test_a_cleared_value_is_sent_as_null_and_the_others_stay():
    held = [_entry("textfield", "blue"), _entry("decimal", 5), {"odd": True}]
    written = write_own(held, [(BY_TYPE["textfield"], ""), (BY_TYPE["date"], "")])
    assert written == [_entry("textfield", None), _entry("decimal", 5), {"odd": True}]
    assert held[0]["value"] == "blue"


@given(
    st.sampled_from(["textfield", "textarea", "dropdown", "boolean", "date", "decimal"]).flatmap(
        lambda type_: st.tuples(
            st.just(type_),
            {
                "dropdown": st.sampled_from(["Small", "Large"]),
                "boolean": st.sampled_from(["true", "false"]),
                "date": st.dates().map(str),
                "decimal": st.integers().map(str) | st.decimals(-(10**6), 10**6, places=3).map(str),
            }.get(type_, st.text(min_size=1).filter(str.strip)),
        )
    ),
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.floats(),
)
def test_what_was_written_is_read_again(written, held):
    type_, text = written
    value = json.loads(json.dumps(_written(type_, text, held)))
    read = read_own([_entry(type_, value)], DEFINED)[f"custom:{type_.title()}"]
    assert float(read) == float(text) if type_ == "decimal" else read == text
