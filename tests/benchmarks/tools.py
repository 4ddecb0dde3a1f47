"""The two programs that are compared: how each is set up and started."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from cryptography.fernet import Fernet

from tests.benchmarks.books import Book

ROOT = Path(__file__).resolve().parents[2]


class Tool(Protocol):
    """``startup`` loads everything that a sync uses and does nothing; ``sync`` is the command
    that is measured."""

    name: str
    startup: Sequence[str]
    sync: Sequence[str]
    environment: dict[str, str]

    def prepare(self, folder: Path, left: Book, right: Book) -> None: ...


class Accord:
    """As in production: DEBUG off, its SQLite file in a folder of its own."""

    name = "Accord"

    def __init__(self) -> None:
        manage = (sys.executable, str(ROOT / "manage.py"))
        modules = "sync.management.commands.sync, connectors.carddav.connector"
        self.startup = (sys.executable, "-c", f"import django; django.setup(); import {modules}")
        self.sync = (*manage, "sync", "pair", "--approve", "--json")
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(ROOT),
            "DEBUG": "off",
            "SECRET_KEY": "benchmark" * 8,
            "CREDENTIALS_KEYS": Fernet.generate_key().decode(),
            "ALLOW_PRIVATE_ADDRESSES": "on",
        }

    def prepare(self, folder: Path, left: Book, right: Book) -> None:
        self.environment |= {
            "ENV_FILE": str(folder / "none"),
            "VAR_DIR": str(folder / "var"),
            "DATABASE_URL": f"sqlite:///{folder / 'accord.sqlite3'}",
            "PASSWORD": left.password or "none",
        }
        file = folder / "accord.yaml"
        file.write_text(_accord_file(left, right))
        for command in (["migrate", "--verbosity=0"], ["loadconfig", str(file)]):
            _run([sys.executable, str(ROOT / "manage.py"), *command], self.environment)


def _accord_file(left: Book, right: Book) -> str:
    """One account for two books where the server has users; else each book is an account."""
    user = f', username: {left.user}, password: "${{PASSWORD}}"' if left.user else ""
    books = {"left": left} if left.user else {"left": left, "right": right}
    accounts = "".join(
        f'  - {{name: {name}, app: carddav, credentials: {{url: "{book.url}"{user}}}}}\n'
        for name, book in books.items()
    )
    if left.user:
        home = left.url.rstrip("/").rpartition("/")[0] + "/"
        accounts = accounts.replace(left.url, home)
    other = "left" if left.user else "right"
    return (
        f"accounts:\n{accounts}connections:\n  - name: pair\n"
        f'    a: {{account: left, container: "{left.url}"}}\n'
        f'    b: {{account: {other}, container: "{right.url}"}}\n'
        "    winner: a\n    state: active\n"
    )


class Vdirsyncer:
    name = "vdirsyncer"

    def __init__(self, python: str) -> None:
        modules = "vdirsyncer.cli.tasks, vdirsyncer.storage.dav, vdirsyncer.sync"
        self.startup = (python, "-c", f"import {modules}")
        self.environment = dict(os.environ)
        self.python = python
        self.sync: Sequence[str] = ()

    def prepare(self, folder: Path, left: Book, right: Book) -> None:
        file = folder / "vdirsyncer.ini"
        file.write_text(_vdirsyncer_file(folder / "status", left, right))
        start = (self.python, "-m", "vdirsyncer", "-c", str(file))
        _run([*start, "discover"], self.environment)
        self.sync = (*start, "sync")


def _vdirsyncer_file(status: Path, left: Book, right: Book) -> str:
    parts = [
        f'[general]\nstatus_path = "{status}"\n',
        '[pair pair]\na = "left"\nb = "right"\ncollections = null\n'
        'conflict_resolution = "a wins"\n',
    ]
    for name, book in (("left", left), ("right", right)):
        login = f'username = "{book.user}"\npassword = "{book.password}"\n' if book.user else ""
        parts.append(f'[storage {name}]\ntype = "carddav"\nurl = "{book.url}"\n{login}')
    return "\n".join(parts)


def _run(command: Sequence[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
