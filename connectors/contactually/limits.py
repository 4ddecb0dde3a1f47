"""500 requests a minute: never more than the operator allows, nor than the app says is left."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

from connectors.connector import World
from connectors.pace import MINUTE, USED_UP, Pace, seconds_in

_LIMIT, _REMAINING = "X-Rate-Limit-Limit", "X-Rate-Limit-Remaining"
#: In seconds until then, and no time of day as with other apps.
_RESET = "X-Rate-Limit-Reset"


class Limits:
    """One object serves all threads. ``parallel``: how many requests may be under way."""

    def __init__(self, per_minute: int, parallel: int, world: World) -> None:
        self._pace = Pace(per_minute, world, "CONTACTUALLY_REQUESTS_PER_MINUTE")
        self._parallel = parallel
        self._world = world
        self._closed_until: datetime | None = None
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Until a request may go out."""
        self._pace.spend()
        with self._lock:
            while self._closed_until and (left := self._left(self._closed_until)) > 0:
                self._world.wait(left, USED_UP)

    def heard(self, headers: Mapping[str, str]) -> None:
        """What an answer says is left. Requests that are under way are not counted in it yet,
        so a few are kept back for them."""
        left, most = _number(headers, _REMAINING), _number(headers, _LIMIT)
        if left is None:
            return
        kept_back = self._parallel if most is None or most > 2 * self._parallel else 1
        if left < kept_back:
            self.close(reset(headers))

    def close(self, seconds: float) -> None:
        until = self._world.now() + timedelta(seconds=seconds)
        with self._lock:
            self._closed_until = max(until, self._closed_until or until)

    def _left(self, until: datetime) -> float:
        return (until - self._world.now()).total_seconds()


def reset(headers: Mapping[str, str]) -> float:
    """Seconds until more is allowed: no more than a minute, in which all is."""
    seconds = _number(headers, _RESET)
    return MINUTE if seconds is None else min(seconds, MINUTE)


def is_used_up(headers: Mapping[str, str]) -> bool:
    return _number(headers, _REMAINING) == 0


def _number(headers: Mapping[str, str], name: str) -> float | None:
    return seconds_in(headers.get(name, ""))
