"""The words of rules: kinds of condition, operators, kinds of action. Pure.

A rule is stored as words and values; here is what they mean. Each word is one small class
that knows which values and fields it takes, what a form asks for, its sentence and its test.

*To add an operator of fields*: a class in ``operators`` (or ``order``) and its line in
``OPERATORS``; the exact negation is a subclass that ``denies``. *A kind of condition*: a class in
``memberships``, ``circumstances`` or ``conditions`` and its line in ``CONDITIONS``; a further
kind of segment is a line only. *A kind of action*: the same in ``actions``. Then its rows in the
tables of tests/rules/words/. Forms, the configuration file and the evaluation find it by
themselves; no migration is needed.

``condition`` and ``action`` build from what was typed, and say what is possible instead of what
is not. Evaluation is in ``rules.verdict``.
"""

from rules.words.actions import ActionWord, fields_to_set
from rules.words.building import (
    action,
    action_word,
    condition,
    condition_word,
    hold,
    is_negative,
    operators_for,
    possible_actions,
    possible_conditions,
    stored_condition,
)
from rules.words.errors import NotPossible
from rules.words.facts import Facts, Test
from rules.words.form import Form, Takes
from rules.words.reading import field_to_read
from rules.words.word import ConditionWord

__all__ = [
    "ActionWord",
    "ConditionWord",
    "Facts",
    "Form",
    "NotPossible",
    "Takes",
    "Test",
    "action",
    "action_word",
    "condition",
    "condition_word",
    "field_to_read",
    "fields_to_set",
    "hold",
    "is_negative",
    "operators_for",
    "possible_actions",
    "possible_conditions",
    "stored_condition",
]
