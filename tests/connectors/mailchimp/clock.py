"""Time for a test: it moves when it is moved, or slept through."""

from __future__ import annotations

import threading
from datetime import timedelta

from tests.world.clock import Clock as Still


class Clock(Still):
    """Safe for the threads of a connector; ``slept`` in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.slept = 0.0
        self._lock = threading.Lock()

    def tick(self, seconds: float) -> None:
        with self._lock:
            self.time += timedelta(seconds=seconds)

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.tick(seconds)
