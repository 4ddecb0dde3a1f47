"""An explanation in sentences, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from connectors.contact import Contact, Value, value_to_json
from connectors.fields import field_named
from sync.audit import in_words
from sync.engine.effects import FIELD
from sync.engine.person import StepPlan, View
from sync.explaining.told import Explanation, ToldCondition, ToldEffect, ToldRule
from sync.models import SyncRecord

TRUTHS: Mapping[bool | None, str] = {True: "true", False: "false", None: "unknown"}

_MEETINGS = {
    "link": "They were recognised as the same person",
    "merge": "It took the place of a contact that is no more",
    "create": "It was made in {0} by this connection",
}
#: What a step does, beside its fields.
_DOES = {
    "create": "make it in {0}",
    "update": "change it in {0}",
    "act": "carry out an action in {0}",
    "revert": "take back an action in {0}",
    "mark": "mark it in {0}",
    "unmark": "take the mark off in {0}",
    "link": "pair the two: {1}",
    "merge": "pair it anew: {1}",
    "exclude": "leave it out: {1}",
    "include": "take it in again: {1}",
    "duplicate": "leave it alone as a duplicate: {1}",
    "hold": "hold it back: {1}",
    "release": "let it flow again: {1}",
    "drift": "tell that {1}",
    "fail": "note that it cannot be read: {1}",
    "delete": "note the deletion: {1}",
    "restore": "note that it is back: {1}",
    "apart": "leave the two apart: {1}",
}


#: Headings.
EFFECTS = "What rules and marks put on it"
HALTED = "Held, since it went to and fro between two values"
HELD_FOR_ALL = "Held for everybody of this connection"
LAST, BESIDE = "The last decision", "Beside that"
NOTHING = "nothing"


def in_sentences(told: Explanation) -> str:
    lines = [heading(told)]
    lines += _indented(standing_sentences(told))
    for side in "ab":
        lines += _side(side, told)
    lines += ["", "Rules"]
    for rule in told.rules:
        lines += _rule(rule, rule.side in told.sides)
    if told.effects:
        lines += ["", EFFECTS]
        lines += _indented(map(effect_sentence, told.effects))
    if told.halted:
        lines += ["", HALTED]
        lines += _indented(told.halted)
    if held := held_sentences(told):
        lines += ["", HELD_FOR_ALL, *_indented(held)]
    if told.around.last:
        lines += ["", LAST, f"  {step_sentence(told.around.last)}"]
    lines += ["", *_would(told)]
    if told.around.notes:
        lines += ["", BESIDE, *_indented(told.around.notes)]
    return "\n".join(lines)


def heading(told: Explanation) -> str:
    return f"{told.name or told.contact} in {told.around.connection}"


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


# --- how it stands ---


def standing_sentences(told: Explanation) -> Iterator[str]:
    label = SyncRecord.State(told.state).label
    if told.state == SyncRecord.State.NEW and not told.around.last:
        yield "Not planned yet."
    else:
        yield f"{label}. {told.reason}".strip()
    if told.around.met:
        verb = told.around.met["verb"]
        how = _MEETINGS[verb].format((told.around.met["side"] or "").upper())
        yield f"{how} on {_moment(told.around.met['at'])}."
    elif len(told.sides) == 2 and told.existed is not None:
        yield (
            "Both were there when the connection first met them."
            if told.existed
            else "One of them was made by this connection."
        )


def _side(side: str, told: Explanation) -> Iterator[str]:
    yield ""
    place = f"{side.upper()} ({told.around.places[side]})"
    view = told.sides.get(side)
    if view is None:
        yield f"{place}: no contact"
        return
    tried = " as tried out" if told.tried and told.tried.side == side else ""
    gone = ", no longer there; as last known" if view.gone else ""
    yield f"{place}: {view.remote_id}{tried}{gone}"
    if view.fault:
        yield f"  cannot be read: {view.fault}"
    changes = told.tried.changes if told.tried and told.tried.side == side else {}
    for name, value in shown_of(view):
        was = ""
        if name in changes:
            was = f"  (tried out; in the app: {value_word(changes[name].before)})"
        yield f"  {field_word(name)}: {value_word(value)}{was}"
    for name, change in changes.items():
        if name not in dict(shown_of(view)):
            before = value_word(change.before)
            yield f"  {field_word(name)}: empty  (tried out; in the app: {before})"


def shown_of(view: View) -> Iterator[tuple[str, Value]]:
    contact = view.contact or Contact()
    yield from sorted(contact.fields.items(), key=lambda item: field_word(item[0]))
    for kind in sorted({item.kind for item in contact.segments}):
        yield kind, ", ".join(sorted(x.name for x in contact.segments if x.kind == kind))
    if contact.status:
        yield "status", contact.status


# --- rules and effects ---


def rule_answer(rule: ToldRule) -> str:
    if not rule.on:
        return "off"
    return rule.ignored or ("matches" if rule.matches else "does not match")


def _rule(rule: ToldRule, can_be_asked: bool) -> Iterator[str]:
    yield f"  {rule.name}: {rule_answer(rule)}"
    yield f"    {rule.sentence}"
    if can_be_asked:
        yield from (f"      {_condition(each)}" for each in rule.conditions)


def _condition(checked: ToldCondition) -> str:
    return f"{TRUTHS[checked.truth]}: {checked.condition} (it has: {checked.actual})"


def effect_sentence(effect: ToldEffect) -> str:
    place = effect.side.upper()
    if effect.kind == FIELD:
        what = f"{field_word(effect.name)} of {place} set to {effect.after or 'nothing'}"
        before = f"before: {effect.before or 'empty'}"
    else:
        verb = "put on" if effect.after else "taken off"
        what = f"{effect.kind} {effect.name} {verb} in {place}"
        before = f"before: {'there' if effect.before else 'not there'}"
    whose = "ours" if effect.ours else "was like that already, so it is never taken back"
    return f"{what} by {effect.rule} ({whose}; {before})"


def held_sentences(told: Explanation) -> list[str]:
    """What concerns everybody of the connection."""
    held = [f"Mapping {each.line}: {each.why}" for each in told.around.held_lines]
    held += [f"Rule {x.rule}: {x.condition}: {x.why}" for x in told.around.held_conditions]
    return held


# --- what would happen ---


def _would(told: Explanation) -> Iterator[str]:
    would = told.would
    yield would_heading(told)
    for step in would.steps:
        yield f"  {plan_sentence(step)}"
        for name, change in step.fields.items():
            lost = f" (gives way: {value_word(change.lost)})" if change.lost else ""
            both = f"{value_word(change.before)} → {value_word(change.after)}"
            yield f"    {field_word(name)}: {both}{lost}"
        if step.rule:
            yield f"    because of the rule {step.rule}"
    if not would.steps:
        yield f"  {NOTHING}"
    if then := afterwards(told):
        yield f"  {then}"


def would_heading(told: Explanation) -> str:
    return "What would follow" if told.tried else "What a run now would do"


def afterwards(told: Explanation) -> str:
    """How it stands then, "" where that is as it stands now."""
    would = told.would
    if (would.state, would.cause, would.reason) == (told.state, told.cause, told.reason):
        return ""
    state = SyncRecord.State(would.state).label.lower() if would.state else "forgotten"
    return f"Then it is: {state}. {would.reason}".rstrip()


def plan_sentence(step: StepPlan) -> str:
    does = _DOES.get(step.verb, step.verb)
    why = step.why[:1].lower() + step.why[1:] if step.verb == "drift" else step.why
    return does.format(step.side.upper(), why)


# --- words ---


def step_sentence(step: Mapping[str, Any]) -> str:
    """A step of the audit log as it is in JSON."""
    does = _DOES.get(step["verb"], step["verb"])
    what = does.format((step["side"] or "").upper(), step["why"] or "")
    fields = "; ".join(
        f"{field_word(name)}: {_text(change['before'])} → {_text(change['after'])}"
        for name, change in step["fields"].items()
    )
    result = "" if step["result"] == "done" else f" ({step['result']}: {step['why']})"
    when = f"{_moment(step['at'])}, run {step['run']}: {what}{result}"
    return f"{when}. {fields}" if fields else when


def _moment(text: str) -> str:
    return timezone.localtime(datetime.fromisoformat(text)).strftime("%Y-%m-%d %H:%M")


def field_word(name: str) -> str:
    return field_named(name).label.removeprefix("custom:")


def value_word(value: Value) -> str:
    return _text(value_to_json(value))


def _text(data: Any) -> str:
    return in_words(data) or "empty"
