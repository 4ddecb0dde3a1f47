"""Contacts side by side, field by field: what they have in common in a line, and a table of what
they differ in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.contact import Contact, Value, value_to_json
from connectors.fields import STANDARD, field_named, normals
from sync.audit import in_words
from sync.desk.side_signs import SideSign
from sync.desk.words import field_label
from sync.reviewing import Who


@dataclass(frozen=True, slots=True)
class Column:
    """``note``: what is to be known of this one, such as that it is deleted."""

    sign: SideSign
    title: str
    note: str


@dataclass(frozen=True, slots=True)
class Part:
    """A value, or an element of a list. ``differs``: others have something else instead."""

    text: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """``column``: what it is called where columns stand below each other."""

    column: str
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """``equal``: the fields that all of them have alike; of a single one, all of them."""

    columns: Sequence[Column]
    lines: Sequence[Line]
    equal: Sequence[tuple[str, str]]


def side_by_side(
    people: Sequence[Who], signs: Mapping[str, SideSign], notes: Mapping[int, str], region: str
) -> SideBySide:
    """``notes``: by the id of the record; ``region``: for phone numbers."""
    columns = [
        Column(signs[who.side], _title(who), notes.get(who.view.id, _standing(who)))
        for who in people
    ]
    contacts = [who.view.contact or Contact() for who in people]
    differing, equal = [], []
    for name in _names(contacts):
        values = [contact.get(name) for contact in contacts]
        if len({normals(field_named(name), value, region) for value in values}) == 1:
            equal.append((field_label(name), in_words(value_to_json(values[0]))))
        else:
            differing.append((field_label(name), _parts(name, values, region)))
    groups = list(_groups(contacts))
    if len(people) == 1:
        return SideBySide(columns, (), [*equal, *map(_in_a_line, groups)])
    called = _called(columns)
    lines = [Line(label, list(map(Cell, called, parts))) for label, parts in (*differing, *groups)]
    return SideBySide(columns, lines, equal)


def _called(columns: Sequence[Column]) -> list[str]:
    names = [column.sign.name for column in columns]
    return names if len(set(names)) == len(names) else [column.title for column in columns]


def _parts(name: str, values: Sequence[Value], region: str) -> list[list[Part]]:
    """By column; what is not in all that have something is marked."""
    field = field_named(name)
    filled = [normals(field, value, region) for value in values if value]
    common = frozenset.intersection(*filled)

    def part(value: Value) -> Part:
        differs = len(filled) > 1 and not normals(field, value, region) <= common
        return Part(in_words(value_to_json(value)), differs)

    return [list(map(part, _elements(value))) for value in values]


def _elements(value: Value) -> Iterator[Value]:
    """Of a list each, as a list of its own."""
    if isinstance(value, tuple):
        yield from ((entry,) for entry in value)
    elif value:
        yield value


def _in_a_line(group: tuple[str, Sequence[Sequence[Part]]]) -> tuple[str, str]:
    label, cells = group
    return label, ", ".join(part.text for part in cells[0])


def _title(who: Who) -> str:
    return who.view.contact.title if who.view.contact else "(cannot be read)"


def _standing(who: Who) -> str:
    return "deleted" if who.view.gone else ""


def _names(contacts: Sequence[Contact]) -> list[str]:
    """Of all fields that any of them has, in the usual order, an app's own last."""
    found = dict.fromkeys(name for contact in contacts for name in contact.fields)
    order = {name: place for place, name in enumerate(STANDARD)}
    return sorted(found, key=lambda name: (order.get(name, len(order)), name))


def _groups(contacts: Sequence[Contact]) -> Iterator[tuple[str, list[list[Part]]]]:
    """What each is in. That is of its app, and never marked."""
    kinds = sorted({segment.kind for contact in contacts for segment in contact.segments})
    for kind in kinds:
        yield (
            kind.capitalize(),
            [
                [Part(x.name) for x in sorted(contact.segments) if x.kind == kind]
                for contact in contacts
            ],
        )
