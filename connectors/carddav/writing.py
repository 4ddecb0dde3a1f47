"""Writing one card: a conditional PUT or DELETE, and what its answer means (RFC 6352 §6.3.2)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from urllib.parse import urljoin, urlsplit

from connectors.carddav import dav
from connectors.carddav.hrefs import canonical, href_of
from connectors.carddav.reading import Reader, gone, received, vanished
from connectors.carddav.translate import new_card, write_card
from connectors.connector import Create, Delete, Received, Result, Update, Written
from connectors.errors import AppError, AskStaff, Changed, Gone, Refused, TryAgain
from connectors.session import Answer, Session

VCARD = "text/vcard; charset=utf-8"
_DONE = (200, 201, 204)
_STRONG = re.compile(r'"[^"]*"')
#: Seconds to wait for a locked book, try by try.
_LOCKED = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
#: What servers call their reasons (RFC 6352 §6.3.2.1, RFC 4331, RFC 3744).
_REASONS = {
    "valid-address-data": "it takes the card for invalid",
    "supported-address-data": "it does not take this version of vCard",
    "max-resource-size": "the card is too large",
    "no-uid-conflict": "another card of the book has the same UID",
    "quota-not-exceeded": "the account's storage is full",
    "sufficient-disk-space": "the server's storage is full",
}
_STATUS_REASONS = {413: "the card is too large", 507: "the storage is full"}


class Writer:
    """Creates, updates and deletes of one account. Safe for several threads."""

    def __init__(self, session: Session, reader: Reader, sleep: Callable[[float], None]) -> None:
        self._session = session
        self._reader = reader
        self._sleep = sleep
        self._turns = threading.Lock()
        self._one_by_one = False
        #: Books that take vCard 4.0 only, as an answer showed.
        self._four: set[str] = set()

    def create(self, book: str, write: Create) -> Result:
        href = href_of(book, write.marker)
        version = "4.0" if book in self._four else "3.0"
        body = new_card(write.marker, write.fields, write.add, version)
        headers = {"Content-Type": VCARD, "If-None-Match": "*"}
        answer = self._send("PUT", book, href, headers, body, repeat=True)
        if _unsupported(answer) and version == "3.0":
            self._four.add(book)
            return self.create(book, write)
        if answer.status in (409, 412):
            return self._adopted(book, href, answer)
        return _result(book, href, body, answer)

    def update(self, book: str, write: Update) -> Result:
        body = write_card(write.raw, write.fields, write.add, write.remove)
        condition = self._condition(book, write)
        if isinstance(condition, AppError):
            return condition
        headers = {"Content-Type": VCARD, **condition}
        answer = self._send("PUT", book, write.id, headers, body)
        if answer.status in (404, 410):
            return gone()
        if answer.status == 412:
            # Xandikos answers so for an invalid card as well: only another version is a change.
            return self._stale(book, write) or _refused(answer)
        return _result(book, write.id, body, answer)

    def delete(self, book: str, write: Delete) -> Result:
        if _is_collection(book, write.id):
            return Refused("That is an address book and no card; it is never deleted.")
        condition = self._condition(book, write)
        if isinstance(condition, AppError):
            return condition
        # Under a condition a second try cannot hit what somebody has put there since.
        answer = self._send("DELETE", book, write.id, condition, repeat=bool(condition))
        if answer.status in (404, 410):
            return gone()
        if answer.status == 412:
            return self._stale(book, write) or _refused(answer)
        return Written(write.id, None) if answer.status in _DONE else _fault(book, answer)

    def _condition(self, book: str, write: Update | Delete) -> dict[str, str] | AppError:
        """What makes the write one of the version that was read. A weak ETag makes no condition
        (RFC 9110 §13.1.1), nor does one of our own: then the card is looked at just before."""
        if _STRONG.fullmatch(write.version):
            return {"If-Match": write.version}
        return self._stale(book, write) or {}

    def _adopted(self, book: str, href: str, answer: Answer) -> Result:
        """The card is there already, made by an earlier try, unless it is refused."""
        there = self._reader.get(book, href)
        if isinstance(there, Received):
            return Written(href, there, adopted=True)
        return _result(book, href, b"", answer)

    def _stale(self, book: str, write: Update | Delete) -> AppError | None:
        """Whether the card is another than was read."""
        there = self._reader.get(book, write.id)
        if isinstance(there, Gone):
            return there
        if there.version.removeprefix("W/") != write.version.removeprefix("W/"):
            return Changed("The card was changed in the address book since it was read.")
        return None

    def _send(
        self,
        method: str,
        book: str,
        href: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        repeat: bool = False,
    ) -> Answer:
        """Xandikos locks the book while it writes and answers others 423 at once: a server
        that does so gets its cards one after another from then on."""
        url = urljoin(book, href)
        for wait in _LOCKED:
            with self._turns if self._one_by_one else nullcontext():
                answer = self._session.request(
                    method, url, headers=headers, body=body, repeat=repeat
                )
            if answer.status != 423:
                return answer
            self._one_by_one = True
            self._sleep(wait)
        raise TryAgain("Somebody else keeps the address book locked.")


def _is_collection(book: str, href: str) -> bool:
    """Is it the book, or what the book lies in? DELETE takes all of it (RFC 4918 §9.6.1)."""
    path = canonical(urlsplit(urljoin(book, href)).path)
    return path.endswith("/") or canonical(urlsplit(book).path).startswith(f"{path}/")


def _result(book: str, href: str, body: bytes, answer: Answer) -> Result:
    if answer.status in _DONE:
        etag = answer.headers.get("ETag", "")
        strong = _STRONG.fullmatch(etag)
        return Written(href, received(href, etag, body) if strong else None)
    return _fault(book, answer)


def _fault(book: str, answer: Answer) -> AppError:
    conditions = dav.error_conditions(answer.body)
    # 409 without the name of a conflict: there is no such collection (RFC 4918 §9.7.1).
    if answer.status in (404, 410) or (answer.status == 409 and not conditions):
        return vanished(book)
    if "need-privileges" in conditions or answer.status == 405:
        return AskStaff(
            "The user may not write to the address book.",
            "Grant the right at the server, or make the connection one-way.",
        )
    return _refused(answer)


def _refused(answer: Answer) -> Refused:
    conditions = dav.error_conditions(answer.body)
    reason = next((text for name, text in _REASONS.items() if name in conditions), "")
    reason = reason or _STATUS_REASONS.get(answer.status, "")
    if not reason and conditions:
        reason = " ".join(sorted(conditions)).replace("-", " ")
    said = f"{answer.status}: {reason}" if reason else str(answer.status)
    return Refused(f"The server refuses the card ({said}).")


def _unsupported(answer: Answer) -> bool:
    named = "supported-address-data" in dav.error_conditions(answer.body)
    return answer.status == 415 or (answer.status >= 400 and named)
