"""The memory app does what every connector must, in different ways of being one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from connectors.connector import World
from connectors.contact import SEGMENT_KINDS, Contact, Segment, Value
from connectors.memory.app import MemoryApp, Quirks
from connectors.memory.connector import CONTAINER, Memory
from connectors.memory.store import placed
from tests.connectors.conformance import ConnectorConformance, Partner, world

NAME = "conformance"
EVERYTHING = Quirks(
    segments=frozenset(SEGMENT_KINDS),
    registers=frozenset({"bucket", "label", "group"}),
    statuses=("subscribed", "pending", "unsubscribed", "cleaned"),
    archives=True,
    merges=True,
)


class App(Partner):
    container = CONTAINER

    def __init__(self, quirks: Quirks, var: Path, name: str = NAME) -> None:
        self._world: World = world(var)
        self.credentials = {"name": name}
        self.app = placed[name] = MemoryApp(self._world.now, quirks)
        self.status = next(iter(quirks.statuses), "")
        able = {
            "archive": quirks.archives,
            "revive": True,
            "merge": quirks.merges,
            "unsubscribe": bool(quirks.statuses),
            "unregister": bool(quirks.registers),
        }
        self.can = frozenset(name for name, can in able.items() if can)

    def connector(self) -> Memory:
        return Memory(self.credentials, self._world)

    def add(self, contact: Contact) -> str:
        return self.app.add(contact)

    def edit(self, id: str, changes: Mapping[str, Value]) -> None:
        self.app.edit(id, changes)

    def delete(self, id: str) -> None:
        self.app.remove(id)

    def tag(self, id: str, segment: Segment) -> None:
        self.app.tag(id, frozenset({segment}), frozenset())

    def untag(self, id: str, segment: Segment) -> None:
        self.app.tag(id, frozenset(), frozenset({segment}))

    def archive(self, id: str) -> None:
        self.app.archive(id)

    def restore(self, id: str) -> None:
        self.app.restore(id)

    def revive(self, id: str) -> None:
        self.app.revive(id)

    def merge(self, winner: str, loser: str) -> None:
        self.app.merge(winner, loser)

    def unsubscribe(self, id: str) -> None:
        self.app.unsubscribe(id)

    def unregister(self, segment: Segment) -> None:
        self.app.unregister(segment.kind, segment.name)


class TestMemory(ConnectorConformance):
    quirks = Quirks()

    @pytest.fixture
    def partner(self, tmp_path):
        yield App(self.quirks, tmp_path)
        del placed[NAME]


class TestMemoryWithChosenIds(TestMemory):
    quirks = Quirks(chosen_ids=True, markers=False)


class TestMemoryWithEverything(TestMemory):
    quirks = EVERYTHING


class TestMemoryThatIsSilent(TestMemory):
    """It answers with ids, tells no deletions, and knows neither conditions nor segments."""

    quirks = Quirks(
        reads_back=False,
        conditional_writes=False,
        tells_deletions=False,
        deletes=False,
        segments=frozenset(),
    )
