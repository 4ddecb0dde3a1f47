"""A history and what the judge says of it: a function of the history alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from tests.world.census import census
from tests.world.history import History
from tests.world.oracle import judge
from tests.world.oracle_effects import nothing_of_ours_remains, standing
from tests.world.shrink import shrunk
from tests.world.told import Tale
from tests.world.words import person_of, tags_of
from tests.world.world import World

#: What is wrong after a history.
Judged = Callable[[History], list[str]]


def verdict(history: History, met: Counter[str] | None = None) -> list[str]:
    """What is wrong after this history; empty if all is well. Where rules put something on that
    still stands, also after all of them are taken back. ``met``: is told what took place."""
    world, has_settled = lived(history)
    if met is not None:
        met.update(census(world))
    tale = Tale(world)
    complaints = judge(world, has_settled, tale)
    if complaints or not history.has_rules or history.setting.ring:
        return complaints
    ours = standing(tale)
    if not ours:
        return []
    world.take_all_rules_back()
    return [*judge(world, world.settle()), *nothing_of_ours_remains(world, ours)]


def lived(history: History, turned: bool = False) -> tuple[World, bool]:
    """The world after the history and some quiet time, and whether it came to rest."""
    world = World(history, turned)
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


def undisturbed(history: History) -> History:
    """Without faults and deletions: who is the older of two then depends on nothing else."""
    left_out = ("at", "commit", "break", "delete", "archive", "remake", "merge")
    return replace(history, events=tuple(x for x in history.events if x[0] not in left_out))


def final(world: World) -> list[tuple[object, ...]]:
    """What all apps show in the end, whatever ids they gave."""
    shown = [
        (side, person_of(contact), sorted(tags_of(contact)), sorted(contact.fields.items()))
        for side, app in world.apps.items()
        for contact in app.contacts().values()
    ]
    return sorted(shown, key=repr)


def report(history: History, complaints: list[str], where: str, judged: Judged = verdict) -> str:
    """The failure in words, with the history shrunk to what still gives the same complaint, as a
    test that can be pasted as it is."""
    small = smallest(history, complaints, judged)
    return "\n".join([where, *complaints, "Shrunk:", as_test(small), *judged(small)])


def smallest(history: History, complaints: list[str], judged: Judged = verdict) -> History:
    kind = _kind(complaints[0])
    return shrunk(history, lambda smaller: any(_kind(text) == kind for text in judged(smaller)))


def as_test(history: History) -> str:
    """For ``test_regressions.py``."""
    story = str(history).replace("\n", "\n    ")
    return f"def test_found() -> None:\n    story = {story}\n    assert verdict(story) == []\n"


def _kind(complaint: str) -> str:
    """The number of the invariant in a complaint."""
    found = re.search(r"I\d+", complaint)
    return found[0] if found else complaint
