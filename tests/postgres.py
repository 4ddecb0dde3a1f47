"""A PostgreSQL server of our own, from the programs that Debian installs."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port

DEBIAN = Path("/usr/lib/postgresql")
_PLAIN = ("--encoding=UTF8", "--locale=C", "--no-sync")


def programs() -> Path | None:
    """The directory of the newest server's programs, or None where there is no server."""
    found = sorted(
        (item.parent for item in DEBIAN.glob("*/bin/postgres")),
        key=lambda directory: int(directory.parent.name),
    )
    if found:
        return found[-1]
    on_path = shutil.which("postgres")
    return Path(on_path).parent if on_path else None


class Server:
    """Running after ``start``; ``url`` is its DATABASE_URL."""

    def __init__(self, home: Path) -> None:
        bin_ = programs()
        assert bin_, "PostgreSQL is not installed: apt-get install postgresql"
        self._bin, self._home, self._user = bin_, home, _unprivileged()
        if self._user:
            shutil.chown(home, self._user)
        self._port = free_port()
        self.url = f"postgres://accord@127.0.0.1:{self._port}/postgres"
        self._run("initdb", "--auth=trust", "--username=accord", *_PLAIN)

    def start(self) -> None:
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c fsync=off -k {self._home}"
        self._run("pg_ctl", "start", "--wait", "--log", str(self._home / "log"), "-o", options)

    def stop(self) -> None:
        """As if its machine had been switched off: nobody is let finish."""
        self._run("pg_ctl", "stop", "--mode=immediate")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), "-D", str(self._home / "data"), *arguments]
        answer = subprocess.run(
            command, user=self._user, cwd=self._home, capture_output=True, text=True, check=False
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr


@contextmanager
def server() -> Iterator[Server]:
    """A running server; gone afterwards with all that it held."""
    home = Path(tempfile.mkdtemp(prefix="accord-postgres-"))
    try:
        made = Server(home)
        made.start()
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(home)


def _unprivileged() -> str | None:
    """Whom to run as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in users)
