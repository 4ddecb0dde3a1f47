"""An account at a CardDAV server (RFC 6352)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from urllib.parse import urlsplit

from connectors.carddav.finding import Finder
from connectors.carddav.hrefs import canonical, href_of
from connectors.carddav.reading import CHUNK, Reader
from connectors.carddav.translate import CATEGORY
from connectors.carddav.writing import Writer
from connectors.connector import (
    Capabilities,
    Catalogue,
    Connector,
    ContainerInfo,
    Create,
    Credential,
    Delete,
    Identity,
    Known,
    Page,
    Received,
    Result,
    World,
    Write,
)
from connectors.errors import AppError, AskStaff, Gone
from connectors.fields import STANDARD
from connectors.login import Login
from connectors.session import Session
from connectors.side_by_side import SideBySide, raised_if_all
from connectors.urls import origin

PARALLEL = 8


class CardDAV(Connector):
    """A record's id is the canonical path of its card (``hrefs.canonical``), a container's the
    URL of the book with its last slash; a version is the ETag."""

    app = "carddav"
    label = "CardDAV"
    about = "Address books of Nextcloud, Radicale, Fastmail, iCloud and other servers."
    container_word = "book"
    credentials = (
        Credential(
            "url",
            "URL",
            help="Of the server or of one address book, such as dav.example.org: the account's "
            "books are found from there.",
        ),
        Credential("username", "User name", required=False),
        Credential(
            "password",
            "Password",
            secret=True,
            required=False,
            help="Where the server has app passwords, one of those: it can be taken back there.",
        ),
    )

    def __init__(self, credentials: Mapping[str, str], world: World) -> None:
        super().__init__(credentials, world)
        self._url = _checked(credentials.get("url", ""))
        self._username = credentials.get("username", "")
        login = Login(self._url, self._username, credentials.get("password", ""))
        self._session = Session(world, self._url, login, PARALLEL)
        self._finder = Finder(self._session, self._url)
        self._reader = Reader(self._session)
        self._writer = Writer(self._session, self._reader, world.sleep)
        self._side_by_side = SideBySide(PARALLEL, self.app)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            batch=PARALLEL,
            chosen_ids=True,
            conditional_writes=True,
            deletes=True,
        )

    @property
    def requests(self) -> int:
        return self._session.requests

    @property
    def traffic(self) -> tuple[int, int]:
        """Bytes of bodies on the wire: sent, received."""
        return self._session.sent, self._session.received

    def identity(self) -> Identity:
        """The principal's URL; where the server names none, the user at the server."""
        place = urlsplit(self._url).netloc
        name = f"{self._username} at {place}" if self._username else place
        return Identity(self._finder.principal() or f"{origin(self._url)}#{self._username}", name)

    def containers(self) -> list[ContainerInfo]:
        return self._finder.books()

    def catalogue(self, container: str) -> Catalogue:
        """Names of categories are known from the cards only: no book lists them."""
        return Catalogue(tuple(STANDARD.values()), {CATEGORY: ()})

    def changes(self, container: str, cursor: str, known: Known) -> Iterator[Page]:
        return self._reader.changes(container, cursor, known)

    def read(self, container: str, ids: Sequence[str]) -> list[Received | Gone]:
        wanted = [canonical(id_) for id_ in ids]
        found: dict[str, Received | Gone] = {}
        for start in range(0, len(wanted), CHUNK):
            found.update(self._reader.fetch(container, wanted[start : start + CHUNK]))
        return [found[href] for href in wanted]

    def write(self, container: str, writes: Sequence[Write]) -> list[Result]:
        one = partial(self._write_one, container)
        return raised_if_all(self._side_by_side.each(one, writes))

    def _write_one(self, container: str, write: Write) -> Result:
        try:
            if isinstance(write, Create):
                return self._writer.create(container, write)
            if isinstance(write, Delete):
                return self._writer.delete(container, write)
            return self._writer.update(container, write)
        except AppError as error:
            return error

    def chosen_id(self, container: str, marker: str) -> str:
        return href_of(container, marker)

    def close(self) -> None:
        self._side_by_side.close()
        self._session.close()


def _checked(url: str) -> str:
    """A server's name alone stands for its encrypted address."""
    entered = url.strip()
    address = entered if "://" in entered else f"https://{entered}"
    if not _is_web_address(address):
        raise AskStaff(
            "The URL of the CardDAV account is not a web address.",
            "Enter one such as https://dav.example.org/ , without user name or password in it.",
        )
    return address


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_place = bool(parts.hostname) and parts.port != 0
    except ValueError:  # such as a port that is no number
        return False
    return parts.scheme in ("http", "https") and has_place and not parts.username
