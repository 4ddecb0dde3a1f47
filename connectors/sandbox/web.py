"""What crosses the wire: requests and answers, free of any server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True, slots=True)
class Request:
    """``path`` is what follows the app's mount; ``home`` is the URL of that mount. Names of
    ``headers`` are in lower case. ``parts``: what the placeholders of the route stand for."""

    method: str
    path: str
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    home: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)

    def one(self, name: str, default: str = "") -> str:
        """The last value of a query parameter."""
        values = self.query.get(name)
        return values[-1] if values else default

    @property
    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    def field(self, name: str, default: str = "") -> str:
        """The last value of a form field."""
        values = self.form.get(name)
        return values[-1] if values else default

    def json(self) -> Any:
        """The body, parsed; raises ValueError for what is no JSON (RFC 8259; half a surrogate pair
        and NaN are refused by the apps). An empty one is None."""
        if not self.body.strip():
            return None
        try:
            data = json.loads(self.body, parse_constant=_refuse)
            if b"\\u" in self.body:
                json.dumps(data, ensure_ascii=False).encode()
        except RecursionError:
            raise ValueError("nested too deeply") from None
        return data

    @property
    def bearer(self) -> str:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        return self.status >= 400


class Stop(Exception):
    """Ends a request with this answer; whatever it stored is taken back."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Cut(Exception):
    """The connection ends without an answer."""


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def as_json(
    data: Any,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    kind: str = "application/json; charset=utf-8",
) -> Answer:
    # What is no text (half a surrogate pair, which JSON can spell) leaves as "?".
    body = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")
    return Answer(status, body, {"Content-Type": kind, **(headers or {})})


def as_html(text: str, status: int = 200) -> Answer:
    return Answer(
        status, text.encode("utf-8", "replace"), {"Content-Type": "text/html; charset=utf-8"}
    )


def redirect(url: str) -> Answer:
    return Answer(303, b"", {"Location": url})
