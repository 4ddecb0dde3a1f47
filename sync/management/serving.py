"""Servers that commands start beside this process, on this machine."""

from __future__ import annotations

import socket


class CannotServe(Exception):
    """A server does not start; the message says what to do."""


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
