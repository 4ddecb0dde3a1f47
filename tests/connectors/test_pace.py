"""Quotas: never more than allowed in any minute, and never a wait without need."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from connectors.pace import USED_UP, Pace
from tests.connectors.conformance import world

MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)


class Clock:
    """``sleep`` lets time pass; how often it was asked to is counted."""

    def __init__(self) -> None:
        # So far from 1970 that a float of seconds holds no microseconds any more.
        self.time = datetime(2261, 7, 5, 1, 2, 3, 456789, tzinfo=UTC)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(seconds)
        assert len(self.slept) < 1000, "it sleeps in a circle"
        self.time += timedelta(seconds=seconds)


def paced(limit: int, clock: Clock) -> Pace:
    return Pace(limit, replace(world(Path()), now=clock.now, sleep=clock.sleep), "READS")


def test_a_wait_is_told_before_it_begins():
    clock, told = Clock(), []

    def waiting(seconds: float, why: str) -> None:
        told.append((clock.time, seconds, why))

    at = replace(world(Path()), now=clock.now, sleep=clock.sleep, waiting=waiting)
    pace, begun = Pace(2, at, "READS"), clock.time
    for _ in range(3):
        pace.spend()
    assert told == [(begun, 60.0, USED_UP)]


LAPSES = st.one_of(
    st.just(0),
    st.integers(0, 3),
    st.integers(0, 70_000_000),
    st.sampled_from([59_999_999, 60_000_000, 60_000_001]),
).map(lambda microseconds: timedelta(microseconds=microseconds))


@given(
    limit=st.integers(1, 12),
    spendings=st.lists(st.tuples(LAPSES, st.integers(1, 15)), max_size=40),
)
def test_no_minute_holds_more_than_the_limit_and_no_wait_is_needless(limit, spendings):
    clock = Clock()
    pace = paced(limit, clock)
    spent: list[tuple[datetime, int]] = []

    def within_a_minute_before(time: datetime) -> int:
        return sum(units for at, units in spent if time - MINUTE < at <= time)

    for lapse, units in spendings:
        clock.time += lapse
        asked = clock.time
        pace.spend(units)
        before = within_a_minute_before(clock.time)
        assert before + units <= limit or before == 0
        if clock.time > asked:
            a_moment_before = within_a_minute_before(clock.time - TICK)
            assert a_moment_before + units > limit
            assert a_moment_before > 0
        spent.append((clock.time, units))


def test_no_limit_never_waits():
    clock = Clock()
    pace = paced(0, clock)
    for _ in range(1000):
        pace.spend(50)
    assert clock.slept == []


def test_more_than_a_minutes_worth_goes_alone():
    clock = Clock()
    pace = paced(10, clock)
    begin = clock.time
    pace.spend(3)
    pace.spend(25)
    assert clock.time - begin == MINUTE
    pace.spend(1)
    assert clock.time - begin == 2 * MINUTE


def test_a_clock_that_is_put_back_costs_a_minute_at_most():
    clock = Clock()
    pace = paced(2, clock)
    pace.spend(2)
    clock.time -= timedelta(hours=3)
    begin = clock.time
    pace.spend(2)
    assert clock.time - begin == MINUTE


def test_threads_wait_in_turn():
    clock = Clock()
    pace = paced(7, clock)
    spent: list[datetime] = []

    def work() -> None:
        for _ in range(15):
            pace.spend()
            spent.append(clock.time)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(spent) == 90
    times = sorted(spent)
    # 90 = 12 full minutes of 7, and 6 more in the thirteenth.
    assert times[-1] - times[0] == 12 * MINUTE
    assert clock.slept == [60.0] * 12
