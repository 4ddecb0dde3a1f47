"""What rules see of a contact: not what rules of the same connection put there, so that they cannot
feed each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from connectors.contact import Contact
from rules.setup import Setup
from rules.verdict import Facts
from sync.engine import both_ways
from sync.engine.both_ways import Joint, joints_of, membership_from_json
from sync.engine.effects import DELETIONS, UNSUBSCRIBES, Effect, effect_from_json, unaided
from sync.engine.person import Memory, View


def facts_of(
    sides: Mapping[str, View],
    unseen: Mapping[str, Effect],
    memory: Memory,
    setup: Setup,
    now: datetime,
    existed: bool | None,
) -> dict[str, Facts]:
    """By side, what rules see: the contact without what rules of this connection put there."""
    joints = joints_of(setup)
    return {
        side: Facts(
            _as_rules_see(view.contact or Contact(), side, unseen, memory, joints),
            now,
            setup.region,
            existed,
            view.gone,
        )
        for side, view in sides.items()
    }


def _as_rules_see(
    person: Contact,
    side: str,
    unseen: Mapping[str, Effect],
    memory: Memory,
    joints: Iterable[Joint],
) -> Contact:
    """Without what rules of this connection put there."""
    if not memory.effects:
        return person
    for joint in joints:
        if base := memory.effects.get(joint.target):
            person = both_ways.without(person, side, membership_from_json(base))
    return unaided(person, side, unseen.values())


def as_joint_sees(
    person: Contact,
    side: str,
    joint: Joint,
    unseen: Mapping[str, Effect],
    memory: Memory,
    setup: Setup,
) -> Contact:
    """The same for a rule that goes both ways. What it put on itself it sees, also where another
    rule wants it there by now."""
    base = memory.effects.get(joint.target)
    if base and membership_from_json(base).put == side:
        return person
    person = unaided(person, side, unseen.values())
    return person if base else _without_ended(person, side, joint, memory, setup)


def _without_ended(
    person: Contact, side: str, joint: Joint, memory: Memory, setup: Setup
) -> Contact:
    """Without what this rule put on while it asked for something else, which is taken back."""
    if joint.rule.key not in undoing(setup):
        return person
    for target, base in memory.effects.items():
        if both_ways.is_membership(target) and both_ways.key_of(target) == joint.rule.key:
            person = both_ways.without(person, side, membership_from_json(base))
    return person


def effects_of(memory: Memory) -> dict[str, Effect]:
    """What is remembered by target, without the memberships of both-ways rules."""
    return {
        target: effect_from_json(data)
        for target, data in memory.effects.items()
        if not both_ways.is_membership(target)
    }


def undoing(setup: Setup) -> frozenset[str]:
    """Keys of those that take back what they did when they do not hold any more."""
    keys = {rule.key for rule in setup.rules if rule.undo or not rule.on}
    if any(setup.marks_deletions(side) for side in "ab"):
        keys.add(DELETIONS)
    if any(setup.marks_unsubscribes(side) for side in "ab"):
        keys.add(UNSUBSCRIBES)
    return frozenset(keys)
