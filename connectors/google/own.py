"""What Google keeps by a word of the user's, as fields of the app's own: user-defined fields by
their key, events and relations by their type. Pure.

``custom:KEY``, ``custom:events.TYPE`` and ``custom:relations.TYPE``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from connectors.errors import Refused
from connectors.fields import Field, FieldType
from connectors.google.dates import read_date, write_date
from connectors.google.person import Item, Person, items, sendable, text
from connectors.google.words import type_of, word_of

OWN = "custom:"
#: Types that Google offers by itself; users add others.
_OFFERED: Mapping[str, tuple[str, ...]] = {
    "userDefined": (),
    "events": ("anniversary",),
    "relations": (
        "spouse",
        "child",
        "mother",
        "father",
        "parent",
        "brother",
        "sister",
        "friend",
        "relative",
        "domestic partner",
        "manager",
        "assistant",
        "referred by",
        "partner",
    ),
}
#: Under which member a value lies.
_MEMBER = {"userDefined": "value", "events": "date", "relations": "person"}
_TITLES = {"events": "Event", "relations": "Relation"}


@dataclass(frozen=True, slots=True, order=True)
class Own:
    """``word``: the key or the type."""

    field: str
    word: str

    @property
    def name(self) -> str:
        return f"{OWN}{self.word}" if self.field == "userDefined" else f"{OWN}{self._place}"

    @property
    def _place(self) -> str:
        return f"{self.field}.{self.word}"


def own_of(name: str) -> Own | None:
    """The field that a name stands for."""
    rest = name.removeprefix(OWN).strip()
    if not name.startswith(OWN) or not rest:
        return None
    field, _, word = rest.partition(".")
    return Own(field, word) if field in _TITLES and word else Own("userDefined", rest)


def in_use(person: Person) -> frozenset[Own]:
    """The fields that a person has a value for."""
    return frozenset(own for own, _ in _filled(person))


def catalogue_fields(found: Collection[Own]) -> tuple[Field, ...]:
    """Those that Google offers and those in use: there is no list of them to ask for."""
    offered = {Own(field, word) for field, words in _OFFERED.items() for word in words}
    return tuple(_field(own) for own in sorted(offered | set(found)))


def _field(own: Own) -> Field:
    if own.field == "userDefined":
        return Field(own.name, own.word)
    label = f"{_TITLES[own.field]} · {own.word.capitalize()}"
    return Field(own.name, label, FieldType.DATE if own.field == "events" else FieldType.TEXT)


def read_own(person: Person) -> dict[str, str]:
    """By name; of several values by one word all texts, and the earliest date."""
    found: dict[Own, list[str]] = {}
    for own, item in _filled(person):
        found.setdefault(own, []).append(_shown(own.field, item))
    return {own.name: _joined(own, values) for own, values in found.items()}


def _joined(own: Own, values: Iterable[str]) -> str:
    """In an order of our own: Google keeps none."""
    ordered = sorted(values)
    return ordered[0] if own.field == "events" else ", ".join(ordered)


def _filled(person: Person) -> list[tuple[Own, Item]]:
    """A key that reads like an event's or a relation's name is not shown: it is another's."""
    pairs = [
        (Own(field, _word(field, item)), item)
        for field in _MEMBER
        for item in items(person, field)
        if _shown(field, item)
    ]
    return [(own, item) for own, item in pairs if own_of(own.name) == own]


def _word(field: str, item: Item) -> str:
    if field == "userDefined":
        return text(item, "key")
    return word_of(field, text(item, "type")) or "other"


def _shown(field: str, item: Item) -> str:
    member = _MEMBER[field]
    return read_date(item.get(member)) if field == "events" else text(item, member)


# --- Writing ------------------------------------------------------------------------------


def edit_own(person: Person, changes: Mapping[str, str]) -> dict[str, list[Item]]:
    """By Google's field all of its values after a change of some; only fields that change.
    Raises Refused."""
    edited: dict[str, list[Item]] = {}
    for name, value in changes.items():
        own = own_of(name)
        if own is None:
            raise Refused(f"Google Contacts has no field {name}.", "Take it out of the mapping.")
        now = {**person, **edited}
        if read_own(now).get(own.name, "") != value.strip():
            edited[own.field] = _edit(now, own, value.strip())
    return edited


def _edit(person: Person, own: Own, value: str) -> list[Item]:
    found = items(person, own.field)
    alike = [item for item in found if _word(own.field, item) == own.word]
    filled = [item for item in alike if _shown(own.field, item)]
    if len(filled) > 1:
        raise Refused(
            f"Google Contacts holds several values of {_field(own).label}, which cannot be "
            "written as one.",
            "Leave one of them in Google Contacts; the contact is then tried again.",
        )
    empty = [item for item in alike if not item.get(_MEMBER[own.field])]
    target = next(iter([*filled, *empty]), None)
    kept = sendable(own.field, found)
    if target is None:
        return [*kept, {**_identity(own), **_written(own, value)}]
    place = next(place for place, item in enumerate(found) if item is target)
    new = [{**kept[place], **_written(own, value)}] if value else []
    return [*kept[:place], *new, *kept[place + 1 :]]


def _identity(own: Own) -> Item:
    if own.field == "userDefined":
        return {"key": own.word}
    return {"type": type_of(own.field, own.word)}


def _written(own: Own, value: str) -> Item:
    if own.field != "events":
        return {_MEMBER[own.field]: value}
    date = write_date(value)
    if date is None:
        raise Refused(f"{_field(own).label} is not a date that Google Contacts can hold.")
    return {"date": date}
