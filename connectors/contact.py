"""The neutral contact: the one shape that every app's record is translated to.

A value is a ``str`` ("" is empty) or, for a field that holds many, a tuple of
``Entry``. Scalars of other types are strings in a canonical spelling, so that
they can be stored, compared and shown without knowing the type:

=========  =====================================================
number     decimal digits, "." as separator: ``"-12.5"``
boolean    ``"true"`` or ``"false"``
date       ``"2026-11-23"``; a birthday without year ``"--11-23"``
date-time  ``"2026-11-23T16:13:00+00:00"``
=========  =====================================================
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

NAME_PARTS = ("name_prefix", "first_name", "middle_name", "last_name", "name_suffix")


@dataclass(frozen=True, slots=True)
class Address:
    street: str = ""
    extended: str = ""
    po_box: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""

    def __bool__(self) -> bool:
        return any(self.parts().values())

    def parts(self) -> dict[str, str]:
        """The filled parts by name."""
        return {name: getattr(self, name) for name in ADDRESS_PARTS if getattr(self, name)}

    def __str__(self) -> str:
        return ", ".join(self.parts().values())


ADDRESS_PARTS = tuple(part.name for part in fields(Address))


@dataclass(frozen=True, slots=True)
class Entry:
    """One element of a list field. Labels are lower-case words: home, work, mobile …"""

    value: str | Address
    label: str = ""
    primary: bool = False


Value = str | tuple[Entry, ...]


#: The kinds of segment; each app has those that its vendor calls so.
SEGMENT_KINDS = ("tag", "bucket", "label", "group", "category")


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """A tag, bucket, label, group or category that a contact is in."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Contact:
    """One person as one app shows them.

    ``fields`` holds filled fields only, by the names of ``connectors.fields``
    (``custom:NAME`` for an app's own). ``full_name`` is there only when the app
    states one that says more than the joined parts: a joined copy would turn
    two disjoint edits of a name into a conflict.
    """

    fields: Mapping[str, Value] = field(default_factory=dict)
    segments: frozenset[Segment] = frozenset()
    status: str = ""
    created: str = ""
    deleted: bool = False

    def get(self, name: str) -> Value:
        return self.fields.get(name, "")

    def text(self, name: str) -> str:
        """A single value; of a list the primary element, else the first."""
        value = self.get(name)
        if isinstance(value, str):
            return value
        first = next((entry for entry in value if entry.primary), value[0])
        return str(first.value)

    def texts(self, name: str) -> tuple[str, ...]:
        """All values of a field, the primary one first."""
        value = self.get(name)
        if isinstance(value, str):
            return (value,) if value else ()
        ordered = sorted(value, key=lambda entry: not entry.primary)
        return tuple(str(entry.value) for entry in ordered)

    @property
    def name(self) -> str:
        """What a person calls this contact: the full name, else the joined parts."""
        return self.text("full_name") or join_name(self.fields)

    @property
    def title(self) -> str:
        """A line to know the contact by in lists: name, company, e-mail or phone."""
        for candidate in (self.name, *map(self.text, ("company", "emails", "phones"))):
            if candidate:
                return candidate
        return "(without a name)"

    def with_fields(self, changes: Mapping[str, Value]) -> Contact:
        """The contact after ``changes``; an empty value removes the field."""
        merged = {**self.fields, **changes}
        return replace(self, fields={name: value for name, value in merged.items() if value})


def join_name(parts: Mapping[str, Value]) -> str:
    return " ".join(str(parts[part]) for part in NAME_PARTS if parts.get(part))


# --- JSON: the mirror, steps and bases hold values in this form ---------------------------


def value_to_json(value: Value) -> Any:
    if isinstance(value, str):
        return value
    return [entry_to_json(entry) for entry in value]


def value_from_json(data: Any) -> Value:
    if isinstance(data, list):
        return tuple([entry_from_json(item) for item in data])
    return str(data or "")


def entry_to_json(entry: Entry) -> dict[str, Any]:
    value = entry.value.parts() if isinstance(entry.value, Address) else entry.value
    data: dict[str, Any] = {"value": value}
    if entry.label:
        data["label"] = entry.label
    if entry.primary:
        data["primary"] = True
    return data


def entry_from_json(data: Mapping[str, Any]) -> Entry:
    value = data["value"]
    return Entry(
        value if isinstance(value, str) else Address(**value),
        data.get("label", ""),
        data.get("primary", False),
    )


def contact_to_json(contact: Contact) -> dict[str, Any]:
    data: dict[str, Any] = {
        "fields": {name: value_to_json(contact.fields[name]) for name in sorted(contact.fields)}
    }
    if contact.segments:
        data["segments"] = [[item.kind, item.name] for item in sorted(contact.segments)]
    for name in ("status", "created", "deleted"):
        if value := getattr(contact, name):
            data[name] = value
    return data


def contact_from_json(data: Mapping[str, Any]) -> Contact:
    return Contact(
        {name: value_from_json(value) for name, value in data["fields"].items()},
        frozenset(Segment(kind, name) for kind, name in data.get("segments", ())),
        data.get("status", ""),
        data.get("created", ""),
        data.get("deleted", False),
    )


def digest(contact: Contact) -> str:
    """32 hexadecimal digits that change whenever anything of the contact changes."""
    text = json.dumps(contact_to_json(contact), sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def as_entries(value: Value) -> tuple[Entry, ...]:
    """The elements of a list, none of an empty one."""
    return () if isinstance(value, str) else value


def entries(values: Iterable[str | Address], label: str = "") -> tuple[Entry, ...]:
    """Entries with one label, empty values left out."""
    return tuple(Entry(value, label) for value in values if value)
