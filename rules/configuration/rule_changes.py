"""What would change about the rules of a connection, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from connectors.connector import Catalogue
from rules.building import rule_of
from rules.configuration.renames import known, renamed
from rules.verdict import action_sentence, condition_sentence, rule_sentence
from rules.written import WrittenRule

STAYS, TAKEN_BACK = "what it did stays", "what it did is taken back"


def rule_changes(
    old: Sequence[WrittenRule], new: Sequence[WrittenRule], catalogues: Mapping[str, Catalogue]
) -> list[str]:
    """``catalogues``: by side, as they are now."""
    former = renamed(old, new)
    found = [f"rule {was}: renamed {name}" for (name, _), (was, _) in former.items()]
    names = {was: name for name, was in former.items()}
    before = {names.get(known(rule), known(rule)): rule for rule in old}
    after = {known(rule): rule for rule in new}
    found += [
        f"rule {rule.name}: removed ({STAYS})" for key, rule in before.items() if key not in after
    ]
    for key, rule in after.items():
        if key in before:
            changes = _changes(before[key], rule, catalogues)
            found += [f"rule {rule.name}: {change}" for change in changes]
        else:
            sentence = rule_sentence(rule_of(rule, "", catalogues))
            off = "" if rule.on else ", switched off"
            found.append(f"rule {rule.name}: new{off}: {sentence}")
    stayed = [key for key in before if key in after]
    if stayed != [key for key in after if key in before]:
        found.append(f"rules: in this order: {', '.join(rule.name for rule in new)}")
    return found


def _changes(
    old: WrittenRule, new: WrittenRule, catalogues: Mapping[str, Catalogue]
) -> Iterator[str]:
    before, after = rule_of(old, "", catalogues), rule_of(new, "", catalogues)
    if old.conditions != new.conditions:
        one = [condition_sentence(item) for item in before.conditions]
        two = [condition_sentence(item) for item in after.conditions]
        yield from _differences("condition", one, two)
    if old.actions != new.actions:
        one = [action_sentence(item) for item in before.actions]
        two = [action_sentence(item) for item in after.actions]
        yield from _differences("action", one, two)
    for flag in ("undo", "both_ways"):
        if getattr(old, flag) != getattr(new, flag):
            yield f"{flag}: {_word(getattr(old, flag))} → {_word(getattr(new, flag))}"
    if (old.on, old.take_back) != (new.on, new.take_back):
        if new.on:
            yield "switched on"
        else:
            yield f"switched off ({TAKEN_BACK if new.take_back else STAYS})"


def _differences(what: str, old: list[str], new: list[str]) -> Iterator[str]:
    gone, came = _without(old, new), _without(new, old)
    for one, two in zip_longest(gone, came):
        if one is None:
            yield f"{what} {two}: new"
        elif two is None:
            yield f"{what} {one}: removed"
        else:
            yield f"{what} {one} → {two}"
    if not gone and not came:
        yield f"{what}s: {'; '.join(new)}"


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


def _word(value: bool) -> str:
    return "true" if value else "false"
