"""What every operator of a field condition answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from connectors.fields import Field, FieldType
from rules.words.errors import NotPossible
from rules.words.form import Form, Takes
from rules.words.values import ElementTest

#: What a condition compares with: one text, or several for *one of*.
Given = str | tuple[str, ...]


class Operator(ABC):
    """``types``: of the fields it fits. ``asks``: what an element does that passes. A negative
    one inherits the test that it negates, and ``denies`` in place of ``asks``."""

    word: ClassVar[str]
    types: ClassVar[frozenset[FieldType]] = frozenset(FieldType)
    asks: ClassVar[str]
    denies: ClassVar[str] = ""

    @property
    def negative(self) -> bool:
        return bool(self.denies)

    def form(self, field: Field) -> Form:
        return Form(Takes.TEXT)

    @abstractmethod
    def clean(self, field: Field, value: Given) -> Given:
        """The value in its canonical spelling. Raises NotPossible."""

    @abstractmethod
    def test(self, field: Field, value: Given, region: str) -> ElementTest:
        """``value`` is clean."""

    def sentence(self, field: Field, value: Given) -> str:
        shown = self.shown(value)
        if field.holds_list:
            return f"{'no' if self.negative else 'an'} entry of {field.label} {self.asks} {shown}"
        return f"{field.label} {self.denies or self.asks} {shown}"

    def shown(self, value: Given) -> str:
        return value if isinstance(value, str) else ", ".join(value)


def one(value: Given) -> str:
    if isinstance(value, str):
        return value
    raise NotPossible("value", "One value is expected here, not a list.")


def several(value: Given) -> tuple[str, ...]:
    if values := (value,) if isinstance(value, str) else value:
        return values
    raise NotPossible("value", "The list is empty.")
