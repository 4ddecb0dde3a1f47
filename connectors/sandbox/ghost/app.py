"""The stand-in as a whole: its routes, who may call them, and what a refusal looks like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from connectors.sandbox.ghost import keys, page, problems, site
from connectors.sandbox.ghost.calls import CALLS, Call
from connectors.sandbox.ghost.calls import site as site_call
from connectors.sandbox.ghost.hands import Hands
from connectors.sandbox.ghost.problems import Refused
from connectors.sandbox.ghost.quirks import Quirks
from connectors.sandbox.ghost.site import Site
from connectors.sandbox.router import Handler, Route
from connectors.sandbox.stand_in import House, StandIn
from connectors.sandbox.web import Answer, Request, Stop

_API = "/{site}/ghost/api/admin"


class Ghost(StandIn):
    name = "ghost"
    label = "Ghost"
    accent = "#7b5bd6"

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.quirks: Quirks = Quirks()

    def open_account(self, email: str, name: str = "", token: str = "") -> str:
        """A site. ``token``: as an Admin API key of it."""
        with self.store.transaction():
            account = self.accounts.of(email)
            if account is None:
                title = name or email.partition("@")[0]
                account = self.accounts.add(
                    site.made(self.store, self._clock, title).id, email, title
                )
            if token:
                self.tokens.issue(account.id, access=token)
                keys.keep(self.store, account.id, token)
        return account.id

    def hands(self, account: str) -> Hands:
        """Raises LookupError for a site that there is not."""
        found = site.found(self.store, self._clock, account)
        if found is None:
            raise LookupError(f"There is no site {account}.")
        return Hands(found)

    def routes(self) -> Sequence[Route]:
        api = [Route(method, _API + path, self._api(call)) for method, path, call in CALLS]
        bare = [
            Route(method, (_API + path).rstrip("/"), _with_slash)
            for method, path, _ in CALLS
            if method == "GET"
        ]
        return [*api, *bare, *page.routes(self)]

    def error(self, status: int, retry_after: int | None = None) -> Answer:
        return problems.general(status, retry_after)

    def not_found(self, request: Request) -> Answer:
        """An integration that calls what there is not, or what it may not call."""
        words = "Request could not be served, the endpoint was not found."
        context = "Provided client accept-version v5.0 is behind current Ghost version v5.130."
        return problems.answered(
            Refused(
                "RequestNotAcceptableError",
                words,
                context=context,
                code="UPDATE_CLIENT",
                help="Try upgrading your Ghost API client.",
            )
        )

    def after(self, request: Request, answer: Answer) -> Answer:
        if not self.is_api(request.path):
            return answer
        told = {"Content-Version": "v5.130", "Vary": "Accept-Version, Accept-Encoding"}
        return replace(answer, headers={**answer.headers, **told})

    def _clock(self) -> datetime:
        return self.now() + timedelta(seconds=self.quirks.ahead)

    def _api(self, call: Callable[[Call], Answer]) -> Handler:
        def answer(request: Request) -> Answer:
            try:
                found = self._site(request, is_public=call is site_call)
                url = f"{request.home}/{found.id}"
                return call(Call(request, found, self.quirks, url))
            except Refused as refused:
                raise Stop(problems.answered(refused)) from None

        return answer

    def _site(self, request: Request, is_public: bool) -> Site:
        """That of the path, if the key is one of it; raises Refused."""
        id = request.parts["site"]
        found = site.found(self.store, self._clock, id)
        if found is None:
            raise Stop(Answer(404, b"<h1>404</h1>", {"Content-Type": "text/html"}))
        if not is_public:
            header = request.headers.get("authorization", "")
            signed = keys.site_of(self.store, self.tokens, header, self._clock())
            if signed != id:
                words = "Unknown Admin API Key"
                raise Refused("UnauthorizedError", words, code="UNKNOWN_ADMIN_API_KEY")
        return found


def _with_slash(request: Request) -> Answer:
    return Answer(301, b"", {"Location": f"{request.home}{request.path}/"})
