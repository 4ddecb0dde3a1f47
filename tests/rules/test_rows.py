from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from connections.accounts import refresh_catalogue, world
from connections.models import Connection
from connectors.memory import store
from connectors.memory.app import MemoryApp, Quirks
from connectors.memory.connector import Memory
from rules.configuration.loading import load
from rules.rows import held_lines, setup_of
from rules.setup import Brakes, Setup

FILE = """
accounts:
  - {name: one, app: memory, credentials: {name: one}}
  - {name: two, app: memory, credentials: {name: two}}
connections:
  - name: pair
    a: {account: one}
    b: {account: two}
    direction: b-to-a
    winner: b
    never_blank: true
    brakes: {most: 7}
    default_mapping: false
    mappings:
      - {a: emails, b: emails}
      - {a: nickname, b: nickname, on: false}
      - {a: "custom:Shoes", arrow: "->", b: "custom:Size", winner: a}
"""


@pytest.fixture
def connection(apps: dict[str, MemoryApp]) -> Connection:
    load(FILE, {})
    return Connection.objects.get()


def test_setup_of_says_what_the_rows_say(connection: Connection) -> None:
    setup = setup_of(connection)
    assert [(x.a.name, x.arrow, x.b.name, x.winner) for x in setup.lines] == [
        ("emails", "<->", "emails", ""),
        ("custom:Shoes", "->", "custom:Size", "a"),
    ]
    assert (setup.connection, setup.direction, setup.winner) == ("pair", "b-to-a", "b")
    assert (setup.avoid_duplicates, setup.never_blank) == (True, True)
    assert setup.brakes == Brakes(most=7)
    assert Setup.from_json(setup.to_json()) == setup
    assert held_lines(connection) == []


def test_setup_of_takes_the_region_of_the_installation(
    connection: Connection, settings: Any
) -> None:
    settings.DEFAULT_REGION = "NL"
    assert setup_of(connection).region == "NL"
    connection.region = "BE"
    assert setup_of(connection).region == "BE"


def test_a_line_whose_field_vanished_is_held_and_named(connection: Connection, var: Path) -> None:
    store.placed["two"].quirks = Quirks()
    refresh_catalogue(connection.b, Memory({"name": "two"}, world()), timezone.now())
    connection = Connection.objects.get()
    assert [line.a.name for line in setup_of(connection).lines] == ["emails"]
    assert [(held.line, held.why) for held in held_lines(connection)] == [
        ("custom:Shoes → custom:Size", "b has no field custom:Size any more.")
    ]


def test_a_line_whose_field_changed_its_type_is_held(connection: Connection) -> None:
    connection.mappings.filter(a="custom:Shoes").update(arrow="<->")
    assert [held.why for held in held_lines(connection)] == [
        "Size (text) → Shoes (number): its value can be written as text, but text cannot be "
        "read back as number."
    ]
