"""The servers between whose books is synced, as processes of their own that can be asked what
they counted."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

from tests.benchmarks import meter
from tests.benchmarks.books import Book
from tests.connectors.carddav.servers import RadicaleServer
from tests.ports import free_port


@dataclass(frozen=True, slots=True)
class Place:
    """Where books are made and figures are asked for: at the stub, or at the relay before
    Radicale."""

    url: str
    radicale: RadicaleServer | None = None

    def new_book(self) -> Book:
        name = f"book-{uuid4().hex[:8]}"
        if self.radicale is None:
            return Book(f"{self.url}/{name}/")
        self.radicale.new_book(name)
        home, user = self.radicale.home, self.radicale.user
        return Book(f"{self.url}{home}{name}/", user, self.radicale.password)

    def figures(self) -> dict[str, Any]:
        """What was counted since they were last asked for."""
        found: dict[str, Any] = json.loads(requests.get(self.url + meter.PATH, timeout=30).content)
        return found


@contextmanager
def stub(delay: int) -> Iterator[Place]:
    with _process("stub", "--delay", str(delay)) as url:
        yield Place(url)


@contextmanager
def radicale(folder: Path) -> Iterator[Place]:
    with (
        RadicaleServer(folder) as server,
        _process("relay", "--to", str(server.port)) as url,
    ):
        yield Place(url, server)


@contextmanager
def _process(module: str, *options: str) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", "--port", str(port), *options]
    process = subprocess.Popen(command)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url + meter.PATH)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            requests.get(url, timeout=5)
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
