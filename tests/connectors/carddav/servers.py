"""Real CardDAV servers, started from the same virtual environment on free loopback ports.

with RadicaleServer(folder) as server:
    book = server.new_book()       # https-less URL of an empty address book
    CardDAV(server.credentials(), world)
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self
from uuid import uuid4

import requests

from tests.ports import free_port

USER, PASSWORD = "alice", "s3cret:ü"

_MKCOL = """<?xml version="1.0" encoding="utf-8"?>
<D:mkcol xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><D:set><D:prop>
<D:resourcetype><D:collection/><C:addressbook/></D:resourcetype>
<D:displayname>{name}</D:displayname></D:prop></D:set></D:mkcol>"""


class Server:
    """A server process with its data in a folder of its own."""

    home: ClassVar[str]
    user: ClassVar[str] = USER
    password: ClassVar[str] = PASSWORD

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> str:
        """The URL of the server, once it answers."""
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(self.command(), stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while not _answers(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError((self.folder / "server.log").read_text())
            time.sleep(0.05)
        return self.url

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def credentials(self, url: str = "") -> dict[str, str]:
        return {
            "url": url or self.url + self.home,
            "username": self.user,
            "password": self.password,
        }

    def new_book(self, name: str = "") -> str:
        """The URL of a new, empty address book."""
        name = name or f"book-{uuid4().hex[:12]}"
        url = f"{self.url}{self.home}{name}/"
        body = _MKCOL.format(name=name).encode()
        self.ask("MKCOL", url, body, {"Content-Type": "application/xml"})
        return url

    def put(self, url: str, card: str | bytes) -> None:
        """Put a card as another client would."""
        body = card.encode() if isinstance(card, str) else card
        self.ask("PUT", url, body, {"Content-Type": "text/vcard; charset=utf-8"})

    def get(self, url: str) -> bytes:
        return self.ask("GET", url).content

    def delete(self, url: str) -> None:
        self.ask("DELETE", url)

    def ask(
        self, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> requests.Response:
        auth = (self.user.encode(), self.password.encode()) if self.user else None
        answer = requests.request(method, url, data=body, headers=headers, auth=auth, timeout=30)
        answer.raise_for_status()
        return answer


class RadicaleServer(Server):
    home = f"/{USER}/"

    def command(self) -> list[str]:
        users = self.folder / "users"
        users.write_text(f"{USER}:{PASSWORD}\n")
        config = self.folder / "config"
        config.write_text(
            f"[server]\nhosts = 127.0.0.1:{self.port}\nmax_content_length = 10000000\n"
            f"[auth]\ntype = htpasswd\nhtpasswd_filename = {users}\n"
            "htpasswd_encryption = plain\ndelay = 0\n"
            f"[storage]\nfilesystem_folder = {self.folder / 'data'}\n"
            "[logging]\nlevel = warning\n"
        )
        return [sys.executable, "-m", "radicale", "--config", str(config)]


class XandikosServer(Server):
    """It has no sign-in of its own."""

    home = "/alice/contacts/"
    user = ""
    password = ""

    def command(self) -> list[str]:
        options = ["-l", "127.0.0.1", "-p", str(self.port), "-d", str(self.folder / "data")]
        return [
            sys.executable,
            "-m",
            "xandikos",
            "serve",
            *options,
            "--defaults",
            "--current-user-principal",
            "/alice/",
        ]


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
