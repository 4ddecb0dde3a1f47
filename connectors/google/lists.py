"""E-mail addresses, phone numbers, postal addresses and websites ↔ entries. Pure.

A write keeps of every element that stays whatever else it holds, edits the one that can be told
to have been edited, leaves out the others and appends what is new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.contact import ADDRESS_PARTS, Address, Entry, Value
from connectors.fields import fold
from connectors.google.person import Item, Person, bare, items, primary, text
from connectors.google.words import type_of, word_of

#: Our list -> Google's.
LISTS: Mapping[str, str] = {
    "emails": "emailAddresses",
    "phones": "phoneNumbers",
    "addresses": "addresses",
    "urls": "urls",
}
_PARTS: Mapping[str, str] = {
    "street": "streetAddress",
    "extended": "extendedAddress",
    "po_box": "poBox",
    "city": "city",
    "region": "region",
    "postcode": "postalCode",
    "country": "country",
}
Pair = tuple[Item, Entry]


def read_entries(person: Person, name: str) -> tuple[Entry, ...]:
    return tuple(entry for _, entry in _pairs(person, LISTS[name]))


def _pairs(person: Person, field: str) -> list[Pair]:
    """The filled values. One alone is not called primary, though Google marks it."""
    found = items(person, field)
    chosen = primary(found)
    filled = [(item, value) for item in found if (value := _value(field, item))]
    several = len(filled) > 1
    return [
        (item, Entry(value, word_of(field, text(item, "type")), several and item is chosen))
        for item, value in filled
    ]


def _value(field: str, item: Item) -> str | Address:
    return read_address(item) if field == "addresses" else text(item, "value")


def edit_entries(person: Person, name: str, value: Value) -> list[Item]:
    """The values to send: all of them, for what is not sent is lost. Those without a value for
    us are kept as well."""
    field = LISTS[name]
    wanted = [entry for entry in _entries(value) if entry.value]
    there = _pairs(person, field)
    places = _places(there, wanted)
    shown = [id(item) for item, _ in there]
    silent = [bare(field, item) for item in items(person, field) if id(item) not in shown]
    several = len(wanted) > 1
    sent = []
    for pair, entry in zip(places, wanted, strict=True):
        item = _edited(field, pair, entry) if pair else _new(field, entry)
        # The mark of the contact's own source is the one that can be set.
        mark = {"metadata": {"sourcePrimary": True}} if entry.primary and several else {}
        sent.append({**item, **mark})
    return sent + silent


def _entries(value: Value) -> Sequence[Entry]:
    if isinstance(value, str):
        return (Entry(value),)
    return value


def _places(there: Sequence[Pair], wanted: Sequence[Entry]) -> list[Pair | None]:
    """The value that each wanted entry has, or takes over from one that is no longer wanted."""
    places: list[Pair | None] = [None] * len(wanted)
    free = list(there)
    for alike in (
        lambda old, new: (old.value, old.label) == (new.value, new.label),
        lambda old, new: old.value == new.value,
        lambda old, new: fold(str(old.value)) == fold(str(new.value)),
        lambda old, new: bool(old.label) and old.label == new.label,
    ):
        for place, entry in enumerate(wanted):
            if places[place] is None:
                places[place] = next((pair for pair in free if alike(pair[1], entry)), None)
                free = [pair for pair in free if pair is not places[place]]
    if len(there) == len(wanted):
        for place, pair in enumerate(there):
            if places[place] is None and any(pair is item for item in free):
                places[place] = pair
    return places


def _edited(field: str, pair: Pair, entry: Entry) -> Item:
    old, before = pair
    item = bare(field, old)
    if entry.value != before.value:
        if field == "addresses":
            item = write_address(item, _address(entry))
        else:
            item["value"] = str(entry.value)
            item.pop("displayName", None)  # of an e-mail address: whose the old one was
    if entry.label != before.label:
        item.pop("type", None)
        item |= _type(field, entry)
    return item


def _new(field: str, entry: Entry) -> Item:
    if field == "addresses":
        return write_address({}, _address(entry)) | _type(field, entry)
    return {"value": str(entry.value)} | _type(field, entry)


def _type(field: str, entry: Entry) -> Item:
    return {"type": type_of(field, entry.label)} if entry.label else {}


# --- Addresses ----------------------------------------------------------------------------


def read_address(item: Item) -> Address:
    """One that was only ever written down as a whole is shown as a street."""
    parts = {part: text(item, name) for part, name in _PARTS.items()}
    parts["country"] = parts["country"] or text(item, "countryCode")
    if not any(parts.values()):
        parts["street"] = text(item, "formattedValue")
    return Address(**parts)


def write_address(item: Item, address: Address) -> Item:
    shown = read_address(item)
    changed = dict(item)
    # Google composes it anew of the parts, and would else go on showing the old one.
    changed.pop("formattedValue", None)
    for part in ADDRESS_PARTS:
        new = getattr(address, part)
        if part == "country" and new == shown.country:
            continue
        if part == "country":
            changed.pop("countryCode", None)
        changed.pop(_PARTS[part], None)
        changed |= {_PARTS[part]: new} if new else {}
    return changed


def _address(entry: Entry) -> Address:
    return entry.value if isinstance(entry.value, Address) else Address(street=entry.value)
