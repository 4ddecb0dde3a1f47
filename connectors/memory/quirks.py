"""What a memory app can do, and how it differs from others: the quirks of real apps as switches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from connectors.fields import STANDARD, Field, field_from_json, field_to_json


@dataclass(frozen=True, slots=True)
class Quirks:
    # How it is written to.
    chosen_ids: bool = False
    markers: bool = True
    conditional_writes: bool = True
    #: A write answers with the record as it is now; otherwise only with its id.
    reads_back: bool = True
    unique_emails: bool = False
    #: Contacts can be deleted from outside.
    deletes: bool = True
    batch: int = 10

    # How it is read.
    #: Deltas by cursor with tombstones; otherwise every reading is a complete listing.
    deltas: bool = True
    #: Otherwise no reading tells that a contact is gone: no tombstones, no complete listing.
    tells_deletions: bool = True
    lag: float = 0
    page: int = 100

    # What it keeps.
    #: E-mails in lower case, phones as digits, blanks trimmed.
    normalise: bool = False
    #: Longest text that is kept, by field; the rest is cut off silently.
    limits: Mapping[str, int] = field(default_factory=dict)
    #: The standard fields that it has (None: all), and its own.
    fields: tuple[Field, ...] | None = None
    custom: tuple[Field, ...] = ()

    # What contacts are in, and how they leave.
    #: Kinds of segment: tag, bucket, label, group, category.
    segments: frozenset[str] = frozenset({"tag"})
    #: Those of them whose names the app lists even while nobody is in them.
    registers: frozenset[str] = frozenset()
    #: Of consent, the first for whom people enter; empty: it knows none.
    statuses: tuple[str, ...] = ()
    #: People can archive contacts, and merge two into one.
    archives: bool = False
    merges: bool = False

    @property
    def offered(self) -> tuple[Field, ...]:
        standard = tuple(STANDARD.values()) if self.fields is None else self.fields
        return (*standard, *self.custom)


def quirks_to_json(quirks: Quirks) -> dict[str, Any]:
    """Only what differs from the default."""
    default = Quirks()
    values = {item.name: getattr(quirks, item.name) for item in fields(Quirks)}
    return {
        name: _to_json(value) for name, value in values.items() if value != getattr(default, name)
    }


def quirks_from_json(data: Mapping[str, Any]) -> Quirks:
    return Quirks(**{name: _FROM_JSON.get(name, _as_it_is)(value) for name, value in data.items()})


def _to_json(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [field_to_json(item) if isinstance(item, Field) else item for item in value]
    return dict(value) if isinstance(value, Mapping) else value


def _as_it_is(value: Any) -> Any:
    return value


def _fields_from_json(items: Any) -> tuple[Field, ...]:
    return tuple(field_from_json(item) for item in items)


_FROM_JSON: Mapping[str, Callable[[Any], Any]] = {
    "segments": frozenset,
    "registers": frozenset,
    "statuses": tuple,
    "fields": _fields_from_json,
    "custom": _fields_from_json,
}
