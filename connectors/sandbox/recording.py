"""What crossed the wire, for tests that count calls or judge them by a schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.web import Answer, Request


@dataclass(frozen=True, slots=True)
class Call:
    """A request to an API, as the stand-ins saw it. ``template``: its path with placeholders."""

    app: str
    method: str
    template: str
    path: str
    status: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request to an API and its answer, whole. ``headers`` (of the request, names in lower
    case) are without what signs it in. ``request`` and ``response`` are parsed JSON; None where
    there was none, or another thing. ``status`` 0: the connection was cut."""

    app: str
    method: str
    template: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    request: Any
    status: int
    response: Any


def exchange(app: str, template: str, request: Request, answer: Answer | None) -> Exchange:
    return Exchange(
        app,
        request.method,
        template,
        request.path,
        request.query,
        {name: value for name, value in request.headers.items() if name != "authorization"},
        _parsed(request.body),
        answer.status if answer else 0,
        _parsed(answer.body) if answer else None,
    )


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
