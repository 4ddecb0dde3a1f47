"""Which rules a pair matches, and what they want of it.

A pair is in scope while its contact in a matches a rule of a, or its contact in b a rule of b.
Rules see a contact without what rules of the same connection put there, so that they cannot
feed each other. What cannot be evaluated changes nothing: a rule that matched goes on to match.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.contact import Contact
from rules.setup import Action, Rule, Setup, other
from rules.verdict import Facts, depends_on_day, fields_of, matches
from sync.engine import both_ways
from sync.engine.both_ways import Joint, Membership, Merged, joints_of, membership_from_json
from sync.engine.effects import (
    DELETIONS,
    UNSUBSCRIBES,
    Effect,
    Want,
    effect_from_json,
    target_of,
    unaided,
)
from sync.engine.person import Memory, View

#: The status of somebody who wants to be written to, and who does not any more.
SUBSCRIBED, UNSUBSCRIBED = "subscribed", "unsubscribed"


@dataclass(frozen=True, slots=True)
class Scope:
    """``matched``: keys of rules in their order. ``wants``: what they and the marks want.
    ``merged``: by target of both-ways rules what becomes of the two memberships."""

    matched: tuple[str, ...]
    wants: tuple[Want, ...]
    merged: Mapping[str, tuple[Joint, Merged]]
    daily: bool = False

    @property
    def is_in(self) -> bool:
        return bool(self.matched)


def scope_of(
    sides: Mapping[str, View], memory: Memory, setup: Setup, now: datetime, existed: bool | None
) -> Scope:
    """``sides``: one or both contacts; of one that is gone the last that was known. ``existed``:
    had it a counterpart when the two first met."""
    plain = [rule for rule in setup.rules if rule.on and not rule.both_ways]
    joints = [x for x in joints_of(setup) if setup.may_write(other(x.rule.side))]
    if not joints and not memory.effects and not any(r.conditions or r.actions for r in plain):
        return _everything(plain, sides, setup)
    people = {side: view.contact or Contact() for side, view in sides.items()}
    merged = _merged(joints, people, sides, memory, setup)
    facts = facts_of(sides, memory, setup, now, existed)
    matched = {
        rule.key: rule
        for rule in plain
        if rule.side in sides
        and setup.may_write(other(rule.side))
        and _does_match(rule, facts[rule.side], sides[rule.side].gone, memory)
    }
    held = {joint.rule.key for joint, result in merged.values() if result.on}
    keys = tuple(r.key for r in setup.rules if r.key in matched or r.key in held)
    wants = [want for rule in matched.values() for want in _wants(rule, other(rule.side))]
    wants += _marks(sides, memory, setup)
    daily = any(_changes_by_day(rule, facts) for rule in plain)
    return Scope(keys, tuple(wants), merged, daily)


def facts_of(
    sides: Mapping[str, View], memory: Memory, setup: Setup, now: datetime, existed: bool | None
) -> dict[str, Facts]:
    """By side, what rules see: the contact without what rules of this connection put there."""
    joints = joints_of(setup)
    return {
        side: Facts(
            _as_rules_see(view.contact or Contact(), side, memory, joints),
            now,
            setup.region,
            existed,
            view.gone,
        )
        for side, view in sides.items()
    }


def _everything(plain: Iterable[Rule], sides: Mapping[str, View], setup: Setup) -> Scope:
    """Rules without conditions and actions: what most connections have."""
    keys = (r.key for r in plain if r.side in sides and setup.may_write(other(r.side)))
    return Scope(tuple(keys), tuple(_marks(sides, Memory(), setup)), {})


def _merged(
    joints: Iterable[Joint],
    people: Mapping[str, Contact],
    sides: Mapping[str, View],
    memory: Memory,
    setup: Setup,
) -> dict[str, tuple[Joint, Merged]]:
    result = {}
    is_whole = len(sides) == 2 and all(view.alive for view in sides.values())
    for joint in joints:
        base = memory.effects.get(joint.target)
        known = membership_from_json(base) if base else None
        if is_whole and not joint.is_held:
            seen = (
                people
                if known
                else {
                    side: _without_ended(person, side, joint, memory, setup)
                    for side, person in people.items()
                }
            )
            result[joint.target] = (joint, both_ways.merge(joint, seen, known, setup))
        elif len(sides) == 2:
            on = joint.rule.key in memory.matched
            result[joint.target] = (joint, Merged(on, known or Membership(on, on)))
        else:
            (side,) = sides
            result[joint.target] = (joint, _alone(joint, side, people[side], setup))
    return result


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


def _alone(joint: Joint, side: str, person: Contact, setup: Setup) -> Merged:
    """Of a contact whose counterpart is still to be made: it is made in the same places."""
    target = other(side)
    on = joint.is_in(side, person) and setup.may_write(target) and not joint.is_held
    put = target if on else ""
    return Merged(on, joint.agreed(on, put), put, puts=on)


def _as_rules_see(person: Contact, side: str, memory: Memory, joints: Iterable[Joint]) -> Contact:
    """Without what rules of this connection put there."""
    if not memory.effects:
        return person
    for joint in joints:
        if base := memory.effects.get(joint.target):
            person = both_ways.without(person, side, membership_from_json(base))
    return unaided(person, side, effects_of(memory).values())


def _does_match(rule: Rule, facts: Facts, gone: bool, memory: Memory) -> bool:
    before = rule.key in memory.matched
    if gone and not _asks_for_deleted(rule):
        return before  # nobody enters or leaves by being deleted
    truth = matches(rule, facts)
    return before if truth is None else truth


def _changes_by_day(rule: Rule, facts: Mapping[str, Facts]) -> bool:
    if rule.side not in facts or not depends_on_day(rule):
        return False
    return any(facts[rule.side].contact.get(name) for name in fields_of(rule))


def _asks_for_deleted(rule: Rule) -> bool:
    return any(item.kind == "deleted" for item in rule.conditions)


def _wants(rule: Rule, target: str) -> Iterable[Want]:
    return (want_of(rule.key, target, action) for action in rule.actions)


def want_of(key: str, target: str, action: Action) -> Want:
    after = {"add": action.name, "remove": "", "set": action.value}[action.verb]
    return Want(key, target, action.kind, action.name, after)


def _marks(sides: Mapping[str, View], memory: Memory, setup: Setup) -> Iterable[Want]:
    """What happened on one side is marked on the other, where that is asked for."""
    if not setup.sync_deletions and not setup.sync_unsubscribes:
        return
    trash, unsubscribes = setup.marks.trash, setup.marks.unsubscribes
    for side, view in sides.items():
        target, kind = other(side), setup.marks.kind(other(side))
        if view.gone and setup.marks_deletions(target):
            yield Want(DELETIONS, target, kind, trash, trash)
        if setup.marks_unsubscribes(target):
            want = Want(UNSUBSCRIBES, target, kind, unsubscribes, unsubscribes)
            if _is_out(view, was_out=want.target in memory.effects):
                yield want


def _is_out(view: View, was_out: bool) -> bool:
    """Only the person's own word ends it: neither the record's deletion nor another status."""
    status = view.contact.status if view.contact else ""
    return status == UNSUBSCRIBED or (was_out and status != SUBSCRIBED)


def held_targets(setup: Setup) -> frozenset[str]:
    """What cannot be written just now, since a rule's field or kind vanished in the app."""
    return frozenset(
        target_of(other(rule.side), action.kind, action.name)
        for rule in setup.rules
        for action in rule.actions
        if action.held
    )


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
