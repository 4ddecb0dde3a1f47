"""``python -m tests.connectors.ghost [FOLDER] [ARGUMENTS OF PYTEST]``: the tests at a real Ghost,
which is installed in the folder (default: var/ghost) unless it is there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.connectors.ghost.server import FOLDER, install

HERE = Path(__file__).parent


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "var/ghost").absolute()
    install(folder)
    os.environ[FOLDER] = str(folder)
    return pytest.main(["-n0", str(HERE / "real.py"), *sys.argv[2:]])


sys.exit(main())
