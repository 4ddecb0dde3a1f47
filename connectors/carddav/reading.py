"""Reading a book: what changed, and the cards themselves.

Two ways, and the cursor says which: ``sync`` by sync-collection (RFC 6578), ``list`` by ctag
and etags where the server has no such report. Either costs one request when nothing changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from connectors.carddav import dav
from connectors.carddav.hrefs import canonical
from connectors.carddav.translate import read_card
from connectors.connector import Ending, Known, Page, Received
from connectors.errors import AppError, AskStaff, Gone, Refused
from connectors.session import Answer, Session, TooLarge, Trouble
from connectors.texts import LONGEST_VERSION, id_in

#: Cards asked for at once; bytes of one card and of one answer.
CHUNK, CARD, ANSWER = 100, 4 * 1024 * 1024, 32 * 1024 * 1024
#: A server that cuts its answers is followed this far.
_CUTS = 10_000


@dataclass(slots=True)
class Listing:
    """What a server said of a book: versions by href, None of what went, and the cursor."""

    cursor: str
    complete: bool
    rows: dict[str, str | None] = field(default_factory=dict)


class Reader:
    def __init__(self, session: Session) -> None:
        self._session = session

    # --- What changed ---------------------------------------------------------------------

    def changes(self, book: str, cursor: str, known: Known) -> Iterator[Page]:
        listing = self._listing(book, cursor)
        versions = {href: version for href, version in listing.rows.items() if version is not None}
        lost = [href for href in listing.rows if href not in versions]
        held = known(versions.keys()) if versions else {}
        fresh = [href for href, version in versions.items() if held.get(href, "") != version]
        if len(fresh) < len(versions):
            yield Page(present=list(versions.keys() - set(fresh)))
        for start in range(0, len(fresh), CHUNK):
            cards = self.fetch(book, fresh[start : start + CHUNK])
            yield Page(received=[item for item in cards.values() if isinstance(item, Received)])
            lost += [href for href, item in cards.items() if isinstance(item, Gone)]
        # In a complete reading whatever is not named is gone.
        gone = [] if listing.complete else lost
        yield Page(gone=gone, ending=Ending(listing.cursor, listing.complete))

    def _listing(self, book: str, cursor: str) -> Listing:
        place = json.loads(cursor) if cursor else {}
        if "list" in place:
            return self._by_etags(book, place["list"])
        listing = self._by_sync(book, place["sync"]) if "sync" in place else None
        return listing or self._by_sync(book, "") or self._by_etags(book, "")

    def _by_sync(self, book: str, token: str) -> Listing | None:
        """None when the server lost the token, or has no sync-collection at all."""
        listing = Listing("", complete=not token)
        for _ in range(_CUTS):
            answer = self._dav("REPORT", book, dav.sync_collection(token), depth="0")
            if answer.status != 207:
                self._check_there(book, answer)
                return None
            found = dav.parse(answer.body, answer.url)
            cut = self._take(listing, book, found)
            if not found.token:
                return None
            if not cut:
                listing.cursor = json.dumps({"sync": found.token})
                return listing
            if found.token == token:
                break
            token = found.token
        raise AskStaff(
            "The address book never answers in full.", "Report it to those who run the server."
        )

    def _take(self, listing: Listing, book: str, found: dav.Multistatus) -> bool:
        """Note the rows; true if the server says that there are more (RFC 6578 §3.6)."""
        cut = False
        own = canonical(urlsplit(book).path)
        for row in found.rows:
            href = canonical(row.href)
            if not id_in(href):
                listing.complete = False  # somebody is meant whom it does not name
            elif href.rstrip("/") == own.rstrip("/"):
                cut = cut or row.status == 507
            elif row.status == 404:
                listing.rows[href] = None
            elif not href.endswith("/") and row.status == 200:
                listing.rows[href] = version_of(row.texts.get(dav.ETAG, ""))
        return cut

    def _by_etags(self, book: str, ctag: str) -> Listing:
        """The ctag is read before the listing, so that a change in between is seen again."""
        rows = self._described(book, dav.propfind(dav.CTAG), "0").rows
        now = next((row.texts[dav.CTAG] for row in rows if dav.CTAG in row.texts), "")
        cursor = json.dumps({"list": now})
        if now and now == ctag:
            return Listing(cursor, complete=False)
        listing = Listing(cursor, complete=True)
        found = self._described(book, dav.propfind(dav.ETAG, dav.TYPE), "1")
        if not found.rows:
            raise AskStaff(
                "The address book answers with an empty list that does not even name itself.",
                "Report it to those who run the server.",
            )
        self._take(listing, book, found)
        return listing

    def _described(self, book: str, body: bytes, depth: str) -> dav.Multistatus:
        answer = self._dav("PROPFIND", book, body, depth)
        self._check_there(book, answer)
        if answer.status == 403:
            raise AskStaff(
                f"The user may not read the address book {urlsplit(book).path}.",
                "Grant the right at the server, or choose another address book.",
            )
        return dav.parse(answer.body, answer.url)

    # --- The cards ------------------------------------------------------------------------

    def fetch(self, book: str, hrefs: Sequence[str]) -> Mapping[str, Received | Gone]:
        """Cards by href, in the order asked. What one answer cannot carry is asked for in
        halves, at last singly: Xandikos answers 500 for all where one card is not UTF-8."""
        if len(hrefs) == 1:
            return {hrefs[0]: self.get(book, hrefs[0])}
        found: dict[str, Received | Gone] = {}
        try:
            answer = self._dav("REPORT", book, dav.multiget(hrefs), depth="1", insist=False)
            if answer.status == 207:
                found = self._cards(answer)
        except (TooLarge, Trouble, dav.Broken):
            half = len(hrefs) // 2
            return {**self.fetch(book, hrefs[:half]), **self.fetch(book, hrefs[half:])}
        # An old server answers 404 for all where one is missing; another leaves rows out.
        return {href: found.get(href) or self.get(book, href) for href in hrefs}

    def _cards(self, answer: Answer) -> dict[str, Received | Gone]:
        found: dict[str, Received | Gone] = {}
        for row in dav.parse(answer.body, answer.url).rows:
            href = canonical(row.href)
            if row.status == 404:
                found[href] = gone()
            elif dav.DATA in row.texts:
                # XML turns every line end into \n; a vCard's is \r\n (RFC 6350 §3.2).
                text = row.texts[dav.DATA]
                text = text if "\r" in text else text.replace("\n", "\r\n")
                found[href] = received(href, row.texts.get(dav.ETAG, ""), text.encode())
        return found

    def get(self, book: str, href: str) -> Received | Gone:
        url = urljoin(book, href)
        try:
            answer = self._session.request("GET", url, limit=CARD)
        except TooLarge:
            return Received(href, "", None, fault=too_large())
        if answer.status in (404, 410):
            return gone()
        kind = answer.headers.get("Content-Type", "")
        if answer.status != 200 or kind.startswith("text/html"):
            raise AskStaff(
                f"The server does not give out a card ({answer.status}).",
                "Check that the user may read the address book, and the URL.",
            )
        return received(href, answer.headers.get("ETag", ""), answer.body)

    def _dav(self, method: str, url: str, body: bytes, depth: str, insist: bool = True) -> Answer:
        headers = {"Depth": depth, "Content-Type": dav.XML}
        return self._session.request(
            method, url, headers=headers, body=body, insist=insist, limit=ANSWER
        )

    def _check_there(self, book: str, answer: Answer) -> None:
        if answer.status in (404, 410):
            raise vanished(book)


def version_of(etag: str) -> str:
    """The ETag; of one that is too long to be kept a digest, under which nothing is written
    without a look (``Writer._condition``)."""
    etag = etag.strip()
    return etag if len(etag) <= LONGEST_VERSION else _digest(etag.encode())


def _digest(data: bytes) -> str:
    return f"#{hashlib.blake2b(data, digest_size=16).hexdigest()}"


def received(href: str, etag: str, raw: bytes) -> Received:
    """A card as read. Without an ETag its version is made of its bytes."""
    version = version_of(etag) or _digest(raw)
    if len(raw) > CARD:
        return Received(href, version, None, fault=too_large())
    try:
        return Received(href, version, read_card(raw), raw)
    except Refused as fault:
        return Received(href, version, None, raw, fault=str(fault))


def gone() -> Gone:
    return Gone("The card is no longer in the address book.")


def too_large() -> str:
    return (
        f"The card is larger than {CARD // 1024 // 1024} MB. Make its photo smaller in the "
        "address book; it is then read again."
    )


def vanished(book: str) -> AppError:
    return AskStaff(
        f"The address book {urlsplit(book).path} is no longer there.",
        "Choose another address book for the connection, or restore it at the server.",
    )
