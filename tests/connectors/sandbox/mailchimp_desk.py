"""A stand-in of Mailchimp served over real HTTP, with Mailchimp's own client signed in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import mailchimp_marketing
import requests
from mailchimp_marketing.api_client import ApiClientError

from connectors.sandbox.mailchimp.app import Mailchimp
from connectors.sandbox.mailchimp.hands import Hands
from connectors.sandbox.mailchimp.hands_audience import AudienceHands
from connectors.sandbox.mailchimp.people import hash_of
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from tests.connectors.sandbox import mailchimp_schema as schema

OWNER = "owner@example.org"
KEY = "0123456789abcdef-us6"
ANN = "Ann.Miller@example.com"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **duration: float) -> str:
        """The time that it is then, as Mailchimp writes it."""
        self.now += timedelta(**duration)
        return self.now.isoformat()


@dataclass(frozen=True)
class Problem:
    """An error as the client gives it: problem+json, which it does not parse."""

    status: int
    body: dict[str, Any]

    @property
    def title(self) -> str:
        return str(self.body["title"])

    @property
    def detail(self) -> str:
        return str(self.body["detail"])

    @property
    def errors(self) -> list[tuple[str, str]]:
        return [(each["field"], each["message"]) for each in self.body.get("errors", [])]


@dataclass
class Desk:
    sandbox: Sandbox
    mailchimp: Mailchimp
    account: str
    hands: Hands
    list: str
    clock: Clock
    url: str
    client: Any
    odd: set[int] = field(default_factory=set)

    @property
    def lists(self) -> Any:
        """The client's."""
        return self.client.lists

    @property
    def people(self) -> AudienceHands:
        return self.hands.audience(self.list)

    def quirks(self, **changes: Any) -> None:
        self.mailchimp.quirks = replace(self.mailchimp.quirks, **changes)

    def add(self, address: str = ANN, status: str = "subscribed", **body: Any) -> dict[str, Any]:
        """By the API."""
        given = {"email_address": address, "status": status, **body}
        added: dict[str, Any] = self.lists.add_list_member(self.list, given)
        return added

    def get(self, id: str = ANN) -> dict[str, Any]:
        """``id``: an address, a hash or a contact_id."""
        id = hash_of(id) if "@" in id else id
        got: dict[str, Any] = self.lists.get_list_member(self.list, id)
        return got

    def patch(self, id: str = ANN, query: dict[str, Any] | None = None, **body: Any) -> Any:
        id = hash_of(id) if "@" in id else id
        return self.lists.update_list_member(self.list, id, body, **(query or {}))

    def put(self, id: str = ANN, query: dict[str, Any] | None = None, **body: Any) -> Any:
        id = hash_of(id) if "@" in id else id
        return self.lists.set_list_member(self.list, id, body, **(query or {}))

    def members(self, **query: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.lists.get_list_members_info(self.list, **query)[
            "members"
        ]
        return found

    def addresses(self, **query: Any) -> list[str]:
        return [member["email_address"] for member in self.members(count=1000, **query)]

    def tag(self, *names: str, status: str = "active", address: str = ANN, **body: Any) -> Any:
        given = [{"name": name, "status": status} for name in names]
        return self.lists.update_list_member_tags(
            self.list, hash_of(address), {"tags": given, **body}
        )

    def raw(self, method: str, path: str, key: str = KEY, **options: Any) -> requests.Response:
        """A request that the client cannot be brought to make; ``path`` follows /3.0."""
        headers = {"Authorization": f"Bearer {key}", **options.pop("headers", {})}
        return requests.request(
            method, f"{self.url}/mailchimp/3.0{path}", headers=headers, timeout=20, **options
        )

    @contextmanager
    def odd_requests(self) -> Iterator[None]:
        """Those made in here are not judged; their answers are."""
        first = len(self.sandbox.exchanges)
        yield
        self.odd.update(range(first, len(self.sandbox.exchanges)))


def refused(call: Any, *given: Any, **named: Any) -> Problem:
    """The error that a call of the client ends in."""
    try:
        answer = call(*given, **named)
    except ApiClientError as error:
        return Problem(error.status_code, json.loads(error.text))
    raise AssertionError(f"not refused: {answer}")


@contextmanager
def opened(path: Path | str = ":memory:", **quirks: Any) -> Iterator[Desk]:
    """At the end every answer is judged by the schema, and every request that was not refused."""
    clock = Clock()
    sandbox = Sandbox(path, now=clock, apps=["mailchimp"], recording=True)
    mailchimp = sandbox.apps["mailchimp"]
    assert isinstance(mailchimp, Mailchimp)
    mailchimp.quirks = replace(mailchimp.quirks, **quirks)
    account = mailchimp.open_account(OWNER, "Olive Owner", KEY)
    hands = mailchimp.hands(account)
    audience = next(iter(hands.audiences()), "") or hands.add_audience("Customers")
    with serving(sandbox) as server:
        client = client_of(server.url, KEY)
        desk = Desk(sandbox, mailchimp, account, hands, audience, clock, server.url, client)
        yield desk
        found = [line for each in sandbox.exchanges for line in schema.of_answer(each)]
        for place, exchange in enumerate(sandbox.exchanges):
            if exchange.status < 400 and place not in desk.odd:
                found += schema.of_request(exchange)
    sandbox.close()
    assert found == []


def client_of(url: str, key: str, oauth: bool = False) -> Any:
    client = mailchimp_marketing.Client()
    client.set_config({"access_token" if oauth else "api_key": key})
    # ``host`` is fixed in the client, and ``server`` replaces that very word all over the URL.
    client.api_client.host = f"{url}/mailchimp/3.0"
    client.api_client.server = ""
    return client
