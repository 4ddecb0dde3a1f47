"""Nested lists (e-mails, phones, addresses, websites) ↔ entries. Pure.

Whether a PATCH replaces a nested list or merges into it is not documented. So a list is always
written whole, elements that stay with their ids and whatever else they hold.

No element is marked primary: people and their programs take the first for it. So none is read
as primary, and one that is to be is put first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from connectors.contact import Address, Entry, Value, as_entries
from connectors.contactually.addresses import read_address, write_address
from connectors.fields import fold

#: Our field -> member of the record, and the member of an element that holds its value; an
#: address has several.
LISTS: Mapping[str, tuple[str, str]] = {
    "emails": ("email_addresses", "address"),
    "phones": ("phone_numbers", "number"),
    "addresses": ("addresses", ""),
    "urls": ("websites", "address"),
}


class _Place(NamedTuple):
    item: Any
    entry: Entry


def read_entries(items: Any, field: str) -> tuple[Entry, ...]:
    """Of what is no list, or no element, nothing is read."""
    return tuple(place.entry for place in _places(items, field))


def write_entries(items: Any, field: str, value: Value) -> list[Any]:
    """The whole list with these entries. Elements that say nothing to us stay, at its end."""
    wanted = [entry for entry in _in_order(value) if entry.value]
    there = _places(items, field)
    taken = _taken(there, wanted)
    written = [_written(field, entry, place) for entry, place in zip(wanted, taken, strict=True)]
    readable = [id(place.item) for place in there]
    foreign = [item for item in _as_list(items) if id(item) not in readable]
    return written + foreign


def _in_order(value: Value) -> list[Entry]:
    entries = as_entries(value) if not isinstance(value, str) or not value else (Entry(value),)
    return sorted(entries, key=lambda entry: not entry.primary)


def _places(items: Any, field: str) -> list[_Place]:
    found = [_Place(item, _entry(item, field)) for item in _as_list(items)]
    return [place for place in found if place.entry.value]


def _entry(item: Any, field: str) -> Entry:
    if isinstance(item, str):
        return Entry(item.strip())
    if not isinstance(item, Mapping):
        return Entry("")
    _, key = LISTS[field]
    value: str | Address = _text(item.get(key)) if key else read_address(item)
    return Entry(value, read_label(item.get("label")))


def read_label(label: Any) -> str:
    return _text(label).lower()


def _taken(there: Sequence[_Place], wanted: Sequence[Entry]) -> list[_Place | None]:
    """The element that each wanted entry has, or takes over from one that is wanted no more."""
    taken: list[_Place | None] = [None] * len(wanted)
    free = list(there)
    likenesses: tuple[Callable[[Entry, Entry], bool], ...] = (
        lambda old, new: (old.value, old.label) == (new.value, new.label),
        lambda old, new: old.value == new.value,
        lambda old, new: fold(str(old.value)) == fold(str(new.value)),
        lambda old, new: bool(old.label) and old.label == new.label,
    )
    for alike in likenesses:
        for index, entry in enumerate(wanted):
            if taken[index] is None:
                place = next((place for place in free if alike(place.entry, entry)), None)
                if place:
                    free.remove(place)
                    taken[index] = place
    if len(free) == taken.count(None) == 1:  # the one that is left was edited
        taken[taken.index(None)] = free[0]
    return taken


def _written(field: str, entry: Entry, place: _Place | None) -> dict[str, Any]:
    item = place.item if place and isinstance(place.item, Mapping) else {}
    written: dict[str, Any] = dict(item)
    if not place or entry.label != place.entry.label:
        written["label"] = write_label(entry.label)
    _, key = LISTS[field]
    if key and (not item or not place or entry.value != place.entry.value):
        written[key] = str(entry.value)
    elif not key:
        value = entry.value if isinstance(entry.value, Address) else Address(street=entry.value)
        written.update(write_address(value, item))
    return written


def write_label(label: str) -> str | None:
    """With a capital, as the app's own labels are ("Home", "Office"), where it reads back."""
    capital = label[:1].upper() + label[1:]
    return (capital if capital.lower() == label else label) or None


def _as_list(items: Any) -> list[Any]:
    return items if isinstance(items, list) else []


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
