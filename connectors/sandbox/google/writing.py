"""What is kept of the person in a request: its writable fields, without what only the service
says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.sandbox.google import formats
from connectors.sandbox.google.quirks import Quirks

Record = dict[str, Any]

#: Parts of values that are output only; those of the first line in all fields.
_READ_ONLY: Mapping[str, tuple[str, ...]] = {
    "": ("formattedType", "metadata"),
    "names": ("displayName", "displayNameLastFirst"),
    "phoneNumbers": ("canonicalForm",),
    "imClients": ("formattedProtocol",),
    "genders": ("formattedValue",),
}
#: Parts that say nothing without another.
_ACCESSORIES = frozenset(("type", "contentType", "current", "protocol", "metadata"))
_PARTS = frozenset(("givenName", "familyName", "middleName", "honorificPrefix", "honorificSuffix"))


def record_of(person: Mapping[str, Any], fields: Iterable[str], quirks: Quirks) -> Record:
    """The fields of a person as they are stored; those without a value are not there."""
    found: Record = {}
    for field in fields:
        items = [_stored(field, item, quirks) for item in person.get(field, ())]
        if kept := [item for item in items if set(item) - _ACCESSORIES]:
            found[field] = kept
    return found


def written(field: str, item: Mapping[str, Any]) -> Record:
    """A value without what only the service says."""
    read_only = _READ_ONLY[""] + _READ_ONLY.get(field, ())
    found = {name: value for name, value in item.items() if name not in read_only}
    if item.get("metadata", {}).get("sourcePrimary"):
        found["metadata"] = {"sourcePrimary": True}
    return found


def _stored(field: str, item: Mapping[str, Any], quirks: Quirks) -> Record:
    found = written(field, item)
    if field == "memberships":
        group = item.get("contactGroupMembership", {}).get("contactGroupResourceName")
        # contactGroupId is output only, so that a membership by it alone is none.
        found = {"contactGroupMembership": {"contactGroupResourceName": group}} if group else {}
    if field == "names":
        found = _name(found, quirks)
    if field == "birthdays" and found.get("date"):
        found.pop("text", None)
    found = {name: _bare(value) for name, value in found.items()}
    return {name: value for name, value in found.items() if value not in ("", {}, 0, False)}


def _bare(value: Any) -> Any:
    """Dates without their zeros: a protobuf message does not tell zero from nothing."""
    if isinstance(value, dict):
        return {name: part for name, part in value.items() if part}
    return value


def _name(name: Record, quirks: Quirks) -> Record:
    """The parts and the whole are one: whichever wins makes the other."""
    whole = name.get("unstructuredName", "")
    has_parts = any(name.get(part) for part in _PARTS)
    if whole and (not has_parts or (quirks.unstructured_wins and whole != _whole(name))):
        rest = {part: text for part, text in name.items() if part not in _PARTS}
        return rest | (formats.split_name(whole) if quirks.splits_names else {})
    name.pop("unstructuredName", None)
    return name


def _whole(name: Record) -> str:
    return formats.display_name({part: name[part] for part in _PARTS if name.get(part)})
