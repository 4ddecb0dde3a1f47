"""JSON over HTTP, as the apps' APIs speak it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from connectors.errors import TryAgain, Unanswered
from connectors.session import SAFE, Session
from connectors.urls import host

_HEADERS = {"Accept": "application/json"}
_WITH_BODY = {**_HEADERS, "Content-Type": "application/json"}
#: Values of a parameter that is named several times are given as a list.
Query = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """``data``: the parsed body; None where there is none, or it is no JSON (an error page)."""

    status: int
    data: Any
    headers: Mapping[str, str]

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class Rest:
    """``home``: what all paths begin with. ``headers``: sent with each request beside the usual."""

    def __init__(
        self, session: Session, home: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self._session = session
        self._home = home.rstrip("/")
        self._headers = headers or {}

    def call(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: object = None,
        *,
        repeat: bool = False,
        insist: bool = True,
    ) -> Reply:
        """Any answer that ``Session.request`` returns; its errors are raised. ``repeat`` and
        ``insist`` as there.

        A success whose body is cut off or not JSON counts as no answer.
        """
        url = f"{self._home}{path}"
        if query:
            url += f"?{urlencode(query, doseq=True)}"
        # In ASCII, so that half a surrogate pair (a raw record may hold one) is the app's to judge.
        sent = b"" if body is None else json.dumps(body).encode()
        answer = self._session.request(
            method,
            url,
            headers={**(_WITH_BODY if sent else _HEADERS), **self._headers},
            body=sent,
            repeat=repeat,
            insist=insist,
        )
        data, is_json = _parsed(answer.body)
        reply = Reply(answer.status, data, answer.headers)
        if reply.is_success and not is_json:
            kind = TryAgain if method in SAFE or repeat else Unanswered
            raise kind(f"{host(url)} sent something that cannot be read.")
        return reply


def _parsed(body: bytes) -> tuple[Any, bool]:
    """The data, and whether the body is JSON or empty."""
    if not body.strip():
        return None, True
    try:
        return json.loads(body), True
    except (ValueError, RecursionError):
        return None, False
