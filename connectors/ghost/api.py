"""Calls of the Admin API: where it is, and what its errors mean for the account as a whole.

https://docs.ghost.org/admin-api/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from connectors.connector import World
from connectors.errors import AppError, AskStaff, SignInAgain
from connectors.ghost.key import Key
from connectors.ghost.translate import Json, text_of
from connectors.rest import Query, Reply, Rest
from connectors.session import Answer, Session

#: Requests at the same time: a site is often a small machine.
CONNECTIONS = 3
#: Ghost gives no more on a page, whatever is asked for (6.0; members since 5.129).
PAGE = 100
#: What we were written for; a Ghost that is too new or too old for it answers 406.
VERSION = "v5.0"
_API = "/ghost/api/admin"
#: How the address of the admin, or of its API, goes on after that of the site.
_ADMIN = re.compile(r"(/ghost(/api/admin)?)?/*$")


class Api:
    def __init__(self, world: World, url: str, key: str) -> None:
        self._home = home_of(url)
        self._session = Session(world, self._home, Key(key, world.now), CONNECTIONS, judge=_judged)
        self._rest = Rest(self._session, self._home + _API, {"Accept-Version": VERSION})

    @property
    def requests(self) -> int:
        return self._session.requests

    @property
    def home(self) -> str:
        return self._home

    def call(
        self, method: str, path: str, query: Query | None = None, body: object = None
    ) -> Reply:
        """Any answer but those that concern the whole account, which are raised."""
        return self._rest.call(method, path, query, body)

    def get(self, path: str, query: Query | None = None) -> Json:
        """What is there for certain."""
        reply = self.call("GET", path, query)
        if not reply.is_success or not isinstance(reply.data, dict):
            raise AskStaff(
                f"There is no Admin API of Ghost at the URL of this account ({reply.status}).",
                "Enter the API URL that Ghost shows beside the Admin API key.",
            )
        return reply.data

    def everything(self, name: str, query: Query) -> Iterator[Json]:
        """What a register (labels, newsletters) lists, page after page."""
        page = 1
        while True:
            told = self.get(f"/{name}/", {**query, "limit": str(PAGE), "page": str(page)})
            yield from rows_of(told, name)
            following = pagination_of(told).get("next")
            if not isinstance(following, int) or following <= page:
                return
            page = following

    def close(self) -> None:
        self._session.close()


def home_of(url: str) -> str:
    """The address of the site, whichever page of its admin was entered. Raises AskStaff."""
    entered = url.strip()
    address = entered if "://" in entered else f"https://{entered}"
    try:
        parts = urlsplit(address)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # such as a port that is no number
        is_good = False
    if not is_good or parts.username:
        raise AskStaff(
            "The URL of the Ghost account is not a web address.",
            "Enter the API URL that Ghost shows beside the Admin API key.",
        )
    # A site may be in a folder, such as https://example.org/blog/.
    path = _ADMIN.sub("", parts.path)
    return f"{parts.scheme}://{parts.netloc}{path}"


def rows_of(told: Json, name: str) -> list[Json]:
    found = told.get(name)
    if not isinstance(found, list):
        raise AskStaff(
            f"Ghost does not list its {name} as its documentation says.",
            "Check the URL of the account; if it is in order, report this.",
        )
    return [row for row in found if isinstance(row, dict)]


def row_of(data: object, name: str) -> Json | None:
    """What an answer about one of them shows; None where it shows none."""
    rows = data.get(name) if isinstance(data, dict) else None
    first = rows[0] if isinstance(rows, list) and rows else None
    return first if isinstance(first, dict) else None


def pagination_of(told: Json) -> Json:
    meta = told.get("meta")
    found = meta.get("pagination") if isinstance(meta, dict) else None
    return found if isinstance(found, dict) else {}


def error_of(data: object) -> Json:
    """The first error of an answer; empty where it is none of Ghost's."""
    return row_of(data, "errors") or {}


def _judged(answer: Answer) -> AppError | None:
    if answer.status not in (400, 401, 403, 406):
        return None
    error = error_of(_parsed(answer.body))
    code, words = text_of(error, "code"), text_of(error, "message")
    if code == "INVALID_JWT" and ("expired" in words or "maxAge" in words):
        return AskStaff(
            "Ghost finds our token too old, though it was just made: the clock of its machine is "
            "some minutes off from ours.",
            "Set both clocks by a time server.",
        )
    if code in ("INVALID_JWT", "UNKNOWN_ADMIN_API_KEY", "INVALID_API_KEY_TYPE"):
        return SignInAgain(f"The site refuses {Key.refused}.")
    if answer.status == 403:
        return AskStaff(
            "Ghost does not allow this key what the sync needs.",
            "Use the Admin API key of a custom integration; on Ghost(Pro) see that the plan has "
            "integrations.",
        )
    if answer.status == 406:
        return AskStaff(
            f"This Ghost does not speak the version of the Admin API that we do ({VERSION}).",
            "Update Ghost, or this installation.",
        )
    return None


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
