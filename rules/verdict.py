"""Does a contact match a rule? Pure, and total: every rule asked of every contact answers True,
False or None, which is unknown.

``matches`` is for all contacts of a run, ``judge`` for one that somebody asks about. Both
evaluate the same tests: a rule is made into tests once.
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.contact import SEGMENT_KINDS, Segment
from connectors.fields import fold
from rules.setup import Action, Condition, Rule, other
from rules.words.building import action_word, condition_word
from rules.words.errors import NotPossible
from rules.words.facts import Facts, Test, unknown
from rules.words.order import WithinDays
from rules.words.reading import sources

__all__ = [
    "Checked",
    "Facts",
    "Verdict",
    "action_sentence",
    "condition_sentence",
    "depends_on_day",
    "fields_of",
    "holds",
    "judge",
    "matches",
    "rule_sentence",
    "segments_of",
]


@dataclass(frozen=True, slots=True)
class Checked:
    """One condition with what the contact has, in words: its value, or why it is unknown."""

    condition: Condition
    actual: str
    truth: bool | None


@dataclass(frozen=True, slots=True)
class Verdict:
    rule: Rule
    truth: bool | None
    checked: tuple[Checked, ...]


# --- Evaluation ---------------------------------------------------------------------------


def holds(condition: Condition, facts: Facts) -> bool | None:
    return _test(condition, facts.region)(facts)


def matches(rule: Rule, facts: Facts) -> bool | None:
    """Do all conditions hold? One that does not outweighs one that is unknown. A rule without
    conditions matches everything. Whether the rule is on is not asked."""
    truth: bool | None = True
    for test in _tests(rule, facts.region):
        found = test(facts)
        if found is False:
            return False
        if found is None:
            truth = None
    return truth


def judge(rule: Rule, facts: Facts) -> Verdict:
    """The same answer as ``matches``, with every condition evaluated."""
    checked = tuple(
        Checked(condition, _actual(condition, facts), test(facts))
        for condition, test in zip(rule.conditions, _tests(rule, facts.region), strict=True)
    )
    truths = {each.truth for each in checked}
    return Verdict(rule, False if False in truths else None if None in truths else True, checked)


#: Rules made into tests, by the rule's id and region. Hashing a rule takes longer than asking
#: it; the rule itself is kept beside, so its id is not given to another.
_made: dict[tuple[int, str], tuple[Rule, tuple[Test, ...]]] = {}
_MOST_MADE = 1000


def _tests(rule: Rule, region: str) -> tuple[Test, ...]:
    key = (id(rule), region)
    if made := _made.get(key):
        return made[1]
    if len(_made) >= _MOST_MADE:
        _made.clear()
    tests = tuple(_test(condition, region) for condition in rule.conditions)
    _made[key] = (rule, tests)
    return tests


def _test(condition: Condition, region: str) -> Test:
    word = condition_word(condition.kind)
    if word is None or condition.held:
        return unknown
    try:
        return word.test(condition, region)
    except NotPossible:
        return unknown


def _actual(condition: Condition, facts: Facts) -> str:
    word = condition_word(condition.kind)
    if condition.held:
        return condition.held
    if word is None:
        return f"There is no condition {condition.kind!r}."
    try:
        word.test(condition, facts.region)
    except NotPossible as error:
        return str(error)
    return word.actual(condition, facts)


# --- What a rule reads --------------------------------------------------------------------


def depends_on_day(rule: Rule) -> bool:
    """Can its answer change by midnight alone?"""
    return any(each.op == WithinDays.word for each in rule.conditions)


def fields_of(rule: Rule) -> frozenset[str]:
    """The names in ``Contact.fields`` that it reads."""
    fields = (each.field for each in rule.conditions)
    return frozenset(name for field in fields if field for name in sources(field))


def segments_of(rule: Rule) -> frozenset[Segment]:
    """The segments that it asks about, with their names folded."""
    return frozenset(
        Segment(each.kind, fold(each.value))
        for each in rule.conditions
        if isinstance(each.value, str) and each.kind in SEGMENT_KINDS
    )


# --- In words -----------------------------------------------------------------------------


def rule_sentence(rule: Rule, a: str = "A", b: str = "B") -> str:
    """The whole rule; ``a`` and ``b`` name the apps. Why something is held is not in it."""
    names = {"a": a, "b": b}
    conditions = " and ".join(map(condition_sentence, rule.conditions)) or "any contact"
    actions = "; ".join(map(action_sentence, rule.actions)) or "sync"
    choices = ("undo" if rule.undo else "", "both ways" if rule.both_ways else "")
    chosen = "; ".join(filter(None, choices))
    sentence = (
        f"IF in {names[rule.side]}: {conditions} THEN in {names[other(rule.side)]}: {actions}"
    )
    return f"{sentence} ({chosen})" if chosen else sentence


def condition_sentence(condition: Condition) -> str:
    """Of a condition that makes no sense: its words as they stand."""
    if word := condition_word(condition.kind):
        try:
            return word.sentence(condition)
        except NotPossible:
            pass
    value = condition.value if isinstance(condition.value, str) else ", ".join(condition.value)
    subject = condition.field.label if condition.field else condition.kind
    return " ".join(part for part in (subject, condition.op, value) if part)


def action_sentence(action: Action) -> str:
    if word := action_word(f"{action.verb} {action.kind}"):
        return word.sentence(action)
    return f"{action.verb} {action.kind} {action.name}"
