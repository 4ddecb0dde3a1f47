"""A DAV server of our own for what the real ones here do not do.

One address book in memory at ``/books/one/``; how it differs from others is said by its
attributes, and what goes wrong next by ``plan``, one entry a request:

    server.plan = [carry_on, answer(429, {"Retry-After": "1"}), lost]
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import unquote
from xml.sax.saxutils import escape

BOOK = "/books/one/"
USER, PASSWORD = "alice", "secret"
REALM, NONCE = "books", "n0nce"


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Response:
    """``status`` 0: the connection is closed without a word."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Fault = Callable[["ScriptedServer", Request], Response]
DROPPED = Response(0)


def carry_on(server: ScriptedServer, request: Request) -> Response:
    return server.serve(request)


def lost(server: ScriptedServer, request: Request) -> Response:
    """The request is carried out, its answer never arrives."""
    server.serve(request)
    return DROPPED


def dropped(server: ScriptedServer, request: Request) -> Response:
    return DROPPED


def answer(status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Fault:
    return lambda server, request: Response(status, headers or {}, body)


def after(seconds: float) -> Fault:
    def slow(server: ScriptedServer, request: Request) -> Response:
        time.sleep(seconds)
        return server.serve(request)

    return slow


class ScriptedServer:
    """``log`` holds every request that came in."""

    def __init__(self) -> None:
        self.cards: dict[str, tuple[str, bytes]] = {}
        self.changes: list[str] = []
        self.log: list[Request] = []
        self.plan: list[Fault] = []
        #: "", "basic" or "digest"; a nonce that is no longer taken.
        self.auth = ""
        self.stale_nonces: set[str] = set()
        self.nonce = NONCE
        #: sync-collection and ctag are offered; rows an answer is cut at; lost tokens.
        self.sync, self.ctag, self.cut, self.lost_token = True, True, 0, 0
        #: A multiget of which one is missing fails as a whole (sabre 1.8).
        self.multiget_fails = False
        #: "strong", "weak" or "" after a PUT; whether all versions are weak.
        self.put_etag, self.weak = "strong", False
        #: vCard 4.0 only.
        self.four_only = False
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self.book = self.url + BOOK

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    # --- What people do -------------------------------------------------------------------

    def put(self, name: str, card: bytes) -> str:
        """Keep a card; its id."""
        path = BOOK + name
        self.changes.append(path)
        etag = f'"{len(self.changes)}"'
        self.cards[path] = (f"W/{etag}" if self.weak else etag, card)
        return path

    def delete(self, path: str) -> None:
        self.changes.append(path)
        del self.cards[path]

    @property
    def methods(self) -> list[str]:
        return [request.method for request in self.log]

    # --- The protocol ---------------------------------------------------------------------

    def respond(self, request: Request) -> Response:
        self.log.append(request)
        fault = self.plan.pop(0) if self.plan else carry_on
        return fault(self, request)

    def serve(self, request: Request) -> Response:
        if self.auth and not self._signed_in(request):
            return Response(401, {"WWW-Authenticate": self._challenge(request)})
        if not request.path.startswith(BOOK):
            return Response(404)
        serve = getattr(self, f"_{request.method.lower()}", None)
        return serve(request) if serve else Response(405)

    def _challenge(self, request: Request) -> str:
        if self.auth == "basic":
            return f'Basic realm="{REALM}"'
        used = request.headers.get("Authorization", "")
        stale = ', stale="true"' if any(old in used for old in self.stale_nonces) else ""
        return f'Digest realm="{REALM}", qop="auth", nonce="{self.nonce}", opaque="o"{stale}'

    def _signed_in(self, request: Request) -> bool:
        used = request.headers.get("Authorization", "")
        if self.auth == "basic":
            return used == "Basic YWxpY2U6c2VjcmV0"
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', used.removeprefix("Digest ")))
        if not used.startswith("Digest") or given.get("nonce") != self.nonce:
            return False
        secret = _md5(f"{USER}:{REALM}:{PASSWORD}")
        asked = _md5(f"{request.method}:{request.path}")
        proof = f"{secret}:{self.nonce}:{given['nc']}:{given['cnonce']}:auth:{asked}"
        return given["response"] == _md5(proof) and given["uri"] == request.path

    def _propfind(self, request: Request) -> Response:
        own = "<D:resourcetype><D:collection/><C:addressbook/></D:resourcetype>"
        own += "<D:displayname>One</D:displayname>"
        own += f"<S:getctag>c{len(self.changes)}</S:getctag>" if self.ctag else ""
        rows = [_row(BOOK, own)]
        if request.headers.get("Depth") == "1":
            rows += [_row(path, _etag(etag)) for path, (etag, _) in self.cards.items()]
        return _multistatus(rows)

    def _report(self, request: Request) -> Response:
        text = request.body.decode()
        if "addressbook-multiget" in text:
            return self._multiget(re.findall(r"<D:href>([^<]*)</D:href>", text))
        if not self.sync:
            return Response(403, {}, _error("<D:supported-report/>"))
        match = re.search(r"<D:sync-token>t(\d*)</D:sync-token>", text)
        if match and self.lost_token:
            return Response(self.lost_token, {}, _error("<D:valid-sync-token/>"))
        return self._sync_rows(int(match[1]) if match else 0)

    def _sync_rows(self, since: int) -> Response:
        until = since + self.cut if self.cut else len(self.changes)
        rows = []
        for path in dict.fromkeys(self.changes[since:until]):
            there = self.cards.get(path)
            rows.append(_row(path, _etag(there[0])) if there else _row(path, status=404))
        if until < len(self.changes):
            rows.append(_row(BOOK, status=507))
        token = min(until, len(self.changes))
        return _multistatus(rows, f"<D:sync-token>t{token}</D:sync-token>")

    def _multiget(self, hrefs: list[str]) -> Response:
        if self.multiget_fails and any(href not in self.cards for href in hrefs):
            return Response(404)
        rows = []
        for href in hrefs:
            if href in self.cards:
                etag, card = self.cards[href]
                data = f"<C:address-data>{escape(card.decode())}</C:address-data>"
                rows.append(_row(href, _etag(etag) + data))
            else:
                rows.append(_row(href, status=404))
        return _multistatus(rows)

    def _get(self, request: Request) -> Response:
        path = unquote(request.path)
        if path not in self.cards:
            return Response(404)
        etag, card = self.cards[path]
        return Response(200, {"ETag": etag, "Content-Type": "text/vcard"}, card)

    def _put(self, request: Request) -> Response:
        path = unquote(request.path)
        there = self.cards.get(path)
        matches = request.headers.get("If-Match")
        if (request.headers.get("If-None-Match") and there) or (
            matches and (not there or there[0] != matches)
        ):
            return Response(412)
        if self.four_only and b"VERSION:4.0" not in request.body:
            return Response(403, {}, _error("<C:supported-address-data/>"))
        self.put(path.removeprefix(BOOK), request.body)
        etag = self.cards[path][0].removeprefix("W/")
        told = {"strong": {"ETag": etag}, "weak": {"ETag": f"W/{etag}"}, "": {}}[self.put_etag]
        return Response(204 if there else 201, told)

    def _delete(self, request: Request) -> Response:
        path = unquote(request.path)
        if path not in self.cards:
            return Response(404)
        if request.headers.get("If-Match", self.cards[path][0]) != self.cards[path][0]:
            return Response(412)
        self.delete(path)
        return Response(204)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        scripted = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                self.raw_requestline = self.rfile.readline(65537)
                if not self.raw_requestline or not self.parse_request():
                    self.close_connection = True
                    return
                size = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(size)
                if len(body) < size:  # the client is gone in the middle of it
                    self.close_connection = True
                    return
                request = Request(self.command, self.path, dict(self.headers), body)
                self._answer(scripted.respond(request))

            def _answer(self, response: Response) -> None:
                if not response.status:
                    self.close_connection = True
                    return
                self.send_response(response.status)
                for name, value in response.headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in response.headers:
                    self.send_header("Content-Length", str(len(response.body)))
                self.end_headers()
                self.wfile.write(response.body)

            def log_message(self, format: str, *args: object) -> None:
                """The log of requests is ``ScriptedServer.log``."""

        return Handler


def _etag(text: str) -> str:
    return f"<D:getetag>{escape(text)}</D:getetag>"


def _row(path: str, props: str = "", status: int = 200) -> str:
    if status != 200:
        inner = f"<D:status>HTTP/1.1 {status} Word</D:status>"
    else:
        inner = f"<D:propstat><D:prop>{props}</D:prop><D:status>HTTP/1.1 200 OK</D:status>"
        inner += "</D:propstat>"
    return f"<D:response><D:href>{escape(path)}</D:href>{inner}</D:response>"


_SPACES = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav" '
    'xmlns:S="http://calendarserver.org/ns/"'
)


def _multistatus(rows: list[str], rest: str = "") -> Response:
    body = f"<D:multistatus {_SPACES}>{''.join(rows)}{rest}</D:multistatus>"
    headers = {"Content-Type": "application/xml; charset=utf-8"}
    return Response(207, headers, f'<?xml version="1.0"?>\n{body}'.encode())


def _error(condition: str) -> bytes:
    return f"<D:error {_SPACES}>{condition}</D:error>".encode()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
