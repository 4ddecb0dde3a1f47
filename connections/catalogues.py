"""A container's catalogue as JSON, as last read from the app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.connector import Catalogue
from connectors.fields import field_from_json, field_to_json, fold


def catalogue_to_json(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "fields": [field_to_json(item) for item in catalogue.fields],
        "segments": {kind: list(names) for kind, names in catalogue.segments.items()},
        "registers": sorted(catalogue.registers),
        "vanished": {kind: list(names) for kind, names in catalogue.vanished.items()},
        "statuses": list(catalogue.statuses),
        "tells_deletions": catalogue.tells_deletions,
    }


def catalogue_from_json(data: Mapping[str, Any]) -> Catalogue:
    return Catalogue(
        fields=tuple(field_from_json(item) for item in data.get("fields", ())),
        segments=_names_from_json(data.get("segments", {})),
        registers=frozenset(data.get("registers", ())),
        vanished=_names_from_json(data.get("vanished", {})),
        statuses=tuple(data.get("statuses", ())),
        tells_deletions=data.get("tells_deletions", True),
    )


def _names_from_json(data: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {kind: tuple(names) for kind, names in data.items()}


def vanished(old: Catalogue, new: Catalogue) -> dict[str, tuple[str, ...]]:
    """By kind the names that the app listed once and does not list any more. Only a register
    tells: a name in use is not lost because nobody has it just now."""
    lost = {kind: _lost(kind, old, new) for kind in sorted(new.registers)}
    return {kind: names for kind, names in lost.items() if names}


def _lost(kind: str, old: Catalogue, new: Catalogue) -> tuple[str, ...]:
    there = {fold(name) for name in new.segments.get(kind, ())}
    known = (*old.vanished.get(kind, ()), *old.segments.get(kind, ()))
    names = {fold(name): name for name in known if fold(name) not in there}
    return tuple(sorted(names.values()))
