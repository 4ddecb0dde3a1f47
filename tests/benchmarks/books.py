"""The address books that are synced: filled, read and edited as another client would."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import requests

_DAV, _CARDS = "{DAV:}", "{urn:ietf:params:xml:ns:carddav}"
_LIST = '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
_READ = (
    '<C:addressbook-multiget xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
    "<prop><getetag/><C:address-data/></prop>{}</C:addressbook-multiget>"
)


@dataclass(frozen=True, slots=True)
class Card:
    """``text`` is unfolded: one property a line, line ends as plain line feeds."""

    href: str
    etag: str
    text: str

    @property
    def email(self) -> str:
        """The first address: by it a card is known on both sides."""
        found = re.search(r"^EMAIL[^:]*:(.+)$", self.text, re.M | re.I)
        return found[1].strip().lower() if found else ""

    def shows(self, name: str, value: str) -> bool:
        return f"\n{name}:{value}\n" in self.text

    def with_line(self, name: str, value: str) -> str:
        """The card with exactly one such property."""
        lines = [line for line in self.text.split("\n") if not line.upper().startswith(name)]
        place = lines.index("END:VCARD")
        return "\r\n".join([*lines[:place], f"{name}:{value}", *lines[place:]])


@dataclass(frozen=True, slots=True)
class Book:
    """``url`` ends with a slash."""

    url: str
    user: str = ""
    password: str = ""

    def fill(self, cards: Sequence[str]) -> None:
        """Both servers take a whole book at once when it is put at the collection's address."""
        self._ask("PUT", self.url, "".join(cards), {"Content-Type": "text/vcard; charset=utf-8"})

    def cards(self) -> dict[str, Card]:
        """By e-mail address."""
        listing = self._ask("PROPFIND", self.url, _LIST, {"Depth": "1"})
        hrefs = [row.findtext(f"{_DAV}href") or "" for row in ElementTree.fromstring(listing)]
        wanted = "".join(f"<href>{escape(href)}</href>" for href in hrefs if href[-1:] != "/")
        answer = self._ask("REPORT", self.url, _READ.format(wanted), {"Depth": "1"})
        cards = [_card(row) for row in ElementTree.fromstring(answer)]
        return {card.email: card for card in cards}

    def put(self, card: Card, text: str) -> None:
        headers = {"Content-Type": "text/vcard; charset=utf-8", "If-Match": card.etag}
        self._ask("PUT", urljoin(self.url, card.href), text, headers)

    def _ask(self, method: str, url: str, body: str, headers: dict[str, str]) -> bytes:
        auth = (self.user.encode(), self.password.encode()) if self.user else None
        answer = requests.request(
            method, url, data=body.encode(), headers=headers, auth=auth, timeout=600
        )
        answer.raise_for_status()
        return answer.content


def _card(row: ElementTree.Element) -> Card:
    text = row.findtext(f".//{_CARDS}address-data") or ""
    return Card(
        row.findtext(f"{_DAV}href") or "",
        row.findtext(f".//{_DAV}getetag") or "",
        re.sub(r"\n[ \t]", "", text.replace("\r\n", "\n")),
    )


def edit(left: Book, right: Book, share: float, *, both: bool, round_: str) -> list[str]:
    """Give a share of the people a job title on the left and, with ``both``, a nickname on the
    right. Returns their addresses."""
    here, there = left.cards(), right.cards()
    plain = sorted(email for email, card in here.items() if "QUOTED-PRINTABLE" not in card.text)
    chosen = plain[: max(1, round(len(here) * share))]
    for email in chosen:
        left.put(here[email], here[email].with_line("TITLE", f"Title {round_}"))
        if both:
            right.put(there[email], there[email].with_line("NICKNAME", f"Nick {round_}"))
    return chosen


def surviving(left: Book, right: Book, emails: Sequence[str], round_: str) -> int:
    """Of how many people both books show both edits."""
    books = (left.cards(), right.cards())
    return sum(
        all(
            book[email].shows("TITLE", f"Title {round_}")
            and book[email].shows("NICKNAME", f"Nick {round_}")
            for book in books
        )
        for email in emails
    )
