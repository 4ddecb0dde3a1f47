"""Field to field: what a line shows on each side, what follows from it, and what is written.

Most lines join two fields that the apps have as they are; they take the shortest way. Sub-values,
composed names, lists beside sub-values and lists mapped to single values go through lenses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connections.stamps import Stamp
from connectors.contact import Contact, Value, as_entries, value_from_json, value_to_json
from connectors.fields import Field, FieldType, is_address_part, split_name
from rules.setup import Line, Setup, other
from sync.engine.aside import Aside, set_aside
from sync.engine.base import fits
from sync.engine.copy_list import copy_list, same_list
from sync.engine.lenses import Composed, Lens, Plain, entries_of, lens_of, put_back
from sync.engine.line import Outcome, Shown, never_removed
from sync.engine.merge_list import agree_on_lists, merge_list
from sync.engine.merge_single import merge_single
from sync.engine.remembered import by_line_of_setup
from sync.engine.terms import terms_of

_NOTHING = Outcome()
_NO_LABELS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a line of a Setup works. ``labels``: by side those that its list leaves alone."""

    of_list: bool
    is_plain: bool
    lenses: Mapping[str, Lens]
    labels: Mapping[str, frozenset[str]]


def show(
    line: Line, side: str, contact: Contact, base: Sequence[Any] | None, setup: Setup
) -> Value:
    """What the side shows for the line, in its own type."""
    shape = _shape(line, setup)
    return shape.lenses[side].show(contact, _last(shape, side, base))


def put(
    line: Line,
    side: str,
    contact: Contact,
    value: Value,
    base: Sequence[Any] | None,
    setup: Setup,
) -> dict[str, Value]:
    """The app's fields to write so that the side shows ``value``; none where it does already."""
    shape = _shape(line, setup)
    return shape.lenses[side].put(contact, value, _last(shape, side, base))


def is_plain(line: Line, side: str, setup: Setup) -> bool:
    """Does the line show the app's own field as it is?"""
    return isinstance(_shape(line, setup).lenses[side], Plain)


def real_names(field: Field) -> tuple[str, ...]:
    """The app's own fields behind a field of a line."""
    return field.parts or (split_name(field.name)[0],)


def is_settled(
    line: Line, contacts: Mapping[str, Contact], base: Sequence[Any] | None, setup: Setup
) -> bool:
    """Do both sides show to the letter what they did when they last agreed? Then nothing
    follows, under any setup: the shortest way, taken by most lines of most pairs. Not told of a
    line that needs a lens."""
    shape = _shape(line, setup)
    if not shape.is_plain:
        return False
    a = contacts["a"].fields.get(line.a.name, "")
    b = contacts["b"].fields.get(line.b.name, "")
    if base is None:
        return not a and not b
    if shape.of_list:
        return _shows(a, base, 0) and _shows(b, base, 1)
    return base == [[value_to_json(a), value_to_json(b)]]


def _shows(value: Value, base: Sequence[Any], index: int) -> bool:
    return [row[index] for row in base if row[index] is not None] == (value_to_json(value) or [])


def outcome(
    line: Line,
    contacts: Mapping[str, Contact],
    stamps: Mapping[str, Stamp],
    base: Sequence[Any] | None,
    setup: Setup,
) -> Outcome:
    """What the line has to do for one pair. A base of another shape, from before a field changed
    its type, is none: they meet anew."""
    shape = _shape(line, setup)
    if not shape.is_plain:
        return _through_lenses(line, shape, contacts, stamps, base, setup)
    a = contacts["a"].fields.get(line.a.name, "")
    b = contacts["b"].fields.get(line.b.name, "")
    if shape.of_list:
        rows = list(base) if base is not None and fits(base, single=False) else None
        shown = Shown(a, b, rows, stamps["a"], stamps["b"])
        return (
            copy_list(line, shown, setup)
            or same_list(line, shown, setup)
            or merge_list(line, shown, setup)
        )
    row = base[0] if base and fits(base, single=True) else None
    result = merge_single(line, Shown(a, b, row, stamps["a"], stamps["b"]), setup)
    if result.writes and (line.a.type == FieldType.EMAIL or line.b.type == FieldType.EMAIL):
        return _written_through(line, shape, contacts, result, base)
    return result


def agree_as_shown(
    line: Line,
    contacts: Mapping[str, Contact],
    setup: Setup,
    base: Sequence[Any] | None = None,
) -> list[Any]:
    """The base rows that take what both sides show now as agreed, however different: the line
    is then quiet until somebody changes something."""
    shape = _shape(line, setup)
    values = _values(shape, contacts, {side: _last(shape, side, base) for side in "ab"})
    if not shape.of_list:
        return [[value_to_json(values["a"]), value_to_json(values["b"])]]
    rows = base if base is not None and fits(base, single=False) else ()
    aside = _aside(line, shape, contacts, values, rows, setup)
    shown = Shown(aside.lists["a"], aside.lists["b"], [], Stamp(0, True), Stamp(0, True))
    return [*aside.rows, *agree_on_lists(line, shown, setup)]


# --- lines that need a lens ---


