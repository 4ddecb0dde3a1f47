"""Field types: which may be mapped to which, in which direction, and what counts as equal.

Adding a type: a member of ``FieldType``, its normal form in ``_NORMAL`` and, where it may be
mapped to a type other than itself, a row of ``_ONE_WAY``; tests/connectors/test_fields.py has
the table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import phonenumbers

from connectors.contact import ADDRESS_PARTS, NAME_PARTS, Address, Value
from connectors.name_spelling import plain


class FieldType(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long text"
    EMAIL = "e-mail"
    PHONE = "phone"
    URL = "url"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "date-time"
    CHOICE = "single choice"
    CHOICES = "multiple choice"
    ADDRESS = "address"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a container, as its catalogue describes it.

    ``many``: holds a list of entries. ``writable`` is False for what the app works out itself
    (then it can only be a source); ``required``: the app refuses an empty value. ``parts``: the
    app's fields that a composed full name is joined from and split into.
    """

    name: str
    label: str
    type: FieldType = FieldType.TEXT
    many: bool = False
    writable: bool = True
    required: bool = False
    options: tuple[str, ...] = field(default=())
    parts: tuple[str, ...] = field(default=())

    @property
    def kind(self) -> str:
        """The type in words: ``e-mail list``, ``text`` …"""
        is_list = self.many and self.type != FieldType.CHOICES
        return f"{self.type} list" if is_list else str(self.type)

    @property
    def holds_list(self) -> bool:
        """Is its value a list of elements? That of a multiple choice is one by its nature."""
        return self.many or self.type == FieldType.CHOICES


def field_to_json(item: Field) -> dict[str, Any]:
    """The field as JSON; what has its default value is left out."""
    data: dict[str, Any] = {"name": item.name, "label": item.label, "type": str(item.type)}
    if item.many:
        data["many"] = True
    if not item.writable:
        data["writable"] = False
    if item.required:
        data["required"] = True
    if item.options:
        data["options"] = list(item.options)
    if item.parts:
        data["parts"] = list(item.parts)
    return data


def field_from_json(data: Mapping[str, Any]) -> Field:
    return Field(
        data["name"],
        data["label"],
        FieldType(data["type"]),
        data.get("many", False),
        data.get("writable", True),
        data.get("required", False),
        tuple(data.get("options", ())),
        tuple(data.get("parts", ())),
    )


STANDARD: Mapping[str, Field] = {
    item.name: item
    for item in (
        Field("name_prefix", "Name prefix"),
        Field("first_name", "First name"),
        Field("middle_name", "Middle name"),
        Field("last_name", "Last name"),
        Field("name_suffix", "Name suffix"),
        Field("full_name", "Full name", FieldType.NAME),
        Field("nickname", "Nickname"),
        Field("emails", "E-mail addresses", FieldType.EMAIL, many=True),
        Field("phones", "Phone numbers", FieldType.PHONE, many=True),
        Field("addresses", "Addresses", FieldType.ADDRESS, many=True),
        Field("urls", "Websites", FieldType.URL, many=True),
        Field("company", "Company"),
        Field("department", "Department"),
        Field("job_title", "Job title"),
        Field("birthday", "Birthday", FieldType.DATE),
        Field("notes", "Notes", FieldType.LONG_TEXT),
    )
}


# --- Fields within fields -----------------------------------------------------------------


@lru_cache(maxsize=4096)
def split_name(name: str) -> tuple[str, str]:
    """Parent and part of a sub-value's name (``phones.mobile``); of any other the name and ""."""
    parent, _, part = name.partition(".")
    is_list = parent in STANDARD and STANDARD[parent].many
    return (parent, part) if part and is_list else (name, "")


def is_address_part(name: str) -> bool:
    """``addresses.city``: a part of one address, where ``addresses.home`` is one of them."""
    parent, part = split_name(name)
    return parent == "addresses" and part in ADDRESS_PARTS


def sub_field(parent: Field, part: str) -> Field | None:
    """The first element with a label (``phones.mobile``), or one part of an address
    (``addresses.city``). Labels are lower-case words.

    ``required`` is taken over: what it says of the parent, that some element has to stay.
    """
    name = f"{parent.name}.{part}"
    if not parent.many or part != fold(part) or split_name(name) != (parent.name, part):
        return None
    label = f"{parent.label} · {part.replace('_', ' ').capitalize()}"
    is_part = parent.type == FieldType.ADDRESS and part in ADDRESS_PARTS
    type_ = FieldType.TEXT if is_part else parent.type
    return Field(name, label, type_, writable=parent.writable, required=parent.required)


def composed_name(fields: Iterable[Field]) -> Field | None:
    """The full name as joined from the name parts that an app has, or None where it has none.

    ``parts``: those that can be written, if any can; then ``full_name`` where the app states one
    of its own beside them.
    """
    found = {item.name: item for item in fields if item.name in (*NAME_PARTS, "full_name")}
    if "first_name" not in found and "last_name" not in found:
        return None
    parts = [found[name] for name in NAME_PARTS if name in found]
    writable = [part for part in parts if part.writable]
    own = found.get("full_name")
    return replace(
        STANDARD["full_name"],
        writable=bool(writable),
        required=any(part.required for part in parts),
        parts=(*(part.name for part in writable or parts), *((own.name,) if own else ())),
    )


# --- Which types may be mapped to which ---------------------------------------------------

