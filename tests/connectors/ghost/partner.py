"""A stand-in of Ghost, and people who use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from connectors.connector import World
from connectors.ghost.connector import Ghost
from connectors.sandbox.faults import Fault
from connectors.sandbox.sandbox import Sandbox
from tests.connectors.ghost.people import GhostPartner
from tests.connectors.mailchimp.clock import Clock
from tests.connectors.wire import ORIGIN, Wired

DAY = 24 * 3600
_numbers = count(1)


class People(GhostPartner):
    """A site of its own. ``url``: where the stand-in is served."""

    app = "ghost"

    def __init__(self, sandbox: Sandbox, world: World, url: str) -> None:
        self.sandbox = sandbox
        self.world = world
        self.service: Any = sandbox.apps["ghost"]
        number = next(_numbers)
        key = f"{number:024x}:{number:064x}"
        self.account = self.service.open_account(f"owner{number}@people.example", "Harbour", key)
        self.credentials: Mapping[str, str] = {
            "url": f"{url}/ghost/{self.account}",
            "admin_api_key": key,
        }
        self.hands = self.service.hands(self.account)

    def be(self, **quirks: Any) -> None:
        self.service.quirks = replace(self.service.quirks, **quirks)

    def connector(self) -> Ghost:
        return Ghost(self.credentials, self.world)

    def fail(self, **order: Any) -> None:
        self.sandbox.order("ghost", Fault(**order))

    def wait(self) -> None:
        self.world.sleep(DAY + 60)

    @property
    def calls(self) -> list[str]:
        """Method and kind of call, since they were last asked for."""
        prefix = "/{site}/ghost/api/admin"
        found = [f"{x.method} {x.template.removeprefix(prefix)}" for x in self.sandbox.calls]
        self.sandbox.calls.clear()
        return found


class App(People):
    """With a sandbox of its own, in this process, and a clock that is moved by hand."""

    def __init__(self, var: Path, **quirks: Any) -> None:
        self.clock = Clock()
        sandbox = Sandbox(now=self.clock.now, sleep=self.clock.sleep, apps=["ghost"])
        wires = {ORIGIN: Wired(sandbox)}
        world = World(self.clock.now, self.clock.sleep, var, region="BE", wires=wires)
        super().__init__(sandbox, world, ORIGIN)
        self.be(**quirks)
