"""An account at the stand-in of Google Contacts, and its owner's hands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from connectors.connector import World
from connectors.contact import Contact, Segment, Value
from connectors.fields import fold
from connectors.google.connector import CONTAINER, Google
from connectors.google.translate import edits
from connectors.sandbox.faults import Fault
from connectors.sandbox.sandbox import Sandbox
from tests.connectors.conformance import Partner
from tests.connectors.wire import ORIGIN, Wired

TOKEN = "token-of-ann"


@dataclass
class Clock:
    """Time that only moves when somebody waits; it knows for how long."""

    time: datetime = datetime(2026, 11, 23, 9, tzinfo=UTC)
    slept: float = 0

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.slept += seconds


class People(Partner):
    """An account of its own at the stand-in."""

    container = CONTAINER
    can = frozenset({"merge", "unregister"})

    def __init__(self, sandbox: Sandbox, world: World, token: str = "") -> None:
        self.sandbox = sandbox
        self.world = world
        self.standin: Any = sandbox.apps["google"]
        token = token or uuid4().hex
        self.credentials = {"access_token": token}
        self.account = self.standin.open_account(f"{token}@gmail.example", token=token)
        self.hands = self.standin.hands(self.account)

    def connector(self, **credentials: str) -> Google:
        return Google(credentials or self.credentials, self.world)

    # --- What people do -------------------------------------------------------------------

    def add(self, contact: Contact) -> str:
        id: str = self.hands.add(edits({}, contact.fields))
        for segment in sorted(contact.segments):
            self.hands.label(id, self.label(segment.name))
        return id

    def label(self, name: str) -> str:
        """The label of this name; made where there is none."""
        found = (id for id, other in self.hands.labels().items() if fold(other) == fold(name))
        return next(found, "") or self.hands.add_label(name)

    def edit(self, id: str, changes: Mapping[str, Value]) -> None:
        self.hands.edit(id, edits(self.hands.get(id), changes))

    def delete(self, id: str) -> None:
        self.hands.delete(id)

    def tag(self, id: str, segment: Segment) -> None:
        self.hands.label(id, self.label(segment.name))

    def untag(self, id: str, segment: Segment) -> None:
        self.hands.unlabel(id, self.label(segment.name))

    def merge(self, winner: str, loser: str) -> None:
        self.hands.merge(winner, loser)

    def unregister(self, segment: Segment) -> None:
        self.hands.delete_label(self.label(segment.name))

    def restore(self, id: str) -> None:
        self.hands.restore(id)

    def wait(self) -> None:
        self.world.sleep(self.standin.quirks.lag)


class Book(People):
    """The only account of a stand-in in this process. ``quirks`` are those of the stand-in;
    ``settings`` those of the operator."""

    def __init__(self, var: Path, settings: Mapping[str, str] | None = None, **quirks: Any) -> None:
        self.clock = Clock()
        sandbox = Sandbox(apps=["google"], now=self.clock.now, sleep=self.clock.sleep)
        world = World(
            self.clock.now,
            self.clock.sleep,
            var,
            settings={
                "GOOGLE_API_URL": f"{ORIGIN}/google",
                "GOOGLE_TOKEN_URL": f"{ORIGIN}/google/token",
                # What a call costs is looked at where quotas are the matter; elsewhere the
                # world's time is to stand still.
                "GOOGLE_READS_PER_MINUTE": "0",
                "GOOGLE_WRITES_PER_MINUTE": "0",
                "GOOGLE_LABEL_WRITES_PER_MINUTE": "0",
                **(settings or {}),
            },
            wires={ORIGIN: Wired(sandbox)},
        )
        super().__init__(sandbox, world, TOKEN)
        self.change_quirks(**quirks)

    def change_quirks(self, **quirks: Any) -> None:
        self.standin.quirks = replace(self.standin.quirks, **quirks)

    def order(self, what: str, path: str, method: str = "", **more: Any) -> None:
        self.sandbox.order("google", Fault(what, path=path, method=method, **more))

    @property
    def calls(self) -> list[str]:
        """The calls so far, by the ends of their paths."""
        return [f"{call.method} {call.template.rpartition('/')[2]}" for call in self.sandbox.calls]

    def forget_calls(self) -> None:
        self.sandbox.calls.clear()
