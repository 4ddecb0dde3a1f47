"""A PostgreSQL server of our own, from the programs that Debian installs."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.ports import LOCAL, free_port

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
    """Running after ``start``; ``url`` is its DATABASE_URL, as seen from this machine.
    ``tends``: looks after its tables at moments of its own, after which plans may be others."""

    def __init__(self, home: Path, listens: Sequence[str], tends: bool) -> None:
        bin_ = programs()
        assert bin_, "PostgreSQL is not installed: apt-get install postgresql"
        self._bin, self._home, self._user = bin_, home, _unprivileged()
        if self._user:
            shutil.chown(home, self._user)
        self._port = free_port()
        self._tends = "on" if tends else "off"
        self._listens = ",".join((LOCAL, *listens))
        self.url = f"postgres://accord@{LOCAL}:{self._port}/postgres"
        self._run("initdb", "--auth=trust", "--username=accord", *_PLAIN)
        with (home / "data" / "pg_hba.conf").open("a") as rules:
            rules.writelines(f"host all all {address}/24 trust\n" for address in listens)

    def start(self) -> None:
        options = f"-p {self._port} -c listen_addresses={self._listens} -k {self._home}"
        options += f" -c fsync=off -c autovacuum={self._tends}"
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
def server(*listens: str, tends: bool = True) -> Iterator[Server]:
    """A running server, here and on the addresses ``listens``; gone afterwards with all that it
    held."""
    home = Path(tempfile.mkdtemp(prefix="accord-postgres-"))
    try:
        made = Server(home, listens, tends)
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
