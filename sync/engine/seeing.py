"""What rules see of a contact: not what rules of the same connection put there, so that they cannot
feed each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from connectors.contact import Contact
from rules.setup import Setup, other
from rules.verdict import Facts
from sync.engine import both_ways
from sync.engine.both_ways import Joint, joints_of, membership_from_json
from sync.engine.effects import DELETIONS, UNSUBSCRIBES, Effect, effect_from_json, shown, unaided
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
    joints = acting_joints(setup)
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
    """Without what rules of this connection put there, in the turn in which they did: what a rule
    that goes both ways had put on may have been taken off by another since."""
    if not memory.effects:
        return person
    known = (memory.effects.get(joint.target) for joint in joints)
    put = [found for base in known if base and (found := membership_from_json(base)).put == side]
    standing = [membership for membership in put if shown(person, *membership.place)]
    taken_off = [membership for membership in put if membership not in standing]
    for membership in standing:
        person = both_ways.without(person, side, membership)
    person = unaided(person, side, unseen.values())
    for membership in taken_off:
        person = both_ways.without(person, side, membership)
    return person


def as_joint_sees(
    person: Contact, side: str, joint: Joint, unseen: Mapping[str, Effect], memory: Memory
) -> Contact:
    """The same for a rule that goes both ways. What it put on itself it sees, also where another
    rule wants it there by now, and where another took it off."""
    base = memory.effects.get(joint.target)
    effects = unseen.values()
    if base and membership_from_json(base).put == side:
        return unaided(person, side, [effect for effect in effects if not effect.after])
    return unaided(person, side, effects)


def acting_joints(setup: Setup) -> list[Joint]:
    """Of the rules that are on and may write."""
    return [joint for joint in joints_of(setup) if setup.may_write(other(joint.rule.side))]


def ended(memory: Memory, setup: Setup) -> dict[str, Effect]:
    """By target what rules that go both ways put on while they asked for something else, or
    before they were off: as an effect."""
    acting, found = {joint.target for joint in acting_joints(setup)}, {}
    for target, data in memory.effects.items():
        if both_ways.is_membership(target) and target not in acting:
            side, key = data["put"], both_ways.key_of(target)
            kind, name = data["place"]
            found[target] = Effect(side, kind, name, "", name, name, bool(side), key, (key,))
    return found


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
