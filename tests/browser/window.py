"""What no page of ours may do in a browser, whatever the test is about."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError


class Window:
    """A browser of somebody's own (``context``), and what went wrong in it (``faults``): errors of
    our pages, and requests that go where none should.

    ``accord``, ``apps``: the addresses of the product and of the stand-ins ("": the test has
    none). Our pages send people to those, and load nothing from them. ``refusals``: statuses of
    ours that the test is about; browsers put such an answer on the console.
    """

    def __init__(self, context: BrowserContext, accord: str, apps: str = "") -> None:
        self.context = context
        self.accord = accord
        self.faults: list[str] = []
        self.refusals: tuple[int, ...] = ()
        self._host = urlsplit(accord).netloc
        self._apps = urlsplit(apps).netloc
        context.on("console", self._heard)
        context.on("weberror", self._thrown)
        context.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        where = message.location["url"]
        is_awaited = any(f"a status of {status} " in message.text for status in self.refusals)
        if message.type == "error" and urlsplit(where).netloc != self._apps and not is_awaited:
            self.faults.append(f"console of {where}: {message.text}")

    def _thrown(self, error: WebError) -> None:
        self.faults.append(f"uncaught: {error.error}")

    def _asked(self, request: Request) -> None:
        to = urlsplit(request.url)
        if to.scheme in ("data", "blob") or to.netloc == self._host:
            return
        if to.netloc != self._apps or not request.is_navigation_request():
            self.faults.append(f"{request.resource_type} asked for {request.url}")
        elif request.headers.get("referer", "").startswith(f"http://{self._host}/"):
            self.faults.append(f"{to.path} is told from which page people come")
