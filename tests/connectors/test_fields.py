"""Which types may be mapped to which, and what counts as equal."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.connector import Catalogue
from connectors.contact import Address, Entry, Value
from connectors.fields import (
    STANDARD,
    Compatibility,
    Field,
    FieldType,
    compatible,
    composed_name,
    equal,
    field_from_json,
    field_named,
    field_to_json,
    fold,
    normal,
    normals,
    split_name,
    sub_field,
    tidy,
)

T = FieldType
BOTH, ONE_WAY, NOT_AT_ALL = "both ways", "one way", "not at all"
#: Beside equal types, which fit both ways; a pair that is not named does not fit at all.
TABLE = {
    (T.TEXT, T.LONG_TEXT): BOTH,
    (T.TEXT, T.NAME): BOTH,
    (T.LONG_TEXT, T.NAME): BOTH,
    **{
        (source, target): ONE_WAY
        for source in (
            T.NUMBER, T.DATE, T.DATETIME, T.BOOLEAN, T.CHOICE, T.CHOICES, T.EMAIL, T.PHONE, T.URL,
            T.ADDRESS,
        )
        for target in (T.TEXT, T.LONG_TEXT)
    },
}  # fmt: skip


def field(type_: FieldType, **options: bool) -> Field:
    return Field(f"f {type_}", f"F {type_}", type_, **options)


def kind_of(type_: FieldType, many: bool) -> str:
    return f"{type_} list" if many and type_ != T.CHOICES else str(type_)


@pytest.mark.parametrize(("many_a", "many_b"), list(product((False, True), repeat=2)))
@pytest.mark.parametrize(("a", "b"), list(product(T, T)), ids=str)
def test_which_types_may_be_mapped_to_which(
    a: FieldType, b: FieldType, many_a: bool, many_b: bool
) -> None:
    fit = compatible(field(a, many=many_a), field(b, many=many_b))
    of_a, of_b = kind_of(a, many_a), kind_of(b, many_b)
    kind = BOTH if a == b else TABLE.get((a, b))
    if kind == BOTH or TABLE.get((b, a)) == BOTH:
        assert fit == Compatibility(True, True)
    elif kind == ONE_WAY:
        assert fit == Compatibility(
            True,
            False,
            f"F {b} ({of_b}) → F {a} ({of_a}): its value can be written as text, but text "
            f"cannot be read back as {a}.",
        )
    elif TABLE.get((b, a)) == ONE_WAY:
        assert (fit.a_to_b, fit.b_to_a) == (False, True)
        assert fit.why.endswith(f"but text cannot be read back as {b}.")
    else:
        assert fit == Compatibility(
            False,
            False,
            f"F {a} ({of_a}) → F {b} ({of_b}): the types do not fit. "
            f"F {b} ({of_b}) → F {a} ({of_a}): the types do not fit.",
        )


def test_what_can_only_be_read_is_only_a_source() -> None:
    read_only = field(T.TEXT, writable=False)
    assert compatible(read_only, field(T.TEXT)) == Compatibility(
        True, False, "F text can only be read."
    )
    assert compatible(read_only, read_only).a_to_b is False


def test_a_list_that_can_only_be_read_is_the_source_of_a_single_value() -> None:
    fit = compatible(field(T.EMAIL, many=True, writable=False), field(T.EMAIL))
    assert fit == Compatibility(True, False, "F e-mail can only be read.")


# --- fields within fields ---


@pytest.mark.parametrize(
    ("parent", "part", "expected"),
    [
        ("phones", "mobile", Field("phones.mobile", "Phone numbers · Mobile", T.PHONE)),
        ("emails", "work", Field("emails.work", "E-mail addresses · Work", T.EMAIL)),
        ("addresses", "home", Field("addresses.home", "Addresses · Home", T.ADDRESS)),
        ("addresses", "city", Field("addresses.city", "Addresses · City", T.TEXT)),
        ("addresses", "po_box", Field("addresses.po_box", "Addresses · Po box", T.TEXT)),
        ("phones", "", None),
        ("phones", "Mobile", None),
        ("company", "work", None),
    ],
)
def test_a_field_within_a_field(parent: str, part: str, expected: Field | None) -> None:
    assert sub_field(STANDARD[parent], part) == expected
    assert Catalogue((STANDARD[parent],)).field(f"{parent}.{part}") == expected


def test_a_field_within_a_field_can_be_written_where_its_parent_can() -> None:
    phones = replace(STANDARD["phones"], writable=False, required=True)
    mobile = sub_field(phones, "mobile")
    assert mobile and (mobile.writable, mobile.required) == (False, True)


def test_a_dot_in_the_name_of_an_own_field_or_in_an_app_without_the_list_means_nothing() -> None:
    own = Field("custom:Ver. 2", "Version", many=True)
    assert Catalogue((own,)).field("custom:Ver. 2") is own
    assert Catalogue((own,)).field("custom:Ver. 2.work") is None
    assert Catalogue((own,)).field("phones.mobile") is None
    assert [split_name(name) for name in ("custom:a.b", "phones", "phones.", "phones.a.b")] == [
        ("custom:a.b", ""),
        ("phones", ""),
        ("phones.", ""),
        ("phones", "a.b"),
    ]


def test_a_full_name_is_composed_where_an_app_has_its_parts() -> None:
    first, last, full = (STANDARD[name] for name in ("first_name", "last_name", "full_name"))
    composed = Catalogue((last, STANDARD["notes"], first)).field("full_name")
    assert composed == replace(full, parts=("first_name", "last_name"))
    assert Catalogue((first, full)).field("full_name") is full
    assert composed_name((first, full)) == replace(full, parts=("first_name", "full_name"))
    assert composed_name((full, STANDARD["middle_name"])) is None


def test_a_composed_name_is_written_to_the_parts_that_can_be_written() -> None:
    first, last = STANDARD["first_name"], replace(STANDARD["last_name"], required=True)
    read_only = replace(STANDARD["name_prefix"], writable=False)
    found = composed_name((first, last, read_only))
    assert found == replace(STANDARD["full_name"], parts=("first_name", "last_name"), required=True)
    closed = composed_name((replace(first, writable=False), read_only))
    assert closed and not closed.writable
    assert closed.parts == ("name_prefix", "first_name")


#: type, region, values that are all equal, values that are each different from them
SAME: dict[str, tuple[FieldType, str, list[str], list[str]]] = {
    "text": (T.TEXT, "", ["Zoë x", " Zoe\u0308 x \t"], ["zoë x", "Zoë  x", "Zoe x"]),
    "long text": (T.LONG_TEXT, "", ["a\nb", "a \r\nb\r\n", "\na\rb"], ["a b", "a\n\nb", "a\n b"]),
    "e-mail": (T.EMAIL, "", ["Ann@X.org", " ann@x.org "], ["ann@x.com", "ann+1@x.org"]),
    "e-mail, other letters": (T.EMAIL, "", ["ÉVA@x.org", "e\u0301va@X.org"], ["eva@x.org"]),
    "phone with its country": (
        T.PHONE,
        "",
        ["+32 2 555 12 12", "+3225551212", "tel:+32-2-555-12-12", "+32 (0)2 555 12 12"],
        ["+3225551213", "02 555 12 12"],
    ),
    "phone of the region": (
        T.PHONE,
        "BE",
        ["+32 2 555 12 12", "02 555 12 12", "02/555.12.12", "0032 2 555 12 12"],
        ["+31 20 555 12 12"],
    ),
    "phone of another region": (T.PHONE, "NL", ["020 555 1212", "+31205551212"], ["+3225551212"]),
    "phone with an extension": (
        T.PHONE,
        "BE",
        ["+32 2 555 12 12 ext. 7", "02 555 12 12 x7", "+3225551212;ext=7"],
        ["+3225551212", "+3225551212;ext=8"],
    ),
    "what is no phone number": (T.PHONE, "", ["Ask Ann!", "ask ann"], ["ask bob"]),
    "a number too short for a country": (T.PHONE, "", ["12 34", "1234"], ["12345"]),
    "url": (
        T.URL,
        "",
        ["https://www.X.org/", "x.org", "http://x.org", "//x.org/"],
        ["x.org/A", "y.org", "x.org?a=1", "x.org#a"],
    ),
    "url with a path": (
        T.URL,
        "",
        ["https://x.org/A/?q=1#top", "X.org/A?q=1#top"],
        ["x.org/a/?q=1#top", "x.org/A?q=1", "x.org/A?q=1#end"],
    ),
    "what is no url": (T.URL, "", ["http://[x", " http://[x"], ["http://[y"]),
    "number": (T.NUMBER, "", ["1.50", "1.5", " 01.5", "15e-1"], ["1.51", "-1.5"]),
    "zero": (T.NUMBER, "", ["0", "0.00", "-0", "0e5"], ["1"]),
    "large number": (T.NUMBER, "", ["1000", "1e3"], ["100"]),
    "a number nobody writes out": (T.NUMBER, "", ["1e999999", " 1e999999"], ["1e999998"]),
    "what is no number": (T.NUMBER, "", ["many", " many"], ["NaN", "Infinity", "1"]),
    "boolean": (T.BOOLEAN, "", ["true", "true "], ["false"]),
    "date": (T.DATE, "", ["2026-11-23"], ["2026-11-24", "--11-23"]),
    "name": (T.NAME, "", ["Ann Smith", " Ann  Smith", "Smith, Ann"], ["Ann smith", "Smith Ann"]),
    "choice": (T.CHOICE, "", ["Large", "Large "], ["large"]),
    "empty": (T.PHONE, "BE", [""], ["0"]),
}  # fmt: skip


@pytest.mark.parametrize(("type_", "region", "same", "others"), SAME.values(), ids=SAME)
def test_what_counts_as_equal(
    type_: FieldType, region: str, same: list[str], others: list[str]
) -> None:
    assert len({normal(type_, value, region) for value in same}) == 1
    known = normal(type_, same[0], region)
    assert [value for value in others if normal(type_, value, region) == known] == []


def test_addresses_are_equal_by_their_parts_in_any_case_and_spacing() -> None:
    ghent = Address(street="Main  Street 1", city="GHENT")
    assert normal(T.ADDRESS, ghent) == normal(
        T.ADDRESS, Address(street="main street 1 ", city="Ghent")
    )
    for other in (Address(city="Ghent"), Address(street="Ghent", city="Main Street 1")):
        assert normal(T.ADDRESS, other) != normal(T.ADDRESS, ghent)


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ((Entry("a@x.org", "work"), Entry("b@x.org")), (Entry("B@x.org"), Entry("a@x.org")), True),
        ((Entry("a@x.org"), Entry("A@x.org")), (Entry("a@x.org"),), True),
        ((Entry("a@x.org"),), (Entry("b@x.org"),), False),
        ("", (), True),
        ("", (Entry("a@x.org"),), False),
    ],
)
def test_lists_are_equal_without_order_and_labels(one: Value, two: Value, same: bool) -> None:
    assert equal(STANDARD["emails"], one, two) is same
    assert (normals(STANDARD["emails"], one) == normals(STANDARD["emails"], two)) is same


@pytest.mark.parametrize(
    ("text", "tidied", "folded"),
    [
        ("  Straße  Nr. 1 ", "Straße  Nr. 1", "strasse nr. 1"),
        ("ＡＢＣ", "ＡＢＣ", "ａｂｃ"),
        ("a \r\n\r\n b\t", "a\n\n b", "a b"),
        ("e\u0301", "é", "é"),
        ("ИВАН", "ИВАН", "иван"),
        ("李 小龍", "李 小龍", "李 小龍"),
        ("", "", ""),
    ],
)
def test_tidy_and_fold(text: str, tidied: str, folded: str) -> None:
    assert (tidy(text), fold(text)) == (tidied, folded)


@pytest.mark.parametrize(
    "item",
    [
        Field("company", "Company"),
        Field("custom:Size", "Size", T.CHOICE, options=("S", "L"), required=True),
        Field("custom:Score", "Score", T.NUMBER, writable=False),
        Field("full_name", "Full name", T.NAME, parts=("first_name", "last_name")),
        STANDARD["emails"],
    ],
)
def test_a_field_survives_its_json(item: Field) -> None:
    assert field_from_json(field_to_json(item)) == item


def test_a_field_that_is_not_standard_compares_as_text() -> None:
    assert field_named("emails") == STANDARD["emails"]
    assert field_named("custom:Size") == Field("custom:Size", "custom:Size")
    assert field_named("phones.mobile").type == T.PHONE


def test_a_kind_in_words() -> None:
    assert [STANDARD[name].kind for name in ("emails", "company")] == ["e-mail list", "text"]
    assert field(T.CHOICES, many=True).kind == "multiple choice"
    assert [field(T.CHOICES).holds_list, field(T.CHOICE).holds_list] == [True, False]


@given(st.sampled_from(T), st.text(max_size=30), st.sampled_from(["", "BE", "US"]))
def test_every_value_has_a_normal_form_that_stays(type_: FieldType, text: str, region: str) -> None:
    once = normal(type_, text, region)
    assert normal(type_, once, region) == once


def test_a_number_is_the_same_in_every_way_of_writing_it_all_over_the_world() -> None:
    ways = (
        phonenumbers.PhoneNumberFormat.E164,
        phonenumbers.PhoneNumberFormat.INTERNATIONAL,
        phonenumbers.PhoneNumberFormat.NATIONAL,
        phonenumbers.PhoneNumberFormat.RFC3966,
    )
    different = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        number = phonenumbers.example_number(region)
        texts = [phonenumbers.format_number(number, way) for way in ways]
        forms = {normal(T.PHONE, text, region) for text in texts}
        if forms != {texts[0]} or normal(T.PHONE, texts[0], "US") != texts[0]:
            different.append((region, texts, forms))
    assert different == []
