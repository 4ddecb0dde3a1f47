"""Which rules that are wished for are stored ones under another name. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rules.written import WrittenRule

#: What a rule is known by in a file: its name and side.
Known = tuple[str, str]


def renamed(old: Sequence[WrittenRule], new: Sequence[WrittenRule]) -> dict[Known, Known]:
    """By the new rule the one it was: that of its key, or, of a file, which has no keys, of those
    that are gone the only one that asks and does the same. Its effects go on being known by it."""
    of_key = {rule.key: rule for rule in old if rule.key}
    before, after = set(map(known, old)), set(map(known, new))
    gone = [rule for rule in old if known(rule) not in after]
    came = [rule for rule in new if known(rule) not in before]
    found = {}
    for rule in came:
        if rule.key in of_key:
            found[known(rule)] = known(of_key[rule.key])
            continue
        same = [each for each in gone if _body(each) == _body(rule)]
        alike = [each for each in came if _body(each) == _body(rule)]
        is_free = all(rule.name != each.name for each in old)
        if len(same) == len(alike) == 1 and is_free and (rule.conditions or rule.actions):
            found[known(rule)] = known(same[0])
    return found


def known(rule: WrittenRule) -> Known:
    return rule.name, rule.side


def _body(rule: WrittenRule) -> tuple[Any, ...]:
    return rule.side, rule.conditions, rule.actions, rule.both_ways
