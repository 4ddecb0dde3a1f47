"""What the service makes of written values, as far as the quirks have it do so."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

from connectors.sandbox.contactually.combining import PARTS, TEXTS
from connectors.sandbox.contactually.quirks import Quirks
from connectors.sandbox.store import Document

_NAMES = ("first_name", "last_name", "company")
#: What is said of an element, as against how it is called.
_PARTS = ("address", "number", "url", "full_address", "street_1", "street_2", "city", "state")


def normalised(quirks: Quirks, changes: Document) -> Document:
    """The members of a contact, as they will be kept."""
    done: Document = dict(changes)
    for name in set(TEXTS) & set(done):
        done[name] = _text(quirks, done[name])
    for name in set(_NAMES) & set(done):
        done[name] = _with_entities(quirks, done[name])
    for name in set(PARTS) & set(done):
        done[name] = [_element(quirks, name, element) for element in done[name]]
    if "custom_fields" in done:
        done["custom_fields"] = [
            {**item, "value": _text(quirks, item["value"])} for item in done["custom_fields"]
        ]
    return done


def _element(quirks: Quirks, name: str, element: Document) -> Document:
    done = {
        part: _text(quirks, value) if part in _PARTS else value for part, value in element.items()
    }
    if name == "email_addresses" and quirks.lowers_emails:
        done["address"] = done["address"].lower()
    if name == "phone_numbers" and quirks.formats_phones:
        done["number"] = _formatted(done["number"])
    if name == "addresses" and quirks.addresses != "kept":
        done["full_address"] = done.get("full_address") or _full(done) or None
        if quirks.addresses == "full only":
            done |= dict.fromkeys(PARTS["addresses"][2:])
    return done


def _text(quirks: Quirks, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if quirks.trims:
        value = " ".join(value.split())
    return value[: quirks.longest] if quirks.longest else value


def _with_entities(quirks: Quirks, value: str | None) -> str | None:
    if not value or not quirks.entities:
        return value
    return escape(unescape(value), quote=False)


def _formatted(number: str) -> str:
    """Of North America in the national form; others stay as they are."""
    digits = re.sub(r"[\s().+-]", "", number).removeprefix("1")
    is_foreign = number.strip().startswith("+") and not number.strip().startswith("+1")
    if is_foreign or not re.fullmatch(r"[2-9]\d{9}", digits):
        return number
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def _full(element: Document) -> str:
    parts = {part: element.get(part) or "" for part in PARTS["addresses"]}
    region = f"{parts['state']} {parts['zip']}".strip()
    lines = [parts["street_1"], parts["street_2"], parts["city"], region, parts["country"]]
    return ", ".join(line for line in lines if line)
