"""Quotas per minute: never ask more of an app than it allows."""

from __future__ import annotations

import threading
from collections import deque

from connectors.connector import World

MINUTE = 60.0


class Pace:
    """At most so many units within any minute, by waiting. Safe for several threads, which then
    wait in turn. 0 is no limit."""

    def __init__(self, per_minute: int, world: World) -> None:
        self._limit = per_minute
        self._world = world
        self._spent: deque[tuple[float, int]] = deque()
        self._lock = threading.Lock()

    def spend(self, units: int = 1) -> None:
        if not self._limit:
            return
        with self._lock:
            while (wait := self._wait(units)) > 0:
                self._world.sleep(wait)
            self._spent.append((self._now(), units))

    def _wait(self, units: int) -> float:
        """Seconds until so many units are free. More than a whole minute's worth go alone."""
        now = self._now()
        while self._spent and self._spent[0][0] <= now - MINUTE:
            self._spent.popleft()
        over = sum(spent for _, spent in self._spent) + units - self._limit
        for at, spent in self._spent:
            if over <= 0:
                return 0.0
            over -= spent
            if over <= 0 or (at, spent) == self._spent[-1]:
                return at + MINUTE - now
        return 0.0

    def _now(self) -> float:
        return self._world.now().timestamp()
