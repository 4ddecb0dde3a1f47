"""The token endpoint of an app (RFC 6749 §4.1.3, §6), and the tokens that it gives."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from connectors.connector import World
from connectors.errors import AppError, AskStaff, SignInAgain, TryAgain, Unanswered
from connectors.session import Answer, Session
from connectors.urls import host

_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
#: RFC 6749 §A.12: all that a token may be made of.
_TOKEN = re.compile(r"[\x21-\x7e]+")
#: RFC 6749 §A.7, and no longer than such a word is.
_ERROR = re.compile(r"[a-z_]{1,40}")
#: Seconds; what is said to last longer needs no end.
_LONGEST = 10 * 365 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Token:
    """``ends`` is None where the app does not say, or it lasts until it is revoked."""

    access: str
    ends: datetime | None = None


def token_of(credentials: Mapping[str, str]) -> Token:
    """The access token as kept; an empty one where there is none yet."""
    ends = credentials.get("access_token_ends", "")
    return Token(
        credentials.get("access_token", ""), datetime.fromisoformat(ends) if ends else None
    )


def kept(told: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """What is to be kept of an answer: ``access_token``, ``access_token_ends`` (ISO 8601, or
    empty) and, where one came along, ``refresh_token``."""
    ends = ends_of(told.get("expires_in"), now)
    found = {
        "access_token": str(told["access_token"]),
        "access_token_ends": ends.isoformat() if ends else "",
    }
    refresh = told.get("refresh_token")
    return found | ({"refresh_token": str(refresh)} if refresh else {})


def ends_of(lasts: object, now: datetime) -> datetime | None:
    """``lasts``: seconds, as the app says it. None where it does not, or it is for ever
    (Mailchimp's way to say that is 0)."""
    try:
        seconds = float(lasts) if isinstance(lasts, int | float | str) else 0.0
    except (ValueError, OverflowError):
        return None
    is_known = math.isfinite(seconds) and 0 < seconds < _LONGEST
    return now + timedelta(seconds=seconds) if is_known else None


class TokenEndpoint:
    """``url`` is the operator's, and so are ``client_id`` and ``client_secret``, or entered with
    the refresh token."""

    def __init__(self, world: World, url: str, client_id: str, client_secret: str) -> None:
        self._world = world
        self._url = url
        self._client = {"client_id": client_id, "client_secret": client_secret}

    def renew(self, refresh_token: str) -> Mapping[str, Any]:
        """A new access token. Raises SignInAgain where the app refuses the refresh token,
        TryAgain where it does not answer: nothing is lost then, so never Unanswered."""
        # Asked twice it answers twice (RFC 6749 §6). Where the app gives a new refresh token
        # each time and the answer with it is lost, people have to authorise again.
        asked = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self._asked(
            asked, "does not renew the access of this account", "Authorise the account again.", True
        )

    def exchange(self, code: str, redirect_uri: str, verifier: str) -> Mapping[str, Any]:
        """The token for the code that a person came back with; codes are good once, so it is
        asked once. ``verifier``: of the proof key (RFC 7636), or empty. Errors as ``renew``."""
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        if verifier:
            asked["code_verifier"] = verifier
        return self._asked(
            asked, "does not take what it sent us back with", "Authorise again.", False
        )

    def _asked(
        self, asked: Mapping[str, str], refusal: str, remedy: str, repeat: bool
    ) -> Mapping[str, Any]:
        def judge(answer: Answer) -> AppError | None:
            return self._judged(answer, refusal, remedy)

        body = urlencode({**asked, **self._client}).encode()
        session = Session(self._world, self._url, judge=judge, trusted=True)
        try:
            answer = session.request("POST", self._url, headers=_FORM, body=body, repeat=repeat)
        except Unanswered as fault:
            raise TryAgain(fault.message, "" if repeat else remedy, after=fault.after) from None
        finally:
            session.close()
        told = _parsed(answer)
        access = told.get("access_token")
        if answer.status != 200 or not isinstance(access, str) or not _TOKEN.fullmatch(access):
            message = f"{host(self._url)} did not answer with a token ({answer.status})."
            raise TryAgain(message, "" if repeat else remedy)
        return told

    def _judged(self, answer: Answer, refusal: str, remedy: str) -> AppError | None:
        """RFC 6749 §5.2, where a 401 is about the client and not about the account."""
        if answer.status not in (400, 401, 403):
            return None
        said = str(_parsed(answer).get("error", ""))
        error = said if _ERROR.fullmatch(said) else ""
        where = host(self._url)
        is_ours = error == "invalid_request" and not self._client["client_id"]
        if is_ours or error in ("invalid_client", "unauthorized_client"):
            return AskStaff(
                f"{where} does not know this installation ({error}).",
                "Have the operator check the client id and secret in the settings.",
            )
        if error == "redirect_uri_mismatch":
            return AskStaff(
                f"{where} does not send people back to this installation's address ({error}).",
                "Have the operator register the address that the account page names.",
            )
        return SignInAgain(f"{where} {refusal} ({error or answer.status}).", remedy)


def _parsed(answer: Answer) -> Mapping[str, Any]:
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
