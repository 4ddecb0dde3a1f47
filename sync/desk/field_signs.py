"""How a field is shown: its label, and the icon of its type with the type in words."""

from __future__ import annotations

from dataclasses import dataclass

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


def kind_of(field: Field) -> str:
    return field.kind if field.writable else f"{field.kind}, can only be read"
