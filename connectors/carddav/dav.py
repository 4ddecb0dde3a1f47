"""The XML of WebDAV: bodies of requests, and multistatus answers as plain rows.

RFC 4918 (WebDAV), RFC 6352 (CardDAV), RFC 6578 (sync-collection).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from connectors.errors import AskStaff, TryAgain

DAV, CARD, SERVER = "{DAV:}", "{urn:ietf:params:xml:ns:carddav}", "{http://calendarserver.org/ns/}"
_NAMES = {DAV: "D:", CARD: "C:", SERVER: "S:"}
_SPACES = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav" '
    'xmlns:S="http://calendarserver.org/ns/"'
)
XML = "application/xml; charset=utf-8"

ETAG, TYPE, NAME = f"{DAV}getetag", f"{DAV}resourcetype", f"{DAV}displayname"
TOKEN, CTAG = f"{DAV}sync-token", f"{SERVER}getctag"
PRINCIPAL, HOMES = f"{DAV}current-user-principal", f"{CARD}addressbook-home-set"
BOOK, DATA = f"{CARD}addressbook", f"{CARD}address-data"
_RESPONSE, _HREF, _STATUS = f"{DAV}response", f"{DAV}href", f"{DAV}status"
_PROPSTAT, _PROP = f"{DAV}propstat", f"{DAV}prop"
#: Not XML; forbidden XML; an encoding with characters of several bytes, or that nobody knows.
_FAULTS = (ParseError, DefusedXmlException, ValueError, LookupError)


@dataclass(slots=True)
class Row:
    """What an answer says of one resource. ``status`` is 200 where properties were found.

    ``texts`` are properties by name in Clark notation; ``hrefs`` and ``kinds`` are the hrefs
    and the element names inside a property.
    """

    href: str = ""
    status: int = 200
    texts: dict[str, str] = field(default_factory=dict)
    hrefs: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, set[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Multistatus:
    rows: list[Row]
    token: str = ""


class NotXml(AskStaff):
    """Something answered, but it does not speak CardDAV."""


# --- Requests -----------------------------------------------------------------------------


def propfind(*names: str) -> bytes:
    return _document("D:propfind", f"<D:prop>{_props(names)}</D:prop>")


def sync_collection(token: str) -> bytes:
    """Without a limit: a server was seen to lose what is beyond it (facts: Xandikos)."""
    return _document(
        "D:sync-collection",
        f"<D:sync-token>{escape(token)}</D:sync-token><D:sync-level>1</D:sync-level>"
        f"<D:prop>{_props([ETAG])}</D:prop>",
    )


def multiget(hrefs: Iterable[str]) -> bytes:
    wanted = "".join(f"<D:href>{escape(href)}</D:href>" for href in hrefs)
    return _document("C:addressbook-multiget", f"<D:prop>{_props([ETAG, DATA])}</D:prop>{wanted}")


def _document(root: str, inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?><{root} {_SPACES}>{inner}</{root}>'.encode()


def _props(names: Iterable[str]) -> str:
    return "".join(f"<{_prefixed(name)}/>" for name in names)


def _prefixed(name: str) -> str:
    space, _, local = name.rpartition("}")
    return _NAMES[space + "}"] + local


# --- Answers ------------------------------------------------------------------------------


def parse(body: bytes, url: str) -> Multistatus:
    """A whole, well-formed multistatus or an error: a listing that is cut off must never be
    taken for a short one."""
    reader = _Reader()
    parser = DefusedXMLParser(target=reader, forbid_dtd=True)
    where = urlsplit(url).hostname or "The server"
    try:
        parser.feed(body)
        parser.close()
    except _FAULTS as error:
        broken = not isinstance(error, DefusedXmlException)
        raise _not_xml(body, where, broken) from None
    if reader.root != f"{DAV}multistatus":
        raise _not_xml(body, where, broken=False)
    return Multistatus(reader.rows, reader.token.strip())


def _not_xml(body: bytes, where: str, broken: bool) -> AskStaff | TryAgain:
    start = body[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return NotXml(
            f"{where} answered with a web page instead of an address book.",
            "Check the URL; if the network asks to sign in first, do that.",
        )
    if broken and start.startswith(b"<"):
        return Broken(f"{where} sent an answer that is cut off or not valid XML.")
    return NotXml(
        f"{where} does not answer as an address book does.",
        "Check that the URL is the CardDAV address of the server.",
    )


class Broken(TryAgain):
    """An answer that is not well-formed: cut off, or with characters that XML forbids."""


class _Reader:
    """Target of the parser: rows as they end, no tree in between.

    Depths: 1 multistatus, 2 response, 3 href, status, propstat, 4 prop, status, 5 a property,
    deeper its content.
    """

    def __init__(self) -> None:
        self.root = self.token = ""
        self.rows: list[Row] = []
        self._depth = 0
        self._texts: list[str] = []
        self._row = Row()
        self._found: dict[str, str] = {}
        self._status = 200
        self._in_prop = False
        self._property = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth = depth = self._depth + 1
        self._texts = []
        if depth == 5:
            self._property = tag
        elif depth == 4:
            self._in_prop = tag == _PROP
        elif depth == 3:
            self._found, self._status = {}, 200
        elif depth == 2:
            self._row = Row()
        elif depth == 1:
            self.root = tag
        elif self._in_prop:
            self._row.kinds.setdefault(self._property, set()).add(tag)

    def data(self, text: str) -> None:
        self._texts.append(text)

    def end(self, tag: str) -> None:
        depth, self._depth = self._depth, self._depth - 1
        text = "".join(self._texts)
        self._texts = []
        if depth == 5:
            if self._in_prop:
                self._found[tag] = text
        elif depth == 4:
            if tag == _STATUS:
                self._status = _code(text)
        elif depth == 3:
            self._end_of_part(tag, text)
        elif depth == 2:
            if tag == _RESPONSE:
                self.rows.append(self._row)
            elif tag == TOKEN:
                self.token = text
        elif depth == 6 and tag == _HREF and self._in_prop:
            self._row.hrefs.setdefault(self._property, []).append(text.strip())

    def _end_of_part(self, tag: str, text: str) -> None:
        if tag == _PROPSTAT:
            if self._status == 200:
                self._row.texts.update(self._found)
        elif tag == _HREF:
            self._row.href = text.strip()
        elif tag == _STATUS:
            self._row.status = _code(text)

    def close(self) -> None:
        """The parser calls it at the end of the document."""


@lru_cache(maxsize=64)
def _code(line: str) -> int:
    match = re.search(r"\b(\d{3})\b", line)
    return int(match[1]) if match else 0


def error_conditions(body: bytes) -> frozenset[str]:
    """The names of the conditions inside a DAV:error (RFC 4918 §16), without namespaces."""
    if not re.match(rb"\s*<(?!!doctype|html)", body[:4096], re.I):
        return frozenset()
    reader = _Conditions()
    try:
        parser = DefusedXMLParser(target=reader, forbid_dtd=True)
        parser.feed(body)
        parser.close()
    except _FAULTS:
        return frozenset()
    return frozenset(reader.names)


class _Conditions:
    def __init__(self) -> None:
        self.names: set[str] = set()
        self._depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth == 2:
            self.names.add(tag.rpartition("}")[2])

    def end(self, tag: str) -> None:
        self._depth -= 1

    def close(self) -> None:
        """The parser calls it at the end of the document."""
