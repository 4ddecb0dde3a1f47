"""The kinds of condition, and the one on a field's value."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.connector import Catalogue
from connectors.fields import Field
from rules.setup import Condition
from rules.words.circumstances import Deleted, Exists, Unsubscribed
from rules.words.errors import NotPossible
from rules.words.facts import Facts, Test
from rules.words.form import Form
from rules.words.memberships import Membership, Status
from rules.words.operator import Given
from rules.words.operators import OPERATORS
from rules.words.reading import field_to_read, reader
from rules.words.word import ConditionWord


class FieldValue(ConditionWord):
    kind = label = "field"

    def possible(self, catalogue: Catalogue) -> bool:
        return bool(catalogue.fields)

    def operators(self, field: Field | None) -> tuple[str, ...]:
        return tuple(
            word for word, each in OPERATORS.items() if field is None or field.type in each.types
        )

    def field(self, name: str, catalogue: Catalogue) -> Field | None:
        return field_to_read(catalogue, name)

    def form(self, op: str, field: Field | None, catalogue: Catalogue) -> Form:
        return OPERATORS[op].form(_named(field))

    def clean(self, op: str, value: Given, field: Field | None, catalogue: Catalogue) -> Given:
        return OPERATORS[op].clean(_named(field), value)

    def sentence(self, condition: Condition) -> str:
        field, operator = _named(condition.field), OPERATORS[self.spell(condition.op, None)]
        return operator.sentence(field, condition.value)

    def test(self, condition: Condition, region: str) -> Test:
        field = _named(condition.field)
        operator = OPERATORS[self.spell(condition.op, field)]
        passes = operator.test(field, operator.clean(field, condition.value), region)
        read, positive, negative = reader(field), not operator.negative, operator.negative

        def test(facts: Facts) -> bool | None:
            for element in read(facts.contact):
                if passes(element, facts):
                    return positive
            return negative

        return test

    def actual(self, condition: Condition, facts: Facts) -> str:
        field = _named(condition.field)
        return "; ".join(str(element) for element in reader(field)(facts.contact)) or "empty"


CONDITIONS: Mapping[str, ConditionWord] = {
    word.kind: word
    for word in (
        Membership("tag"),
        Membership("bucket", "in", "not in"),
        Membership("label"),
        Membership("group", "in", "not in"),
        Membership("category"),
        Status(),
        FieldValue(),
        Exists(),
        Deleted(),
        Unsubscribed(),
    )
}


def _named(field: Field | None) -> Field:
    if field is None:
        raise NotPossible("field", "A field has to be named.")
    return field
