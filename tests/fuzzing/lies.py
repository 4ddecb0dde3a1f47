"""Answers of an app that are not what it said, and the wire that tells them.

A file of the corpus is a list of lies in JSON, each told once or, with ``always``, every time:

    [{"to": "GET /v1/people/me/connections", "status": 200, "headers": {}, "body": "{}"}]

``to`` is the method and the end of the path. ``body`` is text, ``base64`` bytes, or ``parts``, a
list of texts and how often each comes, for large bodies in small files.
"""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from urllib3 import HTTPResponse

CORPUS = Path(__file__).parent / "corpus"
#: Requests of one example; more of them are a circle.
MOST = 400


@dataclass(frozen=True, slots=True)
class Told:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def response(self) -> HTTPResponse:
        return HTTPResponse(
            io.BytesIO(self.body), dict(self.headers), self.status, preload_content=False
        )


#: Method, path and the true answer -> what is told instead; None: the truth.
Liar = Callable[[str, str, Told], Told | None]


class Circle(BaseException):
    """The connector asks and asks: no ``except`` of the product may take that for a fault."""


@dataclass
class Between:
    """For ``World.wires``: in front of another wire. ``lies`` are those told so far."""

    wire: Any
    liar: Liar = lambda method, path, told: None
    lies: list[tuple[str, str, Told]] = field(default_factory=list)
    asked: int = 0
    _lock: Any = field(default_factory=threading.Lock)

    def begin(self, liar: Liar) -> None:
        self.liar, self.asked = liar, 0
        self.lies.clear()

    def urlopen(self, method: str, url: str, body: bytes | None = None, **options: Any) -> Any:
        path = url.partition("?")[0]
        with self._lock:
            self.asked += 1
            if self.asked > MOST:
                raise Circle(f"more than {MOST} requests, at last {method} {path}")
            answer = self.wire.urlopen(method, url, body=body, **options)
            true = Told(answer.status, dict(answer.headers), answer.read())
            lie = self.liar(method, path, true)
            if lie is not None:
                self.lies.append((method, path, lie))
        return (lie or true).response()

    def as_corpus(self) -> str:
        """The lies so far, as a file of the corpus."""
        return json.dumps([_written(*lie) for lie in self.lies], indent=1)


def _written(method: str, path: str, told: Told) -> dict[str, Any]:
    entry: dict[str, Any] = {"to": f"{method} {path}", "status": told.status}
    kept = ("content-type", "location", "retry-after", "www-authenticate", "etag")
    entry["headers"] = {k: v for k, v in told.headers.items() if k.lower() in kept}
    try:
        return {**entry, "body": told.body.decode()}
    except UnicodeDecodeError:
        return {**entry, "base64": base64.b64encode(told.body).decode()}


def told_by(file: Path) -> Liar:
    """Tells what a file of the corpus says."""
    left = json.loads(file.read_text())

    def liar(method: str, path: str, true: Told) -> Told | None:
        for entry in left:
            of, _, end = entry["to"].partition(" ")
            if method == of and path.endswith(end):
                if not entry.get("always"):
                    left.remove(entry)
                return Told(entry["status"], entry.get("headers", {}), body_of(entry))
        return None

    return liar


def body_of(entry: Mapping[str, Any]) -> bytes:
    if "base64" in entry:
        return base64.b64decode(entry["base64"])
    parts = entry.get("parts") or [[entry.get("body", ""), 1]]
    return b"".join(text.encode() * count for text, count in parts)


def corpus(source: str) -> list[Path]:
    """The files of a source, for ``pytest.mark.parametrize``."""
    found = sorted((CORPUS / source).iterdir())
    assert found, f"the corpus of {source} is empty"
    return found
