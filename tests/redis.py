"""A Redis server of our own, from the program that Debian installs."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from tests.ports import LOCAL, free_port

PASSWORD = "battery-staple"


def program() -> str | None:
    return shutil.which("redis-server")


class Server:
    """Running after ``start``, and empty; ``url`` is its REDIS_URL, as seen from this machine."""

    def __init__(self, home: Path, listens: Sequence[str]) -> None:
        self._home, self._listens = home, listens
        self.port = free_port()
        self.url = f"redis://:{PASSWORD}@{LOCAL}:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        path = program()
        assert path, "Redis is not installed: apt-get install redis-server"
        options = ("--port", str(self.port), "--bind", *self._listens)
        kept = (
            "--requirepass",
            PASSWORD,
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(self._home),
        )
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen([path, *options, *kept], stdout=log, stderr=log)
        patient = Retry(ConstantBackoff(0.05), 400)
        with redis.Redis.from_url(self.url, retry=patient) as client:
            client.ping()

    def kill(self) -> None:
        """It keeps nothing: all bells are lost."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)


@contextmanager
def server(*listens: str) -> Iterator[Server]:
    """A running server, here and on the addresses ``listens``; gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="accord-redis-"))
    made = Server(home, (LOCAL, *listens))
    try:
        made.start()
        yield made
    finally:
        made.kill()
        shutil.rmtree(home)
