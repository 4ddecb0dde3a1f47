"""An address book as another client uses it: plain HTTP, independent of the product."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

import requests

from tests.connectors.carddav.servers import Server

_LIST = (
    b'<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop><D:getetag/></D:prop></D:propfind>'
)


class AddressBook:
    """Cards by their path at the server."""

    def __init__(self, server: Server, url: str = "") -> None:
        self.server = server
        self.url = url or server.new_book()
        self._read: dict[str, tuple[str, bytes]] = {}
        self._session = requests.Session()
        if server.user:
            self.sign_in(server.password)

    def sign_in(self, password: str) -> None:
        self._session.auth = (self.server.user.encode(), password.encode())

    def paths(self) -> list[str]:
        return sorted(self._listed())

    def cards(self) -> dict[str, bytes]:
        """Everything; what still has the ETag that it had is not read again."""
        listed = self._listed()
        for path, etag in listed.items():
            if self._read.get(path, ("", b""))[0] != etag:
                self._read[path] = etag, self.get(path)
        return {path: self._read[path][1] for path in sorted(listed)}

    def _listed(self) -> dict[str, str]:
        headers = {"Depth": "1", "Content-Type": "text/xml"}
        listing = self._ask("PROPFIND", self.url, _LIST, headers).text
        rows = re.findall(r"<(?:\w+:)?href>([^<]*)<.*?getetag>([^<]*)<", listing, re.S)
        return {path: etag for path, etag in rows if not path.endswith("/")}

    def get(self, path: str) -> bytes:
        return self._ask("GET", self._place(path)).content

    def put(self, path: str, card: str | bytes) -> None:
        body = card.encode() if isinstance(card, str) else card
        self._ask("PUT", self._place(path), body, {"Content-Type": "text/vcard; charset=utf-8"})

    def delete(self, path: str) -> None:
        self._ask("DELETE", self._place(path))

    def fill(self, cards: Iterable[str]) -> None:
        """The whole book at once, which Radicale takes as one PUT and others as one a card."""
        self._ask("PUT", self.url, "".join(cards).encode(), {"Content-Type": "text/vcard"})

    def path(self, name: str) -> str:
        return urlsplit(self.url).path + name

    def _place(self, path: str) -> str:
        return urljoin(self.url, path)

    def _ask(
        self, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> requests.Response:
        answer = self._session.request(method, url, data=body, headers=headers, timeout=60)
        answer.raise_for_status()
        return answer

    def close(self) -> None:
        self._session.close()
