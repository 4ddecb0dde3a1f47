from __future__ import annotations

from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.stamps import Stamp
from connectors.fields import FieldType, normal
from rules.setup import A_TO_B, B_TO_A, BOTH, TO_A, TO_B, TWO_WAY
from sync.engine.line import Outcome
from tests.sync.engine.pairs import Two, line_of, setup_of

LINE = line_of("company")
A, B = Stamp(5, True), Stamp(9, True)

#: base, a, b -> a, b afterwards, the value that gave way.
TWO_SIDES = {
    "both empty": (None, "", "", "", "", ""),
    "first match, equal": (None, "x", "x", "x", "x", ""),
    "first match, equal but for blanks": (None, "x", " x", "x", " x", ""),
    "first match fills b": (None, "x", "", "x", "x", ""),
    "first match fills a": (None, "", "y", "y", "y", ""),
    "first match, the winner's value": (None, "x", "y", "x", "x", "y"),
    "nothing changed": (["x", "x"], "x", "x", "x", "x", ""),
    "nothing changed, each app has its own spelling": (["xy", "x"], "xy", "x", "xy", "x", ""),
    "changed in a": (["x", "x"], "z", "x", "z", "z", ""),
    "changed in b": (["x", "x"], "x", "z", "z", "z", ""),
    "changed in a, b keeps another spelling": (["xy", "x"], "z", "x", "z", "z", ""),
    "cleared in a": (["x", "x"], "", "x", "", "", ""),
    "cleared in b": (["x", "x"], "x", "", "", "", ""),
    "both to the same": (["x", "x"], "z", "z", "z", "z", ""),
    "both, the winner's value": (["x", "x"], "y", "z", "y", "y", "z"),
    "both cleared": (["x", "x"], "", "", "", "", ""),
    "an edit in a beats a clear in b": (["x", "x"], "y", "", "y", "y", ""),
    "an edit in b beats a clear in a": (["x", "x"], "", "z", "z", "z", ""),
    "filled after both were empty": (["", ""], "", "z", "z", "z", ""),
}


@pytest.mark.parametrize(
    ("base", "a", "b", "a_after", "b_after", "lost"), TWO_SIDES.values(), ids=TWO_SIDES
)
def test_a_two_way_line(
    base: list[str] | None, a: str, b: str, a_after: str, b_after: str, lost: str
) -> None:
    two = Two(LINE, setup_of(LINE), a, b, base)
    outcome = two.step()
    assert (two.a, two.b) == (a_after, b_after)
    assert "".join(str(writing.lost) for writing in outcome.writes.values()) == lost
    assert (outcome.held, outcome.drift, outcome.conflict) == ("", False, bool(lost))
    assert two.outcome() == Outcome()


def test_the_other_winner_keeps_the_other_value() -> None:
    two = Two(LINE, setup_of(LINE, winner="b"), "y", "z", ["x", "x"])
    two.step()
    assert (two.a, two.b) == ("z", "z")


def test_a_line_with_its_own_winner_ignores_that_of_the_connection() -> None:
    line = line_of("company", winner="b")
    for base in (None, ["x", "x"]):
        two = Two(line, setup_of(line, winner="a"), "y", "z", base)
        two.step()
        assert (two.a, two.b) == ("z", "z")


#: base, a, b -> b afterwards, lost, drift. One way from a to b.
ONE_WAY = {
    "first match fills the target": (None, "x", "", "x", "", False),
    "first match leaves what only the target has": (None, "", "y", "y", "", False),
    "first match, the source wins": (None, "x", "y", "x", "y", False),
    "the source changed": (["x", "x"], "z", "x", "z", "", False),
    "the source was cleared": (["x", "x"], "", "x", "", "", False),
    "the target was edited": (["x", "x"], "x", "y", "y", "", True),
    "the target was cleared": (["x", "x"], "x", "", "", "", True),
    "the source changed after the target's edit": (["x", "x"], "z", "y", "z", "y", False),
    "the source was cleared, the target edited": (["x", "x"], "", "y", "y", "", True),
}


