"""A history and what the judge says of it: a function of the history alone."""

from __future__ import annotations

import re

from tests.world.history import History
from tests.world.oracle import judge
from tests.world.shrink import shrunk
from tests.world.world import World


def verdict(history: History) -> list[str]:
    """What is wrong after this history; empty if all is well."""
    return judge(*lived(history))


def lived(history: History) -> tuple[World, bool]:
    """The world after the history and some quiet time, and whether it came to rest."""
    world = World(history)
    world.live(history.events)
    return world, world.settle()


def trace(history: History) -> list[tuple[object, ...]]:
    """All that happened: the same for the same history, whatever ids the apps gave."""
    world, _ = lived(history)
    runs = [(run.state, run.calls, run.commits, tuple(run.requests.items())) for run in world.runs]
    entries = [
        (
            e.side,
            e.person,
            e.at,
            e.run,
            e.event,
            sorted(e.after.fields.items()) if e.after else None,
        )
        for e in world.journal.entries
    ]
    return [*runs, *entries]


def report(history: History, complaints: list[str], where: str) -> str:
    """The failure in words, with the history shrunk to what still gives the same complaint."""
    kind = _kind(complaints[0])
    small = shrunk(history, lambda smaller: any(_kind(text) == kind for text in verdict(smaller)))
    return f"{where}\n{chr(10).join(complaints)}\nShrunk:\n{small}\n{chr(10).join(verdict(small))}"


def _kind(complaint: str) -> str:
    """The number of the invariant in a complaint."""
    found = re.search(r"I\d+", complaint)
    return found[0] if found else complaint
