"""Which rules a pair matches, and what they want of it.

A pair is in scope while its contact in a matches a rule of a, or its contact in b a rule of b.
Rules see a contact without what rules of the same connection put there, so that they cannot
feed each other; what a rule leaves behind when it ends is nobody's from then on, and is seen at
once. What cannot be evaluated changes nothing: a rule that matched goes on to match.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from connectors.contact import Contact
from rules.setup import Action, Rule, Setup, other
from rules.verdict import Facts, depends_on_day, fields_of, matches
from sync.engine import both_ways
from sync.engine.both_ways import Joint, Membership, Merged, membership_from_json
from sync.engine.effects import DELETIONS, UNSUBSCRIBES, Effect, Want, target_of
from sync.engine.person import Memory, View
from sync.engine.seeing import (
    acting_joints,
    as_joint_sees,
    effects_of,
    ended,
    facts_of,
    undoing,
)

#: The status of somebody who wants to be written to, and who does not any more.
SUBSCRIBED, UNSUBSCRIBED = "subscribed", "unsubscribed"


@dataclass(frozen=True, slots=True)
class Scope:
    """``matched``: keys of rules in their order. ``wants``: what they and the marks want.
    ``merged``: by target of both-ways rules what becomes of the two memberships. ``unseen``: by
    target the effects that rules do not see."""

    matched: tuple[str, ...]
    wants: tuple[Want, ...]
    merged: Mapping[str, tuple[Joint, Merged]]
    daily: bool = False
    unseen: Mapping[str, Effect] = field(default_factory=dict)

    def keeps_on(self, side: str, kind: str, name: str) -> bool:
        """Does a rule that matches want it on?"""
        wanted = target_of(side, kind, name)
        is_by_rule = any(want.target == wanted and want.after for want in self.wants)
        return is_by_rule or self.holds(side, kind, name)

    def holds(self, side: str, kind: str, name: str) -> bool:
        """Does a rule that goes both ways want it on?"""
        merged = self.merged.values()
        return any(both.on and joint.is_at(side, kind, name) for joint, both in merged)

    @property
    def is_in(self) -> bool:
        return bool(self.matched)


def scope_of(
    sides: Mapping[str, View], memory: Memory, setup: Setup, now: datetime, existed: bool | None
) -> Scope:
    """``sides``: one or both contacts; of one that is gone the last that was known. ``existed``:
    had it a counterpart when the two first met."""
    plain = [rule for rule in setup.rules if rule.on and not rule.both_ways]
    joints = acting_joints(setup)
    if not joints and not memory.effects and not any(r.conditions or r.actions for r in plain):
        return _everything(plain, sides, setup)
    effects = {**effects_of(memory), **ended(memory, setup)}
    unseen = {target: effect for target, effect in effects.items() if effect.ours}
    while True:
        scope = _without(unseen, plain, joints, sides, memory, setup, now, existed)
        left = _left_behind(scope, setup)
        if not left:
            return scope
        unseen = {target: effect for target, effect in unseen.items() if target not in left}


def _left_behind(scope: Scope, setup: Setup) -> frozenset[str]:
    """Targets of which no rule wants anything any more, and nobody takes it back; also since a
    rule wants it on that did not put it there."""
    wanted, taken_back = {want.target for want in scope.wants}, undoing(setup)
    return frozenset(
        target
        for target, effect in scope.unseen.items()
        if target not in wanted
        and (
            effect.by not in taken_back
            or (effect.after and scope.keeps_on(effect.side, effect.kind, effect.name))
        )
    )


def _without(
    unseen: Mapping[str, Effect],
    plain: Iterable[Rule],
    joints: Iterable[Joint],
    sides: Mapping[str, View],
    memory: Memory,
    setup: Setup,
    now: datetime,
    existed: bool | None,
) -> Scope:
    """The scope as rules see it without these effects."""
    merged = _merged(joints, sides, unseen, memory, setup)
    facts = facts_of(_as_merged(sides, merged), unseen, memory, setup, now, existed)
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
    return Scope(keys, tuple(wants), merged, daily, unseen)


def _everything(plain: Iterable[Rule], sides: Mapping[str, View], setup: Setup) -> Scope:
    """Rules without conditions and actions: what most connections have."""
    keys = (r.key for r in plain if r.side in sides and setup.may_write(other(r.side)))
    return Scope(tuple(keys), tuple(_marks(sides, Memory(), setup)), {})


def _merged(
    joints: Iterable[Joint],
    sides: Mapping[str, View],
    unseen: Mapping[str, Effect],
    memory: Memory,
    setup: Setup,
) -> dict[str, tuple[Joint, Merged]]:
    result = {}
    people = {side: view.contact or Contact() for side, view in sides.items()}
    is_whole = len(sides) == 2 and all(view.alive for view in sides.values())
    for joint in joints:
        base = memory.effects.get(joint.target)
        known = membership_from_json(base) if base else None
        seen = {
            side: as_joint_sees(person, side, joint, unseen, memory)
            for side, person in people.items()
        }
        if is_whole and not joint.is_held:
            result[joint.target] = (joint, both_ways.merge(joint, seen, known, setup))
        elif len(sides) == 2:
            on = joint.rule.key in memory.matched
            result[joint.target] = (joint, Merged(on, known or Membership(on, on)))
        else:
            (side,) = sides
            result[joint.target] = (joint, _alone(joint, side, seen[side], setup))
    return result


def _as_merged(
    sides: Mapping[str, View], merged: Mapping[str, tuple[Joint, Merged]]
) -> Mapping[str, View]:
    """Without what rules that go both ways are about to take off, so that one run settles."""
    result = dict(sides)
    for joint, both in merged.values():
        if both.side and not both.puts:
            view, off = (
                result[both.side],
                Membership(False, False, both.side, joint.places[both.side]),
            )
            contact = both_ways.without(view.contact or Contact(), both.side, off)
            result[both.side] = replace(view, contact=contact)
    return result


def _alone(joint: Joint, side: str, person: Contact, setup: Setup) -> Merged:
    """Of a contact whose counterpart is still to be made: it is made in the same places."""
    target = other(side)
    on = joint.is_in(side, person) and setup.may_write(target) and not joint.is_held
    put = target if on else ""
    return Merged(on, joint.agreed(on, put), put, puts=on)


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
