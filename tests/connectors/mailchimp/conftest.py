"""A stand-in of Mailchimp with people in it, and a connector to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.mailchimp.connector import Mailchimp
from tests.connectors.mailchimp.odd import Odd
from tests.connectors.mailchimp.partner import App
from tests.connectors.wire import ORIGIN, Wired


@pytest.fixture
def people(tmp_path: Path) -> Iterator[App]:
    app = App(tmp_path)
    yield app
    app.sandbox.close()


@pytest.fixture
def odd(people: App) -> Odd:
    """Between the connector and the stand-in."""
    between = Odd(Wired(people.sandbox))
    people.world = replace(people.world, wires={ORIGIN: between})
    return between


@pytest.fixture
def connector(people: App) -> Iterator[Mailchimp]:
    connector = people.connector()
    yield connector
    connector.close()
