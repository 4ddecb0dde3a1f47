from __future__ import annotations

import pytest

from rules.configuration.document import Table, read_document, suggest
from rules.configuration.problems import Problems


def read(text: str) -> tuple[Table, Problems]:
    problems = Problems()
    return read_document(text, problems), problems


@pytest.mark.parametrize("text", ["NO", "on", "0123", "1.10", "2026-11-23", "12:30", "~x"])
def test_text_is_taken_as_it_is_written(text: str) -> None:
    table, problems = read(f"region: {text}")
    assert (table.text("region"), problems.errors) == (text, [])


def test_a_key_is_taken_as_it_is_written() -> None:
    table, problems = read("on: false\nno: yes\n")
    assert (table.flag("on"), table.flag("no"), problems.errors) == (False, True, [])


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_null_is_left_out(nothing: str) -> None:
    table, problems = read(f"name: {nothing}\nitems: {nothing}\nother: {nothing}\n")
    assert (table.text("name"), table.tables("items"), table.table("other")) == (None, [], None)
    assert problems.errors == []


def test_an_alias_stands_for_what_it_names() -> None:
    table, problems = read("a: &x {name: n}\nb: *x\n")
    b = table.table("b")
    assert b is not None
    assert (b.text("name"), problems.errors) == ("n", [])


def test_a_list_that_holds_itself_is_no_endless_loop() -> None:
    table, problems = read("accounts: &x\n  - *x\n")
    table.tables("accounts")
    assert [str(problem) for problem in problems.errors] == [
        "1: accounts: This must be a table of keys and values, not a list."
    ]


def test_suggest_names_what_was_meant_or_all_there_is() -> None:
    assert suggest("Derection", ["direction", "winner"]) == "Did you mean direction?"
    assert suggest("x", ["direction", "winner"]) == "There is: direction, winner."
    assert suggest("x", []) == "There is none."
