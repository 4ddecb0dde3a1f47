"""Conditions on where a contact is: in a segment, in a status of consent."""

from __future__ import annotations

from connectors.connector import Catalogue
from connectors.fields import Field, fold
from rules.setup import Condition
from rules.words.errors import NotPossible, listed
from rules.words.facts import Facts, Test
from rules.words.form import Form, Takes
from rules.words.operator import Given, several
from rules.words.values import filled, folded
from rules.words.word import ConditionWord


class Membership(ConditionWord):
    """Is the contact in a segment? *has* and *in* are two forms of one operator."""

    def __init__(self, kind: str, has: str = "has", has_not: str = "has not") -> None:
        self.kind = self.label = kind
        self._has, self._has_not = has, has_not
        self.spellings = {"has": has, "in": has, "has not": has_not, "not in": has_not}

    def possible(self, catalogue: Catalogue) -> bool:
        return self.kind in catalogue.segments

    def operators(self, field: Field | None) -> tuple[str, ...]:
        return (self._has, self._has_not)

    def form(self, op: str, field: Field | None, catalogue: Catalogue) -> Form:
        return Form(Takes.TEXT, catalogue.segments.get(self.kind, ()))

    def clean(self, op: str, value: Given, field: Field | None, catalogue: Catalogue) -> Given:
        return self._name(value)

    def _name(self, value: Given) -> str:
        if isinstance(value, str):
            return filled(value)
        raise NotPossible("value", f"One {self.kind} is expected here, not a list.")

    def sentence(self, condition: Condition) -> str:
        negative = self.spell(condition.op, None) == self._has_not
        if self._has == "in":
            verb = "is not in" if negative else "is in"
        else:
            verb = "does not have" if negative else "has"
        return f"{verb} the {self.kind} {condition.value}"

    def test(self, condition: Condition, region: str) -> Test:
        kind, name = (
            self.kind,
            fold(self._name(condition.value)),
        )
        positive = self.spell(condition.op, None) == self._has
        negative = not positive

        def test(facts: Facts) -> bool | None:
            for segment in facts.contact.segments:
                if segment.kind == kind and folded(segment.name) == name:
                    return positive
            return negative

        return test

    def actual(self, condition: Condition, facts: Facts) -> str:
        names = sorted(item.name for item in facts.contact.segments if item.kind == self.kind)
        return ", ".join(names) or f"no {self.kind}"


class Status(ConditionWord):
    kind = label = "status"
    spellings = {"has": "in", "has not": "not in", "is": "in", "is not": "not in"}

    def possible(self, catalogue: Catalogue) -> bool:
        return bool(catalogue.statuses)

    def operators(self, field: Field | None) -> tuple[str, ...]:
        return ("in", "not in", "one of")

    def form(self, op: str, field: Field | None, catalogue: Catalogue) -> Form:
        takes = Takes.LIST if op == "one of" else Takes.TEXT
        return Form(takes, catalogue.statuses, closed=True)

    def clean(self, op: str, value: Given, field: Field | None, catalogue: Catalogue) -> Given:
        if op == "one of":
            return tuple(self._known(text, catalogue) for text in several(value))
        if isinstance(value, str):
            return self._known(value, catalogue)
        raise NotPossible("value", "One status is expected here; for several there is 'one of'.")

    def _known(self, text: str, catalogue: Catalogue) -> str:
        known = {fold(status): status for status in catalogue.statuses}
        if fold(filled(text)) in known:
            return known[fold(text)]
        raise NotPossible("value", f"There is no status {text!r}. {listed(catalogue.statuses)}")

    def sentence(self, condition: Condition) -> str:
        verb = "does not have" if self.spell(condition.op, None) == "not in" else "has"
        return f"{verb} the status {' or '.join(several(condition.value))}"

    def test(self, condition: Condition, region: str) -> Test:
        positive = self.spell(condition.op, None) != "not in"
        wanted = frozenset(fold(filled(text)) for text in several(condition.value))
        return lambda facts: (folded(facts.contact.status) in wanted) is positive

    def actual(self, condition: Condition, facts: Facts) -> str:
        return facts.contact.status or "no status"
