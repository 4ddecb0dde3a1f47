"""Ports for the servers that tests start."""

from __future__ import annotations

import random
import socket

#: This machine, as it calls itself.
LOCAL = "127.0.0.1"
#: Below the ports that systems give to outgoing connections (Linux: from 32768 on); one of those
#: could take the port between the look and the server's start.
_PORTS = range(20_000, 32_000)


def free_port(count: int = 1) -> int:
    """The first of ``count`` ports in a row that nobody has on this machine."""
    while True:
        port = random.SystemRandom().choice(_PORTS)
        if all(_is_free(number) for number in range(port, port + count)):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((LOCAL, port))
        except OSError:
            return False
        return True
