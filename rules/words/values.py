"""Values by field type: what may be typed, and what counts as the same.

``typed`` is strict, for what a person enters. The rest is total: a value of an app that is not
what its type promises equals only itself as text, and is neither less nor greater than anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from connectors.contact import Address
from connectors.fields import CHOOSING, Field, FieldType, fold, normal, tidy
from rules.words.errors import NotPossible, listed
from rules.words.facts import Facts
from rules.words.reading import Element

DATES = frozenset({FieldType.DATE, FieldType.DATETIME})
NUMBERS = frozenset({FieldType.NUMBER})
BOOLEANS = frozenset({FieldType.BOOLEAN})
TEXTS = frozenset(FieldType) - DATES - CHOOSING - NUMBERS - BOOLEANS

_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}

#: Is this element of the field what the operator asks for?
ElementTest = Callable[[Element, Facts], bool]

#: For names, addresses … Notes are too long to be kept.
folded = lru_cache(maxsize=65536)(fold)


# --- What may be typed --------------------------------------------------------------------


def typed(field: Field, text: str) -> str:
    """The value in its canonical spelling. Raises NotPossible, listing what is possible."""
    text = filled(text)
    if field.type in NUMBERS:
        return a_number(text)
    if field.type in BOOLEANS:
        if (truth := _TRUTHS.get(fold(text))) is None:
            raise NotPossible("value", f"{field.label} is true or false, not {text!r}.")
        return "true" if truth else "false"
    if field.type in DATES:
        return text if _anniversary(text) else a_day(text)
    if field.type in CHOOSING and field.options:
        return _option(field, text)
    return text


def filled(text: str) -> str:
    if not (text := tidy(text)):
        raise NotPossible("value", "A value is missing.")
    return text


def a_number(text: str) -> str:
    if number_of(filled(text)) is None:
        raise NotPossible("value", f"{text!r} is not a number such as 12 or -3.5.")
    return normal(FieldType.NUMBER, text)


def a_day(text: str) -> str:
    try:
        return date.fromisoformat(filled(text)).isoformat()
    except ValueError:
        raise NotPossible("value", f"{text!r} is not a date such as 2026-11-23.") from None


def _option(field: Field, text: str) -> str:
    options = {fold(option): option for option in field.options}
    if fold(text) not in options:
        no_option = f"{text!r} is no option of {field.label}."
        raise NotPossible("value", f"{no_option} {listed(field.options)}")
    return options[fold(text)]


# --- What counts as the same --------------------------------------------------------------


def among(type_: FieldType, values: Iterable[str], region: str) -> ElementTest:
    """Is an element one of these (typed) values?"""
    if type_ in DATES:
        days = frozenset(values)
        return lambda element, facts: not days.isdisjoint(_days(element, facts.now.tzinfo))
    if type_ in BOOLEANS:
        truths = frozenset(_TRUTHS[fold(value)] for value in values)
        return lambda element, facts: _TRUTHS.get(folded(str(element))) in truths
    if type_ == FieldType.PHONE:
        return _among_phones(values, region)
    if type_ in NUMBERS or type_ in (FieldType.EMAIL, FieldType.URL):
        normals = frozenset(normal(type_, value, region) for value in values)
        return lambda element, facts: normal(type_, str(element), region) in normals
    wanted = frozenset(fold(value) for value in values)
    return lambda element, facts: (
        folded(element) in wanted
        if isinstance(element, str)
        else not wanted.isdisjoint(_address_texts(element))
    )


#: A number without extension and letters, long enough for its normal form, which has another
#: beginning, to end with the same two digits.
_PLAIN_PHONE = re.compile(r"\+?([ ()./-]*[0-9]){9,}[ ()./-]*")
_NO_DIGIT = re.compile("[^0-9]")


def _among_phones(values: Iterable[str], region: str) -> ElementTest:
    """To understand a phone number takes longer than all the rest, so most are told apart by
    their last digits."""
    normals = frozenset(normal(FieldType.PHONE, value, region) for value in values)
    ends = frozenset(_NO_DIGIT.sub("", each.partition(";")[0])[-2:] for each in normals)

    def passes(element: Element, facts: Facts) -> bool:
        text = str(element)
        if _PLAIN_PHONE.fullmatch(text) and _NO_DIGIT.sub("", text)[-2:] not in ends:
            return False
        return normal(FieldType.PHONE, text, region) in normals

    return passes


def _address_texts(address: Address) -> list[str]:
    """An address is known by all of its text or by one of its parts."""
    return [folded(str(address)), *map(folded, address.parts().values())]


def appearing(type_: FieldType, region: str, passes: Callable[[str], bool]) -> ElementTest:
    """Does an element pass, folded as it is shown, or in its normal form, so that a phone number
    starts with +32 however it is written?"""
    if type_ in (FieldType.PHONE, FieldType.URL):
        return lambda element, facts: (
            passes(folded(str(element)))
            or passes(folded(normal(type_, element, region)))  # takes longer than all the rest
        )
    look = fold if type_ == FieldType.LONG_TEXT else folded
    return lambda element, facts: (
        passes(look(element))
        if isinstance(element, str)
        else any(map(passes, _address_texts(element)))
    )


def number_of(element: Element) -> Decimal | None:
    try:
        number = Decimal(str(element).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _days(element: Element, zone: tzinfo | None) -> tuple[str, ...]:
    """How a day is known: ``2026-11-23`` also by ``--11-23``, which is that day of any year."""
    if day := day_of(element, zone):
        text = day.isoformat()
        return (text, f"-{text[4:]}")
    return (tidy(str(element)),)


def day_of(element: Element, zone: tzinfo | None) -> date | None:
    """The calendar day in the zone; a time without offset is taken as the zone's own."""
    text = str(element).strip()
    try:
        if len(text) <= 10:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(zone) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        return None


def last_day_of(element: Element, zone: tzinfo | None, today: date) -> date | None:
    """The calendar day; of a birthday without year the last time it came round, which for
    29 February is the 28th in other than leap years."""
    text = str(element).strip()
    if not _anniversary(text):
        return day_of(element, zone)
    month, day = int(text[2:4]), int(text[5:7])
    this_year = _in_year(today.year, month, day)
    return this_year if this_year <= today else _in_year(max(today.year - 1, 1), month, day)


def _anniversary(text: str) -> bool:
    """Is it a day without year, such as ``--11-23``?"""
    try:
        return len(text) == 7 and text[:2] == "--" and bool(date.fromisoformat(f"2000{text[1:]}"))
    except ValueError:
        return False


def _in_year(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month, day - 1)
