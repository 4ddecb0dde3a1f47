from __future__ import annotations

import pytest

from rules.setup import Brakes
from sync.engine.brakes import shrunken


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
