"""All secrets that go over the wire between this installation, people and the apps."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlsplit

#: Of forms, queries and JSON.
_NAMES = frozenset(
    {"code", "code_verifier", "client_secret", "access_token", "refresh_token", "id_token", "token"}
)


class Overheard:
    """A WSGI application that notes what it hears said to another one, and what that answers.
    ``secrets``: by what they are called."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self._application = application
        self.secrets: dict[str, str] = {}

    def note(self, what: str, secret: str) -> None:
        if secret and secret not in self.secrets.values():
            self.secrets[f"{what} {len(self.secrets)}"] = secret

    def called(self, what: str) -> list[str]:
        return [secret for name, secret in self.secrets.items() if name.startswith(f"{what} ")]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self._pairs(parse_qsl(environ.get("QUERY_STRING", "")))
        self._pairs(parse_qsl(body.decode("utf-8", "replace")))
        self._signed_in(environ.get("HTTP_AUTHORIZATION", ""))

        def started(status: str, headers: list[tuple[str, str]]) -> Any:
            place = dict(headers).get("Location", "")
            self._pairs(parse_qsl(urlsplit(place).query))
            return start_response(status, headers)

        answer = self._application({**environ, "wsgi.input": BytesIO(body)}, started)
        for piece in answer:
            self._answered(piece)
        return answer

    def _pairs(self, pairs: Iterable[tuple[str, Any]]) -> None:
        for name, value in pairs:
            if name in _NAMES and isinstance(value, str):
                self.note(name, value)

    def _signed_in(self, header: str) -> None:
        scheme, _, told = header.partition(" ")
        self.note("authorization", told)
        if scheme.lower() == "basic":
            self.note("password", b64decode(told).decode().partition(":")[2])

    def _answered(self, body: bytes) -> None:
        try:
            data = json.loads(body)
        except ValueError:
            return
        if isinstance(data, Mapping):
            self._pairs(data.items())
