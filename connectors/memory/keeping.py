"""How a memory app keeps a contact. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from connectors.contact import Contact, Entry, Segment, Value
from connectors.errors import Refused
from connectors.fields import STANDARD, Field, FieldType, field_named, fold, normal, tidy
from connectors.memory.quirks import Quirks


def check(
    changes: Mapping[str, Value], after: Contact, quirks: Quirks, is_new: bool = False
) -> None:
    """Raises ``Refused`` for fields and values that the app does not take."""
    offered = {field.name: field for field in quirks.offered}
    for name, value in changes.items():
        if name not in offered:
            raise Refused(f"The app has no field {name}.")
        _check_value(offered[name], value)
    for name in offered if is_new else changes:
        if offered[name].required and not after.get(name):
            raise Refused(f"The app does not take a contact without {offered[name].label}.")


def _check_value(field: Field, value: Value) -> None:
    if not field.writable:
        raise Refused(f"The app works out {field.label} itself.")
    chosen = [value] if isinstance(value, str) else [entry.value for entry in value]
    if field.options and any(item not in field.options for item in chosen if item):
        raise Refused(f"{field.label} can only be one of: {', '.join(field.options)}.")


def check_segments(segments: Iterable[Segment], quirks: Quirks) -> None:
    for kind in sorted({segment.kind for segment in segments} - quirks.segments):
        raise Refused(f"The app has no {kind}.")


def kept(contact: Contact, quirks: Quirks) -> Contact:
    """The fields as the app likes them."""
    fields: dict[str, Value] = {}
    for name, value in contact.fields.items():
        limit = quirks.limits.get(name)
        if isinstance(value, str):
            text = tidy(value) if quirks.normalise else value
            fields[name] = text[:limit]
        else:
            fields[name] = tuple(_entry(name, entry, quirks) for entry in value)[:limit]
    return contact.with_fields(fields)


def _entry(name: str, entry: Entry, quirks: Quirks) -> Entry:
    if not quirks.normalise or not isinstance(entry.value, str):
        return entry
    type_ = STANDARD[name].type if name in STANDARD else FieldType.TEXT
    return replace(entry, value=normal(type_, entry.value))


def shown(contact: Contact, quirks: Quirks) -> Contact:
    """What readers from outside see: the fields that the app offers."""
    names = {field.name for field in quirks.offered}
    if contact.fields.keys() <= names:
        return contact
    fields = {name: value for name, value in contact.fields.items() if name in names}
    return replace(contact, fields=fields)


def regrouped(contact: Contact, add: Iterable[Segment], remove: Iterable[Segment]) -> Contact:
    """Names compare folded: what is there already stays as it is written."""
    unwanted = {_folded(segment) for segment in remove}
    segments = {_folded(s): s for s in contact.segments if _folded(s) not in unwanted}
    for segment in sorted(add):
        segments.setdefault(_folded(segment), segment)
    return replace(contact, segments=frozenset(segments.values()))


def _folded(segment: Segment) -> tuple[str, str]:
    return segment.kind, fold(segment.name)


def united(winner: Contact, loser: Contact) -> Contact:
    """Both as one: the loser's values where the winner has none, lists and segments together."""
    fields = {**loser.fields, **winner.fields}
    for name, value in loser.fields.items():
        theirs = winner.get(name)
        if isinstance(value, tuple) and isinstance(theirs, tuple):
            fields[name] = (*theirs, *_others(name, value, theirs))
    return regrouped(replace(winner, fields=fields), loser.segments, ())


def _others(name: str, entries: tuple[Entry, ...], known: tuple[Entry, ...]) -> tuple[Entry, ...]:
    type_ = field_named(name).type
    there = {normal(type_, entry.value) for entry in known}
    others = (entry for entry in entries if normal(type_, entry.value) not in there)
    return tuple(replace(entry, primary=False) for entry in others)
