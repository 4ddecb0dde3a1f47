"""Full readings that began together come apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connectors.spreading import spread

BEGUN = datetime(2026, 11, 29, 9, tzinfo=UTC)
WEEK = timedelta(days=7)


def test_accounts_that_were_read_in_one_minute_are_not_read_again_in_one() -> None:
    times = [BEGUN + timedelta(milliseconds=37 * n) for n in range(200)]
    due = sorted(time + spread(WEEK, time) for time in times)
    assert due[0] - BEGUN >= WEEK * 0.8 and due[-1] - times[-1] <= WEEK
    hours = {(moment - BEGUN) // timedelta(hours=1) for moment in due}
    assert len(hours) > 25  # of the 34 that there are


def test_the_same_reading_is_always_as_long_good() -> None:
    assert spread(WEEK, BEGUN) == spread(WEEK, BEGUN)
