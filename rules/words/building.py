"""From what was typed to conditions and actions, and what an app can do of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connectors.connector import Catalogue
from connectors.fields import Field, field_named, fold
from rules.setup import Action, Condition
from rules.words.actions import ACTIONS, ActionWord
from rules.words.conditions import CONDITIONS
from rules.words.errors import NotPossible, listed
from rules.words.operators import OPERATORS
from rules.words.word import ConditionWord

_NEGATIVE = frozenset(
    {"has not", "not in", "not", *(word for word, each in OPERATORS.items() if each.negative)}
)


def condition_word(kind: str) -> ConditionWord | None:
    return CONDITIONS.get(_words(kind))


def action_word(text: str) -> ActionWord | None:
    """*add tag* and *add to tag* are the same word."""
    verb, _, kind = _words(text).partition(" ")
    bare = kind.removeprefix("to ") if verb == "add" else kind.removeprefix("from ")
    return next((word for word in ACTIONS.values() if (word.verb, word.kind) == (verb, bare)), None)


def operators_for(kind: str, field: Field | None = None) -> tuple[str, ...]:
    """The canonical operators; "" and *not* for kinds that take no value. Empty for no kind."""
    word = condition_word(kind)
    return word.operators(field) if word else ()


def is_negative(op: str) -> bool:
    """Is it the exact negation of another operator? *is empty* is that of *is not empty*."""
    return _words(op) in _NEGATIVE


def possible_conditions(catalogue: Catalogue) -> list[str]:
    """The kinds that this app can tell of its contacts."""
    return [kind for kind, word in CONDITIONS.items() if word.possible(catalogue)]


def possible_actions(catalogue: Catalogue) -> list[str]:
    """What this app can have done to its contacts."""
    return [text for text, word in ACTIONS.items() if word.possible(catalogue)]


def condition(
    kind: str,
    op: str,
    value: str | Sequence[str],
    field_name: str,
    catalogue: Catalogue,
) -> Condition:
    """In canonical words. ``catalogue``: of the rule's own side. ``value`` is "" for none.

    A segment that vanished makes a condition that is ``held``. Raises NotPossible.
    """
    word = condition_word(kind)
    if word is None or not word.possible(catalogue):
        what = f"There is no condition {kind!r}" + (" in this app." if word else ".")
        raise NotPossible("kind", f"{what} {listed(possible_conditions(catalogue))}")
    field = word.field(field_name, catalogue)
    op = word.spell(op, field)
    given = value if isinstance(value, str) else tuple(value)
    clean = word.clean(op, given, field, catalogue)
    return Condition(word.kind, op, clean, field, _vanished(word.kind, clean, catalogue))


def stored_condition(
    kind: str,
    op: str,
    value: str | Sequence[str],
    field_name: str,
    catalogue: Catalogue,
) -> Condition:
    """The same of what was possible once: what is not any more is ``held``, with the reason.

    Never raises: stored rules outlive catalogues.
    """
    try:
        return condition(kind, op, value, field_name, catalogue)
    except NotPossible as error:
        given = value if isinstance(value, str) else tuple(value)
        field = field_named(field_name) if field_name else None
        is_gone = error.about == "field" and field and _words(kind) == "field"
        why = f"The field {field_name} is not there any more." if is_gone else str(error)
        return Condition(kind, op, given, field, held=why)


def hold(condition: Condition, catalogue: Catalogue) -> Condition:
    """The condition as this catalogue lets it be: ``held`` or not, with the field as it is now.
    What is held keeps its words and its field, to be told by."""
    name = condition.field.name if condition.field else ""
    now = stored_condition(condition.kind, condition.op, condition.value, name, catalogue)
    return replace(condition, held=now.held) if now.held else now


def action(text: str, value: str, field_name: str, catalogue: Catalogue) -> Action:
    """``catalogue``: of the target's side. Raises NotPossible."""
    word = action_word(text)
    if word is None or not word.possible(catalogue):
        what = f"There is no action {text!r}" + (" in this app." if word else ".")
        raise NotPossible("kind", f"{what} {listed(possible_actions(catalogue))}")
    return word.build(value, field_name, catalogue)


def _vanished(kind: str, value: str | tuple[str, ...], catalogue: Catalogue) -> str:
    names = {fold(name) for name in catalogue.vanished.get(kind, ())}
    if isinstance(value, str) and fold(value) in names:
        return f"The {kind} {value} is not there any more."
    return ""


def _words(text: str) -> str:
    return " ".join(text.casefold().split())
