"""A Mailchimp whose answers are altered on their way, and that tells what it was asked."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from urllib3 import HTTPResponse

from tests.connectors.wire import Wired

#: A JSON body -> another one, or bytes in its place.
Alter = Callable[[Any], Any]


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    body: Any


@dataclass
class Odd:
    """For ``World.wires``. ``most``: how many requests were there at the same time."""

    wired: Wired
    asked: list[Asked] = field(default_factory=list)
    most: int = 0
    _alters: list[tuple[str, str, Alter]] = field(default_factory=list)
    _before: list[tuple[str, str, Callable[[], None]]] = field(default_factory=list)
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def alter(self, method: str, path: str, how: Alter) -> None:
        """Every answer to a request of this method whose path ends so."""
        self._alters.append((method, path, how))

    def before(self, method: str, path: str, what: Callable[[], None]) -> None:
        """Done once, right before the next such request."""
        self._before.append((method, path, what))

    def forget_hooks(self) -> None:
        self._before.clear()

    def answer_truly(self) -> None:
        self._alters.clear()

    def sent(self, method: str, path: str) -> list[Any]:
        """Bodies of the requests of this method whose path ends so."""
        return [x.body for x in self.asked if x.method == method and x.path.endswith(path)]

    def urlopen(self, method: str, url: str, body: bytes | None = None, **options: Any) -> Any:
        path, _, query = url.partition("?")
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            self.asked.append(
                Asked(method, path, parse_qs(query), json.loads(body) if body else None)
            )
        for item in list(self._before):
            if method == item[0] and path.endswith(item[1]):
                self._before.remove(item)
                item[2]()
        try:
            answer = self.wired.urlopen(method, url, body=body, **options)
        finally:
            with self._lock:
                self._now -= 1
        for of, end, how in self._alters:
            if method == of and path.endswith(end):
                answer = _altered(answer, how)
        return answer


def _altered(answer: HTTPResponse, how: Alter) -> HTTPResponse:
    text = answer.read()
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    changed = how(data)
    body = changed if isinstance(changed, bytes) else json.dumps(changed).encode()
    headers = {k: v for k, v in answer.headers.items() if k != "Content-Length"}
    return HTTPResponse(io.BytesIO(body), headers, answer.status, preload_content=False)
