"""A server that answers as it is told, for what the stand-in never does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from connectors.connector import World
from connectors.contactually.connector import Contactually
from tests.connectors.contactually.partner import Clock
from tests.connectors.wire import ORIGIN, Wired


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, list[str]]
    body: Any
    login: str = ""

    @property
    def page(self) -> int:
        return int(self.query["page"][0])


@dataclass(frozen=True)
class Told:
    """``body``: text as it is, anything else as JSON."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Scripted:
    """``answer`` is asked for what to say to each request."""

    answer: Callable[[Asked], Told]
    clock: Clock = field(default_factory=Clock)
    asked: list[Asked] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)

    def connector(self, token: str = "token", **credentials: str) -> Contactually:
        world = World(
            self.clock.now,
            self.clock.sleep,
            Path(),
            settings={
                "CONTACTUALLY_API_URL": f"{ORIGIN}/v2",
                "CONTACTUALLY_AUTH_URL": f"{ORIGIN}/oauth2/",
                "CONTACTUALLY_CLIENT_ID": "this-installation",
            },
            keep=self.kept.update,
            wires={ORIGIN: Wired(self)},
        )
        return Contactually({"access_token": token, **credentials}, world)

    def __call__(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Any:
        length = int(environ["CONTENT_LENGTH"] or 0)
        sent = environ["wsgi.input"].read(length)
        asked = Asked(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"].removeprefix("/v2"),
            parse_qs(environ["QUERY_STRING"]),
            json.loads(sent)["data"] if sent.startswith(b"{") else parse_qs(sent.decode()),
            environ.get("HTTP_AUTHORIZATION", ""),
        )
        self.asked.append(asked)
        told = self.answer(asked)
        text = told.body if isinstance(told.body, str) else json.dumps(told.body)
        start_response(f"{told.status} Status", list(told.headers.items()))
        return [text.encode()]


def record(id: str = "contact_31", **members: Any) -> dict[str, Any]:
    """A contact as the API showed one in 2018, with other members."""
    return {
        "id": id,
        "created_at": "2018-01-02T03:04:05Z",
        "updated_at": "2018-02-02T03:04:05Z",
        "first_name": "Ada",
        "last_name": "Example",
        "company": "Example Ltd",
        "title": "Engineer",
        "location": None,
        "avatar_url": None,
        "assigned_to_id": None,
        "tags": ["Newsletter"],
        "email_addresses": [
            {"id": "contact_identity_9", "label": "Work", "address": "ada@example.org"}
        ],
        "phone_numbers": [],
        "addresses": [],
        "websites": [],
        "social_media_profiles": [],
        "custom_fields": [],
        "extra_data": {
            "buckets": [{"id": "bucket_12", "name": "Clients", "reminder_interval": 30}],
            "last_contacted": None,
        },
        **members,
    }


def page(items: list[Any], **meta: Any) -> Told:
    return Told({"data": items, "meta": meta})


def one(data: Any, status: int = 200) -> Told:
    return Told({"data": data, "meta": {}}, status)
