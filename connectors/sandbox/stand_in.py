"""What a stand-in of one app implements."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from connectors.sandbox.faults import Faults
from connectors.sandbox.router import Route, Router
from connectors.sandbox.store import Store
from connectors.sandbox.tokens import Tokens
from connectors.sandbox.web import Answer, Request


@dataclass(frozen=True, slots=True)
class House:
    """What all stand-ins of a sandbox share."""

    store: Store
    now: Callable[[], datetime]


class StandIn(ABC):
    """One app: its accounts, its API, its consent pages, and the page where people edit.

    ``quirks`` is a frozen dataclass of the app's own, all of its oddities as switches; it may be
    replaced at any time. Every request is one transaction of the store.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    quirks: Any

    def __init__(self, house: House) -> None:
        self.store = house.store
        self.now = house.now
        self.tokens = Tokens(house.store, self.name, house.now)
        self.faults = Faults()

    @abstractmethod
    def routes(self) -> Sequence[Route]: ...

    @abstractmethod
    def error(self, status: int, retry_after: int | None = None) -> Answer:
        """An error as the app words it, for statuses that are ordered (429, 500, 503 …)."""

    @abstractmethod
    def not_found(self, request: Request) -> Answer:
        """The answer to a path or method that the app does not know."""

    def before(self, request: Request) -> None:
        """Looked at before any route of the API: raises Stop for who is over a quota."""
        return None

    def after(self, request: Request, answer: Answer) -> Answer:
        """The answer as it leaves: headers that every answer of the app carries."""
        return answer

    @cached_property
    def router(self) -> Router:
        return Router(self.routes())
