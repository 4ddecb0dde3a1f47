"""What the page of the field mapping does not take, and says where it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from connections.models import Connection
from connectors.fields import STANDARD, Field
from rules.models import Rule
from tests.sync.desk.mapping.conftest import Joined
from tests.sync.desk.mapping.page import Page, text_of

pytestmark = pytest.mark.sqlite_only


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (("full_name", "full_name"), ("last_name", "custom:Text", "<->"),
         "Last name of one would be written by two lines: “Full name” and “Last name – Text”."),
        (("full_name", "full_name"), ("first_name", "custom:Text", "<-"),
         "First name of one would be written by two lines: “Full name” and “First name – Text”."),
        (("addresses.city", "custom:Text"), ("addresses", "addresses", "<->"),
         "Addresses of one would be written by two lines: “Addresses · City – Text” and "
         "“Addresses”."),
        (("custom:Size", "custom:Text", "->"), ("first_name", "custom:Text", "->"),
         "Text of two would be written by two lines: “Size – Text” and “First name – Text”."),
    ],
)  # fmt: skip
def test_each_field_is_written_by_at_most_one_line(
    page: Page, first: tuple[str, ...], second: tuple[str, str, str], said: str
) -> None:
    line = page.line(*first)
    a, b, arrow = second
    (fault,) = page.save(page.added(a, b, arrow=arrow))
    assert fault.partition(": ")[2] == f"{said} Switch one off."
    assert page.stored() == [str(line)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("full_name", "full_name"), ("last_name", "custom:Text", "->")),
        (("phones.mobile", "custom:Mobile"), ("phones", "phones", "<->")),
        (("full_name", "full_name", "<->", False), ("last_name", "custom:Text", "<->")),
    ],
)
def test_lines_that_do_not_write_the_same_go_together(
    page: Page, first: tuple[Any, ...], second: tuple[str, str, str]
) -> None:
    page.line(*first[:3], **({"on": False} if first[3:] else {}))
    a, b, arrow = second
    assert page.save(page.added(a, b, arrow=arrow)) == []
    assert len(page.stored()) == 2


@pytest.mark.parametrize(
    ("a", "b", "arrow", "said"),
    [
        ("custom:Size", "custom:Mobile", "", "Size and Mobile cannot be mapped: "),
        ("custom:Size", "custom:Text", "<->", "Between Size and Text only → is possible: "),
        ("custom:Size", "custom:Text", "<-", "Between Size and Text only → is possible: "),
        ("custom:Size", "custom:Score", "<->", "Score can only be read."),
        ("phones", "phones", "sideways", "Choose one of the arrows."),
        ("custom:No", "phones", "", "one has no field 'custom:No'."),
        ("phones", "phones\0", "", "Null characters are not allowed."),
        ("phones", "x" * 201, "", "at most 200 characters"),
        ("phones.", "phones", "", "one has no field 'phones.'."),
        (" phones", "phones", "", "one has no field ' phones'."),
    ],
)
def test_what_cannot_be_is_told_at_its_line(
    page: Page, a: str, b: str, arrow: str, said: str
) -> None:
    (fault,) = page.save(page.added(a, b, arrow=arrow))
    assert said in fault
    assert page.stored() == []


@pytest.mark.parametrize("sides", [("phones", ""), ("", "phones")])
def test_a_line_with_one_side_only_is_no_line(page: Page, sides: tuple[str, str]) -> None:
    data = page.added(*sides)
    assert page.save(data) == ["the new line: Choose a field on both sides, or remove the line."]
    assert page.data(page.post(data)) == data, "it can be filled in"
    assert page.stored() == []


def test_an_arrow_that_is_not_sent_stays(page: Page) -> None:
    page.line("phones", "phones", "->")
    assert page.save(page.changed("phones", "phones", arrow=None, winner="b")) == []
    assert page.stored() == ["phones → phones"]


@pytest.mark.parametrize("winner", ["c", "A", "a b"])
def test_a_winner_is_one_of_the_sides(page: Page, winner: str) -> None:
    page.line("phones", "phones")
    data = page.changed("phones", "phones", winner=winner)
    assert page.save(data) == ["Phone numbers: Choose one of the sides."]


def test_two_lines_between_the_same_fields_are_one_too_many(page: Page) -> None:
    page.line("phones", "phones")
    (fault,) = page.save(page.added("phones", "phones"))
    assert fault == "Phone numbers: These two fields have a line already."
    twice = page.added("emails", "emails") | {"line-7-a": "emails", "line-7-b": "emails"}
    assert "E-mail addresses: These two fields have a line already." in page.save(twice)
    assert page.stored() == ["phones ↔ phones"]


def test_the_fields_of_a_stored_line_are_not_exchanged(page: Page) -> None:
    page.line("custom:Size", "custom:Size", values={"S": "Small"})
    data = page.data()
    assert data["line-0-a"] == "custom:Size"
    (fault,) = page.save(data | {"line-0-a": "custom:Colour"})
    assert "Size of two would be written by two lines" in fault
    assert page.stored() == ["custom:Size ↔ custom:Size"]


def test_a_field_that_a_rule_sets_is_moved_by_no_line(page: Page) -> None:
    rule = Rule.objects.create(connection=page.connection, side="a", name="Clients")
    rule.actions.create(kind="set field", field="custom:Text", value="Client")
    (fault,) = page.save(page.added("first_name", "custom:Text"))
    assert "Text of two is written by the mapping line “First name – Text” already." in fault
    assert page.stored() == []


def test_all_that_is_wrong_is_told_at_once_and_the_rest_is_kept_as_entered(page: Page) -> None:
    page.line("emails", "emails")
    data = page.changed("emails", "emails", arrow="->")
    data |= {"line-5-a": "custom:Size", "line-5-b": "custom:Mobile", "line-5-on": "on"}
    data |= {"line-6-a": "custom:Colour", "line-6-b": "custom:Score", "line-6-arrow": "->"}
    faults = page.save(data)
    assert [fault.partition(":")[0] for fault in faults] == ["Size – Mobile", "Colour – Score"]
    again = page.data(page.post(data))
    assert {name: again[name] for name in data} == data


def test_what_is_posted_by_nobody_who_has_seen_the_page_does_no_harm(page: Page) -> None:
    page.line("emails", "emails")
    for data in (
        {},
        {"line-0-arrow": "<-"},
        {"line-99999-a": "phones", "line-99999-b": "phones"},
        {"line--1-a": "phones", "line--1-b": "phones"},
        {"line-x-a": "phones", "contact": "²", "_seen": ""},
        {"line-0-a": "emails", "line-00-a": "emails", "line-0-b": "emails", "line-0-on": "on"},
    ):
        assert page.post(data).status_code in (200, 302)
    assert page.stored() == ["emails ↔ emails"]
    assert page.post({}, _add="c nothing").status_code == 200
    assert page.post({}, _contact="9" * 40).status_code == 200


def test_names_of_apps_fields_and_options_are_no_markup(joined: Joined) -> None:
    odd = "<script>alert('x')</script> & \"quoted\""
    page = joined(
        (STANDARD["emails"], Field(f"custom:{odd}", odd)),
        (STANDARD["emails"], Field(f"custom:{odd}", odd)),
    )
    added = page.added(f"custom:{odd}", f"custom:{odd}")
    assert page.save(added) == []
    assert page.stored() == [f"custom:{odd} ↔ custom:{odd}"]
    assert page.save(page.changed(f"custom:{odd}", f"custom:{odd}", winner="b")) == []
    assert page.connection.mappings.get().winner == "b"
    assert "<script>alert" not in page.get().content.decode()
    fit = page.client.get(page.address("_fit"), {"line": odd, "a": f"custom:{odd}", "b": odd})
    assert "<script>" not in fit.json()["values"]


# --- Two windows at once


def test_a_line_that_was_added_in_another_window_stays(page: Page) -> None:
    page.line("emails", "emails")
    data = page.changed("emails", "emails", winner="b")
    page.line("phones", "phones")
    answer = page.post(data)
    assert "the field mapping was changed in the meantime" in text_of(answer)
    assert page.post(page.data(answer)).status_code == 302
    assert page.stored() == ["emails ↔ emails", "phones ↔ phones"]
    assert page.connection.mappings.get(a="emails").winner == "b"


def test_what_another_window_changed_is_told_before_a_draft_is_saved(page: Page) -> None:
    page.line("emails", "emails")
    page.line("phones", "phones")
    data = page.changed("emails", "emails", winner="b")
    assert page.save(page.changed("phones", "phones", remove="on")) == []
    answer = page.post(data)
    text = text_of(answer)
    assert "<li>Field mapping Phone numbers ↔ Phone numbers: new</li>" in text
    assert "Not saved yet." in text
    assert page.stored() == ["emails ↔ emails"]
    without = page.data(answer) | {"line-1-remove": "on"}
    assert page.post(without).status_code == 302
    assert page.stored() == ["emails ↔ emails"]


def test_a_line_of_a_vanished_field_that_another_window_removed_is_not_made_again(
    page: Page,
) -> None:
    page.line("custom:Gone", "custom:Text", "->")
    data = page.changed("custom:Gone", "custom:Text", winner="b")
    assert page.save(page.changed("custom:Gone", "custom:Text", remove="on")) == []
    (fault,) = page.save(data)
    assert fault.startswith("Gone – Text: one has no field 'custom:Gone'.")
    answer = page.post(data)
    assert "a line that was removed is a new one here" in text_of(answer)
    again = page.data(answer)
    assert again.items() >= (data.items() - {("_seen", data["_seen"])}), "what was chosen stays"
    assert page.save(again | {"line-0-remove": "on"}) == []
    assert page.stored() == []


def test_two_windows_that_say_the_same_are_no_trouble(page: Page) -> None:
    page.line("emails", "emails")
    data = page.changed("emails", "emails", winner="b")
    assert page.save(data) == []
    assert page.save(data) == []


# --- The wrong role


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(page: Page, method: str) -> None:
    assert getattr(page.client, method)(page.address()).status_code == 405


def test_who_is_not_signed_in_is_asked_to(page: Page) -> None:
    for part in ("", "_fit"):
        assert "/login" in Client().get(page.address(part)).headers["Location"]
    assert "/login" in Client().post(page.address("_sample")).headers["Location"]


def test_it_takes_the_token_of_the_page(page: Page) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = page.client.cookies
    for part in ("", "_sample"):
        assert strict.post(page.address(part), page.data()).status_code == 403
    assert Connection.objects.filter(mappings__isnull=True).exists()
