"""The stand-in as a whole: who may call what, how often, and what refusals look like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from http import HTTPStatus

from connectors.sandbox.contactually import api_contacts, api_labels, api_team, replies, users
from connectors.sandbox.contactually.desk import Desk, stamp
from connectors.sandbox.contactually.hands import Hands
from connectors.sandbox.contactually.page import Page
from connectors.sandbox.contactually.problems import Problem
from connectors.sandbox.contactually.quirks import Quirks
from connectors.sandbox.contactually.quota import Quota
from connectors.sandbox.router import Handler, Route
from connectors.sandbox.stand_in import House, StandIn
from connectors.sandbox.tokens import Grant, Refusal
from connectors.sandbox.web import Answer, Request, Stop

#: Answers a call to the API for an account.
Call = Callable[[Desk, Request], Answer]
_TEXTS = {
    400: "The request is malformed",
    401: "A valid bearer token is needed",
    403: "You are not allowed to do that",
    404: "The page could not be found",
    422: "The data is invalid",
    429: "Rate limit exceeded",
    503: "The service is unavailable",
}


class Contactually(StandIn):
    name = "contactually"
    label = "Contactually"
    accent = "#1a7f7a"

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.quirks: Quirks = Quirks()
        self._quota = Quota(house.now)

    def open_account(self, email: str, name: str = "", token: str = "") -> str:
        with self.store.transaction():
            known = self.accounts.of(email)
            account = known.id if known else users.add(self.store, email, name, stamp(self.now()))
            if known is None:
                self.accounts.add(account, email, name)
            if token:
                self.tokens.issue(account, access=token)
        return account

    def hands(self, account: str) -> Hands:
        users.user(self.store, account)
        return Hands(lambda: self._desk(account))

    def routes(self) -> Sequence[Route]:
        calls = [*api_contacts.ROUTES, *api_labels.ROUTES, *api_team.ROUTES]
        return [
            *(
                Route(method, f"{replies.API}{path}", self._answering(call))
                for method, path, call in calls
            ),
            *Page(self).routes(),
        ]

    def error(self, status: int, retry_after: int | None = None) -> Answer:
        text = _TEXTS.get(status, "Something went wrong")
        return replies.error(self.quirks, status, text, retry_after=retry_after)

    def not_found(self, request: Request) -> Answer:
        return self.error(HTTPStatus.NOT_FOUND)

    def before(self, request: Request) -> None:
        grant = self._grant(request)
        if users.user(self.store, grant.account)["status"] == "disabled":
            raise Stop(self.error(HTTPStatus.PAYMENT_REQUIRED))
        if not self._quota.spend(grant.account, self.quirks.requests_per_minute):
            wait = self._quota.reset if self.quirks.retry_after else None
            raise Stop(self.error(HTTPStatus.TOO_MANY_REQUESTS, wait))
        if self.quirks.scopes and not _covers(grant.scope, request.path):
            raise Stop(self.error(HTTPStatus.FORBIDDEN))

    def after(self, request: Request, answer: Answer) -> Answer:
        limit = self.quirks.requests_per_minute
        if not limit or not self.is_api(request.path):
            return answer
        try:
            account = self.tokens.account_of(request.bearer)
        except Refusal:
            account = ""
        told = {
            "X-Rate-Limit-Limit": str(limit),
            "X-Rate-Limit-Remaining": str(self._quota.left(account, limit)),
            # Seconds to wait, not a time of day.
            "X-Rate-Limit-Reset": str(self._quota.reset),
        }
        return replace(answer, headers={**answer.headers, **told})

    def _answering(self, call: Call) -> Handler:
        def answer(request: Request) -> Answer:
            desk = self._desk(self._grant(request).account)
            if request.method == "DELETE" and self.quirks.loses_delete_bodies:
                request = replace(request, body=b"")
            try:
                return call(desk, request)
            except Problem as problem:
                told = replies.error(self.quirks, problem.status, problem.text, problem.cause)
                raise Stop(told) from None

        return answer

    def _grant(self, request: Request) -> Grant:
        try:
            return self.tokens.grant_of(request.bearer)
        except Refusal:
            raise Stop(self.error(HTTPStatus.UNAUTHORIZED)) from None

    def _desk(self, account: str) -> Desk:
        return Desk(self.store, account, self.now, self.quirks)


def _covers(scope: str, path: str) -> bool:
    """Whether a grant lets its client call this. Personal tokens have no scope and may all."""
    granted = scope.split()
    if not granted or "all:manage" in granted or path == f"{replies.API}/me":
        return True
    own = (f"{replies.API}/contacts", f"{replies.API}/notes")
    return "contacts:manage" in granted and path.startswith(own)
