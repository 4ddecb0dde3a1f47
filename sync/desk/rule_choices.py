"""What the controls of a condition or of an action offer: kind, field, operator and value, each by
what was chosen before it, as the app was last read. What is stored and not offered any more stays
to be chosen, and is marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from connections.mappings import fields_to_join
from connectors.connector import Catalogue
from connectors.fields import Field, split_name
from rules.words import (
    ActionWord,
    ConditionWord,
    NotPossible,
    action_word,
    condition_word,
    fields_to_set,
    possible_actions,
    possible_conditions,
)
from sync.desk.field_signs import kind_of
from sync.desk.rule_values import GONE, Asked, Option, Shape, asked_for, with_lines

CHOOSE = ("", "Choose …")
_FIELD = "field"

Options = tuple[Option, ...]
#: Each with a label.
Groups = tuple[tuple[str, Options], ...]

#: Operators that read better otherwise, or have no word.
_OPERATORS = {
    "": "yes",
    "not": "no",
    "one of": "is one of",
    "within days": "is within the last … days",
}


@dataclass(frozen=True, slots=True)
class Choices:
    """``fields`` and ``ops``: empty where there is none to choose. ``asked``: None as long as that
    depends on what is not chosen yet."""

    kinds: Options
    fields: Groups = ()
    ops: Options = ()
    asked: Asked | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What was chosen in a row, whether it is possible or not. ``is_stored``: a condition or
    action of these words is stored, so they were possible once; ``several``: with a list."""

    kind: str
    field: str = ""
    op: str = ""
    several: bool = False
    is_stored: bool = False


def of_condition(catalogue: Catalogue, words: Words) -> Choices:
    kinds = _kinds(possible_conditions(catalogue), words.kind, _name_of)
    word = condition_word(words.kind)
    if word is None:
        return _as_stored(kinds, words)
    fields: Groups = ()
    field = None
    if word.kind == _FIELD:
        field = catalogue.field(words.field)
        fields = _fields(fields_to_join(catalogue), words.field, field)
        if field is None:
            return _of_gone(kinds, fields, words) if words.field else Choices(kinds, fields)
    ops = word.operators(field)
    offered = _operators(ops)
    if words.op in ops:
        op = words.op
    elif words.is_stored:
        gone = (words.op, f"{_label_of(words.op)} ({GONE})")
        return Choices(kinds, fields, (*offered, gone), _as_it_is(words))
    else:
        op = ops[0]
    return Choices(kinds, fields, offered, _asked_of(word, op, field, catalogue))


def of_action(catalogue: Catalogue, words: Words) -> Choices:
    kinds = _kinds(possible_actions(catalogue), words.kind, str.capitalize)
    word = action_word(words.kind)
    if word is None:
        return _as_stored(kinds, words)
    if word.kind != _FIELD:
        return Choices(kinds, asked=asked_for(word.form("", catalogue), word.kind, None))
    fields = _fields(fields_to_set(catalogue), words.field, catalogue.field(words.field))
    if not words.field:
        return Choices(kinds, fields)
    return Choices(kinds, fields, asked=_asked_to_set(word, words.field, catalogue))


# --- kinds and fields ---


def _kinds(possible: Iterable[str], kind: str, name_of: Callable[[str], str]) -> Options:
    offered = (CHOOSE, *((each, name_of(each)) for each in possible))
    is_there = kind in dict(offered)
    return offered if is_there else (*offered, (kind, f"{name_of(kind)} ({GONE})"))


def _name_of(kind: str) -> str:
    word = condition_word(kind)
    return (word.label if word else kind).capitalize()


def _fields(fields: Iterable[Field], chosen: str, found: Field | None) -> Groups:
    """``found``: what the app has by the name that was chosen; it may not be among ``fields``."""
    own: list[Option] = []
    parts: list[Option] = []
    for field in fields:
        group = parts if split_name(field.name)[1] else own
        group.append((field.name, _described(field)))
    other: list[Option] = []
    if chosen and all(chosen != name for name, _ in (*own, *parts)):
        gone = f"{chosen.removeprefix('custom:')} ({GONE})"
        other.append((chosen, _described(found) if found else gone))
    groups = (("Fields", own), ("Parts of lists", parts), ("Chosen before", other))
    return tuple((label, tuple(options)) for label, options in groups if options)


def _described(field: Field) -> str:
    return f"{field.label} ({kind_of(field)})"


def _as_stored(kinds: Options, words: Words) -> Choices:
    """Of a kind that nobody knows: all that there is."""
    if not words.kind:
        return Choices(kinds)
    fields = _fields((), words.field, None)
    return _of_gone(kinds, fields, words)


def _of_gone(kinds: Options, fields: Groups, words: Words) -> Choices:
    ops = ((words.op, _label_of(words.op)),) if words.op else ()
    return Choices(kinds, fields, ops, _as_it_is(words))


def _as_it_is(words: Words) -> Asked:
    return Asked(Shape.SEVERAL if words.several else Shape.TEXT)


# --- operators and values ---


def _operators(ops: Iterable[str]) -> Options:
    return tuple((op, _label_of(op)) for op in ops)


def _label_of(op: str) -> str:
    return _OPERATORS.get(op, op)


def _asked_of(word: ConditionWord, op: str, field: Field | None, catalogue: Catalogue) -> Asked:
    key = f"field:{field.name}" if field else word.kind
    any_year = _takes(word, op, "--11-23", field, catalogue)
    return asked_for(word.form(op, field, catalogue), key, field, any_year=any_year)


def _takes(
    word: ConditionWord, op: str, value: str, field: Field | None, catalogue: Catalogue
) -> bool:
    try:
        word.clean(op, value, field, catalogue)
    except NotPossible:
        return False
    return True


def _asked_to_set(word: ActionWord, name: str, catalogue: Catalogue) -> Asked:
    try:
        form = word.form(name, catalogue)
    except NotPossible:  # it cannot be set any more
        return Asked(Shape.TEXT)
    field = catalogue.field(name)
    return with_lines(asked_for(form, f"field:{name}", field, any_year=True), field)
