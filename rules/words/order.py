"""Operators that ask for less or more, earlier or later. False for what has no order."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from connectors.fields import Field
from rules.words.errors import NotPossible
from rules.words.facts import Facts
from rules.words.form import Form, Takes
from rules.words.operator import Given, Operator, one
from rules.words.reading import Element
from rules.words.values import (
    DATES,
    NUMBERS,
    ElementTest,
    a_day,
    a_number,
    day_of,
    filled,
    last_day_of,
    number_of,
)

#: A hundred years.
_MOST_DAYS = 36525


class LessThan(Operator):
    word = "less than"
    asks = "is less than"
    types = NUMBERS

    def form(self, field: Field) -> Form:
        return Form(Takes.NUMBER)

    def clean(self, field: Field, value: Given) -> Given:
        return a_number(one(value))

    def test(self, field: Field, value: Given, region: str) -> ElementTest:
        limit = Decimal(one(value))
        return lambda element, facts: (
            (number := number_of(element)) is not None and self.passes(number, limit)
        )

    def passes(self, number: Decimal, limit: Decimal) -> bool:
        return number < limit


class GreaterThan(LessThan):
    word = "greater than"
    asks = "is greater than"

    def passes(self, number: Decimal, limit: Decimal) -> bool:
        return number > limit


class Before(Operator):
    """A day without year is neither before nor after a date: its year is empty."""

    word = "before"
    asks = "is before"
    types = DATES

    def form(self, field: Field) -> Form:
        return Form(Takes.DATE)

    def clean(self, field: Field, value: Given) -> Given:
        return a_day(one(value))

    def test(self, field: Field, value: Given, region: str) -> ElementTest:
        limit = date.fromisoformat(one(value))
        return lambda element, facts: (
            (day := day_of(element, facts.now.tzinfo)) is not None and self.passes(day, limit)
        )

    def passes(self, day: date, limit: date) -> bool:
        return day < limit


class After(Before):
    word = "after"
    asks = "is after"

    def passes(self, day: date, limit: date) -> bool:
        return day > limit


class WithinDays(Operator):
    """From N days ago until today; 0 is today only. A full date counts as it stands, a day
    without year by the last time it came round."""

    word = "within days"
    asks = "is"
    types = DATES

    def form(self, field: Field) -> Form:
        return Form(Takes.NUMBER)

    def clean(self, field: Field, value: Given) -> Given:
        text = filled(one(value))
        if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= _MOST_DAYS):
            whole = f"a whole number of days from 0 to {_MOST_DAYS:,}"
            raise NotPossible("value", f"{text!r} is not {whole}.")
        return str(int(text))

    def test(self, field: Field, value: Given, region: str) -> ElementTest:
        length = timedelta(days=int(one(value)))
        none = timedelta()

        def passes(element: Element, facts: Facts) -> bool:
            today = facts.now.date()
            day = last_day_of(element, facts.now.tzinfo, today)
            return day is not None and none <= today - day <= length

        return passes

    def shown(self, value: Given) -> str:
        days = {"0": "today", "1": "today or yesterday"}
        return days.get(str(value), f"within the last {value} days")
