"""What every kind of condition answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from connectors.connector import Catalogue
from connectors.fields import Field
from rules.setup import Condition
from rules.words.errors import NotPossible, listed
from rules.words.facts import Facts, Test
from rules.words.form import Form
from rules.words.operator import Given


class ConditionWord(ABC):
    """``kind`` is its word, ``label`` its name for people, ``spellings`` what else an operator
    may be called."""

    kind: str
    label: str
    spellings: Mapping[str, str] = {}

    @abstractmethod
    def possible(self, catalogue: Catalogue) -> bool:
        """Can the app tell?"""

    @abstractmethod
    def operators(self, field: Field | None) -> tuple[str, ...]:
        """The operators that fit, the usual one first. ``field``: of kind *field* only."""

    @abstractmethod
    def form(self, op: str, field: Field | None, catalogue: Catalogue) -> Form:
        """What is asked for beside this operator, one of ``operators``."""

    @abstractmethod
    def clean(self, op: str, value: Given, field: Field | None, catalogue: Catalogue) -> Given:
        """The value in its canonical spelling. Raises NotPossible."""

    @abstractmethod
    def sentence(self, condition: Condition) -> str: ...

    @abstractmethod
    def test(self, condition: Condition, region: str) -> Test:
        """Raises NotPossible for a condition that makes no sense."""

    @abstractmethod
    def actual(self, condition: Condition, facts: Facts) -> str:
        """What the contact has, in words."""

    def field(self, name: str, catalogue: Catalogue) -> Field | None:
        """The field that a condition of this kind reads. Raises NotPossible."""
        if name:
            raise NotPossible("field", f"A condition of kind {self.kind!r} names no field.")
        return None

    def spell(self, op: str, field: Field | None) -> str:
        """The canonical operator. Raises NotPossible, listing those that fit."""
        word = " ".join(op.casefold().split())
        word = self.spellings.get(word, word)
        if word in (fitting := self.operators(field)):
            return word
        whom = f"{field.label} ({field.kind})" if field else repr(self.kind)
        words = listed(each or "no operator" for each in fitting)
        what = f"{op!r} does not fit {whom}." if op.strip() else f"{whom} needs an operator."
        raise NotPossible("op", f"{what} {words}")
