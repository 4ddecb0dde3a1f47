"""The operators of field conditions: one small class a word.

Every one is a test of an element. A condition holds if any element passes; the negative
operators are the exact negations, so they hold where there is no element.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.fields import CHOOSING, Field, fold
from rules.words.errors import NotPossible
from rules.words.form import Form, Takes
from rules.words.operator import Given, Operator, one, several
from rules.words.order import After, Before, GreaterThan, LessThan, WithinDays
from rules.words.values import (
    BOOLEANS,
    DATES,
    NUMBERS,
    TEXTS,
    ElementTest,
    among,
    appearing,
    filled,
    typed,
)


class Is(Operator):
    word = asks = "is"

    def form(self, field: Field) -> Form:
        if field.type in BOOLEANS:
            return Form(Takes.TEXT, ("true", "false"), closed=True)
        if field.type in CHOOSING:
            return Form(Takes.TEXT, field.options, closed=bool(field.options))
        if field.type in DATES:
            return Form(Takes.DATE)
        return Form(Takes.NUMBER if field.type in NUMBERS else Takes.TEXT)

    def clean(self, field: Field, value: Given) -> Given:
        return typed(field, one(value))

    def test(self, field: Field, value: Given, region: str) -> ElementTest:
        return among(field.type, [one(value)], region)


class IsNot(Is):
    word = denies = "is not"


class OneOf(Operator):
    word = "one of"
    asks = "is one of"
    types = TEXTS | NUMBERS | CHOOSING

    def form(self, field: Field) -> Form:
        return Form(Takes.LIST, field.options, closed=bool(field.options))

    def clean(self, field: Field, value: Given) -> Given:
        return tuple(typed(field, text) for text in several(value))

    def test(self, field: Field, value: Given, region: str) -> ElementTest:
        return among(field.type, value, region)


class Contains(Operator):
    word = asks = "contains"
    types = TEXTS

    def clean(self, field: Field, value: Given) -> Given:
        return filled(one(value))

    def test(self, field: Field, value: Given, region: str) -> ElementTest:
        part = fold(one(value))
        return appearing(field.type, region, lambda text: part in text)


class DoesNotContain(Contains):
    word = denies = "does not contain"


class StartsWith(Contains):
    word = asks = "starts with"

    def test(self, field: Field, value: Given, region: str) -> ElementTest:
        start = fold(one(value))
        return appearing(field.type, region, lambda text: text.startswith(start))


class IsNotEmpty(Operator):
    word = asks = "is not empty"

    def form(self, field: Field) -> Form:
        return Form(Takes.NONE)

    def clean(self, field: Field, value: Given) -> Given:
        if value:
            raise NotPossible("value", f"{self.word!r} takes no value.")
        return ""

    def test(self, field: Field, value: Given, region: str) -> ElementTest:
        return lambda element, facts: True

    def sentence(self, field: Field, value: Given) -> str:
        if field.holds_list:
            return f"has no {field.label}" if self.negative else f"has {field.label}"
        return f"{field.label} {self.denies or self.asks}"


class IsEmpty(IsNotEmpty):
    word = denies = "is empty"


OPERATORS: Mapping[str, Operator] = {
    operator.word: operator
    for operator in (
        Is(),
        IsNot(),
        OneOf(),
        Contains(),
        DoesNotContain(),
        StartsWith(),
        LessThan(),
        GreaterThan(),
        Before(),
        After(),
        WithinDays(),
        IsEmpty(),
        IsNotEmpty(),
    )
}
