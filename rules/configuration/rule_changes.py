"""What would change about the rules of a connection. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from connectors.connector import Catalogue
from rules.building import rule_of
from rules.configuration.change import OrderChange, RuleChange
from rules.configuration.renames import known, renamed
from rules.verdict import action_sentence, condition_sentence
from rules.written import WrittenRule


def rule_changes(
    old: Sequence[WrittenRule], new: Sequence[WrittenRule], catalogues: Mapping[str, Catalogue]
) -> list[RuleChange | OrderChange]:
    """``catalogues``: by side, as they are now."""
    former = renamed(old, new)
    found: list[RuleChange | OrderChange] = [
        RuleChange(was, "name", was, name) for (name, _), (was, _) in former.items()
    ]
    names = {was: name for name, was in former.items()}
    before = {names.get(known(rule), known(rule)): rule for rule in old}
    after = {known(rule): rule for rule in new}
    found += [RuleChange(rule.name, "removed") for key, rule in before.items() if key not in after]
    for key, rule in after.items():
        if key in before:
            found += _changes(before[key], rule, catalogues)
        else:
            found.append(RuleChange(rule.name, "new", None, rule_of(rule, "", catalogues)))
    stayed = [key for key in before if key in after]
    if stayed != [key for key in after if key in before]:
        found.append(OrderChange(tuple(rule.name for rule in new)))
    return found


def _changes(
    old: WrittenRule, new: WrittenRule, catalogues: Mapping[str, Catalogue]
) -> Iterator[RuleChange]:
    before, after = rule_of(old, "", catalogues), rule_of(new, "", catalogues)
    if old.conditions != new.conditions:
        one = [condition_sentence(item) for item in before.conditions]
        two = [condition_sentence(item) for item in after.conditions]
        yield from _differences(new.name, "condition", one, two)
    if old.actions != new.actions:
        one = [action_sentence(item) for item in before.actions]
        two = [action_sentence(item) for item in after.actions]
        yield from _differences(new.name, "action", one, two)
    for flag in ("undo", "both_ways"):
        if getattr(old, flag) != getattr(new, flag):
            yield RuleChange(new.name, flag, getattr(old, flag), getattr(new, flag))
    if (old.on, old.take_back) != (new.on, new.take_back):
        yield RuleChange(new.name, "on", old, new)


def _differences(rule: str, what: str, old: list[str], new: list[str]) -> Iterator[RuleChange]:
    gone, came = _without(old, new), _without(new, old)
    for one, two in zip_longest(gone, came):
        yield RuleChange(rule, what, one, two)
    if not gone and not came:
        yield RuleChange(rule, f"{what}s", old, new)


def _without(these: list[str], those: list[str]) -> list[str]:
    """What is here more often than there."""
    rest = list(those)
    found = []
    for each in these:
        if each in rest:
            rest.remove(each)
        else:
            found.append(each)
    return found
