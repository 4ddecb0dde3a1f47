"""The API's calls: the token, the limits, what an answer means, and lists page by page."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from connectors.bearer import Bearer, Renew, Renewal
from connectors.connector import World
from connectors.contactually.limits import Limits, is_used_up, reset
from connectors.contactually.refusals import account_fault, unpaid
from connectors.contactually.settings import SETTINGS
from connectors.errors import AppError, AskStaff, SignInAgain, TryAgain
from connectors.pace import seconds_in
from connectors.rest import Query, Reply, Rest
from connectors.session import Answer, Session
from connectors.texts import id_in
from connectors.tokens import token_of

#: How often a request waits its turn after a 429.
_TURNS = 5
#: Pages in a row that show nothing new, before a list is said to go round in circles.
_CIRCLE = 3
#: How often a list is read that was moved under us.
_PASSES = 2


class Throttled(TryAgain):
    """The app refused the request for being too many; nothing was done."""


class Api:
    """Safe for as many threads as ``parallel``."""

    def __init__(self, world: World, credentials: Mapping[str, str]) -> None:
        self.world = world
        home = _setting(world, "CONTACTUALLY_API_URL")
        per_minute = int(_setting(world, "CONTACTUALLY_REQUESTS_PER_MINUTE"))
        self.parallel = max(1, int(_setting(world, "CONTACTUALLY_CONNECTIONS")))
        self._limits = Limits(per_minute, self.parallel, world)
        login = _bearer(world, credentials)
        self._session = Session(world, home, login, self.parallel, judge=self._judge, trusted=True)
        self._rest = Rest(self._session, home)

    @property
    def requests(self) -> int:
        return self._session.requests

    def call(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: object = None,
        *,
        repeat: bool = False,
    ) -> Reply:
        """As ``Rest.call``; a request for which there is no room yet waits its turn. ``body``
        is wrapped as the API wants it."""
        wrapped = None if body is None else {"data": body}
        for turn in range(1, _TURNS + 1):
            self._limits.wait()
            try:
                return self._rest.call(method, path, query, wrapped, repeat=repeat)
            except Throttled:
                if turn == _TURNS:
                    raise
        raise AssertionError("the last turn returns or raises")

    def get(self, path: str, what: str) -> Any:
        """The ``data`` of something that is there; raises what is wrong with the account."""
        reply = self.call("GET", path)
        if not reply.is_success:
            raise account_fault(reply, what)
        return data_of(reply)

    def close(self) -> None:
        self._session.close()

    def _judge(self, answer: Answer) -> AppError | None:
        self._limits.heard(answer.headers)
        is_throttled = answer.status == 403 and is_used_up(answer.headers)
        if answer.status == 429 or is_throttled:
            seconds = _retry_after(answer) or reset(answer.headers)
            self._limits.close(seconds)
            return Throttled("Contactually asks to wait: too many requests.", after=seconds)
        return unpaid() if answer.status == 402 else None


class Listing:
    """A list, read page by page. Pages are counted here: the API's own ``next_page`` led to an
    address that answers 404 (the client of brokermint works around it since January 2019).

    ``what``: the reading in words, for messages. ``closed``: who may not see the list, or has
    none, gets an empty one. ``seen``: ids of everything shown. ``is_even``: the last pass showed
    as much as the app says there is.
    """

    def __init__(
        self,
        api: Api,
        path: str,
        what: str,
        query: Mapping[str, str] | None = None,
        *,
        closed: bool = False,
    ) -> None:
        self._api, self._path, self._what = api, path, what
        self._query, self._closed = query or {}, closed
        self.seen: set[str] = set()
        self.is_even = False

    def pages(self) -> Iterator[list[Mapping[str, Any]]]:
        """What was not shown before. A list that moved under us, so that something may have
        slipped from one page to another, is read again."""
        for _ in range(_PASSES):
            shown: set[str] = set()
            total = yield from self._pass(shown)
            self.is_even = len(shown) == total
            if self.is_even or total is None:
                return

    def _pass(self, shown: set[str]) -> Generator[list[Mapping[str, Any]], None, int | None]:
        """Fills ``shown``; returns how much there is, as the last page says."""
        number = idle = 0
        while idle < _CIRCLE:
            number += 1
            items, meta = self._page(number)
            fresh = [item for item in _once(items) if item["id"] not in self.seen]
            ids = {item["id"] for item in items}
            idle = 0 if ids - shown else idle + 1
            shown |= ids
            self.seen |= ids
            if fresh:
                yield fresh
            total = meta.get("total")
            total = total if isinstance(total, int) and not isinstance(total, bool) else None
            # A link to the next page may be missing where there is one: the total knows better.
            has_all = total is None or len(shown) >= total
            if not items or (has_all and not meta.get("next_page")):
                return total
        raise AskStaff(
            f"Contactually shows the same page again and again when asked to {self._what}.",
            "Report it to those who run the server.",
        )

    def _page(self, number: int) -> tuple[list[Mapping[str, Any]], Mapping[str, Any]]:
        reply = self._api.call("GET", self._path, {**self._query, "page": str(number)})
        if self._closed and reply.status in (403, 404):
            return [], {}
        if not reply.is_success:
            raise account_fault(reply, self._what)
        data = data_of(reply)
        meta = reply.data.get("meta")
        if not isinstance(data, list):
            raise unreadable()
        items = [item for item in data if isinstance(item, Mapping) and _is_id(item.get("id"))]
        return items, meta if isinstance(meta, Mapping) else {}


def data_of(reply: Reply) -> Any:
    if not isinstance(reply.data, Mapping) or "data" not in reply.data:
        raise unreadable()
    return reply.data["data"]


def unreadable() -> TryAgain:
    return TryAgain("Contactually sent something that cannot be read.")


def _once(items: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return list({item["id"]: item for item in items}.values())


def _is_id(value: Any) -> bool:
    return bool(id_in(value))


def _retry_after(answer: Answer) -> float:
    return seconds_in(answer.headers.get("Retry-After", "")) or 0.0


def _bearer(world: World, credentials: Mapping[str, str]) -> Bearer:
    """With a refresh token, should the server give any (none was ever seen), the access token
    is renewed."""
    renew: Renew | None = None
    if credentials.get("refresh_token"):
        known = {
            name: credentials.get(name) or _setting(world, f"CONTACTUALLY_{name.upper()}")
            for name in ("client_id", "client_secret")
        }
        url = f"{_setting(world, 'CONTACTUALLY_AUTH_URL').rstrip('/')}/token"
        renew = Renewal(world, url, {**credentials, **known})
    elif not credentials.get("access_token"):
        raise SignInAgain("The account has no access token.", "Enter one.")
    try:
        token = token_of(credentials)
    except ValueError:
        raise AskStaff(
            "The end of the access token is no time.", "Leave it empty where you do not know it."
        ) from None
    return Bearer(token, world.now, renew)


def _setting(world: World, name: str) -> str:
    return world.setting(name, SETTINGS)
