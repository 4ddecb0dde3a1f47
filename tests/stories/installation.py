"""The product as an operator has it: its commands."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Said:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON objects that were printed, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class Installation:
    """Each command runs in a process of its own. ``file`` is the configuration file as last
    loaded."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.environment = dict(environment)
        self.file = folder / "accord.yaml"

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def manage(self, *arguments: str) -> Said:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        return Said(process.returncode, out, err)

    def load(self, text: str) -> Said:
        self.file.write_text(text)
        return self.manage("loadconfig", str(self.file))

    def sync(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """The exit status of ``sync --json`` and the answer for its only connection."""
        said = self.manage("sync", *arguments, "--json")
        assert said.out, said.err
        [answer] = said.lines
        return said.status, answer

    def audit(self, *arguments: str) -> list[dict[str, Any]]:
        said = self.manage("audit", *arguments, "--json")
        assert said.status == 0, said.err
        return said.lines


class InThisProcess(Installation):
    """The same without the seconds that processes take to start, where they are not the point;
    memory apps that a test holds in its hands can be reached only so."""

    def manage(self, *arguments: str) -> Said:
        out, err = StringIO(), StringIO()
        status = 0
        try:
            call_command(*arguments, stdout=out, stderr=err)
        except SystemExit as end:
            status = int(end.code or 0)
        except CommandError as error:
            status = error.returncode
            err.write(f"CommandError: {error}\n")
        return Said(status, out.getvalue(), err.getvalue())


def account(name: str, credentials: Mapping[str, str], literal: bool = False) -> str:
    """One of a file's accounts; its password comes from the environment as NAME_PASSWORD."""
    shown = {key: text for key, text in credentials.items() if text}
    if "password" in shown and not literal:
        shown["password"] = f"${{{name.upper()}_PASSWORD}}"
    return f"  - {{name: {name}, app: carddav, credentials: {json.dumps(shown)}}}\n"


def pair(a: str, b: str, *options: str) -> str:
    """The connection *pair* of two books, given as ``account: name`` and URL."""
    lines = [f"a: {a}", f"b: {b}", "state: active", *options]
    return "  - name: pair\n" + "".join(f"    {line}\n" for line in lines)
