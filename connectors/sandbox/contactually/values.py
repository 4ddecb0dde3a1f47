"""Values of the team's custom fields, kept as JSON has them: true, 12.5, "2026-11-23"."""

from __future__ import annotations

import math
import re
from datetime import date

from connectors.sandbox.contactually.problems import Invalid
from connectors.sandbox.store import Document

#: Types that a field may be of, and how people call them.
TYPES = {
    "textfield": "Text",
    "textarea": "Long text",
    "dropdown": "Choice",
    "boolean": "Yes or no",
    "date": "Date",
    "decimal": "Number",
}
Value = str | int | float | bool
_DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")


def accepted(field: Document, value: object) -> Value:
    """As kept; raises Invalid. Texts that spell a value of the type are taken as it."""
    kind = field["type"]
    if kind == "boolean":
        words: dict[object, bool] = {"true": True, "false": False}
        read: Value | None = value if isinstance(value, bool) else words.get(_hashable(value))
    elif kind == "decimal":
        read = _number(value)
    elif not isinstance(value, str):
        read = None
    elif kind == "date":
        read = value if _is_date(value) else None
    elif kind == "dropdown":
        read = value if value in field["dropdown_options"] else None
    else:
        read = value
    if read is None:
        raise Invalid("custom_fields", f"value of {field['name']} is not a valid {kind}")
    return read


def as_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _number(value: object) -> Value | None:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return float(value) if "." in value else int(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _hashable(value: object) -> object:
    return value if isinstance(value, str) else None
