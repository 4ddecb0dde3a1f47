"""From what rules and marks want to steps: what to put on or take off, and what is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connections.stamps import Stamp
from connectors.contact import Contact
from rules.setup import Setup
from rules.verdict import rule_sentence
from sync.engine.both_ways import (
    Joint,
    Membership,
    Merged,
    is_membership,
    key_of,
    membership_from_json,
    membership_to_json,
)
from sync.engine.effects import (
    DELETIONS,
    FIELD,
    UNSUBSCRIBES,
    Move,
    effect_to_json,
    moves,
    shown,
    target_of,
)
from sync.engine.person import Change, Memory, StepPlan, View
from sync.engine.scope import Scope, held_targets
from sync.engine.seeing import effects_of, undoing

_MARKS = {DELETIONS: "deleted in the other app", UNSUBSCRIBES: "unsubscribed in the other app"}


@dataclass
class Acts:
    """``steps`` write; ``effects`` hold at once, by target (None: forgotten). ``halted``: targets
    that would be written, but went to and fro before."""

    steps: list[StepPlan] = field(default_factory=list)
    effects: dict[str, Any] = field(default_factory=dict)
    halted: list[str] = field(default_factory=list)

    def of(self, side: str) -> list[StepPlan]:
        return [step for step in self.steps if step.side == side]


def acts_of(scope: Scope, sides: Mapping[str, View], memory: Memory, setup: Setup) -> Acts:
    """``sides``: those contacts that are alive, or are just being made (then empty)."""
    acts = Acts()
    if not scope.wants and not memory.effects and not scope.merged:
        return acts
    people = {side: view.contact or Contact() for side, view in sides.items() if view.alive}
    waiting = held_targets(setup)
    for move in moves(effects_of(memory), scope.wants, people, undoing(setup)):
        if move.target in waiting:
            continue
        if _takes_off(move) and scope.holds(move.side, move.kind, move.name):
            acts.effects[move.target] = None
            continue
        if move.writes and move.target in memory.halted:
            acts.halted.append(move.target)
        else:
            _take(acts, move, sides, setup)
    for target, (joint, merged) in scope.merged.items():
        if merged.side and target in memory.halted:
            acts.halted.append(target)
        else:
            _take_membership(acts, target, joint, merged, people, memory)
    for target, data in memory.effects.items():
        if is_membership(target) and target not in scope.merged:
            _end_membership(acts, target, membership_from_json(data), scope, people, setup)
    return acts


def _takes_off(move: Move) -> bool:
    return move.puts_back and move.writes and not move.after


def _take(acts: Acts, move: Move, sides: Mapping[str, View], setup: Setup) -> None:
    remembered = move.effect and effect_to_json(move.effect)
    if not move.writes:
        acts.effects[move.target] = remembered
        return
    is_mark = move.rule in _MARKS
    if not is_mark and not setup.may_write(move.side):
        return  # what was put there before the direction was narrowed waits
    verb = ("unmark" if move.puts_back else "mark") if is_mark else ""
    name = move.name if move.kind == FIELD else move.kind
    stamp = Stamp(sides[move.side].stamp(move.name).number + 1, raw=False)
    acts.steps.append(
        StepPlan(
            verb or ("revert" if move.puts_back else "act"),
            move.side,
            fields={name: Change(move.before, move.after)},
            stamps={name: stamp} if move.kind == FIELD else {},
            effects={move.target: remembered},
            cause="mark" if is_mark else "rule",
            rule=described(move.rule, setup),
            rule_key="" if is_mark else move.rule,
            why=_MARKS[move.rule].capitalize() + "." if verb == "mark" else "",
            calls=True,
        )
    )


def _take_membership(
    acts: Acts,
    target: str,
    joint: Joint,
    merged: Merged,
    people: Mapping[str, Contact],
    memory: Memory,
) -> None:
    remembered = membership_to_json(merged.membership)
    kind, name = joint.places[merged.side] if merged.side else ("", "")
    before = shown(people.get(merged.side, Contact()), kind, name)
    if not merged.side or bool(before) == merged.puts:
        if memory.effects.get(target) != remembered:
            acts.effects[target] = remembered
            acts.effects.update(_off_for_good(merged, kind, name, memory))
        return
    acts.steps.append(
        StepPlan(
            "act" if merged.puts else "revert",
            merged.side,
            fields={kind: Change(before, name if merged.puts else "")},
            effects={target: remembered},
            cause="rule",
            rule=_sentence(joint.rule.name, rule_sentence(joint.rule)),
            rule_key=joint.rule.key,
            calls=True,
        )
    )


def _off_for_good(merged: Merged, kind: str, name: str, memory: Memory) -> dict[str, Any]:
    """What is to be taken off and another rule has taken off already does not come back with
    that rule's undo."""
    target = target_of(merged.side, kind, name)
    effect = memory.effects.get(target)
    if merged.puts or not effect or effect["after"]:
        return {}
    return {target: {**effect, "before": ""}}


def _end_membership(
    acts: Acts,
    target: str,
    membership: Membership,
    scope: Scope,
    people: Mapping[str, Contact],
    setup: Setup,
) -> None:
    """The rule is no more, is off, or asks for something else: what it put on is taken back
    like other effects."""
    side, (kind, name), key = membership.put, membership.place, key_of(target)
    here = shown(people[side], kind, name) if side in people else ""
    if not here or key not in undoing(setup) or scope.keeps_on(side, kind, name):
        acts.effects[target] = None
    elif setup.may_write(side):
        acts.steps.append(
            StepPlan(
                "revert",
                side,
                fields={kind: Change(here, "")},
                effects={target: None},
                cause="rule",
                rule=described(key, setup),
                rule_key=key,
                calls=True,
            )
        )


def described(key: str, setup: Setup) -> str:
    """A rule's name and sentence, for the audit log; "" of one that is no more."""
    rule = setup.rule(key)
    return _sentence(rule.name, rule_sentence(rule)) if rule else ""


def _sentence(name: str, sentence: str) -> str:
    return f"{name}: {sentence}"
