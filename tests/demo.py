"""``manage.py demo`` in a process of its own, as a new user starts it: no setting, nothing
prepared."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port

ROOT = Path(__file__).parent.parent
#: What a new user's shell holds, of all that the tests have set.
OURS = ("VAR_DIR", "ENV_FILE", "DEBUG", "SECRET_KEY", "CREDENTIALS_KEYS", "DATABASE_URL")


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the desk and the apps are, and what was printed until both were there."""

    desk: str
    apps: str
    printed: str


def manage(*arguments: str, **environment: str) -> str:
    """What the command prints in a new user's shell, where nothing is set but this."""
    answer = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**_bare(), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def demo(var: Path) -> str:
    """The first syncs, and nothing more."""
    return manage("demo", "--once", VAR_DIR=str(var))


@contextmanager
def served(var: Path) -> Iterator[Demo]:
    """The demo as it goes on."""
    port = free_port(2)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port)],
        cwd=ROOT,
        env={**_bare(), "VAR_DIR": str(var)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    printed = ""
    try:
        while "Ctrl-C ends the demo." not in printed:
            line = process.stdout.readline()
            assert line, printed
            printed += line
        yield Demo(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}", printed)
    finally:
        process.terminate()
        process.communicate(timeout=90)


def _bare() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OURS}
