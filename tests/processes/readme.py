"""What README.md says of several machines: its settings and commands, as they stand there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from tests.postgres import programs
from tests.processes.running import ROOT

_SECTION = (ROOT / "README.md").read_text().split("\n## Several machines\n")[1].split("\n## ")[0]
_LINES = "".join(re.findall(r"^```\n(.*?)^```", _SECTION, re.MULTILINE | re.DOTALL)).splitlines()
#: Names of settings with the values that are shown.
SETTINGS = dict(line.split("=", 1) for line in _LINES if re.match("[A-Z_]+=", line))


def settings(public: str, database: str, redis: str) -> dict[str, str]:
    """The section's, with what there is here."""
    keys = {name: os.environ[name] for name in ("SECRET_KEY", "CREDENTIALS_KEYS")}
    here = {**keys, "PUBLIC_URL": public, "DATABASE_URL": database, "REDIS_URL": redis}
    assert set(SETTINGS) == set(here)
    return {**here, "DEBUG": "off"}


def made_database(url: str) -> str:
    """The URL of a database that the section's command has made on the server of ``url``."""
    server, named = urlsplit(url), urlsplit(SETTINGS["DATABASE_URL"])
    program, *options = shlex.split(_line("createdb"))
    there = {"PGHOST": server.hostname, "PGPORT": str(server.port), "PGUSER": server.username}
    folder = programs()
    assert folder and named.username == server.username, "one user, also of the server here"
    subprocess.run([folder / program, *options], env={**os.environ, **there}, check=True)
    return server._replace(path=named.path).geturl()


def command(words: str) -> list[str]:
    """The section's command that has these words."""
    program, *options = shlex.split(_line(words))
    assert program.startswith(".venv/bin/")
    return [str(Path(sys.executable).with_name(Path(program).name)), *options]


def carried_out(words: str, environment: Mapping[str, str]) -> None:
    subprocess.run(command(words), cwd=ROOT, env=environment, check=True, capture_output=True)


def _line(words: str) -> str:
    [line] = [line for line in _LINES if words in line]
    return line
