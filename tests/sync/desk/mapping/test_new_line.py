"""A line that is added on the page of the field mapping: which fields it may join, and how."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sync.desk.mapping.page import Page

pytestmark = pytest.mark.sqlite_only


def test_a_new_line_goes_as_far_as_possible_and_comes_last(page: Page) -> None:
    page.line("emails", "emails")
    assert page.save(page.added("custom:Size", "custom:Text")) == []
    assert page.save(page.added("full_name", "full_name")) == []
    assert page.stored() == [
        "emails ↔ emails", "custom:Size → custom:Text", "full_name ↔ full_name",
    ]  # fmt: skip
    assert not page.connection.mappings.filter(default=True).exists()


def test_a_composed_name_can_be_chosen(page: Page) -> None:
    assert page.save(page.added("full_name", "custom:Text")) == []
    assert page.stored() == ["full_name ↔ custom:Text"]


def test_what_was_entered_stays_when_a_line_is_added_without_a_script(page: Page) -> None:
    page.line("emails", "emails")
    data = page.changed("emails", "emails", arrow="->")
    answer = page.post(data, _add="b custom:Text")
    assert page.data(answer) == data | {
        "line-1-a": "", "line-1-b": "custom:Text", "line-1-arrow": "", "line-1-winner": "",
        "line-1-on": "on",
    }  # fmt: skip
    assert "autofocus" in str(answer.context["rows"][-1].form["a"])
    twice = page.data(page.post(page.data(answer), _add=""))
    assert {"line-1-b", "line-2-b"} <= twice.keys()
    assert page.stored() == ["emails ↔ emails"]


@pytest.mark.parametrize("parts", [{}, {"a": "phones", "b": "phones", "remove": "on"}])
def test_an_empty_new_line_and_one_that_was_removed_again_are_nothing(
    page: Page, parts: dict[str, str]
) -> None:
    assert page.save(page.added(**parts)) == []
    assert page.stored() == []


def test_fields_are_offered_by_where_they_are_already(page: Page) -> None:
    page.line("emails", "emails")
    page.line("custom:Size", "custom:Text", "->")
    page.line("custom:Colour", "custom:Size", on=False)
    blank = page.get().context["blank"]
    groups = dict(blank.form["a"].field.widget.choices[1:])
    offered = {label: dict(fields) for label, fields in groups.items()}
    assert list(offered) == ["In no line yet", "Parts of lists", "In a line already"]
    assert offered["In no line yet"]["custom:Colour"] == "Colour (single choice)"
    assert offered["Parts of lists"]["phones.mobile"] == "Phone numbers · Mobile (phone)"
    assert offered["In a line already"] == {
        "emails": "E-mail addresses (e-mail list) – written by E-mail addresses",
        "custom:Size": "Size (single choice) – read by Size – Text",
    }
    others = dict(blank.form["b"].field.widget.choices[1:])
    assert dict(others["In no line yet"])["custom:Score"] == "Score (number, can only be read)"


def test_fields_in_no_line_are_listed(page: Page) -> None:
    page.line("emails", "emails")
    free = page.get().context["free"]
    assert [name for name, _ in free["a"]] == [
        "first_name", "last_name", "phones", "addresses", "custom:Size", "custom:Colour",
        "full_name",
    ]  # fmt: skip
    assert 'aria-label="Add a line with Score of two"' in page.text()


@pytest.mark.parametrize(
    ("a", "b", "told"),
    [
        ("phones", "phones", {"fits": True, "icons": {"a": "call", "b": "call"}, "notes": [],
         "arrows": [["<->", "↔ both ways"], ["->", "→ to two"], ["<-", "← to one"]]}),
        ("custom:Size", "custom:Score", {"fits": False, "arrows": []}),
        ("custom:Size", "custom:Text", {"fits": True, "arrows": [["->", "→ to two"]]}),
        ("custom:Size", "", {"fits": None, "notes": [], "icons": {"a": "radio_button_checked"},
         "arrows": [["<->", "↔ both ways"], ["->", "→ to two"], ["<-", "← to one"]]}),
        ("no such", "field", {"fits": None, "icons": {}}),
    ],
)  # fmt: skip
def test_a_script_is_told_what_a_new_line_could_be(
    page: Page, a: str, b: str, told: dict[str, Any]
) -> None:
    answer = page.client.get(page.address("_fit"), {"line": "line-7", "a": a, "b": b}).json()
    assert {key: answer[key] for key in told} == told
    if told["fits"] is False:
        assert answer["notes"][0].startswith("Size and Score cannot be joined: Score can only be")