def _through_lenses(
    line: Line,
    shape: _Shape,
    contacts: Mapping[str, Contact],
    stamps: Mapping[str, Stamp],
    base: Sequence[Any] | None,
    setup: Setup,
) -> Outcome:
    values = _values(shape, contacts, {side: _last(shape, side, base) for side in "ab"})
    if base is None and not values["a"] and not values["b"]:
        return _NOTHING
    if shape.of_list:
        return _list_beside_sub_values(line, shape, contacts, stamps, values, base, setup)
    row = base[0] if base is not None and fits(base, single=True) else None
    if row is None:  # they meet: an element that the other side has is the one that is meant
        hints = {side: terms_of(line).given(side, values[other(side)]) for side in "ab"}
        values = _values(shape, contacts, hints)
    rest = frozenset(side for side in "ab" if not isinstance(shape.lenses[side], Plain | Composed))
    shown = Shown(values["a"], values["b"], row, stamps["a"], stamps["b"], rest)
    result = merge_single(line, shown, setup)
    return _written_through(line, shape, contacts, result, base) if result.writes else result


def _values(
    shape: _Shape, contacts: Mapping[str, Contact], last: Mapping[str, Value | None]
) -> dict[str, Value]:
    return {side: shape.lenses[side].show(contacts[side], last[side]) for side in "ab"}


def _written_through(
    line: Line,
    shape: _Shape,
    contacts: Mapping[str, Contact],
    result: Outcome,
    base: Sequence[Any] | None,
) -> Outcome:
    """The outcome as the app's own fields take it: nothing that empties what must stay; and what
    the side shows afterwards is what it is agreed to hold."""
    [(side, writing)] = result.writes.items()
    lens, contact = shape.lenses[side], contacts[side]
    changes = lens.put(contact, writing.value, _last(shape, side, base))
    after = contact.with_fields(changes)
    if not writing.value and _must_stay(line.field(side), after):
        return replace(result, writes={}, held=never_removed(line.field(side)))
    shows = lens.show(after, writing.value)
    agree = tuple([before, _with(row, side, shows)] for before, row in writing.agree)
    if not changes:
        return replace(result, writes={}, agreed=(*result.agreed, *agree))
    return replace(result, writes={side: replace(writing, agree=agree)})


def _must_stay(field: Field, after: Contact) -> bool:
    """Would the contact be without what it needs?"""
    if field.type == FieldType.EMAIL and not after.get("emails"):
        return True
    return field.required and not any(after.get(name) for name in real_names(field))


def _with(row: Sequence[Any], side: str, value: Value) -> list[Any]:
    shown = value_to_json(value)
    return [shown, row[1]] if side == "a" else [row[0], shown]


def _list_beside_sub_values(
    line: Line,
    shape: _Shape,
    contacts: Mapping[str, Contact],
    stamps: Mapping[str, Stamp],
    values: Mapping[str, Value],
    base: Sequence[Any] | None,
    setup: Setup,
) -> Outcome:
    rows = base if base is not None and fits(base, single=False) else None
    aside = _aside(line, shape, contacts, values, rows or (), setup)
    shown = Shown(
        aside.lists["a"],
        aside.lists["b"],
        None if rows is None else [row for row in rows if row not in aside.rows],
        stamps["a"],
        stamps["b"],
        rest=frozenset(side for side in "ab" if aside.kept[side]),
    )
    result = merge_list(line, shown, setup)
    writes = {
        side: replace(writing, value=put_back(as_entries(writing.value), *aside.back(side)))
        for side, writing in result.writes.items()
    }
    return replace(result, writes=writes)


def _aside(
    line: Line,
    shape: _Shape,
    contacts: Mapping[str, Contact],
    values: Mapping[str, Value],
    rows: Sequence[Any],
    setup: Setup,
) -> Aside:
    terms = terms_of(line)
    return set_aside(
        {side: entries_of(contacts[side], line.field(side).name) for side in "ab"},
        {side: as_entries(value) for side, value in values.items()},
        rows,
        shape.labels,
        lambda side, entry: terms.form(side, entry, setup.region),
    )


# --- shapes ---


def _last(shape: _Shape, side: str, base: Sequence[Any] | None) -> Value | None:
    """What the side held when the pair last agreed, of a line of single values."""
    if shape.of_list or base is None or not fits(base, single=True):
        return None
    return value_from_json(base[0]["ab".index(side)])


def _shape_of(line: Line, setup: Setup) -> _Shape:
    of_list = line.a.holds_list and line.b.holds_list
    written = _written_labels(setup)
    labels = {side: written.get((side, line.field(side).name), _NO_LABELS) for side in "ab"}
    lenses = {side: lens_of(line.field(side), of_list, labels[side], setup.region) for side in "ab"}
    are_plain = all(isinstance(lens, Plain) for lens in lenses.values())
    return _Shape(of_list, are_plain, lenses, labels)


def _written_labels(setup: Setup) -> dict[tuple[str, str], frozenset[str]]:
    """By side and list the labels of the elements that sub-value lines write."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for line in setup.lines:
        for side in "ab":
            parent, part = split_name(line.field(side).name)
            if part and not is_address_part(line.field(side).name) and setup.flows(line, side):
                found[side, parent] = found.get((side, parent), _NO_LABELS) | {part}
    return found


_shape = by_line_of_setup(_shape_of)
