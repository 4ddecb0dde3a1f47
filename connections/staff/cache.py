"""The cache of one machine without Redis: files, shared by all its processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache
from django.core.files import locks


class SharedFiles(FileBasedCache):
    """Django's, whose ``add`` looks first and writes then: of two processes at the same moment
    both would win. On it rest the limits of sign-in and that a code is used once only."""

    def __init__(self, dir: str, params: dict[str, Any]) -> None:
        super().__init__(dir, params)
        self._place = Path(dir)

    def add(
        self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        self._place.mkdir(parents=True, exist_ok=True, mode=0o700)  # it may be deleted any time
        with (self._place / "adding.lock").open("a") as turn:
            locks.lock(turn, locks.LOCK_EX)
            return super().add(key, value, timeout, version)
