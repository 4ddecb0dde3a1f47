"""Values of merge fields ↔ ours, by Mailchimp's types. Pure.

https://mailchimp.com/developer/marketing/docs/merge-fields/
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import phonenumbers

from connectors.contact import Address, Entry, Value
from connectors.errors import Refused
from connectors.fields import fold
from connectors.mailchimp.schema import MergeField

#: Characters of a text. Longer ones are cut, or refused, by reports of users; nothing official.
LONGEST = 255
_PARTS = ("addr1", "addr2", "city", "state", "zip", "country")
#: An address without one of these is refused: "Please enter a complete address".
_NEEDED = ("addr1", "city", "state", "zip")


class _Omitted:
    """What cannot be sent without harm to the rest of the contact."""


OMITTED = _Omitted()


# --- Reading ------------------------------------------------------------------------------


def read_value(field: MergeField, given: object) -> Value:
    """Never raises: what does not fit its type is shown as the text that it is, since an empty
    value would be taken for a clear."""
    if given in (None, "", {}, []):
        return ""
    if field.type == "address":
        return _read_address(given)
    return _READERS.get(field.type, _as_is)(field, _text(given))


def _text(given: object) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, dict | list):
        return json.dumps(given, ensure_ascii=False)
    return str(given)


def _as_is(field: MergeField, text: str) -> str:
    return text


def _read_number(field: MergeField, text: str) -> str:
    return _canonical(text) or text


def _canonical(text: str) -> str:
    """A number in our spelling, or "" for what is none."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return ""
    if not number.is_finite() or abs(number.adjusted()) > 100:
        return ""
    plain = format(number, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in ("-0", "") else plain


def _read_birthday(field: MergeField, text: str) -> str:
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})", text.strip())
    if not found:
        return text
    day, month = (
        int(part) for part in (found.groups() if field.day_first else found.groups()[::-1])
    )
    return f"--{month:02}-{day:02}" if _is_day(month, day) else text


def _is_day(month: int, day: int) -> bool:
    try:
        return bool(date(2024, month, day))  # a leap year
    except ValueError:
        return False


def _read_address(given: object) -> Value:
    if not isinstance(given, dict):
        return (Entry(Address(street=_text(given))),)
    texts = {part: _text(given[part]) for part in _PARTS if given.get(part)}
    address = Address(
        street=texts.get("addr1", ""),
        extended=texts.get("addr2", ""),
        city=texts.get("city", ""),
        region=texts.get("state", ""),
        postcode=texts.get("zip", ""),
        country=texts.get("country", ""),
    )
    return (Entry(address),) if address else ""


_READERS: Mapping[str, Callable[[MergeField, str], str]] = {
    "number": _read_number,
    "birthday": _read_birthday,
}


# --- Writing ------------------------------------------------------------------------------


def write_value(field: MergeField, value: Value) -> Any:
    """The JSON to send, ``""`` to clear, or ``OMITTED``; raises Refused, which names the field.

    An incomplete address is omitted, so that everything else is sent: Mailchimp would refuse the
    whole contact for it.
    """
    if not value:
        return ""
    if field.type == "address":
        return _write_address(value)
    return _WRITERS.get(field.type, _write_text)(field, single(value))


def single(value: Value) -> str:
    """Of several elements the primary one, else the first."""
    if isinstance(value, str):
        return value
    chosen = next((entry for entry in value if entry.primary), value[0])
    return str(chosen.value)


def _write_text(field: MergeField, text: str) -> str:
    if len(text) > LONGEST:
        raise Refused(
            f"{field.label} has {len(text)} characters; Mailchimp keeps {LONGEST}.",
            f"Shorten it, or take the line of {field.label} out of the mapping.",
        )
    return text


def _write_number(field: MergeField, text: str) -> int | float:
    number = _canonical(text)
    if not number:
        raise Refused(f"{field.label} is a number in Mailchimp, and the value is none.")
    if "." not in number:
        return int(number)
    # JSON numbers go through floating point at both ends.
    if _canonical(repr(float(number))) != number:
        raise Refused(f"{field.label} has more digits than Mailchimp can keep.")
    return float(number)


def _write_date(field: MergeField, text: str) -> str:
    """Always YYYY-MM-DD, whatever the field's date_format says."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Refused(f"{field.label} is a date with its year in Mailchimp.") from None


def _write_birthday(field: MergeField, text: str) -> str:
    """Without a year, for which there is no place."""
    found = re.fullmatch(r"(?:-|\d{4})-(\d\d)-(\d\d)", text)
    if not found or not _is_day(int(found[1]), int(found[2])):
        raise Refused(f"{field.label} is a day of the year in Mailchimp, and the value is none.")
    return f"{found[2]}/{found[1]}" if field.day_first else f"{found[1]}/{found[2]}"


def _write_choice(field: MergeField, text: str) -> str:
    options = {fold(option): option for option in field.options}
    if fold(text) not in options:
        raise Refused(
            f"{field.label} has no option of this name in Mailchimp.",
            "Add the option in Mailchimp, or a value map to the line of the mapping.",
        )
    return options[fold(text)]


def _write_phone(field: MergeField, text: str) -> str:
    """A field for the United States takes 404-555-0100 only; what is no such number is sent as it
    is, and Mailchimp may refuse it."""
    if not field.is_us:
        return _write_text(field, text)
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return _write_text(field, text)
    digits = str(number.national_number)
    if number.country_code != 1 or len(digits) != 10 or number.extension:
        return _write_text(field, text)
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def _write_address(value: Value) -> Any:
    """Of several the primary one, else the first. A post-office box has no place of its own: it
    is the street where there is none, else it joins what else is on the second line."""
    chosen = Entry(value) if isinstance(value, str) else value[0]
    for entry in value if not isinstance(value, str) else ():
        if entry.primary:
            chosen = entry
            break
    address = chosen.value
    if isinstance(address, str):
        return OMITTED
    first, *more = [text for text in (address.street, address.po_box) if text] or [""]
    sent = {
        "addr1": first,
        "addr2": ", ".join(text for text in (address.extended, *more) if text),
        "city": address.city,
        "state": address.region,
        "zip": address.postcode,
        "country": address.country,
    }
    if not all(sent[part].strip() for part in _NEEDED):
        return OMITTED
    return {part: text for part, text in sent.items() if text or part != "country"}


_WRITERS: Mapping[str, Callable[[MergeField, str], Any]] = {
    "number": _write_number,
    "date": _write_date,
    "birthday": _write_birthday,
    "radio": _write_choice,
    "dropdown": _write_choice,
    "phone": _write_phone,
}
