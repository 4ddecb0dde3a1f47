"""What goes wrong to order: each fault strikes so many requests of its kind and is then spent."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from connectors.sandbox.web import Request

#: The kinds. ``slow``: answers ``seconds`` later. ``status``: answers with this status and does
#: nothing. ``dropped``: the connection ends before anything is done. ``lost``: it ends after
#: everything was done. ``broken``: done, then an HTML page with this status in place of the answer.
WHAT = ("slow", "status", "dropped", "lost", "broken")


@dataclass(frozen=True, slots=True)
class Fault:
    """Strikes requests of this method ("" is any) whose path holds ``path``, after the first
    ``skip`` of them, ``times`` times (-1: until it is taken away)."""

    what: str
    status: int = 500
    seconds: float = 0
    retry_after: int | None = None
    method: str = ""
    path: str = ""
    skip: int = 0
    times: int = 1

    def __post_init__(self) -> None:
        if self.what not in WHAT:
            raise ValueError(f"A fault is one of {', '.join(WHAT)}, not {self.what!r}.")


class Faults:
    """Of one app."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Fault] = []

    def order(self, fault: Fault) -> None:
        with self._lock:
            self._orders.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()

    @property
    def orders(self) -> list[Fault]:
        with self._lock:
            return list(self._orders)

    def strike(self, request: Request, is_page: bool = False) -> Fault | None:
        """The fault that this request meets; the first ordered comes first. Pages for people
        meet those that name their path."""
        with self._lock:
            for place, fault in enumerate(self._orders):
                if is_page and not fault.path:
                    continue
                if fault.method not in ("", request.method) or fault.path not in request.path:
                    continue
                if fault.skip:
                    self._orders[place] = replace(fault, skip=fault.skip - 1)
                    continue
                if fault.times == 1:
                    del self._orders[place]
                elif fault.times > 1:
                    self._orders[place] = replace(fault, times=fault.times - 1)
                return fault
        return None
