from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.stamps import Stamp
from connectors.contact import Address, Entry, Value
from connectors.fields import normal, normals
from rules.setup import A_TO_B, B_TO_A, BOTH, TO_A, TO_B, TWO_WAY
from tests.sync.engine.pairs import Two, address, emails, line_of, phones, rows, setup_of

LINE = line_of("phones")
P, Q, R = phones("+3221111111 work", "+3222222222 home", "+3223333333 cell")
#: The same number in another spelling and with another label.
P_TOO = Entry("+32 2 111 11 11", "main")


def relabelled(entry: Entry, label: str) -> Entry:
    return replace(entry, label=label)


#: base rows (None: first match), a, b -> a, b afterwards
TWO_SIDES: dict[str, tuple[Any, Value, Value, Value, Value]] = {
    "both empty": (None, "", "", "", ""),
    "first match, one side filled": (None, (P,), "", (P,), (P,)),
    "first match, union": (None, (P,), (Q,), (P, Q), (Q, P)),
    "first match, one in common": (None, (P, Q), (P_TOO, R), (P, Q, R), (P_TOO, R, Q)),
    "nothing changed": (rows([P], [P_TOO]), (P,), (P_TOO,), (P,), (P_TOO,)),
    "a pure reorder": (rows([P, Q], [P, Q]), (Q, P), (P, Q), (Q, P), (P, Q)),
    "another label": (rows([P], [P]), (relabelled(P, "x"),), (P,), (relabelled(P, "x"),), (P,)),
    "added in a": (rows([P], [P]), (P, Q), (P,), (P, Q), (P, Q)),
    "added on both": (rows([P], [P]), (P, Q), (P, R), (P, Q, R), (P, R, Q)),
    "the same added on both": (rows([P], [P]), (P, Q), (P, Q), (P, Q), (P, Q)),
    "removed in a": (rows([P, Q], [P, Q]), (P,), (P, Q), (P,), (P,)),
    "removed in b": (rows([P, Q], [P, Q]), (P, Q), (Q,), (Q,), (Q,)),
    "the last one removed": (rows([P], [P]), "", (P,), "", ()),
    "different ones removed": (rows([P, Q, R], [P, Q, R]), (Q, R), (P, R), (R,), (R,)),
    "the same removed on both": (rows([P, Q], [P, Q]), (P,), (P,), (P,), (P,)),
    "removed in a, added in b": (rows([P], [P]), "", (P, Q), (Q,), (Q,)),
    "edited, told by its label": (
        rows([P, Q], [P, Q]),
        (relabelled(R, "work"), Q),
        (P, Q),
        (relabelled(R, "work"), Q),
        (relabelled(R, "work"), Q),
    ),
    "edited, the only one": (rows([P], [P_TOO]), (R,), (P_TOO,), (R,), (relabelled(R, "main"),)),
    "edited on both, the winner's": (
        rows([P], [P]),
        (relabelled(Q, "work"),),
        (relabelled(R, "work"),),
        (relabelled(Q, "work"),),
        (relabelled(Q, "work"),),
    ),
    "edited on both to the same": (rows([P], [P]), (Q,), (Q,), (Q,), (Q,)),
    "an edit beats a removal": (rows([P, Q], [P, Q]), (R, Q), (Q,), (R, Q), (Q, R)),
    "edited in a to what b added": (
        rows([P], [P]),
        (relabelled(Q, "work"),),
        (P, Q),
        (relabelled(Q, "work"),),
        (Q,),
    ),
    "one spelling twice on a side goes as one": (
        rows([P, Q], [P, Q]),
        (Q,),
        (P, P_TOO, Q),
        (Q,),
        (Q,),
    ),
    "b cannot hold it": (rows([P, Q], [P, None]), (P, Q), (P,), (P, Q), (P,)),
    "b could not hold it, a removed it": (rows([P, Q], [P, None]), (P,), (P,), (P,), (P,)),
    "b could not hold it, a edited it": (
        rows([P, Q], [P, None]),
        (P, relabelled(R, "home")),
        (P,),
        (P, relabelled(R, "home")),
        (P, relabelled(R, "home")),
    ),
    "b could not hold it and now has it": (
        rows([P, Q], [P, None]),
        (P, Q),
        (P, Q),
        (P, Q),
        (P, Q),
    ),
    "b made one of two": (rows([P, Q], [R, R]), (P, Q), (R,), (P, Q), (R,)),
    "b made one of two, a removed one": (rows([P, Q], [R, R]), (P,), (R,), (P,), (R,)),
    "a removed it and b rewrote it to nothing new": (rows([P], [Q]), (Q,), (Q,), (Q,), (Q,)),
}


