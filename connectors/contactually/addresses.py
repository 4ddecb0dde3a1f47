"""Postal addresses ↔ our parts. Pure.

Often ``full_address`` is all that an address has (production code of 2019 relied on it). It is
read as the street: so nothing is lost, and no part of it is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.contact import Address
from connectors.errors import Refused
from connectors.fields import fold

#: Part of ours -> member of theirs.
_MEMBERS = {
    "street": "street_1",
    "extended": "street_2",
    "city": "city",
    "region": "state",
    "postcode": "zip",
    "country": "country",
}
FULL = "full_address"


def read_address(item: Mapping[str, Any]) -> Address:
    parts = {part: text for part, member in _MEMBERS.items() if (text := _text(item.get(member)))}
    full = _text(item.get(FULL))
    if full and not parts.keys() & {"street", "extended"} and _says_more(full, parts):
        parts["street"] = full
    return Address(**parts)


def write_address(address: Address, item: Mapping[str, Any]) -> dict[str, Any]:
    """The members to write over those of ``item``, an address that is there already or {}.
    Raises Refused for a post-office box."""
    if address == read_address(item):
        return {}
    if address.po_box:
        raise Refused(
            "Contactually's addresses have no place for a post-office box.",
            "Write the box into the street of the address.",
        )
    full = _text(item.get(FULL))
    has_parts = any(_text(item.get(member)) for member in _MEMBERS.values())
    if full and not has_parts and address.parts().keys() == {"street"}:
        return {FULL: address.street}
    written: dict[str, Any] = {
        member: getattr(address, part) or None
        for part, member in _MEMBERS.items()
        if getattr(address, part) or member in item
    }
    # The old one would contradict the new parts on the screen.
    return {**written, FULL: str(address)} if full else written


def _says_more(full: str, parts: Mapping[str, str]) -> bool:
    told = _words(" ".join(parts.values()))
    return not _words(full) <= told


def _words(text: str) -> set[str]:
    return set(fold(text).replace(",", " ").split())


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
