"""Quotas per minute: never ask more of an app than it allows, nor before it says."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta

from connectors.connector import World

MINUTE = 60.0
#: Why an app is not asked just now.
USED_UP = "Its requests of this minute are used up."
_MINUTE = timedelta(seconds=MINUTE)
#: Seconds: nobody is made to wait longer, whatever an app says. It says so again then.
LONGEST = 24 * 3600.0


def seconds_in(text: str) -> float | None:
    """A header's whole seconds (RFC 9110 §10.2.3); None for what is none."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()):
        return None
    return min(float(digits), LONGEST)


class Pace:
    """At most so many units of a ``quota`` within any minute, by waiting; what other processes
    spent before the first of ours counts. Safe for several threads, which then wait in turn. 0 is
    no limit."""

    def __init__(self, per_minute: int, world: World, quota: str) -> None:
        self._limit = per_minute
        self._world = world
        self._quota = quota
        self._spent: deque[tuple[datetime, int]] = deque()
        self._is_recalled = False
        self._lock = threading.Lock()

    def spend(self, units: int = 1) -> None:
        if not self._limit:
            return
        with self._lock:
            if not self._is_recalled:
                self._spent.extend(self._world.spent(self._quota))
                self._is_recalled = True
            while (wait := self._wait(units)) > timedelta(0):
                self._world.wait(wait.total_seconds(), USED_UP)
            now = self._world.now()
            self._spent.append((now, units))
            self._world.spend(self._quota, now, units)

    def _wait(self, units: int) -> timedelta:
        """Until so many units are free. More than a whole minute's worth go alone."""
        now = self._world.now()
        if self._spent and self._spent[-1][0] > now:  # a clock was put back, or is another's
            self._spent = deque((min(at, now), spent) for at, spent in self._spent)
        while self._spent and self._spent[0][0] <= now - _MINUTE:
            self._spent.popleft()
        over = sum(spent for _, spent in self._spent) + units - self._limit
        wait = timedelta(0)
        for at, spent in self._spent:
            if over <= 0:
                break
            over -= spent
            wait = at + _MINUTE - now
        return wait