@pytest.mark.parametrize(("arrow", "direction"), [(TO_B, TWO_WAY), (BOTH, A_TO_B), (TO_B, A_TO_B)])
@pytest.mark.parametrize(
    ("base", "a", "b", "b_after", "lost", "drift"), ONE_WAY.values(), ids=ONE_WAY
)
def test_a_one_way_line_never_writes_its_source(
    base: list[str] | None, a: str, b: str, b_after: str, lost: str, drift: bool,
    arrow: str, direction: str,
) -> None:  # fmt: skip
    line = line_of("company", arrow)
    two = Two(line, setup_of(line, direction=direction), a, b, base)
    outcome = two.step()
    assert (two.a, two.b, outcome.drift) == (a, b_after, drift)
    assert "".join(str(writing.lost) for writing in outcome.writes.values()) == lost
    assert two.outcome().writes == {}


def test_what_the_first_match_left_alone_gives_way_once_the_source_changes() -> None:
    line = line_of("company", TO_B)
    two = Two(line, setup_of(line, winner="b"), "x", "y")
    assert two.step().writes == {}
    assert two.outcome() == Outcome()
    two.a = "z"
    outcome = two.step()
    assert (two.b, outcome.writes["b"].lost, outcome.conflict) == ("z", "y", True)


def test_what_an_app_cut_is_nothing_lost() -> None:
    for base in (["xyz", "xy"], ["xy", "xyz"]):
        two = Two(LINE, setup_of(LINE), "z", base[1], base)
        outcome = two.step()
        assert (two.b, outcome.writes["b"].lost, outcome.conflict) == ("z", "", False)


def test_a_line_that_may_not_flow_at_all_writes_nothing() -> None:
    line = line_of("company", TO_A)
    for base in (None, ["x", "x"]):
        assert Two(line, setup_of(line, direction=A_TO_B), "y", "z", base).outcome().writes == {}


def test_never_blank_takes_a_clear_as_agreed() -> None:
    two = Two(LINE, setup_of(LINE, never_blank=True), "", "x", ["x", "x"])
    assert two.step().writes == {}
    assert (two.a, two.b, two.outcome()) == ("", "x", Outcome())
    two.b = "y"
    two.step()
    assert (two.a, two.b) == ("y", "y")


def test_a_required_field_is_never_cleared() -> None:
    line = line_of("company", required=True)
    two = Two(line, setup_of(line), "", "x", ["x", "x"])
    outcome = two.step()
    assert (two.b, outcome.held) == ("x", "Company must not be empty there.")
    two.a = "y"
    two.step()
    assert two.b == "y"


# --- stamps: the later word, without a clock ---


@pytest.mark.parametrize(
    ("a", "b", "stays", "stamp"),
    [
        (Stamp(5, True), Stamp(9, True), "a", Stamp(10, False)),  # two people: the winner
        (Stamp(9, True), Stamp(5, True), "a", Stamp(10, False)),
        (Stamp(5, False), Stamp(9, True), "b", Stamp(9, False)),  # carried against a person's
        (Stamp(9, False), Stamp(5, True), "a", Stamp(9, False)),
        (Stamp(5, False), Stamp(9, False), "b", Stamp(9, False)),
        (Stamp(7, False), Stamp(7, False), "a", Stamp(8, False)),  # a tie: the winner
    ],
)
def test_of_two_changes_the_later_word_stays(a: Stamp, b: Stamp, stays: str, stamp: Stamp) -> None:
    two = Two(LINE, setup_of(LINE), "in a", "in b", ["x", "x"], a, b)
    outcome = two.step()
    assert two.a == two.b == f"in {stays}"
    [writing] = outcome.writes.values()
    assert writing.stamp == stamp


def test_an_older_word_that_came_round_a_ring_does_not_flow() -> None:
    two = Two(LINE, setup_of(LINE), "old", "new", ["new", "new"], Stamp(3, False), Stamp(8, False))
    two.step()
    assert (two.a, two.b) == ("new", "new")


