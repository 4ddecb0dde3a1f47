"""What can be typed, how it is spelt afterwards, and what is said when it is not possible."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.connector import Catalogue
from connectors.fields import Field, FieldType
from rules import words
from rules.setup import Condition
from rules.words import Form, NotPossible, Takes
from tests.rules.words.samples import CATALOGUE, OF_TYPE, PLAIN, SIZE, SIZES, T

Value = str | tuple[str, ...]
STATUSES = "subscribed, unsubscribed, cleaned"
DATE, NUMBER = OF_TYPE[T.DATE].name, OF_TYPE[T.NUMBER].name
BOOLEAN, MOMENT = OF_TYPE[T.BOOLEAN].name, OF_TYPE[T.DATETIME].name


@pytest.mark.parametrize(
    ("kind", "op", "value", "field", "about", "message"),
    [
        ("taag", "has", "X", "", "kind",
         "There is no condition 'taag'. There is: tag, bucket, label, group, category, status, "
         "field, exists, deleted, unsubscribed."),
        ("tag", "contains", "X", "", "op",
         "'contains' does not fit 'tag'. There is: has, has not."),
        ("tag", "", "X", "", "op", "'tag' needs an operator. There is: has, has not."),
        ("bucket", "is", "X", "", "op", "'is' does not fit 'bucket'. There is: in, not in."),
        ("tag", "has", " ", "", "value", "A value is missing."),
        ("tag", "has", ("A", "B"), "", "value", "One tag is expected here, not a list."),
        ("tag", "has", "X", "company", "field", "A condition of kind 'tag' names no field."),
        ("status", "contains", "x", "", "op",
         "'contains' does not fit 'status'. There is: in, not in, one of."),
        ("status", "in", "asleep", "", "value",
         f"There is no status 'asleep'. There is: {STATUSES}."),
        ("status", "one of", ("cleaned", "asleep"), "", "value",
         f"There is no status 'asleep'. There is: {STATUSES}."),
        ("status", "one of", (), "", "value", "The list is empty."),
        ("status", "in", ("cleaned",), "", "value",
         "One status is expected here; for several there is 'one of'."),
        ("exists", "has", "", "", "op",
         "'has' does not fit 'exists'. There is: no operator, not."),
        ("exists", "", "X", "", "value", "A condition of kind 'exists' takes no value."),
        ("field", "is", "X", "", "field", None),
        ("field", "is", "X", "custom:Nope", "field", None),
        ("field", "", "X", DATE, "op",
         "The date (date) needs an operator. There is: is, is not, before, after, within days, "
         "is empty, is not empty."),
        ("field", "less than", "many", NUMBER, "value",
         "'many' is not a number such as 12 or -3.5."),
        ("field", "is", "NaN", NUMBER, "value", "'NaN' is not a number such as 12 or -3.5."),
        ("field", "one of", ("1", "x"), NUMBER, "value",
         "'x' is not a number such as 12 or -3.5."),
        ("field", "is", "perhaps", BOOLEAN, "value",
         "The boolean is true or false, not 'perhaps'."),
        ("field", "is", "23/11/2026", DATE, "value",
         "'23/11/2026' is not a date such as 2026-11-23."),
        ("field", "is", "--02-30", DATE, "value", "'--02-30' is not a date such as 2026-11-23."),
        ("field", "before", "--11-23", DATE, "value",
         "'--11-23' is not a date such as 2026-11-23."),
        ("field", "after", "2026-11-23T10:00:00Z", MOMENT, "value",
         "'2026-11-23T10:00:00Z' is not a date such as 2026-11-23."),
        ("field", "within days", "-1", DATE, "value",
         "'-1' is not a whole number of days from 0 to 36,525."),
        ("field", "within days", "99999", DATE, "value",
         "'99999' is not a whole number of days from 0 to 36,525."),
        ("field", "within days", "", DATE, "value", "A value is missing."),
        ("field", "is", "XL", "custom:Size", "value",
         "'XL' is no option of Size. There is: Small, Large, with handles."),
        ("field", "is", "", "company", "value", "A value is missing."),
        ("field", "contains", ("a", "b"), "company", "value",
         "One value is expected here, not a list."),
        ("field", "is empty", "X", "company", "value", "'is empty' takes no value."),
        ("field", "is not empty", "X", "company", "value", "'is not empty' takes no value."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_what_is_possible(
    kind: str, op: str, value: Value, field: str, about: str, message: str | None
) -> None:
    with pytest.raises(NotPossible) as caught:
        words.condition(kind, op, value, field, CATALOGUE)
    assert caught.value.about == about
    if message is None:
        what = f"There is no field {field!r} in this app." if field else "A field has to be named."
        names = ", ".join(each.name for each in CATALOGUE.fields)
        message = f"{what} There is: {names}."
    assert str(caught.value) == message


@pytest.mark.parametrize("kind", ["tag", "bucket", "status", "deleted", "unsubscribed"])
def test_what_the_app_cannot_tell_is_refused_with_what_it_can(kind: str) -> None:
    with pytest.raises(NotPossible) as caught:
        words.condition(kind, "", "", "", PLAIN)
    assert caught.value.about == "kind"
    assert str(caught.value) == (
        f"There is no condition {kind!r} in this app. There is: field, exists."
    )


def test_an_app_without_anything_says_so() -> None:
    with pytest.raises(NotPossible, match=r"There is: exists\.$"):
        words.condition("field", "is", "X", "company", Catalogue((), tells_deletions=False))


@pytest.mark.parametrize(
    ("typed", "op", "value"),
    [
        (("Tag", "HAS", " Client ", ""), "has", "Client"),
        (("status", "is not", "CLEANED", ""), "not in", "cleaned"),
        (("status", "one of", "Cleaned", ""), "one of", ("cleaned",)),
        (("exists", "is", "", ""), "", ""),
        (("exists", "Not", "", ""), "not", ""),
        (("deleted", "is not", "", ""), "not", ""),
        (("field", "Less  Than", " 01.50 ", NUMBER), "less than", "1.5"),
        (("field", "one of", ["1", "2.0"], NUMBER), "one of", ("1", "2")),
        (("field", "is", "Yes", BOOLEAN), "is", "true"),
        (("field", "is", " 2026-11-23 ", DATE), "is", "2026-11-23"),
        (("field", "is", "--11-23", DATE), "is", "--11-23"),
        (("field", "within days", "007", DATE), "within days", "7"),
        (("field", "is", "LARGE, with  handles", "custom:Size"), "is", SIZES[1]),
        (("field", "contains", " Gh ", "company"), "contains", "Gh"),
    ],
)
def test_what_is_typed_is_kept_in_canonical_words(
    typed: tuple[str, str, str, str], op: str, value: Value
) -> None:
    made = words.condition(*typed, CATALOGUE)
    assert (made.kind, made.op, made.value) == (typed[0].lower(), op, value)
    name = made.field.name if made.field else ""
    assert words.condition(made.kind, made.op, made.value, name, CATALOGUE) == made


def test_the_field_is_that_of_the_catalogue() -> None:
    assert words.condition("field", "is", "Small", "custom:Size", CATALOGUE).field == SIZE
    city = words.condition("field", "is", "Ghent", "city", CATALOGUE).field
    assert city is not None and city.name == "addresses.city"
    own = Field("city", "Town")
    catalogue = replace(CATALOGUE, fields=(*CATALOGUE.fields, own))
    assert words.condition("field", "is", "Ghent", "city", catalogue).field == own


@pytest.mark.parametrize(
    ("op", "negative"),
    [
        ("has not", True), ("not in", True), ("is not", True), ("does not contain", True),
        ("is empty", True), ("not", True), ("Has  Not", True),
        ("", False), ("has", False), ("in", False), ("is", False), ("contains", False),
        ("one of", False), ("is not empty", False), ("within days", False), ("nonsense", False),
    ],
)  # fmt: skip
def test_which_operators_negate(op: str, negative: bool) -> None:
    assert words.is_negative(op) is negative


def test_operators_by_kind() -> None:
    assert {kind: words.operators_for(kind) for kind in ("tag", "group", "status", "exists")} == {
        "tag": ("has", "has not"),
        "group": ("in", "not in"),
        "status": ("in", "not in", "one of"),
        "exists": ("", "not"),
    }
    assert words.operators_for("nonsense") == ()


# --- Forms --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "op", "field", "form"),
    [
        ("tag", "has", "", Form(Takes.TEXT, ("Client", "VIP"))),
        ("label", "has not", "", Form(Takes.TEXT)),
        ("status", "in", "", Form(Takes.TEXT, CATALOGUE.statuses, closed=True)),
        ("status", "one of", "", Form(Takes.LIST, CATALOGUE.statuses, closed=True)),
        ("exists", "not", "", Form(Takes.NONE)),
        ("field", "is", "company", Form(Takes.TEXT)),
        ("field", "one of", "company", Form(Takes.LIST)),
        ("field", "is not", "custom:Size", Form(Takes.TEXT, SIZES, closed=True)),
        ("field", "one of", "custom:Size", Form(Takes.LIST, SIZES, closed=True)),
        ("field", "is", BOOLEAN, Form(Takes.TEXT, ("true", "false"), closed=True)),
        ("field", "is", NUMBER, Form(Takes.NUMBER)),
        ("field", "greater than", NUMBER, Form(Takes.NUMBER)),
        ("field", "is", DATE, Form(Takes.DATE)),
        ("field", "before", MOMENT, Form(Takes.DATE)),
        ("field", "within days", DATE, Form(Takes.NUMBER)),
        ("field", "is empty", DATE, Form(Takes.NONE)),
        ("field", "starts with", "company", Form(Takes.TEXT)),
    ],
)
def test_what_a_form_asks_for(kind: str, op: str, field: str, form: Form) -> None:
    word = words.condition_word(kind)
    assert word is not None
    assert word.form(op, CATALOGUE.field(field), CATALOGUE) == form


# --- What outlives a catalogue ------------------------------------------------------------


def _without(name: str) -> Catalogue:
    return replace(CATALOGUE, fields=tuple(f for f in CATALOGUE.fields if f.name != name))


def _with(field: Field) -> Catalogue:
    return replace(
        CATALOGUE, fields=tuple(field if f.name == field.name else f for f in CATALOGUE.fields)
    )


SMALL = words.condition("field", "is", "Small", "custom:Size", CATALOGUE)


@pytest.mark.parametrize(
    ("made", "catalogue", "why"),
    [
        (SMALL, _without("custom:Size"), "The field custom:Size is not there any more."),
        (
            SMALL,
            _with(replace(SIZE, options=("Tiny",))),
            "'Small' is no option of Size. There is: Tiny.",
        ),
        (
            words.condition("field", "less than", "3", NUMBER, CATALOGUE),
            _with(Field(NUMBER, "Text now", FieldType.TEXT)),
            "'less than' does not fit Text now (text). There is: is, is not, one of, contains, "
            "does not contain, starts with, is empty, is not empty.",
        ),
        (
            words.condition("tag", "has", "Client", "", CATALOGUE),
            replace(CATALOGUE, vanished={"tag": ("CLIENT",)}),
            "The tag Client is not there any more.",
        ),
        (
            words.condition("tag", "has", "Client", "", CATALOGUE),
            PLAIN,
            "There is no condition 'tag' in this app. There is: field, exists.",
        ),
        (
            words.condition("status", "in", "cleaned", "", CATALOGUE),
            replace(CATALOGUE, statuses=("subscribed",)),
            "There is no status 'cleaned'. There is: subscribed.",
        ),
    ],
    ids=lambda each: each.kind if isinstance(each, Condition) else None,
)
def test_what_vanished_is_held_until_it_is_back(
    made: Condition, catalogue: Catalogue, why: str
) -> None:
    held = words.hold(made, catalogue)
    assert held == replace(made, held=why)
    assert words.hold(held, CATALOGUE) == made


def test_a_condition_of_another_kind_with_the_same_name_is_not_held() -> None:
    vanished = replace(CATALOGUE, vanished={"label": ("Client",)})
    made = words.condition("tag", "has", "Client", "", vanished)
    assert made.held == ""


def test_what_still_is_possible_gets_the_field_as_it_is_now() -> None:
    renamed = replace(SIZE, label="Measure", options=(*SIZES, "Huge"))
    assert words.hold(SMALL, _with(renamed)) == replace(SMALL, field=renamed)


def test_a_stored_condition_is_made_whatever_the_catalogue_says() -> None:
    stored = words.stored_condition("field", "is", "Small", "custom:Size", PLAIN)
    assert stored == Condition(
        "field",
        "is",
        "Small",
        Field("custom:Size", "custom:Size"),
        "The field custom:Size is not there any more.",
    )
    assert words.stored_condition("nonsense", "?", ["x"], "y", PLAIN).held == (
        "There is no condition 'nonsense'. There is: field, exists."
    )
    assert words.stored_condition("tag", "has", "Client", "", CATALOGUE).held == ""
