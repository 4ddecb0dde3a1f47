"""Dates of the People API (google.type.Date) ↔ our spelling. Pure."""

from __future__ import annotations

from datetime import date

#: A leap year stands in for none.
_ANY_YEAR = 2000


def read_date(found: object) -> str:
    """``YYYY-MM-DD``, or ``--MM-DD`` for year 0 or none; "" for what is no such day: a year or a
    month alone is a date to Google too."""
    if not isinstance(found, dict):
        return ""
    year, month, day = (_number(found.get(name)) for name in ("year", "month", "day"))
    try:
        date(year or _ANY_YEAR, month, day)
    except (ValueError, OverflowError):
        return ""
    return f"{year:04}-{month:02}-{day:02}" if year else f"--{month:02}-{day:02}"


def write_date(text: str) -> dict[str, int] | None:
    """None for what is neither spelling of a day."""
    spelled = {"year": text[:-6].strip("-"), "month": text[-5:-3], "day": text[-2:]}
    filled = {name: part for name, part in spelled.items() if part}
    if not all(part.isascii() and part.isdecimal() for part in filled.values()):
        return None
    parts = {name: int(part) for name, part in filled.items()}
    return parts if text and read_date(parts) == text else None


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
