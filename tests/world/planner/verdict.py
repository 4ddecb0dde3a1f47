"""A history for the planner alone, and what the judge says of it."""

from __future__ import annotations

from tests.world.history import History
from tests.world.oracle import judge
from tests.world.oracle_effects import nothing_of_ours_remains, standing
from tests.world.planner.oracle_lines import lines_are_right
from tests.world.planner.oracle_losses import nothing_is_lost
from tests.world.planner.world import PlannerWorld
from tests.world.told import Tale, changed_fields
from tests.world.words import LISTS


def verdict(history: History) -> list[str]:
    """What is wrong after this history; empty if all is well."""
    world, has_settled = lived(history)
    tale = _told(world)
    complaints = [
        *judge(world, has_settled, tale),
        *world.restless,
        *lines_are_right(world, tale),
        *nothing_is_lost(world, tale),
    ]
    if complaints or not history.has_rules:
        return complaints
    ours = standing(tale)
    world.take_all_rules_back()
    return [
        *judge(world, world.settle(), _told(world)),
        *world.restless,
        *nothing_of_ours_remains(world, ours),
    ]


def lived(history: History, turned: bool = False) -> tuple[PlannerWorld, bool]:
    world = PlannerWorld(history, turned)
    world.live(history.events)
    return world, world.settle()


def _told(world: PlannerWorld) -> Tale:
    """Of a list of which a broken run has written one side only nobody can say what is an older
    word on the other, once somebody touches it there."""
    tale = Tale(world)
    for entry in world.journal.entries:
        if not entry.by_user and not world.runs[entry.run - 1].is_done:
            tale.people[entry.person].blurred |= changed_fields(entry) & set(LISTS)
    return tale
