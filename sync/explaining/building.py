"""From what is known of one person to the explanation. Pure: what rules see, which of them match
and what would follow come from the functions that a run calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from connectors.contact import Contact, Value
from connectors.fields import field_named
from rules.setup import Rule, Setup, other
from rules.verdict import Facts, condition_sentence, judge, rule_sentence
from sync.engine.both_ways import joint_of, membership_from_json
from sync.engine.effects import DELETIONS, FIELD, UNSUBSCRIBES, Effect
from sync.engine.person import Change, Decision, Memory, StepPlan, View
from sync.engine.scope import scope_of
from sync.engine.seeing import as_joint_sees, effects_of, facts_of
from sync.explaining.told import (
    Around,
    Explanation,
    ToldCondition,
    ToldEffect,
    ToldRule,
    Tried,
    Would,
)

#: What stands in place of a rule for the two marks.
MARKS = {DELETIONS: "sync deletions", UNSUBSCRIBES: "sync unsubscribes"}


@dataclass(frozen=True, slots=True)
class Known:
    """``sides``: one or both contacts, as tried out where that is asked for. ``before``: what the
    connection remembers; ``memory``: what of it counts when rules are asked now (of two who meet
    just now little). ``existed``: has it, or had it at the first meeting, somebody over there.
    ``decision`` and ``steps``: of a run now; None where it would not look at this person."""

    sides: Mapping[str, View]
    before: Memory
    memory: Memory
    existed: bool | None
    decision: Decision | None = None
    steps: tuple[StepPlan, ...] = ()


def explained(
    contact: str,
    known: Known,
    setup: Setup,
    rules: Sequence[Rule],
    now: datetime,
    around: Around,
    shown: Mapping[str, Contact],
) -> Explanation:
    """``rules``: all of the connection, those too that are off. ``shown``: by side what the app
    shows of a contact that is tried out to be another."""
    before = known.before
    contacts = [view.contact for view in known.sides.values() if view.contact]
    return Explanation(
        contact=contact,
        name=contacts[0].title if contacts else "",
        sides=known.sides,
        state=before.state,
        cause=before.cause,
        reason=before.reason,
        existed=known.existed,
        rules=tuple(_rules(known, setup, rules, now)),
        effects=tuple(told_effects(before, rules)),
        halted=tuple(_halted(key, setup, rules) for key in before.halted),
        would=_would(known),
        around=around,
        tried=_tried(known, shown),
    )


def _would(known: Known) -> Would:
    decision = known.decision
    if decision is None:
        return Would(known.before.state, known.before.cause, known.before.reason, ())
    state = "in_sync" if decision.state == "new" else decision.state
    return Would(state, decision.cause, decision.reason, known.steps)


def _tried(known: Known, shown: Mapping[str, Contact]) -> Tried | None:
    for side, contact in shown.items():
        paper = known.sides[side].contact if side in known.sides else None
        if paper is not None:
            return Tried(side, dict(_differences(contact, paper)))
    return None


def _differences(one: Contact, two: Contact) -> Iterator[tuple[str, Change]]:
    for name in sorted({*one.fields, *two.fields}):
        if one.get(name) != two.get(name):
            yield name, Change(one.get(name), two.get(name))
    kinds = sorted({item.kind for item in one.segments ^ two.segments})
    for kind in kinds:
        yield kind, Change(_names(one, kind), _names(two, kind))
    if one.status != two.status:
        yield "status", Change(one.status, two.status)


def _names(contact: Contact, kind: str) -> Value:
    return ", ".join(sorted(item.name for item in contact.segments if item.kind == kind))


# --- rules ---


def _rules(known: Known, setup: Setup, rules: Sequence[Rule], now: datetime) -> Iterator[ToldRule]:
    memory = known.memory
    matched: tuple[str, ...] = ()
    facts: dict[str, Facts] = {}
    unseen: Mapping[str, Effect] = {}
    if known.sides:
        scope = scope_of(known.sides, memory, setup, now, known.existed)
        matched, unseen = scope.matched, scope.unseen
        facts = facts_of(known.sides, unseen, memory, setup, now, known.existed)
    for rule in rules:
        seen = facts.get(rule.side)
        if seen and rule.both_ways:  # its own two memberships are compared as they are
            person = known.sides[rule.side].contact or Contact()
            joint = joint_of(rule)
            contact = as_joint_sees(person, rule.side, joint, unseen, memory)
            seen = replace(seen, contact=contact)
        yield ToldRule(
            rule.name,
            rule.side,
            rule_sentence(rule),
            rule.on,
            _ignored(rule, setup, known.sides),
            rule.key in matched,
            tuple(_conditions(rule, seen)),
        )


def _ignored(rule: Rule, setup: Setup, sides: Mapping[str, View]) -> str:
    """Why a rule plays no part just now."""
    place, target = rule.side.upper(), other(rule.side)
    if not setup.may_write(target):
        return f"the direction is {setup.direction}, so rules over {place} are not asked"
    if rule.side not in sides:
        return f"there is no contact in {place} yet"
    return ""


def _conditions(rule: Rule, facts: Facts | None) -> Iterator[ToldCondition]:
    if facts is None:
        for condition in rule.conditions:
            yield ToldCondition(condition_sentence(condition), "no contact", None)
        return
    for checked in judge(rule, facts).checked:
        sentence = condition_sentence(checked.condition)
        yield ToldCondition(sentence, checked.actual, checked.truth)


# --- effects ---


def told_effects(memory: Memory, rules: Sequence[Rule]) -> Iterator[ToldEffect]:
    """``rules``: all of the connection."""
    names = {**MARKS, **{rule.key: rule.name for rule in rules}}
    for effect in effects_of(memory).values():
        yield ToldEffect(
            effect.side,
            effect.kind,
            effect.name,
            effect.before,
            effect.left if effect.kind == FIELD else effect.after,
            effect.ours,
            names.get(effect.by, "a rule that is no more"),
            tuple(names[key] for key in effect.rules if key in names),
        )
    for rule in rules:
        if rule.both_ways and (base := memory.effects.get(joint_of(rule).target)):
            put = membership_from_json(base).put
            if put:
                kind, name = joint_of(rule).places[put]
                yield ToldEffect(put, kind, name, "", name, True, rule.name, (rule.name,))


def _halted(key: str, setup: Setup, rules: Sequence[Rule]) -> str:
    """A line by its fields, a target of a rule by its words."""
    for rule in rules:
        if rule.both_ways and joint_of(rule).target == key:
            return f"rule {rule.name}"
    line = next((line for line in setup.lines if line.key == key), None)
    if line is not None:
        same = line.a.label == line.b.label
        return line.a.label if same else f"{line.a.label} and {line.b.label}"
    side, _, rest = key.partition(" ")
    kind, _, name = rest.partition(" ")
    what = field_named(name).label if kind == FIELD else f"{kind} {name}"
    return f"{what} in {side.upper()}"
