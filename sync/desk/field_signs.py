"""How a field is shown: its label, and the icon of its type with the type in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connections.mappings import joined_fields
from connectors.connector import Catalogue
from connectors.fields import Field, FieldType

#: Names of Material Symbols, which Unfold brings along.
ICONS = {
    FieldType.TEXT: "short_text",
    FieldType.LONG_TEXT: "notes",
    FieldType.EMAIL: "mail",
    FieldType.PHONE: "call",
    FieldType.URL: "link",
    FieldType.NUMBER: "123",
    FieldType.BOOLEAN: "toggle_on",
    FieldType.DATE: "calendar_today",
    FieldType.DATETIME: "schedule",
    FieldType.CHOICE: "radio_button_checked",
    FieldType.CHOICES: "checklist",
    FieldType.ADDRESS: "location_on",
    FieldType.NAME: "person",
}
_GONE = "link_off"


@dataclass(frozen=True, slots=True)
class Sign:
    label: str
    kind: str
    icon: str
    is_gone: bool = False


def sign_of(field: Field | None, name: str) -> Sign:
    """``name``: what the line calls it, which is all there is of a field that vanished."""
    if field is None:
        return Sign(name.removeprefix("custom:"), "no longer in the app", _GONE, is_gone=True)
    return Sign(field.label, kind_of(field), ICONS[field.type])


def signs_of_line(a: str, b: str, catalogues: Mapping[str, Catalogue]) -> dict[str, Sign]:
    """By side the field of a mapping line that is called so. ``catalogues``: by side."""
    of_a, of_b = joined_fields(a, b, catalogues["a"], catalogues["b"])
    return {"a": sign_of(of_a, a), "b": sign_of(of_b, b)}


def line_name(signs: Mapping[str, Sign]) -> str:
    """How a mapping line between these fields is called."""
    return " – ".join(dict.fromkeys(sign.label for sign in signs.values()))


def kind_of(field: Field) -> str:
    return field.kind if field.writable else f"{field.kind}, can only be read"
