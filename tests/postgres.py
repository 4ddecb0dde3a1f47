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


@contextmanager
def server() -> Iterator[str]:
    """A running server as a DATABASE_URL; gone afterwards with all that it held."""
    bin_ = programs()
    assert bin_, "PostgreSQL is not installed: apt-get install postgresql"
    home = Path(tempfile.mkdtemp(prefix="accord-postgres-"))
    user = _unprivileged()
    if user:
        shutil.chown(home, user)
    port = free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {home}"

    def run(program: str, *arguments: str) -> None:
        command = [str(bin_ / program), "-D", str(home / "data"), *arguments]
        answer = subprocess.run(
            command, user=user, cwd=home, capture_output=True, text=True, check=False
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr

    try:
        run("initdb", "--auth=trust", "--username=accord", "--encoding=UTF8", "--locale=C")
        run("pg_ctl", "start", "--wait", "--log", str(home / "log"), "-o", options)
        try:
            yield f"postgres://accord@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "stop", "--mode=immediate")
    finally:
        shutil.rmtree(home)


def _unprivileged() -> str | None:
    """Whom to run as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in users)
