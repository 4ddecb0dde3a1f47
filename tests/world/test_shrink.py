"""A history that fails becomes a short test, as it is printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rules.written import DEFAULT_RULES, WrittenAction, WrittenCondition, WrittenRule
from tests.world.history import History, Setting
from tests.world.mutants import Mutant
from tests.world.mutants_parts import PART_MUTANTS
from tests.world.mutants_rules import CLIENTS
from tests.world.verdict import as_test, smallest, verdict

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite_only]

ERROR = "winner decides where one side changed"
#: In which this error shows, among much that has nothing to do with it.
LONG = History(
    Setting(
        b={"normalise": True},
        fields=("company", "emails", "notes", "phones"), rules=(*DEFAULT_RULES, CLIENTS),
        new_status="pending", never_blank=True,
    ),
    (
        ("add", "a", 1, (("company", (1,)), ("emails", (1,)), ("phones", (1,))), ("Client",)),
        ("add", "b", 1, (("company", (1,)), ("emails", (1,)), ("notes", (1,)))),
        ("at", 3, "after", "lost"),
        ("run",),
        ("rules", DEFAULT_RULES),
        ("run",),
        ("set", "b", 1, "company", 12),
        ("put", "a", 1, "phones", 13),
        ("run",),
    ),
)  # fmt: skip


@pytest.fixture
def mutant() -> Mutant:
    return next(mutant for mutant in PART_MUTANTS if mutant.name == ERROR)


def test_what_is_printed_is_a_short_test_that_fails_while_the_error_is_there(
    mutant: Mutant,
) -> None:
    with mutant.planted():
        small = smallest(LONG, verdict(LONG))
    assert [event[0] for event in small.events] == ["add", "run", "set"]
    pasted = pasted_test(as_test(small))
    pasted()
    with mutant.planted(), pytest.raises(AssertionError):
        pasted()


def test_rules_are_printed_so_that_they_can_be_pasted() -> None:
    story = History(Setting(), (("rules", (*DEFAULT_RULES, CLIENTS)), ("tick", 5)))
    names = [WrittenRule, WrittenCondition, WrittenAction, History, Setting]
    assert eval(str(story), {name.__name__: name for name in names}) == story


def pasted_test(text: str) -> Callable[[], None]:
    names: dict[str, Any] = {"History": History, "Setting": Setting, "verdict": verdict}
    exec(text, names)
    test: Callable[[], None] = names["test_found"]
    return test
