from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connections.stamps import Stamp
from connectors.contact import Entry, Value
from connectors.fields import FieldType
from rules.setup import A_TO_B, B_TO_A, BOTH, TO_A, TO_B, TWO_WAY
from sync.engine.copy_list import copy_list, same_list
from sync.engine.line import Outcome, Shown
from sync.engine.merge_list import merge_list
from tests.sync.engine.pairs import RAW, line_of, phones, rows, setup_of

P, Q = phones("+3221111111 work*", "+3222222222 home")
SPELLINGS = ("+3221111111", "+32 2 111 11 11", "tel:+3221111111", "02 111 11 11", "x", " ")
ENTRIES = st.lists(
    st.builds(Entry, st.sampled_from(SPELLINGS), st.sampled_from(("", "work")), st.booleans()),
    min_size=1,
    max_size=5,
)


@given(
    entries=ENTRIES,
    on_a=st.booleans(),
    arrow=st.sampled_from((BOTH, TO_B, TO_A)),
    direction=st.sampled_from((TWO_WAY, A_TO_B, B_TO_A)),
    stamps=st.tuples(*[st.builds(Stamp, st.integers(1, 3), st.booleans())] * 2),
)
def test_a_copy_is_what_a_merge_makes_of_it(
    entries: list[Entry], on_a: bool, arrow: str, direction: str, stamps: tuple[Stamp, Stamp]
) -> None:
    line = line_of("phones", arrow)
    setup = setup_of(line, direction=direction, region="BE")
    sides = (tuple(entries), "") if on_a else ("", tuple(entries))
    shown = Shown(*sides, None, *stamps)
    merged = merge_list(line, shown, setup)
    copied = copy_list(line, shown, setup)
    assert copied == (merged if setup.flows(line, "b" if on_a else "a") else None)


def asked(a: Value, b: Value, base: list[Any] | None = None, **changes: Any) -> Outcome | None:
    line = line_of("phones", **changes)
    shown = Shown(a, b, base, RAW, RAW)
    return copy_list(line, shown, setup_of(line))


def test_there_is_more_to_it_when_both_sides_have_elements() -> None:
    assert asked((P,), (Q,)) is None


def test_there_is_more_to_it_when_they_agreed_before() -> None:
    assert asked((P,), "", rows([P], [P])) is None


def test_there_is_more_to_it_when_the_sides_compare_differently() -> None:
    assert asked((P,), "", type=FieldType.TEXT) is None
    assert asked((P,), "") is not None


def test_nothing_on_either_side_is_no_copy() -> None:
    assert asked("", "") is None


def test_a_repeated_element_is_copied_once() -> None:
    again = replace(P, value="+32 2 111 11 11")
    outcome = asked((P, again, Q), "")
    assert outcome is not None
    assert outcome.writes["b"].value == (P, Q)


@given(
    entries=ENTRIES,
    relabelled=st.booleans(),
    order=st.randoms(use_true_random=False),
    shuffled=st.booleans(),
    arrow=st.sampled_from((BOTH, TO_B, TO_A)),
    stamps=st.tuples(*[st.builds(Stamp, st.integers(1, 3), st.booleans())] * 2),
)
def test_of_lists_that_are_the_same_is_said_what_a_merge_makes_of_them(
    entries: list[Entry],
    relabelled: bool,
    order: Random,
    shuffled: bool,
    arrow: str,
    stamps: tuple[Stamp, Stamp],
) -> None:
    line = line_of("phones", arrow)
    setup = setup_of(line, region="BE")
    theirs = [replace(entry, label="other") if relabelled else entry for entry in entries]
    if shuffled:
        order.shuffle(theirs)
    shown = Shown(tuple(entries), tuple(theirs), None, *stamps)
    same = same_list(line, shown, setup)
    assert same in (None, merge_list(line, shown, setup))
    if len(entries) == 1:
        assert same is not None


def test_lists_are_not_the_same_when_one_has_more() -> None:
    line = line_of("phones")
    for shown in (Shown((P, Q), (P,), None, RAW, RAW), Shown((P,), (P,), [], RAW, RAW)):
        assert same_list(line, shown, setup_of(line)) is None
