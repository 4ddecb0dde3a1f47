"""The smallest app there can be, to try the frame of the stand-ins by: a shelf of texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from connectors.sandbox.oauth import Rules
from connectors.sandbox.oauth.rules import CONTACTUALLY, GOOGLE, MAILCHIMP
from connectors.sandbox.router import Route
from connectors.sandbox.stand_in import StandIn
from connectors.sandbox.tokens import Refusal
from connectors.sandbox.web import Answer, Request, Stop, as_html, as_json


@dataclass(frozen=True, slots=True)
class Quirks:
    lag: float = 0
    shout: bool = False
    order: Literal["up", "down"] = "up"
    limit: int | None = None
    words: frozenset[str] = frozenset()


class Shelf(StandIn):
    name = "shelf"
    label = "Shelf & Sons"
    rules = CONTACTUALLY

    def __init__(self, house: Any) -> None:
        super().__init__(house)
        self.quirks = Quirks()
        self.asked_before: list[str] = []

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", "/", lambda request: as_html("<h1>A page</h1>")),
            Route("GET", "/v1/texts", self._list),
            Route("POST", "/v1/texts", self._add),
            Route("GET", "/v1/texts/{id}", self._get),
            Route("POST", "/v1/texts/{id}:refuse", self._refuse),
            Route("DELETE", "/v1/texts/{id}", lambda request: Answer(204)),
            Route("GET", "/v1/files/{path:path}", lambda request: as_json(dict(request.parts))),
            Route("GET", "/v1/me", self._me),
        ]

    def open_account(self, email: str, name: str = "", token: str = "") -> str:
        known = self.accounts.of(email)
        account = known or self.accounts.add(f"u{self.store.next('shelf/user')}", email, name)
        if token:
            self.tokens.issue(account.id, access=token)
        return account.id

    def hands(self, account: str) -> None:
        return None

    def error(self, status: int, retry_after: int | None = None) -> Answer:
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return as_json({"sorry": status}, status, headers)

    def not_found(self, request: Request) -> Answer:
        return as_json({"known": self.router.methods(request.path)}, 404)

    def before(self, request: Request) -> None:
        self.asked_before.append(request.path)

    def after(self, request: Request, answer: Answer) -> Answer:
        return Answer(answer.status, answer.body, {**answer.headers, "X-Shelf": "1"})

    def _list(self, request: Request) -> Answer:
        return as_json(self.store.all("shelf/text"))

    def _add(self, request: Request) -> Answer:
        try:
            text = request.json()
        except ValueError as error:
            return as_json({"error": str(error)}, 400)
        id = str(self.store.next("shelf/text"))
        self.store.put("shelf/text", id, {"id": id, "text": text})
        return as_json({"id": id}, 201)

    def _get(self, request: Request) -> Answer:
        found = self.store.get("shelf/text", request.parts["id"])
        return as_json(found) if found else as_json({}, 404)

    def _refuse(self, request: Request) -> Answer:
        self.store.put("shelf/text", request.parts["id"], {"id": request.parts["id"]})
        raise Stop(as_json({"error": "no"}, 409))

    def _me(self, request: Request) -> Answer:
        try:
            return as_json({"account": self.tokens.account_of(request.bearer)})
        except Refusal as refusal:
            return as_json({"error": str(refusal)}, 401)


class _SignsIn(Shelf):
    """A shelf whose consent and tokens are those of a real app."""

    rules: Rules


class LikeGoogle(_SignsIn):
    name, label, rules = "google", "Google Contacts", GOOGLE


class LikeMailchimp(_SignsIn):
    name, label, rules = "mailchimp", "Mailchimp", MAILCHIMP


class LikeContactually(_SignsIn):
    name, label, rules = "contactually", "Contactually", CONTACTUALLY


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **lapse: float) -> None:
        self.time += timedelta(**lapse)


BACK = "https://accord.example/back/?from=app"
CLIENT = {"client_id": "accord", "client_secret": "s3cret & more"}


class Visitor:
    """Someone with a browser, and the client that sends them to the app; plain HTTP.

    ``url`` is that of the app."""

    def __init__(self, url: str, stand_in: StandIn) -> None:
        self.url = url
        self.rules = stand_in.rules
        stand_in.oauth.register(CLIENT["client_id"], CLIENT["client_secret"], [BACK], "Accord")

    def asked(self, **changes: str | None) -> dict[str, str]:
        """The query of a good request for consent; None takes one away."""
        usual: dict[str, str | None] = {
            "client_id": CLIENT["client_id"],
            "redirect_uri": BACK,
            "response_type": "code",
            "state": "a b&c=d/é",
        }
        if self.rules.requires_scope:
            usual |= {
                "scope": "email https://www.googleapis.com/auth/contacts",
                "access_type": "offline",
                "prompt": "consent",
            }
        return {name: value for name, value in (usual | changes).items() if value is not None}

    def page(self, **changes: str | None) -> requests.Response:
        return requests.get(self.url + self.rules.authorize, self.asked(**changes), timeout=5)

    def answer(self, form: Any, **changes: str | None) -> requests.Response:
        return requests.post(
            f"{self.url}{self.rules.authorize}?{urlencode(self.asked(**changes))}",
            form,
            timeout=5,
            allow_redirects=False,
        )

    def allow(self, account: str, **changes: str | None) -> str:
        """The code that comes back."""
        form = {"answer": "allow", "account": account, "scope": self.asked(**changes).get("scope")}
        form["scope"] = (form["scope"] or "").split()
        return back_with(self.answer(form, **changes))["code"]

    def exchange(self, code: str, **changes: str | None) -> requests.Response:
        return self.post(grant_type="authorization_code", code=code, redirect_uri=BACK, **changes)

    def refresh(self, token: str, **changes: str | None) -> requests.Response:
        return self.post(grant_type="refresh_token", refresh_token=token, **changes)

    def post(self, **fields: str | None) -> requests.Response:
        given = {k: v for k, v in ({**CLIENT, **fields}).items() if v is not None}
        return requests.post(self.url + self.rules.token, given, timeout=5)

    def me(self, access: str) -> requests.Response:
        return requests.get(
            f"{self.url}/v1/me", headers={"Authorization": f"Bearer {access}"}, timeout=5
        )


def back_with(answer: requests.Response, mark: str = "?") -> dict[str, str]:
    """What the browser takes back to the client; fails where it is not sent back."""
    assert answer.status_code == 303, answer.text
    where = answer.headers["Location"]
    assert where.startswith(BACK.partition("?")[0])
    parts = urlsplit(where)
    text = parts.fragment if mark == "#" else parts.query
    return {name: values[0] for name, values in parse_qs(text).items()}


Now = Callable[[], datetime]
