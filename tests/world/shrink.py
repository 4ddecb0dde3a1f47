"""Smaller histories that fail in the same way, for people to read (delta debugging)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from rules.written import WrittenRule
from tests.world.history import Event, History, Setting

Part = TypeVar("Part")
_OPTIONS = (
    "direction", "winner", "avoid_duplicates", "never_blank", "arrows", "picky", "required",
    "sync_deletions", "sync_unsubscribes", "brakes", "winners", "turned", "new_status", "rules",
)  # fmt: skip
Fails = Callable[[History], bool]


def shrunk(history: History, fails: Fails) -> History:
    """With as few events, rules, entries of a card and quirks as still fail."""
    events = _fewest(history.events, lambda kept: fails(replace(history, events=kept)))
    history = replace(history, events=events)
    for simpler in _simpler(history.setting):
        setting = simpler(history.setting)
        if fails(replace(history, setting=setting)):
            history = replace(history, setting=setting)
    told = history.setting
    if told.rules != Setting().rules:
        rules = _fewest(
            told.rules, lambda kept: fails(replace(history, setting=replace(told, rules=kept)))
        )
        history = replace(history, setting=replace(told, rules=rules))
    history = _with_plain_rules(history, fails)
    for position, event in enumerate(history.events):
        if event[0] == "add":
            history = _with_fewest_fields(history, position, event, fails)
    return history


def _fewest(parts: tuple[Part, ...], fails: Callable[[tuple[Part, ...]], bool]) -> tuple[Part, ...]:
    size = max(1, len(parts) // 2)
    while size and parts:
        start = 0
        while start < len(parts):
            fewer = parts[:start] + parts[start + size :]
            if fails(fewer):
                parts = fewer
            else:
                start += size
        size //= 2
    return parts


def _with_plain_rules(history: History, fails: Fails) -> History:
    """Rules that come later: as few, with as few conditions and actions."""
    for position, event in enumerate(history.events):
        if event[0] == "rules":
            history = _with_rules_at(history, position, event[1], fails)
    return history


def _with_rules_at(
    history: History, position: int, rules: tuple[WrittenRule, ...], fails: Fails
) -> History:
    def having(rules: tuple[WrittenRule, ...]) -> History:
        events = (*history.events[:position], ("rules", rules), *history.events[position + 1 :])
        return replace(history, events=events)

    rules = _fewest(rules, lambda kept: fails(having(kept)))
    for number, rule in enumerate(rules):
        for simpler in _simpler_rules(rule):
            tried = (*rules[:number], simpler, *rules[number + 1 :])
            if fails(having(tried)):
                rules = tried
                break
    return having(rules)


def _simpler_rules(rule: WrittenRule) -> Iterator[WrittenRule]:
    """The simplest first."""
    if not rule.both_ways:
        for actions in ((), rule.actions[:1], rule.actions[1:], rule.actions):
            for conditions in ((), rule.conditions[:1], rule.conditions[1:], rule.conditions):
                yield replace(rule, conditions=conditions, actions=actions)


def _with_fewest_fields(history: History, position: int, event: Event, fails: Fails) -> History:
    def having(fields: Sequence[tuple[str, tuple[int, ...]]]) -> History:
        smaller = (*event[:3], tuple(fields), *event[4:])
        return replace(
            history, events=(*history.events[:position], smaller, *history.events[position + 1 :])
        )

    return having(_fewest(event[3], lambda kept: fails(having(kept))))


def _simpler(setting: Setting) -> Iterator[Callable[[Setting], Setting]]:
    """Ways to make a setting more usual, one thing at a time."""
    for side in setting.apps:
        for name in setting.quirks(side):
            yield lambda now, side=side, name=name: replace(
                now, **{side: {k: v for k, v in now.quirks(side).items() if k != name}}
            )
    for name in setting.fields:
        if name == "emails":
            continue  # without them nobody could be known
        yield lambda now, name=name: replace(now, fields=tuple(f for f in now.fields if f != name))
    for line in setting.lines:
        yield lambda now, line=line: replace(now, lines=tuple(x for x in now.lines if x != line))
    for option in _OPTIONS:
        if getattr(setting, option) == getattr(Setting(), option):
            continue
        yield lambda now, option=option: replace(now, **{option: getattr(Setting(), option)})
