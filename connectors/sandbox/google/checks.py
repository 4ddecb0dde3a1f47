"""What a contact may not be."""

from __future__ import annotations

import json
import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.sandbox.google.errors import Refused, invalid
from connectors.sandbox.google.quirks import Quirks
from connectors.sandbox.google.shapes import snake

#: Fields with at most one value of the contact itself.
SINGLETONS = ("biographies", "birthdays", "genders", "names")
_PERSON = re.compile(r"people/c\d+|people/\d+")


def check_record(record: Mapping[str, Any], quirks: Quirks) -> None:
    """Raises Refused."""
    for field in SINGLETONS:
        if len(record.get(field, ())) > 1:
            # mrmattwilkins/google-contacts-sync#2
            raise invalid(f"Cannot have more than one person.{snake(field)} per source.")
    for field, items in record.items():
        _check_primary(field, items)
        for item in items:
            _check_dates(field, item)
            if field != "biographies":
                _check_texts(field, item, quirks)
    if quirks.most_fields and sum(map(len, record.values())) > quirks.most_fields:
        raise invalid(f"A contact cannot have more than {quirks.most_fields} fields.")
    if quirks.most_bytes and len(json.dumps(record)) > quirks.most_bytes:
        raise invalid(f"A contact cannot be larger than {quirks.most_bytes} bytes.")


def check_resource(resource: str) -> None:
    """google/google-api-javascript-client#356: the account itself and odd texts are no contacts."""
    if not _PERSON.fullmatch(resource):
        raise invalid(f'Resource name "{resource}" is not a valid contact person resource.')


def overflow(quirks: Quirks) -> Refused:
    return Refused(
        "FAILED_PRECONDITION",
        "MY_CONTACTS_OVERFLOW_COUNT: The maximum number of contacts was reached.",
        status=quirks.overflow_status,
    )


def _check_primary(field: str, items: list[Mapping[str, Any]]) -> None:
    primary = [item for item in items if item.get("metadata", {}).get("sourcePrimary")]
    if len(primary) > 1:
        raise invalid(f"Cannot have more than one primary person.{snake(field)} per source.")


def _check_texts(field: str, item: Mapping[str, Any], quirks: Quirks) -> None:
    for text in _texts(item):
        if quirks.longest_text and len(text) > quirks.longest_text:
            raise invalid(
                f"person.{snake(field)} has a value with more than {quirks.longest_text} "
                "characters."
            )


def _check_dates(field: str, item: Mapping[str, Any]) -> None:
    for part in ("date", "startDate", "endDate"):
        if part in item and not _is_date(item[part]):
            raise invalid(f"person.{snake(field)} has an invalid date.")


def _is_date(date: Mapping[str, int]) -> bool:
    """Whole, without its year, or a year alone or with its month (google.type.Date)."""
    year, month, day = (date.get(part, 0) for part in ("year", "month", "day"))
    if not (0 <= year <= 9999 and 0 <= month <= 12) or not (year or month):
        return False
    if not month:
        return day == 0
    # A leap year stands for those that are not told.
    least = 0 if year else 1
    return least <= day <= monthrange(year or 2000, month)[1]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
