"""Several records at once, for apps whose calls are of one record each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from connectors.connector import Result
from connectors.errors import AskStaff, SignInAgain, TryAgain, Unanswered

Item = TypeVar("Item")
Made = TypeVar("Made")


class SideBySide:
    """So many at a time, in threads that are started when they are first needed; one at a time
    needs none."""

    def __init__(self, number: int, name: str) -> None:
        self._number = max(1, number)
        self._name = name
        self._threads: ThreadPoolExecutor | None = None

    def each(self, act: Callable[[Item], Made], items: Sequence[Item]) -> list[Made]:
        """What came of each, in order."""
        if len(items) < 2 or self._number == 1:
            return [act(item) for item in items]
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._number, self._name)
        return list(self._threads.map(act, items))

    def close(self) -> None:
        if self._threads:
            self._threads.shutdown()


def raised_if_all(results: list[Result]) -> list[Result]:
    """Raise what concerns the account rather than single records: then all of them met it. A
    lost answer always belongs to its record."""
    faults = [
        result
        for result in results
        if isinstance(result, SignInAgain | AskStaff | TryAgain)
        and not isinstance(result, Unanswered)
    ]
    if faults and len(faults) == len(results):
        raise faults[0]
    return results
