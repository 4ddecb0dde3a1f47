"""The team's custom fields: their definitions, and their values ↔ our spelling. Pure.

The forms of values other than texts are documented nowhere, so a value is written in the JSON
type in which it was read; where there is none yet, in the one that its type suggests.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.contact import Value
from connectors.errors import Refused
from connectors.fields import Field, FieldType, fold

#: A field of every contact that no other app has, so it is an own one to us.
LOCATION = Field("custom:Location", "Location")

_TYPES = {
    "textfield": FieldType.TEXT,
    "textarea": FieldType.LONG_TEXT,
    "dropdown": FieldType.CHOICE,
    "boolean": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "decimal": FieldType.NUMBER,
}
_YES_NO = (("true", "false"), ("yes", "no"), ("1", "0"))
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ].*)?")


@dataclass(frozen=True, slots=True)
class OwnField:
    """``id``: the vendor's; ``name``: as people called it; ``field``: as the catalogue has it."""

    id: str
    name: str
    field: Field


def own_fields(definitions: Iterable[Any]) -> tuple[OwnField, ...]:
    """As /team/custom-fields lists them. Fields of one name are all told apart by their ids, so
    that none takes over the mappings of another."""
    found = [item for item in definitions if isinstance(item, Mapping) and item.get("id")]
    names = [str(item.get("name") or item["id"]).strip() for item in found]
    times = Counter([fold(LOCATION.label), *map(fold, names)])
    return tuple(
        _own_field(item, name, is_one_of_many=times[fold(name)] > 1)
        for item, name in zip(found, names, strict=True)
    )


def _own_field(definition: Mapping[str, Any], name: str, is_one_of_many: bool) -> OwnField:
    id_ = str(definition["id"])
    label = f"{name} ({id_})" if is_one_of_many else name
    type_ = _TYPES.get(str(definition.get("type") or "textfield"))
    options = definition.get("dropdown_options")
    field = Field(
        f"custom:{label}",
        label,
        type_ or FieldType.TEXT,
        writable=type_ is not None,
        options=tuple(str(item) for item in options if item)
        if type_ == FieldType.CHOICE and isinstance(options, list)
        else (),
    )
    return OwnField(id_, name, field)


# --- Reading ------------------------------------------------------------------------------


def read_own(entries: Any, known: Sequence[OwnField]) -> dict[str, str]:
    """By our names the filled values of a contact's ``custom_fields``."""
    by_id = {own.id: own for own in known}
    values: dict[str, str] = {}
    for entry in entries if isinstance(entries, list) else ():
        told = entry.get("field") if isinstance(entry, Mapping) else None
        if not isinstance(told, Mapping) or not told.get("id"):
            continue
        own = by_id.get(str(told["id"])) or _undefined(told, known)
        values[own.field.name] = read_value(own.field.type, entry.get("value"))
    return {name: text for name, text in values.items() if text}


def _undefined(told: Mapping[str, Any], known: Sequence[OwnField]) -> OwnField:
    """Of a field that was defined a moment ago, or whose definitions we may not see."""
    taken = [{"id": own.id, "name": own.name} for own in known]
    return own_fields([*taken, told])[-1]


def read_value(type_: FieldType, value: Any) -> str:
    """Total: what is not of its type stays as it is written."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    text = str(value).strip()
    if type_ == FieldType.NUMBER or (type_ != FieldType.BOOLEAN and not isinstance(value, str)):
        return _number(text)
    if type_ == FieldType.BOOLEAN:
        return next((_ours(text, pair) for pair in _YES_NO if text.lower() in pair), text)
    if type_ == FieldType.DATE:
        match = _DATE.fullmatch(text)
        return match[1] if match and _is_date(match[1]) else text
    return str(value) if text else ""


def _ours(text: str, pair: tuple[str, str]) -> str:
    return "true" if text.lower() == pair[0] else "false"


def _number(text: str) -> str:
    """Decimal digits; a number beyond them stays as it is."""
    if _NUMBER.fullmatch(text):
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or abs(number.adjusted()) > 100:  # 1e999999 has a million digits
        return text
    return format(number, "f")


# --- Writing ------------------------------------------------------------------------------


def write_own(entries: Any, changes: Sequence[tuple[OwnField, Value]]) -> list[Any]:
    """The whole list after these changes. A cleared field stays in it with null: whether an
    entry that is left out loses its value is not known."""
    written = list(entries) if isinstance(entries, list) else []
    for own, value in changes:
        place = next((i for i, item in enumerate(written) if _id(item) == own.id), None)
        if place is not None:
            old = written[place]
            written[place] = {**old, "value": write_value(own.field, value, old.get("value"))}
        elif value:
            field = {"id": own.id, "name": own.name}
            written.append({"field": field, "value": write_value(own.field, value, None)})
    return written


def _id(entry: Any) -> str:
    told = entry.get("field") if isinstance(entry, Mapping) else None
    return str(told.get("id")) if isinstance(told, Mapping) else ""


def write_value(field: Field, value: Value, old: Any) -> str | int | float | bool | None:
    """``old``: as the contact has it, for its JSON type. Raises Refused for what the field
    cannot hold."""
    if not field.writable:
        raise Refused(f"{field.label} is of a type that cannot be written.")
    text = value if isinstance(value, str) else ", ".join(str(entry.value) for entry in value)
    if not text or read_value(field.type, old) == text:
        return old if text and isinstance(old, str | int | float) else None
    if field.type == FieldType.NUMBER:
        return _written_number(field, text, old)
    if field.type == FieldType.BOOLEAN:
        return _written_boolean(field, text, old)
    if field.type == FieldType.DATE and not _is_date(text):
        raise Refused(f"{field.label} only takes whole dates, with a year.")
    if field.type == FieldType.CHOICE and field.options:
        return _option(field, text)
    return text


def _written_number(field: Field, text: str, old: Any) -> str | int | float:
    if not _NUMBER.fullmatch(text):
        raise Refused(f"{field.label} only takes numbers.")
    if isinstance(old, str):
        return text
    number = float(text) if "." in text else int(text)
    if isinstance(number, float) and Decimal(repr(number)) != Decimal(text):
        raise Refused(f"{field.label} cannot hold a number of so many digits.")
    return number


def _written_boolean(field: Field, text: str, old: Any) -> str | int | bool:
    if text not in ("true", "false"):
        raise Refused(f"{field.label} only takes true or false.")
    wanted = text == "true"
    if isinstance(old, str):
        pair = next((pair for pair in _YES_NO if old.strip().lower() in pair), _YES_NO[0])
        word = pair[0] if wanted else pair[1]
        return word.capitalize() if old.strip()[:1].isupper() else word
    return int(wanted) if isinstance(old, int) and not isinstance(old, bool) else wanted


def _option(field: Field, text: str) -> str:
    """As the field spells it."""
    spelled = {fold(option): option for option in reversed(field.options)}
    option = text if text in field.options else spelled.get(fold(text))
    if option is None:
        raise Refused(f"{field.label} can only be one of: {', '.join(field.options)}.")
    return option


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
