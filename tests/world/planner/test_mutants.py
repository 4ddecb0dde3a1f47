"""Each error planted in the planner is seen soon, and only because it was planted."""

from __future__ import annotations

import pytest

from tests.world.planner.chance import KINDS
from tests.world.planner.mutants import PLANNER_MUTANTS, PlannerMutant
from tests.world.planner.verdict import verdict


@pytest.mark.parametrize(
    "mutant", PLANNER_MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-")
)
def test_planted_error_is_caught(mutant: PlannerMutant) -> None:
    with mutant.planted():
        seen = next((x for x in mutant.seeds if verdict(KINDS[mutant.kind](x))), None)
    assert seen is not None, f"not within {mutant.within} seeds"
    assert verdict(KINDS[mutant.kind](seen)) == [], "also without the planted error"
