from __future__ import annotations

import pytest

from rules.setup import Brakes
from sync.engine.brakes import Tally, shrunken, too_many, with_leeway, with_limits


@pytest.mark.parametrize(
    ("gone", "pairs", "is_empty", "stops"),
    [
        (0, 100, False, False),
        (5, 100, False, False),  # not more than 5
        (6, 100, False, True),  # more than 5, and more than 5 %
        (6, 120, False, False),  # not more than 5 %
        (7, 120, False, True),
        (100, 5000, False, False),
        (1, 1, False, False),
        (1, 1, True, True),
    ],
)
def test_a_side_that_lost_much_stops_the_run(
    gone: int, pairs: int, is_empty: bool, stops: bool
) -> None:
    assert shrunken(gone, pairs, is_empty, Brakes()) is stops


def test_the_limits_are_those_of_the_connection() -> None:
    assert shrunken(6, 100, False, Brakes(marks=(6, 0.01))) is False
    assert shrunken(1, 100, False, Brakes(marks=(0, 0.0))) is True


@pytest.mark.parametrize(
    ("tally", "pairs", "held"),
    [
        (Tally(marks=5), 10, ""),
        (Tally(marks=6), 119, "mark 6 contacts of 119 pairs"),
        (Tally(marks=6), 120, ""),
        (Tally(overwrites=9), 10, ""),
        (Tally(overwrites=10), 49, "clear or overwrite values of 10 contacts of 49 pairs"),
        (Tally(overwrites=10), 50, ""),
        (Tally(changes=49), 50, ""),
        (Tally(changes=50), 249, "create or change 50 contacts of 249 pairs"),
        (Tally(changes=50), 250, ""),
        (Tally(changes=2000), 100_000, ""),
        (Tally(changes=2001), 100_000, "create or change 2001 contacts of 100000 pairs"),
    ],
)
def test_each_limit_at_and_over(tally: Tally, pairs: int, held: str) -> None:
    assert too_many(tally, pairs, Brakes(), {}) == ([f"It would {held}."] if held else [])


def test_what_was_approved_may_be_done() -> None:
    tally = Tally(overwrites=11, changes=55)
    assert too_many(tally, 20, Brakes(), {"overwrites": 11, "changes": 55}) == []
    [reason] = too_many(tally, 20, Brakes(), {"overwrites": 10, "changes": 55})
    assert "overwrite" in reason


def test_approving_gives_a_tenth_more() -> None:
    assert with_leeway({"marks": 10, "changes": 51}) == {"marks": 11, "changes": 57}


def test_a_preview_allows_what_it_showed_and_as_much_as_any_run() -> None:
    limits = with_limits({"marks": 0, "overwrites": 3, "changes": 400}, 1000, Brakes())
    assert limits == {"marks": 50, "overwrites": 203, "changes": 600}
