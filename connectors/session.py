"""HTTP as the connectors see it: a request goes out, an answer or an error by remedy comes back.

The only importer of requests, which knows the machine's proxies and certificates and makes the
pool of connections for an origin. Each request then goes to the pool itself: preparing, hooks,
cookies and redirects of ``requests.Session`` cost more CPU than the sending, and redirects need
other rules here (keep method and body, never show the password to another host).
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import HTTPError

from connectors.connector import Wire, World
from connectors.errors import AppError, AskStaff, SignInAgain, TryAgain, Unanswered
from connectors.guard import check_literal, pool_classes
from connectors.login import Authorisation
from connectors.pace import LONGEST, seconds_in
from connectors.transport import fault_of
from connectors.urls import host, linked, origin, target

AGENT = "Accord/0.4"
#: Methods that change nothing at the server, DAV's included.
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
REDIRECTS = 5
TRIES = 3
#: Seconds: until connected, between two pieces of an answer; longest wait inside a request.
CONNECT, READ, PATIENCE = 10.0, 60.0, 30.0
_TIMEOUT = Timeout(CONNECT, READ)
_ALWAYS = {"User-Agent": AGENT, "Accept-Encoding": "gzip"}
#: Bytes of one answer, unpacked.
LIMIT = 64 * 1024 * 1024
_PIECE = 256 * 1024
#: Characters that a URL is made of (RFC 3986 §2.2), and what is encoded already.
_IN_URLS = "!#$%&'()*+,/:;=?@[]~"


class TooLarge(AskStaff):
    """The answer is larger than the caller allows; reading it was stopped."""


class Trouble(TryAgain):
    """The server failed while it made an answer (500, 502, 504): perhaps only this one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``url`` is where the answer came from, after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


#: What an app's own way of refusing means; None leaves the answer to the rules for all apps.
Judge = Callable[[Answer], AppError | None]


def _no_opinion(answer: Answer) -> AppError | None:
    return None