@pytest.mark.parametrize(
    ("base", "a", "b", "a_after", "b_after"), TWO_SIDES.values(), ids=TWO_SIDES
)
def test_a_two_way_list(base: Any, a: Value, b: Value, a_after: Value, b_after: Value) -> None:
    two = Two(LINE, setup_of(LINE), a, b, base)
    outcome = two.step()
    assert (two.a, two.b) == (a_after, b_after)
    assert (outcome.held, outcome.drift) == ("", False)
    again = two.base
    assert two.step().writes == {}
    assert two.base == again


def test_the_loser_of_an_element_is_kept_as_lost() -> None:
    mine, theirs = relabelled(Q, "work"), relabelled(R, "work")
    two = Two(line_of("phones", winner="b"), setup_of(LINE), (mine,), (theirs,), rows([P], [P]))
    [(side, writing)] = two.outcome().writes.items()
    assert (side, writing.value, writing.lost) == ("a", (theirs,), (mine,))


def test_the_primary_mark_does_not_travel_to_a_side_that_has_its_own() -> None:
    marked = replace(Q, primary=True)
    two = Two(LINE, setup_of(LINE), (marked,), (P,))
    two.step()
    assert two.b == (P, Q)
    two = Two(LINE, setup_of(LINE), (marked,), "")
    two.step()
    assert two.b == (marked,)


#: base, a, b -> b afterwards, drift. One way from a to b.
ONE_WAY: dict[str, tuple[Any, Value, Value, Value, bool]] = {
    "first match leaves what only the target has": (None, (P,), (Q,), (Q, P), False),
    "the target added one": (rows([P], [P]), (P,), (P, Q), (P, Q), True),
    "the target removed one": (rows([P, Q], [P, Q]), (P, Q), (Q,), (Q,), True),
    "the target edited one": (rows([P], [P]), (P,), (R,), (R,), True),
    "the source added one": (rows([P], [P]), (P, Q), (P,), (P, Q), False),
    "the source removed one": (rows([P, Q], [P, Q]), (P,), (P, Q), (P,), False),
    "the source edited what the target edited": (
        rows([P], [P]), (Q,), (R,), (relabelled(Q, "cell"),), False,
    ),
    "the source removed what the target edited": (rows([P], [P]), "", (R,), (R,), True),
    "the source edited what the target removed": (rows([P], [P]), (R,), "", (R,), False),
}  # fmt: skip


@pytest.mark.parametrize(("base", "a", "b", "b_after", "drift"), ONE_WAY.values(), ids=ONE_WAY)
def test_a_one_way_list_never_writes_its_source(
    base: Any, a: Value, b: Value, b_after: Value, drift: bool
) -> None:
    line = line_of("phones", TO_B)
    two = Two(line, setup_of(line), a, b, base)
    outcome = two.step()
    assert (two.a, two.b, outcome.drift) == (a, b_after, drift)
    outcome = two.outcome()
    assert (outcome.writes, outcome.drift) == ({}, drift)


def test_what_the_target_had_first_is_no_second_one_when_the_source_gets_it() -> None:
    line = line_of("phones", TO_B)
    two = Two(line, setup_of(line), (P,), (Q,))
    two.step()
    two.a = (P, Q)
    assert two.step().writes == {}
    assert two.b == (Q, P)


def test_never_blank_keeps_the_last_element_and_does_not_give_it_back() -> None:
    two = Two(LINE, setup_of(LINE, never_blank=True), "", (P,), rows([P], [P]))
    assert two.step().writes == {}
    assert (two.a, two.b, two.outcome().agreed) == ("", (P,), ())
    two.a = (P,)
    assert two.step().writes == {}
    assert two.base == rows([P], [P])


