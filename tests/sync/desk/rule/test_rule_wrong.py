"""What is wrong with a rule is told at its place and above, and nothing is saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from connections.models import Connection
from rules.models import Revision
from tests.sync.desk.rule.ruled import (
    FRIENDS,
    changed,
    filled_in,
    page_of,
    rows,
    stored,
    text_of,
)

TAGGED = {"kind": "tag", "op": "has", "value": "Friend"}
VIP = {"kind": "add tag", "value": "VIP"}


FIELD = {"kind": "field", "field": "custom:Shoes", "op": "less than", "value": "44"}
SETS = {"kind": "set field", "field": "custom:Level", "value": "Gold"}


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        ({"name": " "}, "at_name", "Give it a name."),
        ({"name": "All of news"}, "at_name", "Another rule is named All of news already."),
        ({"name": "One\x07two"}, "at_name", "A name is one line without control characters."),
        ({"name": "x" * 101}, "at_name", "at most 100 characters"),
        (rows("if", {"kind": "field"}), "id_if-0-field", "Choose the field."),
        (rows("if", {"kind": "tag"}), "id_if-0-op", "Choose how it is compared."),
        (rows("if", {**TAGGED, "value": " "}), "id_if-0-value", "Enter a value."),
        (rows("if", TAGGED, {**FIELD, "value": "big"}), "id_if-1-value", "is not a number"),
        (rows("if", {**TAGGED, "value": "\0"}), "id_if-0-value", "Null characters"),
        (
            rows("if", {"kind": "moon", "value": "full"}),
            "id_if-0-kind",
            "There is no condition 'moon'.",
        ),
        (
            rows("if", {**FIELD, "field": "custom:Since", "op": "after", "value": "soon"}),
            "id_if-0-value",
            "'soon' is not a date such as 2026-11-23.",
        ),
        (
            rows("if", {**FIELD, "field": "custom:Size", "op": "is", "value": "XXL"}),
            "id_if-0-value",
            "'XXL' is no option of Size.",
        ),
        (
            rows("if", {**TAGGED, "value": None, "lines": "one\r\ntwo"}),
            "id_if-0-value",
            "One tag is expected here, not a list.",
        ),
        (rows("then", VIP, SETS, SETS), "id_then-2-field", "sets Level twice"),
        (
            rows("then", {**SETS, "field": "notes"}),
            "id_then-0-field",
            "is written by the mapping line “Notes” already.",
        ),
        (
            rows("then", {"kind": "remove tag", "value": "vip"}, VIP),
            "id_then-1-value",
            "adds and removes the tag",
        ),
        (rows("if", TAGGED, TAGGED) | {"both_ways": "on"}, "at_both_ways", "goes both ways only"),
        (rows("then") | {"then-TOTAL_FORMS": 301}, "then", "at most 300 of them"),
    ],
)
def test_what_is_wrong_is_told_at_its_place_and_above_and_nothing_is_saved(
    desk: Client, friends: Connection, changes: dict[str, Any], place: str, said: str
) -> None:
    data = changed(filled_in(desk, page_of("Friends")), changes)
    answer = desk.post(page_of("Friends"), data)
    text = text_of(answer)
    assert said in text
    assert f'href="#{place}"' in text and f'id="{place}"' in text
    assert stored(friends, "Friends") == FRIENDS
    assert not Revision.objects.exists()


def test_what_was_entered_is_shown_with_what_is_wrong(desk: Client, friends: Connection) -> None:
    """Rows that a script took out are not there again, and those that follow keep their names."""
    data = filled_in(desk, page_of("Friends"))
    data = changed(data, rows("if", {}, {**FIELD, "value": "big"}))
    answer = desk.post(page_of("Friends"), data)
    assert 'aria-invalid="true"' in answer.content.decode()
    (row,) = answer.context["entry"].conditions.shown
    assert (row.prefix, row.control.text) == ("if-1", "big")
    assert "Condition 1</a>: 'big' is not a number" in text_of(answer)


def test_a_form_without_its_count_of_rows_is_refused(desk: Client, friends: Connection) -> None:
    answer = desk.post(page_of("Friends"), {"name": "Friends", "on": "on"})
    assert "It is not saved" in text_of(answer)
    assert stored(friends, "Friends") == FRIENDS
