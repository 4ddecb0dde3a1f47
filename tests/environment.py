"""The environment of the tests: a temporary directory, whatever the developer's .env says.

A plugin (``-p`` in pyproject.toml), because the settings are read before any conftest.py.
Commands that a test starts inherit it.
"""

from __future__ import annotations

import os
import shutil
import tempfile

import pytest
from cryptography.fernet import Fernet

_var = tempfile.mkdtemp(prefix="accord-tests-")
os.environ.update(
    VAR_DIR=_var,
    ENV_FILE=os.devnull,
    DEBUG="on",
    SECRET_KEY="of the tests",
    CREDENTIALS_KEYS=Fernet.generate_key().decode(),
)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    shutil.rmtree(_var, ignore_errors=True)
