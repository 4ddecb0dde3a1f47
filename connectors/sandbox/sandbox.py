"""All stand-ins as one WSGI application: ``/google/…``, ``/ghost/…`` and so on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from connectors.sandbox.control import control
from connectors.sandbox.faults import Fault
from connectors.sandbox.recording import Call, Exchange, exchange
from connectors.sandbox.router import Found
from connectors.sandbox.stand_in import House, StandIn
from connectors.sandbox.store import Store
from connectors.sandbox.web import Answer, Cut, Request, Stop, as_html

#: app -> module and class of its stand-in, imported at first use.
STAND_INS: Mapping[str, str] = {
    "contactually": "connectors.sandbox.contactually.app:Contactually",
    "ghost": "connectors.sandbox.ghost.app:Ghost",
    "google": "connectors.sandbox.google.app:Google",
    "mailchimp": "connectors.sandbox.mailchimp.app:Mailchimp",
}
_REASONS = {200: "OK", 201: "Created", 204: "No Content", 303: "See Other", 400: "Bad Request"}
_PAGE = "<!doctype html><title>Error</title><h1>Something went wrong</h1>"


class Sandbox:
    """``path``: the SQLite file. ``calls`` lists every call of an API or for a token since it was
    last cleared, also those that a fault struck (status 0: the connection was cut). With
    ``recording``, ``exchanges`` holds those of the APIs whole."""

    def __init__(
        self,
        path: Path | str = ":memory:",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        apps: Iterable[str | type[StandIn]] = tuple(STAND_INS),
        recording: bool = False,
    ) -> None:
        self.store = Store(path)
        self.sleep = sleep
        self.calls: list[Call] = []
        self.recording = recording
        self.exchanges: list[Exchange] = []
        house = House(self.store, now)
        classes = [_stand_in(app) if isinstance(app, str) else app for app in apps]
        self.apps: dict[str, StandIn] = {found.name: found(house) for found in classes}

    def answer(self, app: str, request: Request) -> Answer:
        """The answer of a stand-in; raises Cut where the connection ends without one."""
        stand_in = self.apps[app]
        found = stand_in.router.find(request.method, request.path)
        template = found.template if found else request.path
        try:
            with stand_in.attending(request):
                answer = self._struck(stand_in, found, request)
        except Stop as stop:
            answer = stand_in.after(request, stop.answer)
        if not stand_in.is_page(request.path):
            status = answer.status if answer else 0
            self.calls.append(Call(app, request.method, template, request.path, status))
        if self.recording and stand_in.is_api(request.path):
            self.exchanges.append(exchange(app, template, request, answer))
        if answer is None:
            raise Cut
        return answer

    def _struck(self, stand_in: StandIn, found: Found | None, request: Request) -> Answer | None:
        """The answer as it leaves, or what a fault makes of it; None: the connection is cut."""
        fault = stand_in.faults.strike(request, stand_in.is_page(request.path))
        what = fault.what if fault else ""
        if fault and what == "slow":
            self.sleep(fault.seconds)
        if what == "dropped":
            return None
        if fault and what == "status":
            return stand_in.after(request, stand_in.error(fault.status, fault.retry_after))
        answer = self._answered(stand_in, found, request)
        if what == "lost":
            return None
        if fault and what == "broken":
            answer = as_html(_PAGE, fault.status)
        return stand_in.after(request, answer)

    def _answered(self, stand_in: StandIn, found: Found | None, request: Request) -> Answer:
        try:
            with self.store.transaction():
                if stand_in.is_api(request.path):
                    stand_in.before(request)
                if found is None:
                    raise Stop(stand_in.not_found(request))
                return found.handler(replace(request, parts=found.parts))
        except Stop as stop:
            return stop.answer

    def order(self, app: str, fault: Fault) -> None:
        self.apps[app].faults.order(fault)

    def close(self) -> None:
        self.store.close()

    # --- WSGI -----------------------------------------------------------------------------

    def __call__(
        self, environ: Mapping[str, Any], start_response: Callable[..., Any]
    ) -> Sequence[bytes]:
        """PEP 3333; raises Cut where the server is to end the connection without an answer."""
        app, _, rest = environ["PATH_INFO"].lstrip("/").partition("/")
        if app in self.apps:
            answer = self.answer(app, _request(environ, app, f"/{rest}"))
        else:
            answer = control(self, _request(environ, "", environ["PATH_INFO"]))
        # RFC 9110 §8.6: none where there is never a body.
        length = {} if answer.status in (204, 304) else {"Content-Length": str(len(answer.body))}
        headers = {**length, **answer.headers}
        start_response(
            f"{answer.status} {_REASONS.get(answer.status, 'Status')}", list(headers.items())
        )
        return [answer.body]


def _stand_in(app: str) -> type[StandIn]:
    module, _, name = STAND_INS[app].partition(":")
    found: type[StandIn] = getattr(import_module(module), name)
    return found


def _request(environ: Mapping[str, Any], app: str, path: str) -> Request:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    home = f"{environ.get('wsgi.url_scheme', 'http')}://{headers.get('host', 'localhost')}"
    return Request(
        method=environ["REQUEST_METHOD"],
        # PEP 3333 has the bytes of the path as Latin-1.
        path=path.encode("latin-1").decode("utf-8", "replace"),
        query=parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True),
        headers=headers,
        body=environ["wsgi.input"].read(length) if length else b"",
        home=f"{home}/{app}" if app else home,
    )
