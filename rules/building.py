"""What all builders of a Setup share: options, lines and written rules, as the catalogues of the
two sides let them be. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.connector import Catalogue
from rules.setup import MARK_KINDS, Action, Brakes, Condition, Line, Marks, Rule, Setup, other
from rules.words import NotPossible, action, action_word, stored_condition
from rules.written import WrittenAction, WrittenRule

#: What a Setup takes over as it is.
_AS_IT_IS = ("direction", "winner", "avoid_duplicates", "never_blank", "region", "new_status")
#: The options that make a Setup; ``brakes`` may name only some of the limits.
SETUP_OPTIONS = (*_AS_IT_IS, "sync_deletions", "sync_unsubscribes", "brakes")


def build(
    connection: str,
    options: Mapping[str, Any],
    lines: Sequence[Line],
    rules: Iterable[tuple[str, WrittenRule]],
    catalogues: Mapping[str, Catalogue],
    marks: tuple[str, str],
) -> Setup:
    """``options`` by the names of ``SETUP_OPTIONS``; ``rules`` with their keys; ``catalogues``
    by side; ``marks``: the names of what is put on for deletions and for unsubscribes."""
    return Setup(
        connection=connection,
        lines=tuple(lines),
        rules=tuple(
            rule_of(rule, key, catalogues) for key, rule in rules if rule.on or rule.take_back
        ),
        sync_deletions=tuple(options["sync_deletions"]),
        sync_unsubscribes=tuple(options["sync_unsubscribes"]),
        consent=tuple(side for side in ("a", "b") if catalogues[side].statuses),
        marks=Marks(*marks, mark_kind(catalogues["a"]), mark_kind(catalogues["b"])),
        brakes=Brakes.from_json(options["brakes"]),
        **{name: options[name] for name in _AS_IT_IS},
    )


def rule_of(rule: WrittenRule, key: str, catalogues: Mapping[str, Catalogue]) -> Rule:
    """What is not possible any more is held: a rule that lost it would mean something else."""
    own, target = catalogues[rule.side], catalogues[other(rule.side)]
    conditions = [stored_condition(x.kind, x.op, x.value, x.field, own) for x in rule.conditions]
    actions = [_action(item, target) for item in rule.actions]
    if rule.both_ways:
        conditions = [_held_with(actions, each, target, other(rule.side)) for each in conditions]
    return Rule(
        key,
        rule.name,
        rule.side,
        tuple(conditions),
        tuple(actions),
        rule.undo,
        rule.both_ways,
        rule.on,
    )


def _held_with(
    actions: Sequence[Action], condition: Condition, catalogue: Catalogue, side: str
) -> Condition:
    """Both ways, what the rule puts on is asked for as well: held when that vanished."""
    asked = [stored_condition(each.kind, "has", each.name, "", catalogue) for each in actions]
    why = next((f"In {side.upper()}: {each.held}" for each in asked if each.held), "")
    return condition if condition.held else replace(condition, held=why)


def mark_kind(catalogue: Catalogue) -> str:
    """The kind of segment that carries marks, or "" where the app has none."""
    return next((kind for kind in MARK_KINDS if kind in catalogue.segments), "")


def _action(written: WrittenAction, catalogue: Catalogue) -> Action:
    try:
        return action(written.kind, written.value, written.field, catalogue)
    except NotPossible as error:
        word = action_word(written.kind)
        verb, kind = (word.verb, word.kind) if word else ("add", written.kind)
        if kind == "field":
            return Action(verb, kind, written.field, written.value, held=str(error))
        return Action(verb, kind, written.value, held=str(error))
