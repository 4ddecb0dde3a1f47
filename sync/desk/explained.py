"""An explanation as a page shows it: the words of the command, in tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from connectors.contact import value_to_json
from sync.desk.side_signs import SideSign
from sync.desk.words import before_after, lost, value
from sync.engine.person import Change
from sync.explaining.sentences import (
    TRUTHS,
    afterwards,
    effect_sentence,
    field_word,
    heading,
    held_sentences,
    plan_sentence,
    rule_answer,
    shown_of,
    standing_sentences,
    step_sentence,
    would_heading,
)
from sync.explaining.told import Explanation, ToldRule


@dataclass(frozen=True, slots=True)
class Cell:
    """``was``: what the app shows, of a value that is tried out."""

    shown: SafeString
    was: SafeString | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """``id``: the app's own, "" where there is no contact; ``note``: what is special about it."""

    sign: SideSign
    place: str
    id: str
    note: str
    fault: str


@dataclass(frozen=True, slots=True)
class Condition:
    """``truth``: in a word, of which there are three."""

    truth: str
    sentence: str
    actual: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """``word``: matches, not or off, as a class of the page."""

    rule: ToldRule
    sign: SideSign
    answer: str
    word: str
    conditions: Sequence[Condition]


@dataclass(frozen=True, slots=True)
class StepRow:
    sentence: str
    changes: Sequence[tuple[str, SafeString, SafeString]]
    rule: str


@dataclass(frozen=True, slots=True)
class Explained:
    """``record``: one of the person's; ``fields``: by label what each side has."""

    record: int
    heading: str
    standing: Sequence[str]
    sides: Sequence[Side]
    fields: Sequence[tuple[str, Sequence[tuple[SideSign, Cell]]]]
    rules: Sequence[RuleRow]
    effects: Sequence[str]
    halted: Sequence[str]
    held: Sequence[str]
    last: str
    would: str
    steps: Sequence[StepRow]
    then: str
    notes: Sequence[str]


def explained_by(told: Explanation, signs: Mapping[str, SideSign]) -> Explained:
    """``signs``: by side, of the connection."""
    around = told.around
    return Explained(
        next(view.id for view in told.sides.values()),
        heading(told),
        list(standing_sentences(told)),
        [_side(side, told, signs[side]) for side in "ab"],
        _fields(told, signs),
        [_rule(rule, signs[rule.side], rule.side in told.sides) for rule in told.rules],
        [effect_sentence(effect) for effect in told.effects],
        told.halted,
        held_sentences(told),
        step_sentence(around.last) if around.last else "",
        would_heading(told),
        list(_steps(told)),
        afterwards(told),
        around.notes,
    )


def _side(side: str, told: Explanation, sign: SideSign) -> Side:
    view, place = told.sides.get(side), told.around.places[side]
    if view is None:
        return Side(sign, place, "", "no contact", "")
    note = "no longer there; as last known" if view.gone else ""
    if told.tried and told.tried.side == side:
        note = "as tried out"
    return Side(sign, place, view.remote_id, note, view.fault)


def _fields(
    told: Explanation, signs: Mapping[str, SideSign]
) -> list[tuple[str, list[tuple[SideSign, Cell]]]]:
    cells = {side: dict(_cells(side, told)) for side in "ab"}
    names = sorted({*cells["a"], *cells["b"]}, key=field_word)
    nothing = Cell(value(""))
    return [
        (field_word(name), [(signs[side], cells[side].get(name, nothing)) for side in "ab"])
        for name in names
    ]


def _cells(side: str, told: Explanation) -> Iterator[tuple[str, Cell]]:
    tried = told.tried.changes if told.tried and told.tried.side == side else {}
    view = told.sides.get(side)
    for name, content in shown_of(view) if view else ():
        yield name, Cell(value(value_to_json(content)))
    for name, change in tried.items():
        yield name, Cell(value(value_to_json(change.after)), value(value_to_json(change.before)))


def _rule(rule: ToldRule, sign: SideSign, can_be_asked: bool) -> RuleRow:
    word = "off" if not rule.on or rule.ignored else "yes" if rule.matches else "no"
    checked = rule.conditions if can_be_asked else ()
    conditions = [Condition(TRUTHS[x.truth], x.condition, x.actual) for x in checked]
    return RuleRow(rule, sign, rule_answer(rule), word, conditions)


def _steps(told: Explanation) -> Iterator[StepRow]:
    for step in told.would.steps:
        changes = [(field_word(name), *_change(change)) for name, change in step.fields.items()]
        yield StepRow(plan_sentence(step), changes, step.rule)


def _change(change: Change) -> tuple[SafeString, SafeString]:
    data = {
        "before": value_to_json(change.before),
        "after": value_to_json(change.after),
        "lost": value_to_json(change.lost),
    }
    return before_after(data), lost(data)
