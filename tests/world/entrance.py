"""Where the connectors come in to the stand-ins, and what can happen to a request there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.web import Cut, as_html
from tests.world.standing import StandInApp


class Struck(Exception):
    """A request meets a fault; ``what``: the history's word for it."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


#: Faults that an app answers with a status before it does anything.
STATUSES = {"busy": 429, "ill": 503, "locked": 401}


class Entrance:
    """Through which the connectors come to the stand-ins: each request is a call that a history
    can disturb. A WSGI application."""

    def __init__(self, sandbox: Sandbox, apps: Mapping[str, StandInApp]) -> None:
        self._sandbox = sandbox
        self._apps = apps

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        method, path, query = (
            environ[name] for name in ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING")
        )
        app = self._apps[path.split("/")[1]]
        call = app.call_of(method, path, query)
        begun: list[Any] = []
        try:
            app.interrupt("before", call)
            body = b"".join(self._sandbox(environ, lambda *given: begun.extend(given)))
        except Struck as fault:
            body = self._instead(app, fault.what, begun)
        else:
            app.note()
            try:
                app.interrupt("after", call)
            except Struck as fault:
                body = _spoiled(fault.what, body, begun)
        start_response(*begun)
        return [body]

    def _instead(self, app: StandInApp, what: str, begun: list[Any]) -> bytes:
        """Nothing was carried out."""
        if what not in STATUSES:
            raise Cut
        after = 30 if what == "busy" else None
        answer = self._sandbox.apps[app.app].error(STATUSES[what], after)
        begun[:] = [f"{answer.status} Error", list(answer.headers.items())]
        return answer.body


def _spoiled(what: str, body: bytes, begun: list[Any]) -> bytes:
    """Everything was carried out, and the answer says nothing of it."""
    if what == "short" and len(body) > 1:
        return body[: len(body) // 2]
    if what != "ill":
        raise Cut
    page = as_html("<h1>Bad gateway</h1>", 502)
    begun[:] = [f"{page.status} Error", list(page.headers.items())]
    return page.body
