"""Accord in processes of their own, on a database of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def installed(database: str = "") -> Iterator[Mapping[str, str]]:
    """The environment of an empty installation, as in production: DEBUG off. Without a
    ``database`` (as DATABASE_URL) it has an SQLite file."""
    with TemporaryDirectory(prefix="accord-benchmark-") as folder:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": os.pathsep.join(
                filter(None, (str(ROOT), os.environ.get("PYTHONPATH", "")))
            ),
            "DEBUG": "off",
            "SECRET_KEY": "benchmark" * 8,
            "CREDENTIALS_KEYS": Fernet.generate_key().decode(),
            "ENV_FILE": str(Path(folder) / "none"),
            "VAR_DIR": str(Path(folder) / "var"),
            "DATABASE_URL": database or f"sqlite:///{Path(folder) / 'accord.sqlite3'}",
        }
        run([str(ROOT / "manage.py"), "migrate", "--verbosity=0"], environment)
        yield environment


def inside(module: str, arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """What ``main`` of the module prints; Django has to be set up before it is imported."""
    start = f"import django; django.setup(); from {module} import main; main()"
    return run(["-c", start, *arguments], environment)


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed.")
    return done.stdout
