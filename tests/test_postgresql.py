"""The suite's other database. SQLite is the one that the other tests run on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import postgres

#: Not even collected: connectors know no table, and the world is ``sqlite_only`` as a whole.
WITHOUT_TABLES = ("--ignore=tests/connectors", "--ignore=tests/world")


@pytest.mark.partner("postgresql")
def test_everything_that_touches_the_database_passes_on_postgresql() -> None:
    with postgres.server(tends=False) as server:
        answer = subprocess.run(
            [sys.executable, "-m", "pytest", "-n0", "-q", "--only-database", *WITHOUT_TABLES],
            cwd=Path(__file__).parent.parent,
            env={**os.environ, "DATABASE_URL": server.url},
            capture_output=True,
            text=True,
            check=False,
        )
    assert answer.returncode == 0, answer.stdout[-20_000:] + answer.stderr
