"""Writes of one account that are under way at the same time."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from connectors.sandbox.faults import Fault, Faults
from connectors.sandbox.web import Request


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """``others``: tokens of the writes that were under way when this one came."""

    token: str
    others: tuple[str, ...]


class Arrivals(Faults):
    """Faults are asked first of all, before requests wait for each other, so that this is where
    it shows which of them overlap. Requests without an answer are not counted, as nobody would
    see them end."""

    def __init__(self) -> None:
        super().__init__()
        self._guard = threading.Lock()
        self._writes: dict[int, _UnderWay] = {}

    def strike(self, request: Request, is_page: bool = False) -> Fault | None:
        fault = super().strike(request, is_page)
        is_cut = fault is not None and fault.what in ("dropped", "lost")
        if not is_cut and _is_write(request):
            with self._guard:
                others = tuple(write.token for write in self._writes.values())
                self._writes[threading.get_ident()] = _UnderWay(request.bearer, others)
        return fault

    def leave(self) -> None:
        """The request of this thread has its answer."""
        with self._guard:
            self._writes.pop(threading.get_ident(), None)

    @property
    def others(self) -> tuple[str, ...]:
        """Tokens of the writes that the request of this thread overlaps."""
        with self._guard:
            write = self._writes.get(threading.get_ident())
        return write.others if write else ()


def _is_write(request: Request) -> bool:
    return (
        request.path.startswith("/v1/")
        and request.method != "GET"
        and request.headers.get("x-http-method-override") != "GET"
    )
