"""Values of merge fields: what each type takes, how it is kept, and the words of a refusal.

https://mailchimp.com/developer/marketing/docs/merge-fields/
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from connectors.sandbox.mailchimp.problems import Complaint
from connectors.sandbox.mailchimp.quirks import Quirks
from connectors.sandbox.store import Document

ADDRESS_PARTS = ("addr1", "addr2", "city", "state", "zip", "country")
#: Mailchimp's numbers of countries -> ISO 3166; only the one that was ever recorded.
_COUNTRIES = {164: "US"}

_BLANK = "This value should not be blank."
_NUMBER = "Please enter a number"
_DATE = "Please enter the date"
_BIRTHDAY = "Please enter a month (01-12) and a day (01-31)"
_ADDRESS = "Please enter a complete address"
_ZIP = "Please enter a zip code (5 digits)"
_URL = "That is not a valid URL"
# These four were never recorded, nor was all the German but the first (seen 2026-10).
_TEXT = "This value should be of type string."
_PHONE = "Please enter a valid phone number"
_CHOICE = "Please select one of the choices"
_LONG = "This value is too long. It should have {limit} characters or less."
_GERMAN = {
    _BLANK: "Bitte gib einen Wert ein.",
    _NUMBER: "Bitte gib eine Zahl ein",
    _DATE: "Bitte gib das Datum ein",
    _BIRTHDAY: "Bitte gib einen Monat (01-12) und einen Tag (01-31) ein",
    _ADDRESS: "Bitte gib eine vollständige Adresse ein",
    _ZIP: "Bitte gib eine Postleitzahl ein (5 Ziffern)",
    _URL: "Das ist keine gültige URL",
    _TEXT: "Dieser Wert muss ein Text sein.",
    _PHONE: "Bitte gib eine gültige Telefonnummer ein",
    _CHOICE: "Bitte wähle eine der Möglichkeiten",
    _LONG: "Dieser Wert ist zu lang. Er darf höchstens {limit} Zeichen haben.",
}
TRANSLATIONS: Mapping[str, Mapping[str, str]] = {"de": _GERMAN}


class Wrong(Exception):
    """The message, in English."""


def checked(
    fields: Sequence[Document],
    given: Mapping[str, Any],
    held: Mapping[str, Any],
    quirks: Quirks,
    *,
    is_new: bool,
    skipping: bool,
) -> tuple[dict[str, Any], list[Complaint]]:
    """What ``held`` (by merge_id) becomes when ``given`` (by tag) is laid over it, and what is
    wrong: by tag, in English. Tags that no field has are ignored, silently."""
    values = dict(held)
    complaints: list[Complaint] = []
    for field in fields:
        key, tag = str(field["merge_id"]), field["tag"]
        try:
            if tag in given:
                values[key] = _kept(field, given[tag], quirks, skipping)
            _check_whole(field, values.get(key, ""), tag in given, quirks, is_new, skipping)
        except Wrong as wrong:
            complaints.append((tag, str(wrong)))
    return {key: value for key, value in values.items() if value != ""}, complaints


def in_language(complaints: Sequence[Complaint], language: str, limit: int) -> list[Complaint]:
    words = TRANSLATIONS.get(language, {})
    return [(tag, words.get(text, text).format(limit=limit)) for tag, text in complaints]


def number_in(text: str) -> int | float | None:
    if re.fullmatch(r"[-+]?[0-9]{1,15}", text):
        return int(text)
    return float(text) if re.fullmatch(r"[-+]?[0-9]{0,15}\.[0-9]{1,15}", text) else None


def default_country(field: Document) -> str:
    return _COUNTRIES.get(field["options"].get("default_country", 164), "US")


def is_complete(value: Any, quirks: Quirks) -> bool:
    """An address that is empty is complete as well."""
    if value == "":
        return True
    return isinstance(value, dict) and all(value.get(part) for part in quirks.address_needs)


def _kept(field: Document, given: Any, quirks: Quirks, skipping: bool) -> Any:
    """A value as it is stored; "" is none. Raises Wrong."""
    if isinstance(given, str) and quirks.trims:
        given = given.strip()
    if given == "":
        return ""
    reader = _READERS[field["type"]]
    try:
        return reader(field, given, quirks)
    except Wrong:
        if skipping and not quirks.skipping_keeps_formats:
            return given
        raise


def _check_whole(
    field: Document, value: Any, is_given: bool, quirks: Quirks, is_new: bool, skipping: bool
) -> None:
    if skipping:
        return
    is_due = is_new or is_given or quirks.required_on_update
    if field["required"] and is_due and value == "":
        raise Wrong(_BLANK)
    # An address that nobody sent, of a field that nobody requires, spoils updates of all else:
    # github.com/verbb/formie/issues/2387, github.com/brandonseydel/MailChimp.Net/issues/631
    if field["type"] == "address" and quirks.address_trap and not is_complete(value, quirks):
        raise Wrong(_ADDRESS)


def _text(field: Document, given: Any, quirks: Quirks) -> str:
    if isinstance(given, dict):
        raise Wrong(_TEXT)
    text = str(given)
    if not quirks.text_limit:
        return text
    if not quirks.limit_in_bytes:
        cut, is_long = text[: quirks.text_limit], len(text) > quirks.text_limit
    else:
        cut = text.encode()[: quirks.text_limit].decode("utf-8", "ignore")
        is_long = len(text.encode()) > quirks.text_limit
    if is_long and not quirks.cuts_long_texts:
        raise Wrong(_LONG)
    return cut


def _number(field: Document, given: Any, quirks: Quirks) -> int | float:
    number = number_in(given) if isinstance(given, str) else given
    if number is None or isinstance(number, dict) or not math.isfinite(number):
        raise Wrong(_NUMBER)
    return number


def _date(field: Document, given: Any, quirks: Quirks) -> str:
    # Both ways YYYY-MM-DD, whatever the field's date_format says [REC].
    try:
        if isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", given):
            return date.fromisoformat(given).isoformat()
    except ValueError:
        pass
    raise Wrong(_DATE)


def _birthday(field: Document, given: Any, quirks: Quirks) -> str:
    match = re.fullmatch(r"(\d\d)/(\d\d)", given) if isinstance(given, str) else None
    if match is None:
        raise Wrong(_BIRTHDAY)
    first, second = int(match[1]), int(match[2])
    has_day_first = field["options"].get("date_format") == "DD/MM"
    month, day = (second, first) if has_day_first else (first, second)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise Wrong(_BIRTHDAY)
    return match[0]


def _address(field: Document, given: Any, quirks: Quirks) -> Document | str:
    """Other keys than the six, ``street`` for one, are ignored like all unknown ones."""
    if not isinstance(given, dict):
        raise Wrong(_ADDRESS)
    parts = {part: str(given.get(part) or "") for part in ADDRESS_PARTS}
    if quirks.trims:
        parts = {part: text.strip() for part, text in parts.items()}
    if not any(parts.values()):
        return ""
    parts["country"] = parts["country"] or default_country(field)
    if not is_complete(parts, quirks):
        raise Wrong(_ADDRESS)
    return parts


def _phone(field: Document, given: Any, quirks: Quirks) -> str:
    text = _text(field, given, quirks)
    is_american = field["options"].get("phone_format") == "US"
    if is_american and not re.fullmatch(r"[2-9]\d\d-[2-9]\d\d-\d{4}", text):
        raise Wrong(_PHONE)
    return text


def _zip(field: Document, given: Any, quirks: Quirks) -> str:
    if not re.fullmatch(r"\d{5}", str(given)):
        raise Wrong(_ZIP)
    return str(given)


def _url(field: Document, given: Any, quirks: Quirks) -> str:
    text = _text(field, given, quirks)
    if not re.fullmatch(r"https?://[^\s/.]+\.[^\s]+", text):
        raise Wrong(_URL)
    return text


def _one_of_choices(field: Document, given: Any, quirks: Quirks) -> str:
    if str(given) not in field["options"].get("choices", ()):
        raise Wrong(_CHOICE)
    return str(given)


_READERS: Mapping[str, Callable[[Document, Any, Quirks], Any]] = {
    "text": _text,
    "number": _number,
    "address": _address,
    "phone": _phone,
    "date": _date,
    "url": _url,
    "imageurl": _url,
    "radio": _one_of_choices,
    "dropdown": _one_of_choices,
    "birthday": _birthday,
    "zip": _zip,
}