def test_the_last_address_is_never_removed_but_may_be_replaced() -> None:
    line = line_of("emails")
    one, two_ = emails("ann@x.org", "new@x.org")
    two = Two(line, setup_of(line), "", (one,), rows([one], [one]))
    outcome = two.step()
    assert outcome.held == "The last of E-mail addresses is never removed by a sync."
    assert (two.b, outcome.writes) == ((one,), {})
    two.a = (two_,)
    two.step()
    assert two.b == (two_,)


def test_one_of_two_addresses_is_removed() -> None:
    line = line_of("emails")
    one, other = emails("ann@x.org", "new@x.org")
    two = Two(line, setup_of(line), (one,), (other, one), rows([one, other], [one, other]))
    two.step()
    assert two.b == (one,)


def test_a_required_list_is_never_emptied() -> None:
    line = line_of("phones", required=True)
    two = Two(line, setup_of(line), "", (P,), rows([P], [P]))
    assert two.step().held == "The last of Phone numbers is never removed by a sync."
    assert two.b == (P,)


def test_numbers_are_compared_with_the_region_of_the_connection() -> None:
    local = Entry("02 111 11 11", "work")
    two = Two(LINE, setup_of(LINE, region="BE"), (P,), (local,))
    assert two.step().writes == {}
    assert two.base == rows([P], [local])


# --- addresses ---

GHENT = address("home", city="Ghent")
FULL = address("work", street="Main Street 1", city="ghent", country="BE")
PARIS = address("home", city="Paris")


@pytest.mark.parametrize(
    ("a", "b", "a_after", "b_after"),
    [
        ((GHENT,), (FULL,), (replace(FULL, label="home"),), (FULL,)),
        ((FULL,), (GHENT,), (FULL,), (replace(FULL, label="home"),)),
        ((GHENT,), (PARIS,), (GHENT, PARIS), (PARIS, GHENT)),
        # the one that is equal, although another contains it
        ((GHENT,), (FULL, GHENT), (GHENT, FULL), (FULL, GHENT)),
    ],
)
def test_addresses_unite_at_the_first_match_when_one_is_contained_in_the_other(
    a: Value, b: Value, a_after: Value, b_after: Value
) -> None:
    line = line_of("addresses")
    two = Two(line, setup_of(line), a, b)
    two.step()
    assert (two.a, two.b) == (a_after, b_after)
    assert two.step().writes == {}


def test_a_poorer_address_in_the_target_of_a_one_way_line_is_filled_a_fuller_one_kept() -> None:
    line = line_of("addresses", TO_B)
    two = Two(line, setup_of(line), (GHENT,), (FULL,))
    assert two.step().writes == {}
    two = Two(line, setup_of(line), (FULL,), (GHENT,))
    two.step()
    assert (two.a, two.b) == ((FULL,), (replace(FULL, label="home"),))


def test_an_address_that_loses_a_part_after_the_match_is_an_edit() -> None:
    line = line_of("addresses")
    short = replace(FULL, value=Address(city="Ghent"))
    two = Two(line, setup_of(line), (short,), (FULL,), rows([FULL], [FULL]))
    two.step()
    assert two.b == (short,)


# --- stamps ---


def test_an_older_word_that_came_round_a_ring_does_not_flow() -> None:
    old, new = relabelled(P, "work"), relabelled(Q, "work")
    two = Two(
        LINE, setup_of(LINE), (old,), (new,), rows([new], [new]), Stamp(3, False), Stamp(8, False)
    )
    two.step()
    assert (two.a, two.b) == ((new,), (new,))


def test_an_older_removal_that_came_round_a_ring_does_not_flow() -> None:
    two = Two(LINE, setup_of(LINE), "", (P,), rows([P], [P]), Stamp(3, False), Stamp(8, False))
    two.step()
    assert (two.a, two.b) == ((P,), (P,))


# --- laws, for any lists ---

ENTRIES = st.builds(
    Entry,
    st.sampled_from(["+3221111111", "+32 2 111 11 11", "+3222222222", "+3223333333", "12", "x"]),
    st.sampled_from(["", "work", "home"]),
    st.booleans(),
)
LISTS = st.lists(ENTRIES, max_size=4).map(tuple)


def _each_once(pairs: list[tuple[Entry | None, Entry | None]]) -> bool:
    """No two rows share an element: what merges make where no app cuts values to the same."""
    sides = [[normal(LINE.a.type, x.value) for x in side if x] for side in zip(*pairs, strict=True)]
    return all(len(side) == len(set(side)) for side in sides)


