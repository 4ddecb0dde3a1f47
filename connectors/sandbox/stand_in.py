"""What a stand-in of one app implements."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from connectors.sandbox.accounts import Accounts
from connectors.sandbox.faults import Faults
from connectors.sandbox.oauth import RULES, OAuth, Rules
from connectors.sandbox.router import Route, Router
from connectors.sandbox.store import Store
from connectors.sandbox.tokens import Tokens
from connectors.sandbox.web import Answer, Request

#: Pages for people, among them those of consent; and what else is not the API itself.
_PAGES = re.compile(r"/|/people(/.*)?|/o/oauth2/v2/auth|/oauth2/authorize")
_SIGNING_IN = re.compile(r"/token|/revoke|/oauth2/.*")


@dataclass(frozen=True, slots=True)
class House:
    """What all stand-ins of a sandbox share."""

    store: Store
    now: Callable[[], datetime]


class StandIn(ABC):
    """One app: its accounts, its API, its consent pages if any, and the page where people edit.

    ``quirks`` is a frozen dataclass of the app's own, all of its oddities as switches; it may be
    replaced at any time. Every request is one transaction of the store.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    #: Colour of its pages.
    accent: ClassVar[str] = "#3b5bdb"
    quirks: Any

    def __init__(self, house: House) -> None:
        self.store = house.store
        self.now = house.now
        self.tokens = Tokens(house.store, self.name, house.now)
        self.accounts = Accounts(house.store, self.name)
        self.faults = Faults()

    @abstractmethod
    def routes(self) -> Sequence[Route]:
        """Of the API and of the page; those of signing in are added."""

    @abstractmethod
    def open_account(self, email: str, name: str = "", token: str = "") -> str:
        """The id of the account of this address, which is made where there is none, and told to
        ``accounts``. ``token``: from now on a token of it, as people copy them from the app's
        settings."""

    @abstractmethod
    def hands(self, account: str) -> Any:
        """What people do in the app with this account's contacts, in the app's own words: ``add``,
        ``edit``, ``delete``, ``get``, ``all`` and what else they can do there."""

    @abstractmethod
    def error(self, status: int, retry_after: int | None = None) -> Answer:
        """An error as the app words it, for statuses that are ordered (429, 500, 503 …)."""

    @abstractmethod
    def not_found(self, request: Request) -> Answer:
        """The answer to a path or method that the app does not know."""

    def attending(self, request: Request) -> AbstractContextManager[None]:
        """Around each request, also while it waits for others or for a fault that is slow: raises
        Stop for one too many at a time."""
        return nullcontext()

    def before(self, request: Request) -> None:
        """Looked at before any route of the API, not before pages and tokens: raises Stop for
        who is over a quota."""
        return None

    def after(self, request: Request, answer: Answer) -> Answer:
        """The answer as it leaves: headers that every answer of the app carries."""
        return answer

    def is_page(self, path: str) -> bool:
        """Made for people: struck only by faults that name its path, not among the calls."""
        return bool(_PAGES.fullmatch(path))

    def is_api(self, path: str) -> bool:
        return not self.is_page(path) and not _SIGNING_IN.fullmatch(path)

    @property
    def rules(self) -> Rules | None:
        """How the app lets clients in at a page of its own; None where it has no such page."""
        return RULES.get(self.name)

    @cached_property
    def oauth(self) -> OAuth | None:
        return OAuth(self, self.rules) if self.rules else None

    @cached_property
    def router(self) -> Router:
        return Router([*(self.oauth.routes() if self.oauth else ()), *self.routes()])
