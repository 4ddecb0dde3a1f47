"""How far a run is, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sync.how_far import HowFar, how_far
from sync.models import Run

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def running(**values: Any) -> Run:
    return Run(state=Run.State.RUNNING, **values)


def writing(seconds: float, done: int, of: int, **values: Any) -> Run:
    return running(
        phase="writing two",
        stage=Run.Stage.WRITING,
        phase_at=NOW - timedelta(seconds=seconds),
        phase_done=done,
        phase_of=of,
        done=done,
        total=of,
        **values,
    )


def test_one_that_has_not_begun_waits_for_a_worker() -> None:
    assert how_far(Run(state=Run.State.QUEUED), NOW) == HowFar("waits for a worker")
    assert how_far(running(), NOW) == HowFar("starting")


@pytest.mark.parametrize(
    ("seconds", "done", "rate", "left"),
    [
        (2, 100, "", ""),  # too early to say
        (10, 0, "", ""),
        (10, 500, "50 a second", "less than a minute left"),
        (100, 250, "2.5 a second", "about 5 min left"),
        (600, 150, "15 a minute", "about 57 min left"),
        (6000, 100, "1 a minute", "about 15 h left"),
        (100, 1000, "10 a second", ""),
    ],
)
def test_rate_and_remaining_time(seconds: float, done: int, rate: str, left: str) -> None:
    far = how_far(writing(seconds, done, 1000), NOW)
    assert (far.amount, far.rate, far.left) == (f"{done:,} of 1,000 contacts written", rate, left)
    assert far.share == done // 10


def test_both_sides_are_written_one_after_the_other() -> None:
    """A of 400, then B of 600, of which 100 are done."""
    row = writing(10, 100, 600)
    row.done, row.total = 500, 1000
    far = how_far(row, NOW)
    assert (far.amount, far.share) == ("500 of 1,000 contacts written", 50)
    assert far.left == "less than a minute left"


def test_a_first_reading_does_not_know_how_many_there_are() -> None:
    row = running(phase="reading one", stage="reading", phase_at=NOW, phase_done=1200, read=1200)
    far = how_far(row, NOW)
    assert (far.amount, far.share, far.left) == ("1,200 contacts read", None, "")


def test_more_than_was_expected_is_no_more_than_all() -> None:
    row = running(phase="planning", stage="planning", phase_at=NOW, phase_done=9, phase_of=5)
    assert (how_far(row, NOW).amount, how_far(row, NOW).share) == (
        "9 of 9 contacts looked at",
        100,
    )


def test_what_was_done_before_is_told() -> None:
    row = writing(10, 5, 10, read=12300, looked_at=400)
    assert how_far(row, NOW).before == "12,300 read, 400 looked at so far"


@pytest.mark.parametrize(
    ("until", "goes_on"),
    [(None, ""), (40, "It goes on in 40 s."), (600, "It goes on at 09:10.")],
)
def test_a_wait_is_told_in_place_of_the_rest(until: float | None, goes_on: str) -> None:
    row = writing(10, 5, 10, waits="It waits for two. It is tired.")
    row.waits_until = None if until is None else NOW + timedelta(seconds=until)
    far = how_far(row, NOW)
    assert (far.waits, far.goes_on) == (row.waits, goes_on)
    assert str(far) == f"{row.waits} {goes_on}".strip()


def test_a_wait_that_is_over_is_not_told() -> None:
    row = writing(10, 5, 10, waits="It waits for two. It is tired.", waits_until=NOW)
    assert str(how_far(row, NOW)) == (
        "writing two: 5 of 10 contacts written, less than a minute left"
    )
