"""A token in the header of each request (RFC 6750), renewed where the app can (RFC 6749 §6)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from connectors.connector import World
from connectors.errors import AskStaff, SignInAgain, TryAgain
from connectors.session import Session
from connectors.urls import host

#: A token is renewed so long before its end, for clocks differ and requests take time.
EARLY = timedelta(minutes=2)
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Token:
    """``ends`` is None where the app does not say, or it lasts until it is revoked."""

    access: str
    ends: datetime | None = None


class Bearer:
    """One object serves all threads of a session. ``renew`` fetches a new token; without it a
    refused one is refused for good."""

    refused = "the token of this account: it has ended or was revoked"

    def __init__(
        self, token: Token, now: Callable[[], datetime], renew: Callable[[], Token] | None = None
    ) -> None:
        self._token = token
        self._now = now
        self._renew = renew
        self._lock = threading.Lock()

    def header(self, method: str, url: str) -> str:
        with self._lock:
            ends = self._token.ends
            is_late = ends is not None and self._now() > ends - EARLY
            if self._renew and (is_late or not self._token.access):
                self._token = self._renew()
            return f"Bearer {self._token.access}"

    def challenged(self, challenges: str, used: str) -> bool:
        """Renew it once; another thread may have done so already."""
        with self._lock:
            if used == f"Bearer {self._token.access}":
                if self._renew is None:
                    return False
                self._token = self._renew()
            return True


class Renewal:
    """Fetches access tokens for a refresh token, and has ``world.keep`` store what came."""

    def __init__(self, world: World, url: str, credentials: Mapping[str, str]) -> None:
        self._world = world
        self._url = url
        self._credentials = dict(credentials)

    def __call__(self) -> Token:
        """Raises SignInAgain where the app refuses the refresh token."""
        asked = {
            "grant_type": "refresh_token",
            "refresh_token": self._credentials["refresh_token"],
            "client_id": self._credentials.get("client_id", ""),
            "client_secret": self._credentials.get("client_secret", ""),
        }
        session = Session(self._world, self._url, trusted=True)
        try:
            answer = session.request(
                "POST", self._url, headers=_FORM, body=urlencode(asked).encode(), repeat=True
            )
        finally:
            session.close()
        try:
            told = json.loads(answer.body)
        except ValueError:
            told = {}
        if answer.status != 200 or not isinstance(told, dict) or not told.get("access_token"):
            raise self._fault(answer.status, told if isinstance(told, dict) else {})
        return self._kept(told)

    def _kept(self, told: Mapping[str, object]) -> Token:
        """A refresh token that came along replaces the old one; none leaves it."""
        lasts = told.get("expires_in")
        seconds = float(lasts) if isinstance(lasts, int | float | str) and lasts else 0.0
        ends = self._world.now() + timedelta(seconds=seconds) if seconds else None
        renewed = {
            "access_token": str(told["access_token"]),
            "access_token_ends": ends.isoformat() if ends else "",
        }
        if told.get("refresh_token"):
            renewed["refresh_token"] = str(told["refresh_token"])
        self._credentials.update(renewed)
        self._world.keep(renewed)
        return Token(renewed["access_token"], ends)

    def _fault(self, status: int, told: Mapping[str, object]) -> Exception:
        error = str(told.get("error", ""))[:60]
        where = host(self._url)
        if error in ("invalid_client", "unauthorized_client"):
            return AskStaff(
                f"{where} does not know this installation ({error}).",
                "Have the operator check the client id and secret in the settings.",
            )
        if status in (400, 401, 403):
            return SignInAgain(
                f"{where} does not renew the access of this account ({error or status}).",
                "Authorise the account again.",
            )
        return TryAgain(f"{where} did not answer with a token ({status}).")


def token_of(credentials: Mapping[str, str]) -> Token:
    """The access token as kept; an empty one where there is none yet."""
    ends = credentials.get("access_token_ends", "")
    return Token(
        credentials.get("access_token", ""), datetime.fromisoformat(ends) if ends else None
    )
