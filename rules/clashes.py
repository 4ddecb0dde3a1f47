"""Rules that get in each other's way, in the way of a mapping line, or cannot be as they are.
Pure: the configuration file and the forms say the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connections.mappings import collide
from connectors.fields import Field, fold, split_name
from rules.setup import MARK_KINDS, Action, Line, Rule, Setup, other
from rules.words import is_negative

#: Which rules can.
BOTH_WAYS = (
    "A rule goes both ways only with exactly one has or in condition, not negated, and exactly one "
    "add action."
)


@dataclass(frozen=True, slots=True)
class Clash:
    """``rule``: its name; ``part``: what is to be changed: "then" (its action ``number``, from
    0), "both_ways" or "from". Only a ``grave`` one is refused."""

    rule: str
    part: str
    text: str
    number: int = 0
    grave: bool = True


def clashes_of(setup: Setup) -> list[Clash]:
    """In the order of the rules. Rules that are off do nothing, so they clash with nothing but
    themselves."""
    on = [rule for rule in setup.rules if rule.on]
    found: list[Clash] = []
    for rule in setup.rules:
        found += _in_itself(rule)
        found += _both_ways(rule)
        if rule.on:
            found += _with_lines(rule, setup)
            found += _with_earlier(rule, on[: on.index(rule)])
            found += _ignored(rule, setup)
    return found


def _in_itself(rule: Rule) -> Iterator[Clash]:
    earlier: dict[tuple[str, str], Action] = {}
    for number, action in enumerate(rule.actions):
        first = earlier.setdefault(_target(action), action)
        if first is action:
            continue
        if action.verb == "set":
            text = f"This rule sets {action.name} twice. Leave one out."
            yield Clash(rule.name, "then", text, number)
        elif action.verb != first.verb:
            text = f"This rule adds and removes the {action.kind} {first.name}. Leave one out."
            yield Clash(rule.name, "then", text, number)


def may_go_both_ways(rule: Rule) -> bool:
    conditions, actions = rule.conditions, rule.actions
    one_has = (
        len(conditions) == 1
        and conditions[0].kind in MARK_KINDS
        and not is_negative(conditions[0].op)
    )
    return one_has and len(actions) == 1 and actions[0].verb == "add"


def _both_ways(rule: Rule) -> Iterator[Clash]:
    if rule.both_ways and not may_go_both_ways(rule):
        yield Clash(rule.name, "both_ways", BOTH_WAYS)


def _with_lines(rule: Rule, setup: Setup) -> Iterator[Clash]:
    side = other(rule.side)
    for number, action in enumerate(rule.actions):
        if action.field is None:  # of a segment, or not there any more
            continue
        for line in setup.lines:
            if setup.flows(line, side) and _shares(line.field(side), action.field):
                text = (
                    f"{action.name} of {side} is written by the mapping line {_written(line)} "
                    "already. Switch the line off, or leave this action out."
                )
                yield Clash(rule.name, "then", text, number)
                break


def _with_earlier(rule: Rule, earlier: Sequence[Rule]) -> Iterator[Clash]:
    """The first in order wins: worth knowing, and allowed."""
    taken: dict[tuple[str, str, str], tuple[Rule, str]] = {}
    for each in earlier:
        for side, action, _ in _does(each):
            taken.setdefault((side, *_target(action)), (each, action.verb))
    for side, action, number in _does(rule):
        first, verb = taken.get((side, *_target(action)), (rule, action.verb))
        if first is rule or (verb == action.verb and verb != "set"):
            continue
        if verb == "set":
            what = f"Rule {first.name} sets {action.name} of {side} too"
        else:
            what = f"Rule {first.name} {verb}s the {action.kind} {action.name} of {side}"
        text = f"{what}. Where both match, the first in order wins: {first.name}."
        yield Clash(rule.name, "then", text, number, grave=False)


def _ignored(rule: Rule, setup: Setup) -> Iterator[Clash]:
    if not setup.may_write(other(rule.side)):
        text = (
            f"The direction is {setup.direction}, so rules over {rule.side} are ignored: only "
            f"{other(rule.side)} is looked at."
        )
        yield Clash(rule.name, "from", text, grave=False)


def _does(rule: Rule) -> Iterator[tuple[str, Action, int]]:
    """The side, the action, and its number. Both ways is also an action on its own side."""
    for number, action in enumerate(rule.actions):
        yield other(rule.side), action, number
    if rule.both_ways:
        for condition in rule.conditions:
            yield rule.side, Action("add", condition.kind, str(condition.value)), 0


def _target(action: Action) -> tuple[str, str]:
    return action.kind, action.name if action.kind == "field" else fold(action.name)


def _shares(written: Field, wished: Field) -> bool:
    """Do two fields of a side share a value? A list and an element of it do, for only another
    line makes a list line leave its element alone."""
    names = {written.name, wished.name}
    return collide(written, wished) or any(
        split_name(item.name)[0] in names - {item.name} for item in (written, wished)
    )


def _written(line: Line) -> str:
    return f"{line.a.name} {line.arrow} {line.b.name}"