class Session:
    """Keep-alive connections of one account. Safe for as many threads as ``connections``.

    The login is shown to its own origin (scheme, host and port) only. ``judge`` sees every
    answer first. ``trusted``: the address was set by the operator, who may point anywhere, while
    one that staff entered obeys ``World.allow_private``. ``requests`` counts every request put
    on the wire; ``sent`` and ``received`` count bytes of bodies on the wire.
    """

    def __init__(
        self,
        world: World,
        home: str,
        login: Authorisation | None = None,
        connections: int = 8,
        *,
        judge: Judge = _no_opinion,
        trusted: bool = False,
    ) -> None:
        self.requests = self.sent = self.received = 0
        self._world = world
        self._home = origin(home)
        self._login = login
        self._judge = judge
        self._allow_private = trusted or world.allow_private
        self._lock = threading.Lock()
        self._ways: dict[str, _Way] = {}
        self._session = requests.Session()
        self._adapter = _Adapter(connections, pool_classes(self._allow_private))

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        repeat: bool = False,
        insist: bool = True,
        limit: int = LIMIT,
    ) -> Answer:
        """Any answer but 401, 429 and passing 5xx is returned, 403, 404 and 507 included.

        ``repeat``: carrying the request out twice does no harm, so that it is sent again when
        its answer was lost; safe methods always are. Not ``insist``: where the server fails
        by itself, the caller knows better than to ask the same again. Raises ``Unanswered`` for
        a change that may or may not have been carried out.
        """
        repeat = repeat or method in SAFE
        for attempt in range(1, TRIES + 1):
            try:
                return self._followed(method, url, headers or {}, body, limit)
            except TryAgain as fault:
                lost = isinstance(fault, Unanswered) and not repeat
                vain = isinstance(fault, Trouble) and not insist
                wait = fault.after or 0.5 * 2**attempt * random.uniform(0.5, 1.0)
                if lost or vain or attempt == TRIES or wait > PATIENCE:
                    raise
                self._world.wait(wait, fault.message)
        raise AssertionError("the last try returns or raises")

    def close(self) -> None:
        self._adapter.close()
        self._session.close()

    def _followed(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, limit: int
    ) -> Answer:
        for _ in range(REDIRECTS + 1):
            answer = self._authorised(method, url, headers, body, limit)
            if answer.status not in (301, 302, 307, 308) or "Location" not in answer.headers:
                return self._judged(method, answer)
            url = self._redirected(url, answer.headers["Location"])
            if method not in SAFE and origin(url) != self._home:
                raise self._sent_on(url)
        raise AskStaff(
            f"{host(url)} redirects in a circle.", "Enter the address that it leads to in the end."
        )

    def _redirected(self, url: str, location: str) -> str:
        """A header is Latin-1 to whoever reads it, and the bytes of a URL to whoever sends it."""
        found = linked(url, quote(location, _IN_URLS, encoding="latin-1", errors="replace"))
        if not found:
            raise AskStaff(
                f"{host(url)} sends us on to what is no web address.",
                "Report it to those who run the server.",
            )
        return found

    def _authorised(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, limit: int
    ) -> Answer:
        """Send, and send again when a challenge tells how to sign in (at most twice: the
        scheme may turn out to be Digest, then a nonce to be stale)."""
        login = self._login if origin(url) == self._home else None
        for _ in range(3):
            used = login.header(method, url) if login else ""
            sent = {**headers, "Authorization": used} if used else headers
            answer = self._exchange(method, url, sent, body, limit)
            challenge = answer.headers.get("WWW-Authenticate", "")
            if answer.status != 401 or not login or not login.challenged(challenge, used):
                break
        return answer

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, limit: int
    ) -> Answer:
        """One request on the wire and its whole answer."""
        way = self._way(url)
        if method not in SAFE:
            self._world.assure()
        with self._lock:
            self.requests += 1
            self.sent += len(body)
        try:
            response = way.pool.urlopen(
                method,
                url if way.whole_url else target(url),
                body=body or None,
                headers={**_ALWAYS, **headers},
                retries=False,
                redirect=False,
                assert_same_host=False,
                timeout=_TIMEOUT,
                preload_content=False,
                decode_content=False,
            )
            self._world.answered(response.status)
        except (HTTPError, OSError) as error:
            self._world.answered(0)
            raise fault_of(error, host(url), method in SAFE) from None
        try:
            return self._read(response, url, limit)
        except (HTTPError, OSError) as error:
            raise fault_of(error, host(url), method in SAFE) from None

    def _read(self, response: BaseHTTPResponse, url: str, limit: int) -> Answer:
        pieces: list[bytes] = []
        size = 0
        try:
            while piece := response.read(_PIECE, decode_content=True):
                pieces.append(piece)
                size += len(piece)
                if size > limit:
                    raise TooLarge(
                        f"{host(url)} sent more than {limit // 1024} kB in one answer.",
                        "Check that the URL is the address of the app.",
                    )
        except BaseException:
            response.close()
            raise
        finally:
            with self._lock:
                self.received += response.tell()
        response.release_conn()
        return Answer(response.status, response.headers, b"".join(pieces), url)

    def _way(self, url: str) -> _Way:
        """The pool of an origin: made once, with the machine's usual proxy and certificates."""
        place = origin(url)
        if place not in self._ways and place in self._world.wires:
            self._ways[place] = _Way(self._world.wires[place], whole_url=False)
        if place not in self._ways:
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https"):
                raise AskStaff("The URL is not a web address.", "It begins with https:// .")
            # What a proxy connects to cannot be seen from here; a literal address can.
            check_literal(parts.hostname or "", self._allow_private)
            found = self._session.merge_environment_settings(url, {}, None, None, None)
            request = requests.Request("GET", url).prepare()
            trusted = DEFAULT_CA_BUNDLE_PATH if found["verify"] is True else found["verify"]
            pool = self._adapter.get_connection_with_tls_context(
                request, trusted, found["proxies"], found["cert"]
            )
            asked = self._adapter.request_url(request, found["proxies"])
            self._ways[place] = _Way(cast("Wire", pool), whole_url=not asked.startswith("/"))
        return self._ways[place]

    def _judged(self, method: str, answer: Answer) -> Answer:
        status, where = answer.status, host(answer.url)
        if (fault := self._judge(answer)) is not None:
            raise fault
        if status == 401 and origin(answer.url) != self._home:
            raise self._sent_on(answer.url)
        if status == 401:
            refused = self._login.refused if self._login else "a request without a password"
            raise SignInAgain(f"{where} refuses {refused}.")
        if status in (429, 503):
            raise TryAgain(
                f"{where} asks to wait ({status}).", after=self._retry_after(answer.headers)
            )
        if status in (500, 502, 504):
            raise self._broken(method, where, status)
        return answer

    def _sent_on(self, url: str) -> AppError:
        """A secret, or what a change says of people, is for the account's own server."""
        return AskStaff(
            f"The server sends us on to {origin(url)}, which is not told what is for this one.",
            "If you trust that address, enter it as the URL, of the account or in the settings.",
        )

    def _broken(self, method: str, where: str, status: int) -> AppError:
        if method in SAFE:
            return Trouble(f"{where} has trouble of its own ({status}).")
        return Unanswered(f"{where} had trouble of its own ({status}) while it made a change.")

    def _retry_after(self, headers: Mapping[str, str]) -> float | None:
        """RFC 9110 §10.2.3: seconds or a date."""
        text = headers.get("Retry-After", "")
        if (seconds := seconds_in(text)) is not None:
            return seconds
        try:
            date = parsedate_to_datetime(text)
            date = date if date.tzinfo else date.replace(tzinfo=UTC)
            wait = (date - self._world.now()).total_seconds()
        except (ValueError, OverflowError):  # such as a zone a hundred hours away
            return None
        return min(max(0.0, wait), LONGEST)


@dataclass(frozen=True, slots=True)
class _Way:
    """How an origin is reached. A proxy for plain HTTP is told the whole URL."""

    pool: Wire
    whole_url: bool


def guarded(seconds: float) -> requests.Session:
    """For a library that speaks HTTP itself, to addresses that the operator set. It follows no
    redirect, which might carry a secret to another host, connects to no reserved address, and
    waits at most so long. Raises what requests raises."""
    session = requests.Session()
    session.max_redirects = 0
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Guarded(seconds))
    return session


class _Adapter(HTTPAdapter):
    """Pools whose connections judge the peer's address before anything is sent."""

    def __init__(self, connections: int, pools: Mapping[str, type[Any]]) -> None:
        self._pools = pools
        super().__init__(pool_connections=4, pool_maxsize=connections, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = dict(self._pools)


class _Guarded(_Adapter):
    def __init__(self, seconds: float) -> None:
        self._timeout = (CONNECT, seconds)
        super().__init__(1, pool_classes(allow_private=True))

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        try:
            check_literal(urlsplit(request.url).hostname or "", allow_private=True)
            return super().send(request, *args, **{**kwargs, "timeout": self._timeout})
        except AppError as error:
            raise requests.exceptions.InvalidURL(str(error)) from None
