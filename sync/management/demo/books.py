"""A CardDAV server of our own (Radicale), on this machine only."""

from __future__ import annotations

import importlib.util
import json
import secrets
import socket
import sys
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from connectors.carddav.translate import new_card
from connectors.contact import Contact
from sync.management.serving import CannotServe, serving

#: By user, the address books: name in the URL -> name for people.
BOOKS: Mapping[str, Mapping[str, str]] = {"office": {"customers": "Customers"}}


class Books:
    """The folder of the server: its data, one password for all users, its port. All are made
    once and stay, for the accounts remember them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._data = folder / "data"
        self.is_new = not (folder / "kept.json").exists()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.is_new:
            self._make()
        kept = json.loads((folder / "kept.json").read_text())
        self.port: int = kept["port"]
        self.password: str = kept["password"]

    def url(self, user: str) -> str:
        return f"http://127.0.0.1:{self.port}/{user}/"

    def fill(self, user: str, book: str, contacts: Iterable[Contact]) -> None:
        """Cards straight into the server's storage, as if they had been there for years."""
        place = self._data / "collection-root" / user / book
        for contact in contacts:
            uid = str(uuid.uuid5(uuid.NAMESPACE_URL, contact.text("emails")))
            (place / f"{uid}.vcf").write_bytes(new_card(uid, contact.fields))

    @contextmanager
    def served(self) -> Iterator[None]:
        if importlib.util.find_spec("radicale") is None:
            raise CannotServe(
                "The address books of the demo need Radicale: pip install -e '.[demo]'"
            )
        command = [sys.executable, "-m", "radicale", "--config", str(self.folder / "config")]
        name, log = "The address book server", self.folder / "server.log"
        with serving(name, command, self.port, str(self.folder), log):
            yield

    def _make(self) -> None:
        port, password = _free_port(), secrets.token_urlsafe(9)
        users = self.folder / "users"
        users.write_text("".join(f"{user}:{password}\n" for user in BOOKS))
        (self.folder / "config").write_text(
            f"[server]\nhosts = 127.0.0.1:{port}\n"
            f"[auth]\ntype = htpasswd\nhtpasswd_filename = {users}\n"
            "htpasswd_encryption = plain\ndelay = 0\n"
            f"[storage]\nfilesystem_folder = {self._data}\n"
            "[logging]\nlevel = warning\n"
        )
        for user, books in BOOKS.items():
            for word, name in books.items():
                book = self._data / "collection-root" / user / word
                book.mkdir(parents=True, exist_ok=True)
                # What makes a folder a book: https://radicale.org/v3.html#storage-layout
                props = {"tag": "VADDRESSBOOK", "D:displayname": name}
                (book / ".Radicale.props").write_text(json.dumps(props))
        (self.folder / "kept.json").write_text(json.dumps({"port": port, "password": password}))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
