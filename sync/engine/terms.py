"""What a value of one side is for the other, and when the two are the same: compared in the
terms of the side that the line writes (of b, where it writes both)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from connectors.contact import Entry, Value
from connectors.fields import CHOOSING, Field, FieldType, equal, normal
from connectors.name_spelling import plain
from connectors.options import Missing, Translate, missing_options, options_to_a, options_to_b
from rules.setup import BOTH, TO_A, Line, other
from sync.engine.remembered import by_line


@dataclass(frozen=True, slots=True)
class Terms:
    """``same``: both sides say it alike, nothing is to be translated. ``options``: by side, how
    an option of the other is called there; None where it is called the same. ``named``: it is
    a person's name, whose words count and not their spelling (``connectors.name_spelling``)."""

    line: Line
    same: bool
    compared_in: str
    options: Mapping[str, Translate | None]
    joined: bool
    named: bool

    def given(self, side: str, value: Value) -> Value | None:
        """A value of the other side as this one says it; None where it has no counterpart."""
        if self.same or not value:
            return value
        if isinstance(value, str):
            option = self.options[side]
            return option(value) if option else value
        if self.joined and not self.line.field(side).holds_list:
            return ", ".join(str(entry.value) for entry in value)
        if not self._is_text(side):
            found = [self.given_entry(side, entry) for entry in value]
            return tuple(entry for entry in found if entry) if all(found) else None
        return str(value[0].value)

    def given_entry(self, side: str, entry: Entry) -> Entry | None:
        """The same of an element of a list."""
        if self.same:
            return entry
        if not isinstance(entry.value, str):
            return replace(entry, value=str(entry.value)) if self._is_text(side) else entry
        option = self.options[side]
        if option is None:
            return entry
        called = option(entry.value)
        return None if called is None else replace(entry, value=called)

    def equal(self, a: Value, b: Value, region: str) -> bool:
        if self.named and isinstance(a, str) and isinstance(b, str):
            return plain(a) == plain(b)
        if self.same:
            return equal(self.line.a, a, b, region)
        into, from_ = (a, b) if self.compared_in == "a" else (b, a)
        given = self.given(self.compared_in, from_)
        return given is not None and equal(self.line.field(self.compared_in), given, into, region)

    def form(self, side: str, entry: Entry, region: str) -> str:
        """The normal form of an element, the same on both sides for what is the same."""
        if self.same:
            return normal(self.line.field(side).type, entry.value, region)
        mine = entry if side == self.compared_in else self.given_entry(self.compared_in, entry)
        if mine is None:  # it equals nothing of the other side
            return f"{side}: {normal(self.line.field(side).type, entry.value, region)}"
        return normal(self.line.field(self.compared_in).type, mine.value, region)

    def untold(self, side: str, value: Value | Entry) -> str:
        """Why a value of the other side is held."""
        texts = [value] if isinstance(value, str | Entry) else list(value)
        words = [text if isinstance(text, str) else str(text.value) for text in texts]
        missing = [word for word in words if self._is_missing(side, word)]
        theirs, mine = self.line.field(other(side)), self.line.field(side)
        return (
            f"{theirs.label}: {', '.join(missing)} has no counterpart in {mine.label} of "
            f"{side.upper()}. Name one in the values of the mapping line."
        )

    def _is_missing(self, side: str, word: str) -> bool:
        option = self.options[side]
        return option is not None and option(word) is None

    def _is_text(self, side: str) -> bool:
        """Is an address written as text here?"""
        types = self.line.field(side).type, self.line.field(other(side)).type
        return types[1] == FieldType.ADDRESS != types[0]


def _terms(line: Line) -> Terms:
    both = line.arrow == BOTH
    options = {
        "a": options_to_a(line.a, line.b, line.values, both),
        "b": options_to_b(line.a, line.b, line.values, both),
    }
    composed = bool(line.a.parts or line.b.parts)
    types = {line.a.type, line.b.type}
    is_same = _compare_alike(line.a, line.b) and not any(options.values()) and not composed
    return Terms(
        line,
        is_same,
        "a" if line.arrow == TO_A else "b",
        options,
        FieldType.CHOICES in types and not types <= CHOOSING,
        FieldType.NAME in types,
    )


def _compare_alike(a: Field, b: Field) -> bool:
    texts = {FieldType.TEXT, FieldType.LONG_TEXT, FieldType.NAME}
    return a.type == b.type or {a.type, b.type} <= texts


terms_of = by_line(_terms)


def missing(line: Line) -> Missing:
    """The options of the line's fields that have no counterpart: their values are held."""
    return missing_options(line.a, line.b, line.values, line.arrow == BOTH)
