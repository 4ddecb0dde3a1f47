"""A stand-in of Contactually behind a real server, with a clock of its own and one account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from connectors.sandbox.contactually.app import Contactually
from connectors.sandbox.contactually.hands import Hands
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from tests.connectors.sandbox.contactually_description import (
    answer_violations,
    operations,
    request_violations,
)

TOKEN = "personal-token"
Json = dict[str, Any]


@dataclass
class Clock:
    time: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def go(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Crm:
    """``call`` speaks to the API with the account's token; ``hands`` are its owner's."""

    def __init__(self, sandbox: Sandbox, clock: Clock, home: str) -> None:
        self.sandbox = sandbox
        self.clock = clock
        self.home = home
        found = sandbox.apps["contactually"]
        assert isinstance(found, Contactually)
        self.app = found
        self.account = found.open_account("kim@example.com", "Kim Example", token=TOKEN)
        self.session = requests.Session()

    @property
    def hands(self) -> Hands:
        return self.app.hands(self.account)

    def turn(self, **quirks: object) -> None:
        self.app.quirks = replace(self.app.quirks, **quirks)

    def call(
        self,
        method: str,
        path: str,
        data: object = None,
        query: Json | None = None,
        token: str = TOKEN,
        **options: Any,
    ) -> requests.Response:
        sent = {} if data is None else {"json": {"data": data}}
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.session.request(
            method, f"{self.home}/v2{path}", params=query, headers=headers, **sent, **options
        )

    def get(self, path: str, **query: object) -> Any:
        """``data`` of an answer that is no error."""
        return self._data(self.call("GET", path, query=query))

    def send(self, method: str, path: str, data: object = None, **query: object) -> Any:
        return self._data(self.call(method, path, data, query))

    def listed(self, **query: object) -> list[str]:
        """The first names of a list."""
        return [contact["first_name"] for contact in self.get("/contacts", **query)]

    @staticmethod
    def _data(answer: requests.Response) -> Any:
        assert answer.status_code < 400, answer.text
        return answer.json()["data"]


@contextmanager
def open_crm(path: Path | str = ":memory:") -> Iterator[Crm]:
    """At the end all that was answered has to be as described, and so has all that was asked
    and not refused."""
    clock = Clock()
    sandbox = Sandbox(path, clock.now, clock.go, apps=["contactually"], recording=True)
    with serving(sandbox) as server:
        crm = Crm(sandbox, clock, f"{server.url}/contactually")
        yield crm
        crm.session.close()
    sandbox.close()
    described = operations()
    known = [call for call in sandbox.exchanges if (call.method, call.template) in described]
    asked = [call for call in known if call.status < 400]
    found = [text for call in known for text in answer_violations(call)]
    found += [text for call in asked for text in request_violations(call)]
    assert not found, "\n".join(found)
