"""The environment of the tests: a temporary directory, whatever the developer's .env says.

A plugin (``-p`` in pyproject.toml), because the settings are read before any conftest.py.
Commands that a test starts inherit it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile

import pytest
from cryptography.fernet import Fernet

_var = tempfile.mkdtemp(prefix="accord-tests-")
os.environ.update(
    VAR_DIR=_var,
    ENV_FILE=os.devnull,
    DEBUG="on",
    SECRET_KEY="of the tests, which have no secrets but need 50 characters",
    CREDENTIALS_KEYS=Fernet.generate_key().decode(),
)
# Each worker of xdist, and each command, would else compile all modules anew: pytest rewrites
# every assertion, which takes longer than to collect the tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    shutil.rmtree(_var, ignore_errors=True)
