"""How a side shows the field of a line, and what is written so that it shows another value.

Laws, of any contact (tests/sync/engine/test_lenses.py): what is shown, put back, changes nothing;
what was put is shown, with it as ``last``. ``last`` is what the side held when the pair last
agreed, so that of several elements the same one is meant again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from connectors import names
from connectors.contact import NAME_PARTS, Address, Contact, Entry, Value, as_entries
from connectors.fields import Field, FieldType, fold, is_address_part, normal, split_name

Changes = dict[str, Value]


class Lens(ABC):
    """``parent``: the app's own field that holds what is meant."""

    @abstractmethod
    def show(self, contact: Contact, last: Value | None) -> Value: ...

    @abstractmethod
    def put(self, contact: Contact, value: Value, last: Value | None) -> Changes:
        """The app's fields to write; none where the value is shown already."""


@dataclass(frozen=True, slots=True)
class Plain(Lens):
    """The field as the app has it."""

    field: Field

    def show(self, contact: Contact, last: Value | None) -> Value:
        return contact.get(self.field.name)

    def put(self, contact: Contact, value: Value, last: Value | None) -> Changes:
        return {} if value == contact.get(self.field.name) else {self.field.name: value}


@dataclass(frozen=True, slots=True)
class Listed(Lens):
    """A list without the elements whose label a sub-value line writes."""

    field: Field
    labels: frozenset[str]
    region: str

    def show(self, contact: Contact, last: Value | None) -> Value:
        return tuple(x for x in entries_of(contact, self.field.name) if not self.hides(x))

    def put(self, contact: Contact, value: Value, last: Value | None) -> Changes:
        shown = self.show(contact, last)
        if value == shown or not (value or shown):
            return {}
        entries = entries_of(contact, self.field.name)
        held = {self._form(entry) for entry in entries if self.hides(entry)}
        known = {self._form(entry) for entry in shown if isinstance(entry, Entry)}
        given = [
            replace(entry, label="") if self.hides(entry) else entry
            for entry in value
            if isinstance(entry, Entry)
            and (self._form(entry) in known or self._form(entry) not in held)
        ]
        return {self.field.name: put_back(given, entries, self.hides)}

    def hides(self, entry: Entry) -> bool:
        return fold(entry.label) in self.labels

    def _form(self, entry: Entry) -> str:
        return normal(self.field.type, entry.value, self.region)


@dataclass(frozen=True, slots=True)
class One(Lens, ABC):
    """One element of a list, which a change replaces and a clear removes."""

    parent: str
    type: FieldType
    region: str

    @abstractmethod
    def chosen(self, entries: Sequence[Entry], last: Value | None) -> int | None:
        """The place of the element that is meant."""

    @abstractmethod
    def added(self, entries: Sequence[Entry], new: Entry) -> tuple[Entry, ...]:
        """The list with an element where none is meant."""

    def show(self, contact: Contact, last: Value | None) -> Value:
        entries = entries_of(contact, self.parent)
        place = self.chosen(entries, last)
        return "" if place is None else _value_of(entries[place])

    def put(self, contact: Contact, value: Value, last: Value | None) -> Changes:
        shown = self.show(contact, last)
        if value == shown or not (value or shown):
            return {}
        entries = entries_of(contact, self.parent)
        place = self.chosen(entries, last)
        if place is None:
            return {self.parent: self.added(entries, _as_entry(value))}
        old = entries[place]
        if not value:
            return {self.parent: entries[:place] + entries[place + 1 :]}
        new = replace(old, value=_as_entry(value).value)
        changed = self.replaced(entries, place, new)
        return {} if changed == entries else {self.parent: changed}

    def replaced(self, entries: tuple[Entry, ...], place: int, new: Entry) -> tuple[Entry, ...]:
        return (*entries[:place], new, *entries[place + 1 :])

    def form(self, entry: Entry) -> str:
        return normal(self.type, entry.value, self.region)

    def place_of(self, entries: Iterable[Entry], value: Value) -> int | None:
        """Where the list holds this value."""
        if not value:
            return None
        form = self.form(_as_entry(value))
        return next((i for i, entry in enumerate(entries) if self.form(entry) == form), None)


@dataclass(frozen=True, slots=True)
class Labelled(One):
    """The first element with a label: ``phones.mobile``."""

    label: str

    def chosen(self, entries: Sequence[Entry], last: Value | None) -> int | None:
        return next((i for i, x in enumerate(entries) if fold(x.label) == self.label), None)

    def added(self, entries: Sequence[Entry], new: Entry) -> tuple[Entry, ...]:
        """The same one without a label gets it: that is no second one."""
        place = self.place_of(entries, _value_of(new))
        labelled = Entry(new.value, self.label)
        if place is None or entries[place].label:
            return (*entries, labelled)
        return self.replaced(tuple(entries), place, replace(entries[place], label=self.label))


