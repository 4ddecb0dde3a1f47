"""What options are called in another field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fields import Field, FieldType
from connectors.options import (
    Missing,
    doubled_option,
    missing_options,
    options_to_a,
    options_to_b,
    unknown_options,
)


def choice(*options: str, type_: FieldType = FieldType.CHOICE) -> Field:
    return Field("custom:Size", "Size", type_, options=options)


A, B = choice("S", "M", "L", "small"), choice("Small", "m", "Large")


def test_values_are_called_what_the_map_says_or_what_is_spelled_the_same() -> None:
    to_b = options_to_b(A, B, [("S", "Small"), ("L", "Large")], both=False)
    assert to_b
    assert [to_b(x) for x in ("S", "s ", "M", "L", "small", "XL")] == [
        "Small", "Small", "m", "Large", "Small", None,
    ]  # fmt: skip


def test_both_ways_no_two_options_are_called_the_same() -> None:
    values = [("S", "Small"), ("L", "Large")]
    to_b, to_a = options_to_b(A, B, values), options_to_a(A, B, values)
    assert to_b and to_a
    assert (to_b("small"), to_a("Small")) == (None, "S")
    assert missing_options(A, B, values) == Missing(("small",), ())
    assert missing_options(A, B, values, both=False) == Missing()
    assert missing_options(A, B, []) == Missing(("S", "L"), ("Large",))


def test_nothing_is_translated_where_the_options_are_the_same_or_unknown() -> None:
    assert options_to_b(A, A) is None
    assert options_to_b(A, choice()) is None
    assert options_to_b(A, Field("notes", "Notes")) is None
    open_ = options_to_b(choice(), choice(), [("S", "Small")])
    assert open_ and [open_(x) for x in ("S", "M", "small")] == ["Small", "M", None]


def test_a_map_is_checked_by_the_options_of_both() -> None:
    assert unknown_options(A, ["S", "XS", "l"]) == ["XS"]
    assert unknown_options(choice(), ["XS"]) == []
    assert doubled_option([("S", "Small"), ("s", "Large")]) == "s"
    assert doubled_option([("S", "Small"), ("M", "small")]) == "small"
    assert doubled_option([("S", "Small"), ("M", "m")]) == ""
    assert doubled_option([]) == ""


WORDS = st.lists(st.sampled_from(["S", "s", "M", "L", "Small", "small", "Large"]), unique=True)


@given(WORDS, WORDS, st.lists(st.tuples(*[st.sampled_from("SMLxy")] * 2)))
@pytest.mark.parametrize("type_", [FieldType.CHOICE, FieldType.CHOICES])
def test_an_option_called_there_and_back_is_itself(
    type_: FieldType, of_a: list[str], of_b: list[str], values: list[tuple[str, str]]
) -> None:
    a, b = choice(*of_a, type_=type_), choice(*of_b, type_=type_)
    if doubled_option(values):
        return
    to_b, to_a = options_to_b(a, b, values), options_to_a(a, b, values)
    for option in of_a:
        there = to_b(option) if to_b else option
        back = to_a(there) if to_a and there is not None else there
        assert back is None or back.casefold() == option.casefold()
