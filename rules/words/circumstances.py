"""Conditions on what happened to a contact."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from connectors.connector import Catalogue
from connectors.fields import Field
from rules.setup import Condition
from rules.words.errors import NotPossible
from rules.words.facts import Facts, Test
from rules.words.form import Form, Takes
from rules.words.operator import Given
from rules.words.word import ConditionWord


class _Circumstance(ConditionWord):
    """What happened to a contact: no value, and *not* for its negation."""

    positive: ClassVar[str]
    negative: ClassVar[str]
    spellings = {"is": "", "is not": "not"}

    def operators(self, field: Field | None) -> tuple[str, ...]:
        return ("", "not")

    def form(self, op: str, field: Field | None, catalogue: Catalogue) -> Form:
        return Form(Takes.NONE)

    def clean(self, op: str, value: Given, field: Field | None, catalogue: Catalogue) -> Given:
        self._refuse(value)
        return ""

    def _refuse(self, value: Given) -> None:
        if value:
            raise NotPossible("value", f"A condition of kind {self.kind!r} takes no value.")

    def sentence(self, condition: Condition) -> str:
        return self.negative if self.spell(condition.op, None) else self.positive

    def test(self, condition: Condition, region: str) -> Test:
        self._refuse(condition.value)
        if not self.spell(condition.op, None):
            return self.truth

        def negated(facts: Facts) -> bool | None:
            truth = self.truth(facts)
            return None if truth is None else not truth

        return negated

    def actual(self, condition: Condition, facts: Facts) -> str:
        truth = self.truth(facts)
        return "not asked yet" if truth is None else self.positive if truth else self.negative

    @abstractmethod
    def truth(self, facts: Facts) -> bool | None: ...


class Exists(_Circumstance):
    """Had it a counterpart when it was first met? Remembered; unknown until asked."""

    kind, label = "exists", "already exists"
    positive = "already exists in the other app"
    negative = "does not exist in the other app yet"

    def possible(self, catalogue: Catalogue) -> bool:
        return True

    def truth(self, facts: Facts) -> bool | None:
        return facts.existed


class Deleted(_Circumstance):
    """What is archived or binned counts as deleted."""

    kind, label = "deleted", "was deleted"
    positive, negative = "was deleted", "was not deleted"

    def possible(self, catalogue: Catalogue) -> bool:
        return catalogue.tells_deletions

    def truth(self, facts: Facts) -> bool | None:
        return facts.deleted or facts.contact.deleted


class Unsubscribed(_Circumstance):
    kind, label = "unsubscribed", "was unsubscribed"
    positive, negative = "was unsubscribed", "was not unsubscribed"

    def possible(self, catalogue: Catalogue) -> bool:
        return bool(catalogue.statuses)

    def truth(self, facts: Facts) -> bool | None:
        return facts.contact.status == "unsubscribed"
