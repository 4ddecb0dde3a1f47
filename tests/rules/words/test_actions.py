"""What rules can do, how it is spelt, and what is said when it is not possible."""

from __future__ import annotations

import pytest

from rules import words
from rules.setup import Action
from rules.words import Form, NotPossible, Takes
from tests.rules.words.samples import CATALOGUE, OF_TYPE, PLAIN, SCORE, SIZE, SIZES, T

ALL = [
    "add tag", "remove tag", "add to bucket", "remove from bucket", "add label", "remove label",
    "add to group", "remove from group", "add category", "remove category", "set field",
]  # fmt: skip


def test_only_what_the_target_can_do_is_possible() -> None:
    assert words.possible_actions(CATALOGUE) == ALL
    assert words.possible_actions(PLAIN) == ["set field"]


@pytest.mark.parametrize("kind", ["tag", "bucket", "label", "group", "category"])
def test_both_spellings_are_one_action(kind: str) -> None:
    for text in (f"add {kind}", f"add to {kind}", f"ADD  To {kind}"):
        assert words.action(text, " X ", "", CATALOGUE) == Action("add", kind, "X")
    for text in (f"remove {kind}", f"remove from {kind}"):
        assert words.action(text, "X", "", CATALOGUE) == Action("remove", kind, "X")


def test_a_word_knows_its_canonical_text() -> None:
    for text in ALL:
        word = words.action_word(text)
        assert word is not None and word.text == text
    for text in ("", "add", "tag", "add from tag", "remove to tag", "set tag", "add field"):
        assert words.action_word(text) is None


SETTABLE = ", ".join(each.name for each in words.fields_to_set(CATALOGUE))


@pytest.mark.parametrize(
    ("text", "value", "field", "about", "message"),
    [
        ("ad tag", "X", "", "kind",
         f"There is no action 'ad tag'. There is: {', '.join(ALL)}."),
        ("add tag", "", "", "value", "A value is missing."),
        ("add tag", "X", "company", "field", "'add tag' names no field."),
        ("set field", "X", "", "field", f"A field has to be named. There is: {SETTABLE}."),
        ("set field", "X", "custom:Nope", "field",
         f"There is no field 'custom:Nope' in this app. There is: {SETTABLE}."),
        ("set field", "X", "emails", "field",
         f"E-mail addresses cannot be set: it holds a list. There is: {SETTABLE}."),
        ("set field", "X", OF_TYPE[T.CHOICES].name, "field",
         f"The multiple choice cannot be set: it holds a list. There is: {SETTABLE}."),
        ("set field", "X", OF_TYPE[T.ADDRESS].name, "field",
         f"The address cannot be set: its type is address. There is: {SETTABLE}."),
        ("set field", "X", "full_name", "field",
         f"Full name cannot be set: its type is name. There is: {SETTABLE}."),
        ("set field", "3", "custom:Rank", "field",
         f"Rank cannot be set: it can only be read. There is: {SETTABLE}."),
        ("set field", "X", "addresses.city", "field",
         f"Addresses · City cannot be set: it is a part of a list. There is: {SETTABLE}."),
        ("set field", " ", "company", "value", "A value is missing."),
        ("set field", "many", "custom:Score", "value",
         "'many' is not a number such as 12 or -3.5."),
        ("set field", "XL", "custom:Size", "value",
         "'XL' is no option of Size. There is: Small, Large, with handles."),
        ("set field", "2026-11-23", OF_TYPE[T.DATETIME].name, "value",
         "'2026-11-23' is not a date and time such as 2026-11-23T16:13:00+00:00."),
        ("set field", "now", OF_TYPE[T.DATETIME].name, "value",
         "'now' is not a date and time such as 2026-11-23T16:13:00+00:00."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_what_is_possible(
    text: str, value: str, field: str, about: str, message: str
) -> None:
    with pytest.raises(NotPossible) as caught:
        words.action(text, value, field, CATALOGUE)
    assert (caught.value.about, str(caught.value)) == (about, message)


def test_what_the_target_cannot_do_is_refused_with_what_it_can() -> None:
    with pytest.raises(NotPossible) as caught:
        words.action("add to bucket", "X", "", PLAIN)
    assert str(caught.value) == (
        "There is no action 'add to bucket' in this app. There is: set field."
    )


def test_only_single_values_of_one_part_that_can_be_written_are_set() -> None:
    assert [field.name for field in words.fields_to_set(PLAIN)] == [
        "name_prefix", "first_name", "middle_name", "last_name", "name_suffix", "nickname",
        "company", "department", "job_title", "birthday", "notes",
    ]  # fmt: skip
    settable = set(words.fields_to_set(CATALOGUE)) - set(words.fields_to_set(PLAIN))
    single = {OF_TYPE[type_] for type_ in T if type_ not in (T.ADDRESS, T.NAME, T.CHOICES)}
    assert settable == {*single, SIZE, SCORE}


@pytest.mark.parametrize(
    ("field", "typed", "written"),
    [
        ("custom:Score", " 01.50", "1.5"),
        ("custom:Size", "small", "Small"),
        (OF_TYPE[T.BOOLEAN].name, "No", "false"),
        ("birthday", "--11-23", "--11-23"),
        ("birthday", "2026-11-23", "2026-11-23"),
        (OF_TYPE[T.DATETIME].name, "2026-11-23T16:13:00Z", "2026-11-23T16:13:00+00:00"),
        ("company", " The  X ", "The  X"),
    ],
)
def test_a_value_is_set_in_its_canonical_spelling(field: str, typed: str, written: str) -> None:
    made = words.action("set field", typed, field, CATALOGUE)
    assert made == Action("set", "field", field, written, CATALOGUE.field(field))


@pytest.mark.parametrize(
    ("text", "field", "form"),
    [
        ("add tag", "", Form(Takes.TEXT, ("Client", "VIP"))),
        ("remove from bucket", "", Form(Takes.TEXT, ("Cold",))),
        ("set field", SIZE.name, Form(Takes.TEXT, SIZES, closed=True)),
        ("set field", SCORE.name, Form(Takes.NUMBER)),
        ("set field", "birthday", Form(Takes.DATE)),
        ("set field", OF_TYPE[T.DATETIME].name, Form(Takes.TEXT)),
    ],
)
def test_what_a_form_asks_for(text: str, field: str, form: Form) -> None:
    word = words.action_word(text)
    assert word is not None
    assert word.form(field, CATALOGUE) == form