def test_a_persons_edit_flows_although_its_containers_clock_is_behind() -> None:
    two = Two(LINE, setup_of(LINE), "edit", "x", ["x", "x"], Stamp(3, True), Stamp(8, False))
    [writing] = two.step().writes.values()
    assert (two.b, writing.stamp) == ("edit", Stamp(9, False))


def test_equal_values_take_the_later_of_their_stamps() -> None:
    assert Two(LINE, setup_of(LINE), "x", "x", None, A, B).outcome().level == B


@pytest.mark.parametrize("winners", list(product("ab", repeat=3)), ids="".join)
@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_a_ring_of_three_connections_settles(winners: tuple[str, ...], order: tuple[int]) -> None:
    """Three apps, three conflicting edits, all preferences and orders (facts: 12 of these 48 never
    end without stamps)."""
    values = {"A": "x", "B": "y", "C": "z"}
    stamps = {"A": Stamp(11, True), "B": Stamp(12, True), "C": Stamp(13, True)}
    ring = [
        (one, two, Two(LINE, setup_of(LINE, winner=winner), "", "", ["o", "o"]))
        for (one, two), winner in zip(("AB", "BC", "CA"), winners, strict=True)
    ]
    written = []
    for _ in range(6):
        count = 0
        for index in order:
            one, two, pair = ring[index]
            pair.a, pair.b = values[one], values[two]
            pair.a_stamp, pair.b_stamp = stamps[one], stamps[two]
            count += len(pair.step().writes)
            values[one], values[two] = str(pair.a), str(pair.b)
            stamps[one], stamps[two] = pair.a_stamp, pair.b_stamp
        written.append(count)
    assert written[-3:] == [0, 0, 0]
    assert len(set(values.values())) == 1


# --- laws, for any values ---

WORDS = st.sampled_from(["", "x", "y", "z", "X ", "é"])
STAMPS = st.builds(Stamp, st.integers(0, 9), st.booleans())
LINES = st.builds(
    line_of,
    st.just("company"),
    st.sampled_from([BOTH, TO_B, TO_A]),
    st.sampled_from(["", "a", "b"]),
    required=st.booleans(),
)


@st.composite
def pairs(draw: st.DrawFn) -> Two:
    line = draw(LINES)
    setup = setup_of(
        line,
        direction=draw(st.sampled_from([TWO_WAY, A_TO_B, B_TO_A])),
        winner=draw(st.sampled_from("ab")),
        never_blank=draw(st.booleans()),
    )
    base = draw(st.none() | st.lists(WORDS, min_size=2, max_size=2))
    return Two(line, setup, draw(WORDS), draw(WORDS), base, draw(STAMPS), draw(STAMPS))


@given(pairs())
def test_merging_twice_changes_nothing_more(two: Two) -> None:
    two.step()
    base = two.base
    outcome = two.step()
    assert (outcome.writes, two.base) == ({}, base)


@given(pairs())
def test_no_value_is_invented_and_none_written_where_it_may_not_flow(two: Two) -> None:
    before = {two.a, two.b}
    for side, writing in two.outcome().writes.items():
        assert two.setup.flows(two.line, side)
        assert writing.value in before
        if two.line.field(side).required or two.setup.never_blank or two.base is None:
            assert writing.value != ""


@given(pairs())
def test_after_a_two_way_merge_both_sides_are_equal_or_the_difference_was_agreed(two: Two) -> None:
    differed_before = two.base is not None and all(
        normal(FieldType.TEXT, old) == normal(FieldType.TEXT, now)
        for old, now in zip(two.base, (str(two.a), str(two.b)), strict=True)
    )
    outcome = two.step()
    flows = all(two.setup.flows(two.line, side) for side in "ab")
    if flows and not outcome.held and not two.setup.never_blank and not differed_before:
        assert normal(FieldType.TEXT, str(two.a)) == normal(FieldType.TEXT, str(two.b))
