"""A container's catalogue as JSON, as last read from the app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.connector import Catalogue
from connectors.fields import field_from_json, field_to_json


def catalogue_to_json(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "fields": [field_to_json(item) for item in catalogue.fields],
        "segments": {kind: list(names) for kind, names in catalogue.segments.items()},
    }


def catalogue_from_json(data: Mapping[str, Any]) -> Catalogue:
    return Catalogue(
        tuple(field_from_json(item) for item in data.get("fields", ())),
        {kind: tuple(names) for kind, names in data.get("segments", {}).items()},
    )
