"""A stand-in of Ghost with people in it, and a connector to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.ghost.connector import Ghost
from tests.connectors.ghost.partner import App


@pytest.fixture
def people(tmp_path: Path) -> Iterator[App]:
    app = App(tmp_path)
    yield app
    app.sandbox.close()


@pytest.fixture
def connector(people: App) -> Iterator[Ghost]:
    connector = people.connector()
    yield connector
    connector.close()
