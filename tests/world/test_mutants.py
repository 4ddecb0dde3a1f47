"""Each error planted in the engine is seen, and only because it was planted."""

from __future__ import annotations

import pytest

from tests.world.mutants import MUTANTS, Mutant
from tests.world.mutants_parts import PART_MUTANTS
from tests.world.mutants_rules import RULE_MUTANTS
from tests.world.verdict import report, verdict

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite_only]


@pytest.mark.parametrize(
    "mutant",
    [*MUTANTS, *RULE_MUTANTS, *PART_MUTANTS],
    ids=lambda mutant: mutant.name.replace(" ", "-"),
)
def test_planted_error_is_caught(mutant: Mutant) -> None:
    for history in mutant.histories:
        complaints = verdict(history)
        assert not complaints, report(history, complaints, "without the planted error")
    with mutant.planted():
        assert any(verdict(history) for history in mutant.histories)