@dataclass(frozen=True, slots=True)
class Chosen(One):
    """Of a list that is mapped to a single value: the element marked primary, else the one last
    sent while it is still there, else the first. ``labels``: left to sub-value lines."""

    labels: frozenset[str]

    def chosen(self, entries: Sequence[Entry], last: Value | None) -> int | None:
        seen = [i for i, entry in enumerate(entries) if fold(entry.label) not in self.labels]
        primary = next((i for i in seen if entries[i].primary), None)
        if primary is not None or not seen:
            return primary
        sent = self.place_of([entries[i] for i in seen], last or "")
        return seen[sent or 0]

    def added(self, entries: Sequence[Entry], new: Entry) -> tuple[Entry, ...]:
        label = "" if fold(new.label) in self.labels else new.label
        return (*entries, Entry(new.value, label))

    def replaced(self, entries: tuple[Entry, ...], place: int, new: Entry) -> tuple[Entry, ...]:
        """One that the list holds already is not put there twice: it becomes the one meant."""
        there = next(
            (
                i
                for i, entry in enumerate(entries)
                if i != place
                and fold(entry.label) not in self.labels
                and self.form(entry) == self.form(new)
            ),
            None,
        )
        if there is None:
            return (*entries[:place], new, *entries[place + 1 :])
        if not new.primary:
            return entries
        return tuple(replace(entry, primary=i == there) for i, entry in enumerate(entries))


@dataclass(frozen=True, slots=True)
class AddressPart(Lens):
    """One part of the chosen address: ``addresses.city``."""

    parent: str
    part: str

    def show(self, contact: Contact, last: Value | None) -> Value:
        entries = entries_of(contact, self.parent)
        return self._of(entries[self._chosen(entries, last)]) if entries else ""

    def put(self, contact: Contact, value: Value, last: Value | None) -> Changes:
        if value == self.show(contact, last):
            return {}
        entries = entries_of(contact, self.parent)
        if not entries:
            return {self.parent: (Entry(Address(**{self.part: str(value)})),)}
        place = self._chosen(entries, last)
        old = entries[place].value
        new = replace(old, **{self.part: str(value)}) if isinstance(old, Address) else Address()
        kept = (replace(entries[place], value=new),) if new else ()
        return {self.parent: (*entries[:place], *kept, *entries[place + 1 :])}

    def _chosen(self, entries: Sequence[Entry], last: Value | None) -> int:
        """The primary one, else the one it came from, else the first."""
        primary = (i for i, entry in enumerate(entries) if entry.primary)
        wanted = fold(str(last or ""))
        source = (i for i, x in enumerate(entries) if wanted and fold(self._of(x)) == wanted)
        return next(primary, next(source, 0))

    def _of(self, entry: Entry) -> str:
        return str(getattr(entry.value, self.part, ""))


@dataclass(frozen=True, slots=True)
class Composed(Lens):
    """The full name of an app that has its parts (``connectors.names``)."""

    field: Field

    def show(self, contact: Contact, last: Value | None) -> Value:
        own = contact.text("full_name") if "full_name" in self.field.parts else ""
        return own or names.join(self._parts(contact))

    def put(self, contact: Contact, value: Value, last: Value | None) -> Changes:
        if value == self.show(contact, last):
            return {}
        old = self._parts(contact)
        has = tuple(old)
        new = names.put(old, str(value), has)
        changes: Changes = {part: new[part] for part in has if new[part] != old[part]}
        if contact.get("full_name") and "full_name" in self.field.parts:
            changes["full_name"] = ""  # it says more than the parts do, but of the old name
        return changes

    def _parts(self, contact: Contact) -> dict[str, str]:
        return {part: contact.text(part) for part in self.field.parts if part in NAME_PARTS}


def lens_of(field: Field, of_list: bool, labels: frozenset[str], region: str) -> Lens:
    """``of_list``: does the line see the whole list? ``labels``: what sub-value lines write."""
    if field.parts:
        return Composed(field)
    parent, part = split_name(field.name)
    if is_address_part(field.name):
        return AddressPart(parent, part)
    if part:
        return Labelled(parent, field.type, region, part)
    if field.many and not of_list and field.type != FieldType.CHOICES:
        return Chosen(field.name, field.type, region, labels)
    return Listed(field, labels, region) if field.many and labels else Plain(field)


def entries_of(contact: Contact, name: str) -> tuple[Entry, ...]:
    return as_entries(contact.get(name))


def put_back(
    entries: Sequence[Entry], before: Sequence[Entry], is_kept: Callable[[Entry], bool]
) -> tuple[Entry, ...]:
    """``entries`` with those of ``before`` that are kept, each in its old place."""
    result = list(entries)
    for place, entry in enumerate(before):
        if is_kept(entry):
            result.insert(place, entry)
    return tuple(result)


def _as_entry(value: Value) -> Entry:
    return Entry(value) if isinstance(value, str) else value[0]


def _value_of(entry: Entry) -> Value:
    return (entry,) if isinstance(entry.value, Address) else entry.value
