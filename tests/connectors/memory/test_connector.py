"""The memory app, in its two ways of choosing ids."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from connectors.connector import World
from connectors.contact import Contact, Value
from connectors.memory.app import MemoryApp, Quirks
from connectors.memory.connector import CONTAINER, Memory
from connectors.memory.store import placed
from tests.connectors.conformance import ConnectorConformance, Partner, world

NAME = "conformance"


class App(Partner):
    container = CONTAINER

    def __init__(self, quirks: Quirks, var: Path) -> None:
        self._world: World = world(var)
        self.app = placed[NAME] = MemoryApp(self._world.now, quirks)

    def connector(self) -> Memory:
        return Memory({"name": NAME}, self._world)

    def add(self, contact: Contact) -> str:
        return self.app.add(contact)

    def edit(self, id: str, changes: Mapping[str, Value]) -> None:
        self.app.edit(id, changes)

    def delete(self, id: str) -> None:
        self.app.remove(id)


class TestMemory(ConnectorConformance):
    quirks = Quirks()

    @pytest.fixture
    def partner(self, tmp_path):
        yield App(self.quirks, tmp_path)
        del placed[NAME]


class TestMemoryWithChosenIds(TestMemory):
    quirks = Quirks(chosen_ids=True, markers=False)
