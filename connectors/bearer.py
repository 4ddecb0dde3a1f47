"""A token in the header of each request (RFC 6750), renewed where the app can (RFC 6749 §6)."""

from __future__ import annotations

import json
import math
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from connectors.connector import World
from connectors.errors import AppError, AskStaff, SignInAgain, TryAgain, Unanswered
from connectors.session import Answer, Session
from connectors.urls import host

#: A token is renewed so long before its end, for clocks differ and requests take time; one that
#: lasts less than twice that, when half of it is over.
EARLY = timedelta(minutes=2)
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
#: RFC 6749 §A.12: all that a token may be made of.
_TOKEN = re.compile(r"[\x21-\x7e]+")
#: Seconds; what is said to last longer needs no end.
_LONGEST = 10 * 365 * 24 * 3600.0


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
        self._now = now
        self._renew = renew
        self._lock = threading.Lock()
        self._take(token)
        #: How often the token was shown since it replaced a refused one; None: it did not.
        self._shown: int | None = None

    def header(self, method: str, url: str) -> str:
        with self._lock:
            if self._renew and (self._is_late or not self._token.access):
                self._take(self._renew())
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
            self._take(self._renew())
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
    """Fetches access tokens for a refresh token, and has ``world.keep`` store what came:
    ``access_token``, ``access_token_ends`` (ISO 8601, or empty) and, where a new one came along,
    ``refresh_token``.

    ``credentials`` hold ``refresh_token``, ``client_id`` and ``client_secret``.
    """

    def __init__(self, world: World, url: str, credentials: Mapping[str, str]) -> None:
        self._world = world
        self._url = url
        self._credentials = dict(credentials)

    def __call__(self) -> Token:
        """Raises SignInAgain where the app refuses the refresh token, TryAgain where it does not
        answer: nothing is lost then, so never Unanswered."""
        answer = self._answer()
        told = _parsed(answer)
        access = told.get("access_token")
        if answer.status != 200 or not isinstance(access, str) or not _TOKEN.fullmatch(access):
            raise TryAgain(f"{host(self._url)} did not answer with a token ({answer.status}).")
        return self._kept(access, told)

    def _answer(self) -> Answer:
        asked = {
            "grant_type": "refresh_token",
            "refresh_token": self._credentials.get("refresh_token", ""),
            "client_id": self._credentials.get("client_id", ""),
            "client_secret": self._credentials.get("client_secret", ""),
        }
        session = Session(self._world, self._url, judge=self._judge, trusted=True)
        try:
            # Asked twice it answers twice (RFC 6749 §6). Where the app gives a new refresh token
            # each time and the answer with it is lost, people have to authorise again.
            return session.request(
                "POST", self._url, headers=_FORM, body=urlencode(asked).encode(), repeat=True
            )
        except Unanswered as fault:
            raise TryAgain(fault.message, after=fault.after) from None
        finally:
            session.close()

    def _kept(self, access: str, told: Mapping[str, Any]) -> Token:
        """A refresh token that came along replaces the old one; none leaves it."""
        seconds = _seconds(told.get("expires_in"))
        ends = self._world.now() + timedelta(seconds=seconds) if seconds else None
        renewed = {
            "access_token": access,
            "access_token_ends": ends.isoformat() if ends else "",
        }
        if told.get("refresh_token"):
            renewed["refresh_token"] = str(told["refresh_token"])
        self._credentials.update(renewed)
        self._world.keep(renewed)
        return Token(access, ends)

    def _judge(self, answer: Answer) -> AppError | None:
        """RFC 6749 §5.2, where a 401 is about the client and not about the account."""
        if answer.status not in (400, 401, 403):
            return None
        error = str(_parsed(answer).get("error", ""))[:60]
        where = host(self._url)
        is_ours = error == "invalid_request" and not self._credentials.get("client_id")
        if is_ours or error in ("invalid_client", "unauthorized_client"):
            return AskStaff(
                f"{where} does not know this installation ({error}).",
                "Have the operator check the client id and secret in the settings.",
            )
        return SignInAgain(
            f"{where} does not renew the access of this account ({error or answer.status}).",
            "Authorise the account again.",
        )


def _parsed(answer: Answer) -> Mapping[str, Any]:
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _seconds(lasts: object) -> float:
    """0 where it is none, or for ever (Mailchimp's way to say that is 0)."""
    try:
        seconds = float(lasts) if isinstance(lasts, int | float | str) else 0.0
    except (ValueError, OverflowError):
        return 0.0
    return seconds if math.isfinite(seconds) and 0 < seconds < _LONGEST else 0.0


def token_of(credentials: Mapping[str, str]) -> Token:
    """The access token as kept; an empty one where there is none yet."""
    ends = credentials.get("access_token_ends", "")
    return Token(
        credentials.get("access_token", ""), datetime.fromisoformat(ends) if ends else None
    )
