"""An address book server that costs next to nothing: cards in a dict, HTTP/1.1 with keep-alive.

It shows what the client costs. ``--delay`` milliseconds pass before each answer, without
holding up other requests, as on a way across the internet. A folder of the path is a book.

    python -m tests.benchmarks.stub --port 5233 --delay 40
"""

from __future__ import annotations

import argparse
import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import unquote
from xml.sax.saxutils import escape

from tests.benchmarks import meter
from tests.benchmarks.meter import Meter

_TOP = '<?xml version="1.0"?><multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
_OK = "<status>HTTP/1.1 200 OK</status>"
_HREF = re.compile(rb"<(?:\w+:)?href[^>]*>([^<]*)<")
_TOKEN = re.compile(rb"<(?:\w+:)?sync-token[^>]*>([^<]*)<")

Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Book:
    """``cards``: ETag and body by path. ``numbers``: at which change a path was last touched."""

    cards: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    number: int = 0

    def touch(self, path: str) -> int:
        self.number += 1
        self.numbers.pop(path, None)
        self.numbers[path] = self.number
        return self.number


class Stub:
    def __init__(self, delay: float) -> None:
        self.books: dict[str, Book] = {}
        self.delay = delay
        self.meter = Meter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                method, path, headers = _head(head)
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                if path == meter.PATH:
                    writer.write(_message(200, {}, self.meter.take()))
                    continue
                self.meter.methods[method] += 1
                if self.delay:
                    await asyncio.sleep(self.delay)
                status, more, answer = self.answer(method, path, headers, body)
                message = _message(status, more, answer)
                self.meter.add(len(head) + len(message) - len(answer), len(body) + len(answer))
                writer.write(message)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        book = self.books.setdefault(path.rpartition("/")[0] + "/", Book())
        if method == "PROPFIND":
            return _listing(path, book, headers.get("depth", "0"))
        if method == "REPORT":
            return _multiget(book, body) if b"multiget" in body else _changes(book, body)
        if method == "PUT" and path.endswith("/"):
            return _fill(book, path, body)
        there = book.cards.get(path)
        if method == "PUT":
            return _put(book, path, there, headers, body)
        if there is None:
            return 404, {}, b""
        if method == "GET":
            return 200, {"ETag": there[0], "Content-Type": "text/vcard; charset=utf-8"}, there[1]
        if method == "DELETE":
            if headers.get("if-match", there[0]) != there[0]:
                return 412, {}, b""
            del book.cards[path]
            book.touch(path)
            return 204, {}, b""
        return 405, {}, b""


def _head(head: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines if line)
    return method, unquote(path), {name.lower(): value.strip() for name, _, value in pairs}


def _message(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _fill(book: Book, path: str, body: bytes) -> Reply:
    """A whole book at once, which Radicale takes too; made for the benchmark to begin with."""
    for number, card in enumerate(body.split(b"BEGIN:VCARD")[1:]):
        href = f"{path}{number}.vcf"
        book.cards[href] = f'"{book.touch(href)}"', b"BEGIN:VCARD" + card
    return 201, {}, b""


def _put(
    book: Book,
    path: str,
    there: tuple[str, bytes] | None,
    headers: Mapping[str, str],
    body: bytes,
) -> Reply:
    if "if-none-match" in headers and there:
        return 412, {}, b""
    if "if-match" in headers and (not there or headers["if-match"] != there[0]):
        return 412, {}, b""
    etag = f'"{book.touch(path)}"'
    book.cards[path] = etag, body
    return 204 if there else 201, {"ETag": etag}, b""


def _listing(path: str, book: Book, depth: str) -> Reply:
    rows = [
        f"<response><href>{path}</href><propstat><prop><resourcetype><collection/>"
        f"<C:addressbook/></resourcetype><displayname>{path}</displayname>"
        f"<current-user-principal><href>{path}</href></current-user-principal></prop>{_OK}"
        "</propstat></response>"
    ]
    if depth == "1":
        rows += [
            f"<response><href>{href}</href><propstat><prop><resourcetype/>"
            "<getcontenttype>text/vcard; charset=utf-8</getcontenttype>"
            f"<getetag>{escape(etag)}</getetag></prop>{_OK}</propstat></response>"
            for href, (etag, _) in book.cards.items()
        ]
    return _multistatus(rows)


def _multiget(book: Book, body: bytes) -> Reply:
    rows = []
    for href in _HREF.findall(body):
        path = unquote(href.decode())
        if path in book.cards:
            etag, card = book.cards[path]
            rows.append(
                f"<response><href>{path}</href><propstat><prop><getetag>{escape(etag)}</getetag>"
                f"<C:address-data>{escape(card.decode())}</C:address-data></prop>{_OK}</propstat>"
                "</response>"
            )
        else:
            rows.append(_missing(path))
    return _multistatus(rows)


def _changes(book: Book, body: bytes) -> Reply:
    """RFC 6578: what was touched after the token's number; all of it without a token."""
    found = _TOKEN.search(body)
    since = int(found[1].rpartition(b",")[2]) if found and found[1].strip() else 0
    rows = []
    for path, number in reversed(book.numbers.items()):
        if number <= since:
            break
        if path in book.cards:
            rows.append(
                f"<response><href>{path}</href><propstat><prop>"
                f"<getetag>{escape(book.cards[path][0])}</getetag></prop>{_OK}</propstat>"
                "</response>"
            )
        elif since:
            rows.append(_missing(path))
    return _multistatus([*rows, f"<sync-token>data:,{book.number}</sync-token>"])


def _missing(path: str) -> str:
    return f"<response><href>{path}</href><status>HTTP/1.1 404 Not Found</status></response>"


def _multistatus(rows: list[str]) -> Reply:
    text = "".join([_TOP, *rows, "</multistatus>"])
    return 207, {"Content-Type": "application/xml; charset=utf-8"}, text.encode()


async def run(port: int, delay: float) -> None:
    server = await asyncio.start_server(Stub(delay).serve, "127.0.0.1", port, limit=2**26)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=float, default=0, help="milliseconds before each answer")
    given = parser.parse_args()
    asyncio.run(run(given.port, given.delay / 1000))
