"""The world's time, which only moves when it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def tick(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
