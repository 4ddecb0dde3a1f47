"""From the URL that staff entered to the account's address books (RFC 6764 §6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from connectors.carddav import dav
from connectors.carddav.hrefs import absolute
from connectors.connector import ContainerInfo
from connectors.errors import AskStaff
from connectors.session import Answer, Session
from connectors.texts import id_in

_ABOUT = (dav.TYPE, dav.NAME, dav.PRINCIPAL, dav.HOMES)


@dataclass(frozen=True, slots=True)
class Place:
    """One collection as a PROPFIND describes it; URLs are absolute."""

    url: str
    is_book: bool
    name: str
    principal: str
    homes: tuple[str, ...]


class Finder:
    """Looks once and remembers, for the life of a connector."""

    def __init__(self, session: Session, url: str) -> None:
        self._session = session
        self._url = url
        self._places: dict[tuple[str, int], list[Place]] = {}

    def principal(self) -> str:
        """The URL of the signed-in user's principal; "" where the server has no such thing."""
        return next((place.principal for place in self._starts() if place.principal), "")

    def books(self) -> list[ContainerInfo]:
        """The book at the URL itself, else all books of the user's home, else those directly
        below the URL."""
        homes: list[str] = []
        for place in self._starts():
            if place.is_book:
                return _listed([place])
            if homes := self._homes(place):
                break
        found = self._books_in(homes) or self._books_in([self._url])
        if not found:
            raise AskStaff(
                "No address book was found at the URL.",
                "Enter the address of the address book itself, or the CardDAV address that "
                "the server's settings show.",
            )
        return _listed(found)

    def _starts(self) -> Iterator[Place]:
        """What may lead on: the URL itself, then where the well-known address redirects to,
        then the root."""
        yield from self._look(self._url, 0)
        for path in ("/.well-known/carddav", "/"):
            yield from self._look(urljoin(self._url, path), 0)

    def _homes(self, place: Place) -> list[str]:
        if place.homes or not place.principal:
            return list(place.homes)
        return [home for found in self._look(place.principal, 0) for home in found.homes]

    def _books_in(self, urls: list[str]) -> list[Place]:
        return [place for url in urls for place in self._look(url, 1) if place.is_book]

    def _look(self, url: str, depth: int) -> list[Place]:
        if (url, depth) not in self._places:
            answer = self._session.request(
                "PROPFIND",
                url,
                headers={"Depth": str(depth), "Content-Type": dav.XML},
                body=dav.propfind(*_ABOUT),
            )
            self._places[url, depth] = _places(answer, strict=url == self._url)
        return self._places[url, depth]


def _places(answer: Answer, strict: bool) -> list[Place]:
    """``strict``: what is not CardDAV is an error; elsewhere it only leads nowhere."""
    if answer.status != 207:
        html = b"<html" in answer.body[:1024].lower()
        if strict and answer.status == 200 and html:
            dav.parse(answer.body, answer.url)
        return []
    try:
        rows = dav.parse(answer.body, answer.url).rows
    except (dav.NotXml, dav.Broken):
        if strict:
            raise
        return []
    return [place for row in rows if id_in((place := _place(answer.url, row)).url)]


def _place(url: str, row: dav.Row) -> Place:
    principal = row.hrefs.get(dav.PRINCIPAL, [])
    return Place(
        url=absolute(url, row.href),
        is_book=dav.BOOK in row.kinds.get(dav.TYPE, ()),
        name=row.texts.get(dav.NAME, "").strip(),
        principal=absolute(url, principal[0]) if principal else "",
        homes=tuple(filter(None, (absolute(url, home) for home in row.hrefs.get(dav.HOMES, [])))),
    )


def _listed(places: list[Place]) -> list[ContainerInfo]:
    named = {place.url: place.name or _last_segment(place.url) for place in places}
    return [ContainerInfo(url, name) for url, name in named.items()]


def _last_segment(url: str) -> str:
    return unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]) or url
