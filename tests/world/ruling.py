"""The judge's own reading of rules: which of them a contact matches, as people left it.

Answers are True, False, or None where a judge cannot know: what was already there at the first
meeting, or whose a tag is that a person took off and put on again between two runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from connectors.contact import Contact
from rules.setup import other
from rules.written import WrittenCondition, WrittenRule
from tests.world.history import Setting
from tests.world.words import tags_of


@dataclass(frozen=True)
class Shadow:
    """A contact without what the engine put there. ``doubts``: tags, and the field, of which
    nobody can say whose they are."""

    contact: Contact
    doubts: frozenset[str] = frozenset()


#: By side; a side that is not there, or not alive, is left out.
Shadows = Mapping[str, Shadow]


def both(truths: Iterable[bool | None]) -> bool | None:
    found = list(truths)
    return False if False in found else None if None in found else True


def either(truths: Iterable[bool | None]) -> bool | None:
    found = list(truths)
    return True if True in found else None if None in found else False


def matches(rule: WrittenRule, shadow: Shadow | None) -> bool | None:
    if shadow is None:
        return None
    return both(_holds(condition, shadow) for condition in rule.conditions)


def _holds(condition: WrittenCondition, shadow: Shadow) -> bool | None:
    name = condition.field or str(condition.value)
    if name in shadow.doubts:
        return None
    if condition.kind == "tag":
        return (condition.value in tags_of(shadow.contact)) == (condition.op == "has")
    if condition.kind == "field":
        text = shadow.contact.text(condition.field)
        return {
            "is": text == condition.value,
            "is not": text != condition.value,
            "is empty": not text,
            "is not empty": bool(text),
        }[condition.op]
    if condition.kind == "unsubscribed":
        status = shadow.contact.status  # an app without consent cannot tell
        return status == "unsubscribed" if status else None
    return None


def acting(rules: Iterable[WrittenRule], setting: Setting) -> list[WrittenRule]:
    """Those that are on and heard: not those over the target of a one-way sync."""
    return [rule for rule in rules if rule.on and setting.may_write(other(rule.side))]


def in_scope(rules: Iterable[WrittenRule], setting: Setting, shadows: Shadows) -> bool | None:
    """Of a pair, or of a contact whose counterpart is still to be made. A rule that goes both ways
    is matched by either side's tag."""
    return either(
        None if rule.both_ways else matches(rule, shadows[rule.side])
        for rule in acting(rules, setting)
        if rule.both_ways or rule.side in shadows
    )


# --- what rules name ----------------------------------------------------------------------


def places(rule: WrittenRule) -> dict[str, str]:
    """Of a rule that goes both ways: by side the name of its tag."""
    here, there = rule.conditions[0].value, rule.actions[0].value
    return {rule.side: str(here), other(rule.side): there}


def named(rules: Iterable[WrittenRule], side: str, *words: str) -> set[str]:
    """The tags, and fields, of this side that actions of these words name."""
    found: set[str] = set()
    for rule in rules:
        if rule.both_ways and rule.actions:
            found |= {places(rule)[side]} if "add tag" in words or "both" in words else set()
        elif rule.side != side:
            found |= {x.field or x.value for x in rule.actions if x.kind in words}
    return found


#: As a world has it: from which entry of the journal on which rules were there.
Ruled = Iterable[tuple[int, tuple[WrittenRule, ...]]]


def ever(ruled: Ruled) -> list[WrittenRule]:
    """All rules that there were at some time, each as often as it was there."""
    return [rule for _, rules in ruled for rule in rules]


def ended(ruled: Ruled) -> set[tuple[str, str]]:
    """By name and side the rules that were not there any more at some time."""
    there = [{(rule.name, rule.side) for rule in rules} for _, rules in ruled]
    return {key for before, after in pairwise(there) for key in before - after}


def may_leave(ruled: Ruled) -> set[tuple[str, str]]:
    """Those that may have left behind what they did, or may do so: they ended, or did not take it
    back at some time."""
    loose = (rule for rule in ever(ruled) if not (rule.undo if rule.on else rule.take_back))
    return ended(ruled) | {(rule.name, rule.side) for rule in loose}
