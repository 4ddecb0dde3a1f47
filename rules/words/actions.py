"""The kinds of action: one small class a word."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime

from connectors.connector import Catalogue
from connectors.fields import Field, FieldType, split_name
from rules.setup import Action
from rules.words.errors import NotPossible, listed
from rules.words.form import Form, Takes
from rules.words.operators import Is
from rules.words.values import filled, typed

#: Values of several parts: they are moved by mappings.
_COMPOUND = frozenset({FieldType.NAME, FieldType.ADDRESS})


class ActionWord(ABC):
    """``text`` is its word, as in the configuration file."""

    verb: str
    kind: str
    text: str

    @abstractmethod
    def possible(self, catalogue: Catalogue) -> bool:
        """Can the target app do it?"""

    @abstractmethod
    def form(self, field_name: str, catalogue: Catalogue) -> Form:
        """What is asked for beside the word. Raises NotPossible."""

    @abstractmethod
    def build(self, value: str, field_name: str, catalogue: Catalogue) -> Action:
        """Raises NotPossible."""

    @abstractmethod
    def sentence(self, action: Action) -> str: ...


class _OnSegment(ActionWord):
    """Put on, or taken off, a segment. A name that the app does not know is possible: the app
    makes it, or refuses. ``into``: contacts are put into such a segment, not it on them."""

    def __init__(self, kind: str, into: bool = False) -> None:
        self.kind = kind
        self._phrase = f"{self.verb} {self._preposition} the" if into else f"{self.verb} the"
        self.text = f"{self.verb} {self._preposition} {kind}" if into else f"{self.verb} {kind}"

    _preposition: str

    def possible(self, catalogue: Catalogue) -> bool:
        return self.kind in catalogue.segments

    def form(self, field_name: str, catalogue: Catalogue) -> Form:
        return Form(Takes.TEXT, catalogue.segments.get(self.kind, ()))

    def build(self, value: str, field_name: str, catalogue: Catalogue) -> Action:
        if field_name:
            raise NotPossible("field", f"{self.text!r} names no field.")
        return Action(self.verb, self.kind, filled(value))

    def sentence(self, action: Action) -> str:
        return f"{self._phrase} {self.kind} {action.name}"


class Add(_OnSegment):
    verb, _preposition = "add", "to"


class Remove(_OnSegment):
    verb, _preposition = "remove", "from"


class SetField(ActionWord):
    """Only single values that can be written and have one part."""

    verb, kind, text = "set", "field", "set field"

    def possible(self, catalogue: Catalogue) -> bool:
        return bool(fields_to_set(catalogue))

    def form(self, field_name: str, catalogue: Catalogue) -> Form:
        field = _field_to_set(field_name, catalogue)
        return Form(Takes.TEXT) if field.type == FieldType.DATETIME else Is().form(field)

    def build(self, value: str, field_name: str, catalogue: Catalogue) -> Action:
        field = _field_to_set(field_name, catalogue)
        written = _moment(value) if field.type == FieldType.DATETIME else typed(field, value)
        return Action(self.verb, self.kind, field.name, written, field)

    def sentence(self, action: Action) -> str:
        return f"set {action.field.label if action.field else action.name} to {action.value}"


ACTIONS: Mapping[str, ActionWord] = {
    word.text: word
    for kind, into in (
        ("tag", False),
        ("bucket", True),
        ("label", False),
        ("group", True),
        ("category", False),
    )
    for word in (Add(kind, into), Remove(kind, into))
} | {SetField.text: SetField()}


def fields_to_set(catalogue: Catalogue) -> tuple[Field, ...]:
    return tuple(field for field in catalogue.fields if not _why_not(field))


def _field_to_set(name: str, catalogue: Catalogue) -> Field:
    field = catalogue.field(name)
    known = listed(each.name for each in fields_to_set(catalogue))
    if field is None:
        what = f"There is no field {name!r} in this app." if name else "A field has to be named."
        raise NotPossible("field", f"{what} {known}")
    if why := _why_not(field):
        raise NotPossible("field", f"{field.label} cannot be set: {why}. {known}")
    return field


def _why_not(field: Field) -> str:
    if not field.writable:
        return "it can only be read"
    if split_name(field.name)[1]:
        return "it is a part of a list"
    if field.holds_list:
        return "it holds a list"
    return f"its type is {field.type}" if field.type in _COMPOUND else ""


def _moment(value: str) -> str:
    try:
        moment = datetime.fromisoformat(filled(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise NotPossible(
            "value", f"{value!r} is not a date and time such as 2026-11-23T16:13:00+00:00."
        )
    return moment.isoformat()
