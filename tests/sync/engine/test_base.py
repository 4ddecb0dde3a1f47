from __future__ import annotations

from typing import Any

import pytest

from connectors.contact import Entry, Value
from connectors.fields import STANDARD
from sync.engine.base import agree, fits, read_back, shown_only
from tests.sync.engine.pairs import phones, rows

P, Q, R = phones("+3221111111 work", "+3222222222 home", "+3223333333 cell")
X = {"value": {"city": "Ghent"}}
PHONES, COMPANY = STANDARD["phones"], STANDARD["company"]


def row(a: Entry | None, b: Entry | None) -> Any:
    [found] = rows([a], [b])
    return found


@pytest.mark.parametrize(
    ("before", "ops", "after"),
    [
        ({}, [[None, ["x", "y"]]], [["x", "y"]]),
        ([["x", "y"]], [[["x", "y"], ["z", "z"]]], [["z", "z"]]),
        # a single value has one row, whatever it was before
        ([["x", "y"]], [[["old", "old"], ["z", "z"]]], [["z", "z"]]),
        ([], [[None, row(P, P)]], [row(P, P)]),
        ([row(P, P)], [[None, row(Q, Q)]], [row(P, P), row(Q, Q)]),
        ([row(P, P), row(Q, Q)], [[row(P, P), None]], [row(Q, Q)]),
        ([row(P, P)], [[row(P, P), row(R, R)]], [row(R, R)]),
        ([row(P, P)], [[row(Q, Q), None]], [row(P, P)]),
        ([row(P, P)], [[None, row(P, None)]], [row(P, P), row(P, None)]),
        # an address and a multiple choice are single values too
        ([["", ""]], [[["", ""], [[X], [X]]]], [[[X], [X]]]),
        ([[[X], ""]], [[[[X], ""], ["", ""]]], [["", ""]]),
        # a line that changed its shape starts anew
        ([["x", "y"]], [[None, row(P, P)], [None, row(Q, Q)]], [row(P, P), row(Q, Q)]),
        ([row(P, P), row(Q, Q)], [[None, ["x", "y"]]], [["x", "y"]]),
    ],
)
def test_agree_and_agreeing_twice_is_agreeing_once(before: Any, ops: Any, after: Any) -> None:
    base = {"x": before, "other": [["1", "1"]]} if before else {"other": [["1", "1"]]}
    once = agree(base, {"x": ops})
    assert once == {"x": after, "other": [["1", "1"]]}
    assert agree(once, {"x": ops}) == once


def test_agree_leaves_its_argument_alone() -> None:
    base = {"x": [row(P, P)]}
    agree(base, {"x": [[row(P, P), None]]})
    assert base == {"x": [row(P, P)]}


def test_a_single_value_is_agreed_as_the_app_shows_it() -> None:
    ops = [[["x", "x"], ["a long note", "a long note"]]]
    assert read_back(ops, "x", "b", COMPANY, "a lon", "") == [
        [["x", "x"], ["a long note", "a lon"]]
    ]
    assert read_back(ops, "x", "a", COMPANY, "", "") == [[["x", "x"], ["", "a long note"]]]


def test_rows_fit_the_shape_of_their_line() -> None:
    for rows_, single, of_list in (
        ([], False, True),
        ([["", "x"]], True, False),
        ([[[X], ""]], True, False),
        ([row(P, None)], False, True),
        ([row(None, P), row(Q, Q)], False, True),
    ):
        assert (fits(rows_, single=True), fits(rows_, single=False)) == (single, of_list)


def test_an_element_of_a_list_that_is_mapped_to_a_single_value_is_agreed_as_shown() -> None:
    ops = [[["1", "1"], ["22", "22"]]]
    assert read_back(ops, "1", "b", PHONES, "2", "") == [[["1", "1"], ["22", "2"]]]


CUT = Entry("+3223", "cell")
SPELLED = Entry("+32 2 333 33 33", "mobile")

#: before, operation sent to b, what b then shows -> what b is agreed to hold
LISTS: dict[str, tuple[Value, Any, Value, Entry | None]] = {
    "as sent": ((P,), [None, row(R, R)], (P, R), R),
    "in another spelling and label": ((P,), [None, row(R, R)], (P, SPELLED), SPELLED),
    "cut, told by its label": ((P,), [None, row(R, R)], (P, CUT), CUT),
    "cut and without its label, the only new one": (
        (P,),
        [None, row(R, R)],
        (P, Entry("+3223")),
        Entry("+3223"),
    ),
    "not kept": ((P,), [None, row(R, R)], (P,), None),
    "not kept, and one with its label was there before": (
        (Entry("+3229999999", "cell"),),
        [None, row(R, R)],
        (Entry("+3229999999", "cell"),),
        None,
    ),
    "an edit that the app did not take": ((P,), [row(P, P), row(R, R)], (P,), P),
    "an edit that the app cut": ((P,), [row(P, P), row(R, R)], (CUT,), CUT),
}


@pytest.mark.parametrize(("before", "op", "shown", "agreed"), LISTS.values(), ids=LISTS)
def test_an_element_is_agreed_as_the_app_shows_it(
    before: Value, op: Any, shown: Value, agreed: Entry | None
) -> None:
    [[old, new]] = read_back([op], before, "b", PHONES, shown, "BE")
    assert old == op[0]
    assert new == row(R, agreed)


def test_a_removal_and_rows_of_the_other_side_only_stay_as_they_are() -> None:
    ops = [[row(P, P), None], [row(Q, Q), row(None, Q)]]
    assert read_back(ops, (P, Q), "a", PHONES, (), "") == ops


def test_two_elements_that_the_app_rewrote_are_told_by_their_labels() -> None:
    one, two = Entry("1", "home"), Entry("2", "cell")
    ops = [[None, row(Q, Q)], [None, row(R, R)]]
    answers = read_back(ops, "", "b", PHONES, (two, one), "")
    assert [new for _, new in answers] == [row(Q, one), row(R, two)]


@pytest.mark.parametrize(
    ("op", "shown", "is_kept"),
    [
        ([None, row(P, P)], (Q, P), True),  # brought, and there
        ([None, row(P, P)], (Q,), False),
        ([row(P, P), None], (Q,), True),  # taken away, and gone
        ([row(P, P), None], (Q, P), False),
        ([row(P, P), row(Q, Q)], (Q,), True),
        ([row(P, P), row(Q, Q)], (P,), False),
        ([None, row(P, None)], (P,), False),  # nothing of it can be seen on this side
    ],
)
def test_of_a_write_in_doubt_only_what_is_shown_counts(
    op: Any, shown: Value, is_kept: bool
) -> None:
    assert shown_only([op], "b", PHONES, shown, "") == ([op] if is_kept else [])


def test_of_a_write_in_doubt_a_single_value_counts_where_it_is_shown() -> None:
    op = [["x", "x"], ["y", "y"]]
    assert shown_only([op], "b", COMPANY, " y ", "") == [op]
    assert shown_only([op], "b", COMPANY, "x", "") == []
