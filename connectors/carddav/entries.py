"""List fields: the lines of one property ↔ entries with label and primary mark.

A write keeps the line of every element that stays, edits the line of one that can be told to
have been edited, removes the others and appends what is new.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.carddav.card import Card, without
from connectors.carddav.labels import (
    label_of,
    own_label,
    preference,
    relabel,
    set_primary,
    types_for,
)
from connectors.carddav.lines import Line
from connectors.carddav.text import escape, unescape
from connectors.carddav.values import (
    phone_uri,
    read_address,
    read_phone,
    write_address,
)
from connectors.contact import Address, Entry, Value

#: Parameters that describe the old value and would contradict the new one.
_LABEL = re.compile(r"LABEL=.*", re.I | re.S)
_VALUE = re.compile(r"VALUE=.*", re.I)

Element = str | Address
Pair = tuple[Line, Entry]


@dataclass(frozen=True, slots=True)
class ListProperty:
    """``encode`` gets the new value and the old one as written ("" for a new line)."""

    name: str
    decode: Callable[[str], Element]
    encode: Callable[[Element, str], str]


def _text(value: str) -> str:
    return unescape(value).strip()


def _write_text(value: Element, old: str) -> str:
    """URLs too, though a URI takes no escapes (RFC 6350 §4.2): Radicale, that is vobject,
    cuts a value at a comma that is not escaped."""
    return escape(str(value))


def _write_phone(value: Element, old: str) -> str:
    uri = phone_uri(str(value)) if old[:4].lower() == "tel:" else ""
    return uri or escape(str(value))


def _write_address(value: Element, old: str) -> str:
    return write_address(value if isinstance(value, Address) else Address(street=value), old)


LISTS: Mapping[str, ListProperty] = {
    "emails": ListProperty("EMAIL", _text, _write_text),
    "phones": ListProperty("TEL", read_phone, _write_phone),
    "addresses": ListProperty("ADR", read_address, _write_address),
    "urls": ListProperty("URL", _text, _write_text),
}


def read_entries(card: Card, field: str) -> tuple[Entry, ...]:
    if not card.named(LISTS[field].name):
        return ()
    return tuple(entry for _, entry in _pairs(card, field))


def _pairs(card: Card, field: str) -> list[Pair]:
    """The filled lines; primary is the one with the strongest preference, the first of them."""
    rule = LISTS[field]
    found: list[tuple[Line, Element, str]] = []
    strongest, primary = 101, None
    for line in card.named(rule.name):
        value = rule.decode(line.value)
        if not value:
            continue
        params = line.params
        if 0 < params.preference < strongest:
            strongest, primary = params.preference, line
        found.append((line, value, label_of(card, line, params)))
    return [(line, Entry(value, label, line is primary)) for line, value, label in found]


def edit_entries(card: Card, field: str, value: Value) -> None:
    wanted = value if isinstance(value, tuple) else (Entry(value),) if value else ()
    there = _pairs(card, field)
    places = _places(there, wanted)
    kept = [line for line in places if line]
    card.remove(line for line, _ in there if line not in kept)
    before = {id(line): entry for line, entry in there}
    for line, entry in zip(places, wanted, strict=True):
        if line is None:
            _append(card, LISTS[field], entry)
        else:
            _edit(card, LISTS[field], line, before[id(line)], entry)


def _places(there: list[Pair], wanted: tuple[Entry, ...]) -> list[Line | None]:
    """The line that each wanted entry has, or takes over from one that is no longer wanted."""
    places: list[Line | None] = [None] * len(wanted)
    free = list(there)
    for alike in (
        lambda old, new: old == new,
        lambda old, new: old.value == new.value,
        lambda old, new: _folded(old) == _folded(new),
        lambda old, new: bool(old.label) and old.label == new.label,
    ):
        for index, entry in enumerate(wanted):
            if places[index] is None:
                pair = next((pair for pair in free if alike(pair[1], entry)), None)
                if pair:
                    free.remove(pair)
                    places[index] = pair[0]
    if len(there) == len(wanted):
        for index, (line, _) in enumerate(there):
            if places[index] is None and line not in places:
                places[index] = line
    return places


def _folded(entry: Entry) -> str:
    return " ".join(str(entry.value).casefold().split())


def _edit(card: Card, rule: ListProperty, line: Line, old: Entry, new: Entry) -> None:
    if new.value != old.value:
        value = rule.encode(new.value, line.value)
        params = without(line.params_text, _LABEL)
        if line.value[:4].lower() == "tel:" and value[:4] != "tel:":
            params = without(params, _VALUE)
        card.set(line, value, params)
    if new.primary != old.primary:
        set_primary(card, line, new.primary)
    if new.label != old.label:
        relabel(card, line, new.label)


def _append(card: Card, rule: ListProperty, entry: Entry) -> None:
    types = types_for(rule.name, entry.label)
    params = (types or "") + (preference(card.version) if entry.primary else "")
    line = card.add(rule.name, rule.encode(entry.value, ""), params)
    if types is None:
        own_label(card, line, entry.label)
