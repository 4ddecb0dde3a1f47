"""Several machines, as far as this one can be several: each with a network, a process table and
a name of its own, in namespaces of Linux, on one network that has a server machine: this one.

For that one has to be root and to have ``ip`` and ``unshare``; elsewhere programs are started
beside each other, which is not the same: they share a name, and see each other's processes.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.ports import LOCAL

_NAMED = 'hostname "$0" && exec "$@"'


class Machines:
    """``are_apart``: in namespaces. ``server``: where the servers are to be reached from them."""

    def __init__(self, count: int) -> None:
        self.are_apart, self.server = False, LOCAL
        self.names = [f"machine-{number}" for number in range(1, count + 1)]
        # A name of an interface has 15 letters at most.
        self._bridge = f"acc{os.getpid()}"

    def on(self, name: str, command: Sequence[str]) -> list[str]:
        """The command, to be started there. Where it is killed, the machine has lost its power."""
        if not self.are_apart:
            return list(command)
        apart = ("--uts", "--pid", "--fork", "--kill-child", "--mount-proc")
        namespace = self._link(name)
        start = ("ip", "netns", "exec", namespace, "unshare", *apart)
        return [*start, "sh", "-c", _NAMED, name, *command]

    def cut(self, name: str) -> None:
        """Off from the network. Nobody is told: what is sent is not answered."""
        _run("ip", "link", "set", self._link(name), "down")

    def mend(self, name: str) -> None:
        _run("ip", "link", "set", self._link(name), "up")

    def connect(self) -> None:
        net = f"10.{random.SystemRandom().randrange(200, 250)}.{os.getpid() % 250}"
        _run("ip", "link", "add", self._bridge, "type", "bridge")
        _run("ip", "address", "add", f"{net}.1/24", "dev", self._bridge)
        _run("ip", "link", "set", self._bridge, "up")
        for number, name in enumerate(self.names, start=2):
            link = self._link(name)
            _run("ip", "netns", "add", link)
            _run("ip", "link", "add", link, "type", "veth", "peer", "eth0", "netns", link)
            _run("ip", "link", "set", link, "master", self._bridge, "up")
            _run("ip", "-n", link, "address", "add", f"{net}.{number}/24", "dev", "eth0")
            _run("ip", "-n", link, "link", "set", "eth0", "up")
            _run("ip", "-n", link, "link", "set", "lo", "up")
        self.are_apart, self.server = True, f"{net}.1"

    def disconnect(self) -> None:
        self.are_apart = False
        for name in self.names:
            _try("ip", "netns", "delete", self._link(name))
        _try("ip", "link", "delete", self._bridge)

    def _link(self, name: str) -> str:
        """The namespace, and this machine's end of the cable that leads there."""
        return f"{self._bridge}m{name.rpartition('-')[2]}"


@contextmanager
def machines(count: int) -> Iterator[Machines]:
    made = Machines(count)
    may_be = os.geteuid() == 0 and shutil.which("ip") and _try("unshare", "--net", "true")
    try:
        if may_be:
            made.connect()
    except subprocess.CalledProcessError as error:
        print(f"No machines apart here: {error.stderr}")
    try:
        yield made
    finally:
        if may_be:
            made.disconnect()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)


def _try(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL).returncode == 0
