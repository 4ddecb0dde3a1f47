"""Servers that commands start beside this process, on this machine."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sync.watch.leash import Leash


class CannotServe(Exception):
    """A server does not start; the message says what to do."""


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@contextmanager
def serving(name: str, command: Sequence[str], port: int, cwd: str, log: Path) -> Iterator[None]:
    """The server that the command starts, once it answers at the port, until the end. ``name``
    is for people."""
    if answers(port):
        raise CannotServe(f"Port {port} is in use, probably by another demo. Stop that one first.")
    with log.open("ab") as output:
        server = Leash(command, 5, cwd, output)
    try:
        end = time.monotonic() + 30
        while not answers(port):
            if server.has_ended() or time.monotonic() > end:
                raise CannotServe(f"{name} does not start; see {log}.")
            time.sleep(0.05)
        yield
    finally:
        server.let_go()
