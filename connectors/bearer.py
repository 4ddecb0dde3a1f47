"""A token in the header of each request (RFC 6750), renewed where the app can (RFC 6749 §6)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from connectors.connector import World
from connectors.tokens import Token, TokenEndpoint, kept, token_of

#: A token is renewed so long before its end, for clocks differ and requests take time; one that
#: lasts less than twice that, when half of it is over.
EARLY = timedelta(minutes=2)
#: Gives another token in place of one that has ended, which it is told.
Renew = Callable[[str], Token]


class Bearer:
    """One object serves all threads of a session. ``renew`` fetches a new token; without it a
    refused one is refused for good."""

    refused = "the token of this account: it has ended or was revoked"

    def __init__(
        self, token: Token, now: Callable[[], datetime], renew: Renew | None = None
    ) -> None:
        self._now = now
        self._renew = renew
        self._lock = threading.Lock()
        self._take(token)
        #: How often the token was shown since it replaced a refused one; None: it did not.
        self._shown: int | None = None

    def header(self, method: str, url: str) -> str:
        with self._lock:
            if self._renew and (self._is_late or not self._token.access):
                self._take(self._renew(self._token.access))
                self._shown = None
            if self._shown is not None:
                self._shown += 1
            return f"Bearer {self._token.access}"

    def challenged(self, challenges: str, used: str) -> bool:
        """Renew it; another thread may have done so already. A new one that is refused at its
        first use is not the fault of its age."""
        with self._lock:
            if used != f"Bearer {self._token.access}":
                return True
            if self._renew is None or self._shown == 1:
                return False
            self._take(self._renew(self._token.access))
            self._shown = 0
            return True

    def _take(self, token: Token) -> None:
        self._token = token
        self._late = None
        if token.ends is not None:
            left = max(token.ends - self._now(), timedelta(0))
            self._late = token.ends - min(EARLY, left / 2)

    @property
    def _is_late(self) -> bool:
        return self._late is not None and self._now() >= self._late


class Renewal:
    """Fetches access tokens for a refresh token, one process at a time, and has ``world.keep``
    store what came (``connectors.tokens.kept``).

    ``credentials`` hold ``refresh_token``, ``client_id`` and ``client_secret``.
    """

    def __init__(self, world: World, url: str, credentials: Mapping[str, str]) -> None:
        self._world = world
        self._credentials = dict(credentials)
        client = credentials.get("client_id", ""), credentials.get("client_secret", "")
        self._endpoint = TokenEndpoint(world, url, *client)

    def __call__(self, ended: str = "") -> Token:
        """Another token than the one that has ``ended``. Raises as ``TokenEndpoint.renew``."""
        with self._world.renewing() as stored:
            self._credentials.update(stored)
            token = token_of(self._credentials)
            # Another process may have been first. With an app that gives a new refresh token
            # each time, ours would be dead by now.
            if not stored or token.access in ("", ended):
                token = self._fetched()
            return token

    def _fetched(self) -> Token:
        """A refresh token that came along replaces the old one; none leaves it."""
        told = self._endpoint.renew(self._credentials.get("refresh_token", ""))
        renewed = kept(told, self._world.now())
        self._credentials.update(renewed)
        self._world.keep(renewed)
        return token_of(renewed)
