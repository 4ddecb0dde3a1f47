"""Requests per minute, an account's own."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime

MINUTE = 60


class Quota:
    """Minutes are those of the clock: the count begins anew with each."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._minute = 0
        self._spent: dict[str, int] = {}

    def spend(self, account: str, limit: int) -> bool:
        """Whether there was a request left; 0 is no limit."""
        if not limit:
            return True
        if self.left(account, limit) <= 0:
            return False
        self._spent[account] = self._spent.get(account, 0) + 1
        return True

    def left(self, account: str, limit: int) -> int:
        minute = int(self._now().timestamp() // MINUTE)
        if minute != self._minute:
            self._minute = minute
            self._spent.clear()
        return max(0, limit - self._spent.get(account, 0))

    @property
    def reset(self) -> int:
        """Whole seconds until the count begins anew, at least 1."""
        return max(1, math.ceil(MINUTE - self._now().timestamp() % MINUTE))
