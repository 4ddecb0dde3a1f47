"""The rules of a connection in a file: their form, and what the apps can do of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from connectors.connector import Catalogue
from rules.configuration.accounts import read_name
from rules.configuration.document import Table
from rules.configuration.problems import Place, Problems
from rules.setup import Condition, other
from rules.words import NotPossible, action, action_word, condition
from rules.written import WrittenAction, WrittenCondition, WrittenRule

LONGEST_FIELD = 200
_PARTS = ("kind", "op", "field", "value")


@dataclass(frozen=True, slots=True)
class WantedRule:
    """``rule`` as the file has it. ``at``: where its keys stand; ``conditions_at`` and
    ``actions_at``: where those of each condition and action do."""

    rule: WrittenRule
    at: Mapping[str, Place] = field(default_factory=dict)
    conditions_at: tuple[Mapping[str, Place], ...] = ()
    actions_at: tuple[Mapping[str, Place], ...] = ()


def read_rules(connection: Table) -> tuple[WantedRule, ...] | None:
    """None when the file does not speak of rules. A rule that is wrong is left out, and noted."""
    if "rules" not in connection:
        return None
    found: dict[str, WantedRule] = {}
    for table in connection.tables("rules"):
        wanted = _rule(table)
        if wanted is None:
            continue
        name = wanted.rule.name
        if first := found.get(name):
            line = first.at["name"].line
            table.error("name", f"Rule {name} is here twice; see line {line}.")
        else:
            found[name] = wanted
    return tuple(found.values())


def _rule(table: Table) -> WantedRule | None:
    table.only("name", "from", "if", "then", "undo", "both_ways", "on", "take_back")
    name = read_name(table)
    side = table.choice("from", ("a", "b"))
    if side is None and "from" not in table:
        table.error("from", "This is missing: whose contacts it looks at, a or b.")
    conditions, actions = table.tables("if"), table.tables("then")
    flags = {key: table.flag(key) for key in ("undo", "both_ways", "on", "take_back")}
    on = flags["on"] is not False
    if flags["take_back"] and on:
        table.error(
            "take_back", "Only a rule that is off takes back what it did: write on: false too."
        )
    read = [_condition(item) for item in conditions], [_action(item) for item in actions]
    if name is None or side is None or any(part is None for parts in read for part in parts):
        return None
    rule = WrittenRule(
        name,
        side,
        tuple(item for item in read[0] if item),
        tuple(item for item in read[1] if item),
        undo=bool(flags["undo"]),
        both_ways=bool(flags["both_ways"]),
        on=on,
        take_back=bool(flags["take_back"]) and not on,
    )
    return WantedRule(
        rule,
        {key: table.at(key) for key in ("name", "from", "both_ways")},
        tuple(_places(item) for item in conditions),
        tuple(_places(item) for item in actions),
    )


def _condition(table: Table) -> WrittenCondition | None:
    table.only(*_PARTS)
    kind, op, name = table.text("kind", required=True), table.text("op"), _field_name(table)
    value = _value(table)
    if kind is None or name is None or value is None:
        return None
    return WrittenCondition(kind, op or "", value, name)


def _action(table: Table) -> WrittenAction | None:
    table.only("kind", "field", "value")
    kind, name = table.text("kind", required=True), _field_name(table)
    value = _value(table)
    if kind is None or name is None or value is None:
        return None
    if not isinstance(value, str):
        table.error("value", "This must be text, not a list.")
        return None
    return WrittenAction(kind, value, name)


def _field_name(table: Table) -> str | None:
    """Empty when left out, None when it cannot be one."""
    name = table.text("field") or ""
    if "field" in table and not table.is_text("field"):
        return None
    if len(name) <= LONGEST_FIELD and _is_storable(name):
        return name
    table.error("field", f"The name of a field is text of at most {LONGEST_FIELD} characters.")
    return None


def _value(table: Table) -> str | tuple[str, ...] | None:
    """A text or the texts of a list; "" when left out, None when it is anything else."""
    texts = table.texts("value")
    value = table.text("value") or "" if texts is None else tuple(texts)
    if texts is None and "value" in table and not table.is_text("value"):
        return None
    if all(_is_storable(text) for text in ([value] if isinstance(value, str) else value)):
        return value
    table.error("value", "It holds characters that are no text. Remove them.")
    return None


def _is_storable(text: str) -> bool:
    """No NUL and no half of a surrogate pair, which YAML can spell and no database keeps."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _places(table: Table) -> dict[str, Place]:
    return {key: table.at(key) for key in _PARTS}


def rules_of(
    wanted: Sequence[WantedRule] | None,
    stored: tuple[WrittenRule, ...],
    catalogues: Mapping[str, Catalogue],
    problems: Problems,
) -> tuple[WrittenRule, ...]:
    """The rules of the file in canonical words; the stored ones where it does not speak of them.

    A condition or action that is stored like that already, and that the app can do no more, is
    kept with a warning: it is held, not wrong.
    """
    if wanted is None:
        return stored
    return tuple(_in_canonical_words(each, stored, catalogues, problems) for each in wanted)


def _in_canonical_words(
    wanted: WantedRule,
    stored: Sequence[WrittenRule],
    catalogues: Mapping[str, Catalogue],
    problems: Problems,
) -> WrittenRule:
    rule = wanted.rule
    own, target = catalogues[rule.side], catalogues[other(rule.side)]
    before = _before(rule, stored)
    conditions, actions = [], []
    for item, at in zip(rule.conditions, wanted.conditions_at, strict=True):
        try:
            found = condition(item.kind, item.op, item.value, item.field, own)
            conditions.append(_condition_words(found))
            if found.held:
                problems.warn(at["value"], found.held)
        except NotPossible as error:
            conditions.append(item)
            _note(error, at, item in before.conditions, problems)
    for each, at in zip(rule.actions, wanted.actions_at, strict=True):
        try:
            actions.append(_action_words(each, target))
        except NotPossible as error:
            actions.append(each)
            _note(error, at, each in before.actions, problems)
    return replace(rule, conditions=tuple(conditions), actions=tuple(actions))


def _before(rule: WrittenRule, stored: Sequence[WrittenRule]) -> WrittenRule:
    """What the rule is now; one that does nothing where there is none."""
    for each in stored:
        is_it = each.key == rule.key if rule.key else each.name == rule.name
        if is_it and each.side == rule.side:
            return each
    return WrittenRule(rule.name, rule.side)


def _condition_words(found: Condition) -> WrittenCondition:
    field_name = found.field.name if found.field else ""
    return WrittenCondition(found.kind, found.op, found.value, field_name)


def _action_words(item: WrittenAction, catalogue: Catalogue) -> WrittenAction:
    found, word = action(item.kind, item.value, item.field, catalogue), action_word(item.kind)
    assert word
    if found.kind == "field":
        return WrittenAction(word.text, found.value, found.name)
    return WrittenAction(word.text, found.name)


def _note(error: NotPossible, at: Mapping[str, Place], is_stored: bool, problems: Problems) -> None:
    if is_stored:
        problems.warn(at[error.about], f"{error} It is stored so already, and held.")
    else:
        problems.error(at[error.about], str(error))