_AS_TEXT = "its value can be written as text, but text cannot be read back as {0}"
#: (from, to) -> why the way back is not possible.
_ONE_WAY: Mapping[tuple[FieldType, FieldType], str] = {
    (source, target): _AS_TEXT
    for source in (
        FieldType.NUMBER,
        FieldType.DATE,
        FieldType.DATETIME,
        FieldType.BOOLEAN,
        FieldType.CHOICE,
        FieldType.CHOICES,
        FieldType.EMAIL,
        FieldType.PHONE,
        FieldType.URL,
        FieldType.ADDRESS,
    )
    for target in (FieldType.TEXT, FieldType.LONG_TEXT)
}
_BOTH_WAYS = frozenset(
    {
        frozenset({FieldType.TEXT, FieldType.LONG_TEXT}),
        frozenset({FieldType.TEXT, FieldType.NAME}),
        frozenset({FieldType.LONG_TEXT, FieldType.NAME}),
    }
)


@dataclass(frozen=True, slots=True)
class Compatibility:
    """Whether values may flow from a to b and from b to a, and why not where they may not."""

    a_to_b: bool
    b_to_a: bool
    why: str = ""


def compatible(a: Field, b: Field) -> Compatibility:
    """By type alone: a list may be mapped to a single value, of which it then shows one element
    (a multiple choice all, as text). What choices make of each other's options is asked of
    ``connectors.options``."""
    to_b, why_b = _flows(a, b)
    to_a, why_a = _flows(b, a)
    return Compatibility(to_b, to_a, " ".join(why for why in (why_b, why_a) if why))


CHOOSING = frozenset({FieldType.CHOICE, FieldType.CHOICES})


def _flows(source: Field, target: Field) -> tuple[bool, str]:
    if not target.writable:
        return False, f"{target.label} can only be read."
    pair = (source.type, target.type)
    if source.type != target.type and frozenset(pair) not in _BOTH_WAYS and pair not in _ONE_WAY:
        reverse = _ONE_WAY.get((target.type, source.type))
        reason = reverse.format(target.type) if reverse else "the types do not fit"
        return False, f"{source.label} ({source.kind}) → {target.label} ({target.kind}): {reason}."
    return True, ""


# --- The normal form that decides "equal" -------------------------------------------------


def normal(type_: FieldType, value: str | Address, region: str = "") -> str:
    """The form in which two values of a type are compared. ``region``: ISO 3166, for phones.

    Total: what cannot be parsed is compared as tidy text.
    """
    if isinstance(value, Address):
        return "\n".join(f"{part}={fold(text)}" for part, text in value.parts().items())
    return _NORMAL[type_](value, region) if value else ""


def tidy(text: str) -> str:
    """Unicode NFC, one kind of line end, no blanks at the ends of lines or text."""
    if text.isascii() and "\n" not in text and "\r" not in text:
        return text.strip()
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in lines.split("\n")).strip()


def fold(text: str) -> str:
    """Tidy, case-folded, runs of blanks as one: how names, tags and addresses compare."""
    return " ".join(tidy(text).casefold().split())


def _text(value: str, region: str) -> str:
    return tidy(value)


@lru_cache(maxsize=8192)
def _email(value: str, region: str) -> str:
    return tidy(value).casefold()


@lru_cache(maxsize=65536)
def _phone(value: str, region: str) -> str:
    """E.164 where the number can be understood, with ``;ext=`` for an extension."""
    text = tidy(value).removeprefix("tel:")
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return re.sub(r"[^\w+*#]", "", text).casefold()
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{e164};ext={number.extension}" if number.extension else e164


def _url(value: str, region: str) -> str:
    text = tidy(value)
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
    except ValueError:
        return text
    host = parts.netloc.casefold().removeprefix("www.")
    path = parts.path.rstrip("/")
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{host}{path}{query}{fragment}" if host else text


def _number(value: str, region: str) -> str:
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        return tidy(value)
    if not number.is_finite() or abs(number.adjusted()) > 100:  # 1e999999 has a million digits
        return tidy(value)
    return format(number.normalize(), "f") if number else "0"


def _name(value: str, region: str) -> str:
    return plain(value)


_NORMAL: Mapping[FieldType, Callable[[str, str], str]] = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _text,
    FieldType.EMAIL: _email,
    FieldType.PHONE: _phone,
    FieldType.URL: _url,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: _text,
    FieldType.DATE: _text,
    FieldType.DATETIME: _text,
    FieldType.CHOICE: _text,
    FieldType.CHOICES: _text,
    FieldType.ADDRESS: _text,
    FieldType.NAME: _name,
}


def normals(field: Field, value: Value, region: str = "") -> frozenset[str]:
    """The normal forms of all elements: a value without order and labels."""
    if isinstance(value, str):
        return frozenset({normal(field.type, value, region)} - {""})
    return frozenset(normal(field.type, entry.value, region) for entry in value) - {""}


def equal(field: Field, one: Value, two: Value, region: str = "") -> bool:
    return one == two or normals(field, one, region) == normals(field, two, region)


def kept_as(field: Field, sent: Value, shown: Value, region: str = "") -> bool:
    """May an app that was sent the one value show the other: the same, or cut at its end?"""
    if equal(field, sent, shown, region):
        return True
    if not (isinstance(sent, str) and isinstance(shown, str) and shown):
        return False
    return normal(field.type, sent, region).startswith(normal(field.type, shown, region))


def field_named(name: str) -> Field:
    """The standard field of this name or a sub-value of one; an app's own compares as text."""
    parent, part = split_name(name)
    found = STANDARD.get(name) or (part and sub_field(STANDARD[parent], part))
    return found or Field(name, name)