ROWS = (
    st.lists(st.tuples(st.none() | ENTRIES, st.none() | ENTRIES), max_size=3)
    .filter(lambda pairs: (None, None) not in pairs and _each_once(pairs))
    .map(lambda pairs: rows([a for a, _ in pairs], [b for _, b in pairs]))
)
BASES = st.none() | ROWS
STAMPS = st.builds(Stamp, st.integers(0, 9), st.booleans())


@st.composite
def pairs(draw: st.DrawFn, base: st.SearchStrategy[Any]) -> Two:
    line = line_of(
        draw(st.sampled_from(["phones", "emails"])),
        draw(st.sampled_from([BOTH, TO_B, TO_A])),
        draw(st.sampled_from(["", "a", "b"])),
    )
    setup = setup_of(
        line,
        direction=draw(st.sampled_from([TWO_WAY, A_TO_B, B_TO_A])),
        winner=draw(st.sampled_from("ab")),
        never_blank=draw(st.booleans()),
    )
    return Two(line, setup, draw(LISTS), draw(LISTS), draw(base), draw(STAMPS), draw(STAMPS))


@st.composite
def settled(draw: st.DrawFn) -> Two:
    """A pair that agreed, and where only a was edited since."""
    two = draw(pairs(st.none()))
    two.line = replace(two.line, arrow=BOTH)
    two.setup = setup_of(two.line, winner=two.setup.winner)
    two.step()
    two.a, two.a_stamp = draw(LISTS), Stamp(99, True)
    return two


def forms(two: Two, value: Value) -> frozenset[str]:
    return normals(two.line.a, value)


@given(pairs(BASES))
def test_merging_twice_writes_nothing_more(two: Two) -> None:
    """Of any bases, even such as no merge makes, the bases are settled after the second."""
    two.step()
    assert two.step().writes == {}
    base = two.base
    assert two.step().writes == {}
    assert two.base == base


@given(pairs(st.none()))
def test_after_a_first_match_everything_is_agreed(two: Two) -> None:
    two.step()
    base = two.base
    outcome = two.step()
    assert (outcome.writes, outcome.drift, two.base) == ({}, False, base)


@given(pairs(BASES))
def test_no_element_is_invented_and_none_written_where_it_may_not_flow(two: Two) -> None:
    known = forms(two, two.a) | forms(two, two.b)
    for side, writing in two.outcome().writes.items():
        assert two.setup.flows(two.line, side)
        assert forms(two, writing.value) <= known
        if two.base is None:
            shown = two.a if side == "a" else two.b
            assert forms(two, shown) <= forms(two, writing.value)


@given(settled())
def test_what_only_one_side_changed_is_what_both_sides_then_have(two: Two) -> None:
    wanted = forms(two, two.a)
    outcome = two.step()
    assert forms(two, two.a) == wanted
    if not outcome.held:
        assert forms(two, two.b) == wanted


@given(settled())
def test_removed_elements_do_not_come_back(two: Two) -> None:
    removed = forms(two, two.b) - forms(two, two.a)
    for _ in range(3):
        held = two.step().held
    if not held:
        assert removed.isdisjoint(forms(two, two.a) | forms(two, two.b))


@given(pairs(BASES), st.randoms(use_true_random=False))
def test_the_order_of_elements_makes_no_difference(two: Two, random: Any) -> None:
    """Where each element is there once: of two spellings of one the first counts."""
    two.a, two.b = (_once(two, value) for value in (two.a, two.b))
    shuffled = replace(two, a=_shuffled(two.a, random), b=_shuffled(two.b, random))
    one, other = two.step(), shuffled.step()
    assert (one.held, one.drift) == (other.held, other.drift)
    for side in "ab":
        assert forms(two, getattr(two, side)) == forms(two, getattr(shuffled, side))


def _once(two: Two, value: Value) -> Value:
    found = {}
    for entry in value:
        if isinstance(entry, Entry):
            found[normal(two.line.a.type, entry.value)] = entry
    return tuple(found.values())


def _shuffled(value: Value, random: Any) -> Value:
    entries: Sequence[Any] = list(value)
    return tuple(random.sample(entries, len(entries)))
