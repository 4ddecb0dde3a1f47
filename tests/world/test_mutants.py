"""Each error planted in the product is seen, and only because it was planted.

Where they are planted and in what: the names of the tests. In CI each has histories of its own, a
few at most. How many by chance it takes, of all kinds in turn, is printed by

    pytest tests/world/test_mutants.py -k chance --at-length --planted 100 -s
"""

from __future__ import annotations

import random
from collections import Counter
from itertools import count

import pytest

from tests.world.chance import history
from tests.world.chance_apps import apps
from tests.world.chance_rules import ring, whole
from tests.world.mutants import MUTANTS, Mutant
from tests.world.mutants_apps import APP_MUTANTS
from tests.world.mutants_parts import PART_MUTANTS
from tests.world.mutants_rules import RULE_MUTANTS
from tests.world.verdict import report, verdict

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite_only]

PLANTED = [*MUTANTS, *RULE_MUTANTS, *PART_MUTANTS, *APP_MUTANTS]
#: In how many histories of its own an error shows at the latest.
MOST = 8
#: In which parts there are errors, and how many at least.
PARTS = {
    "connections": 3, "connectors": 1, "connectors.contactually": 1, "connectors.google": 1,
    "connectors.mailchimp": 3, "rules": 3, "sync": 10, "sync.engine": 10,
}  # fmt: skip

each_mutant = pytest.mark.parametrize(
    "mutant", PLANTED, ids=lambda mutant: f"{mutant.part}:{mutant.name.replace(' ', '-')}"
)


@each_mutant
def test_planted_error_is_caught(mutant: Mutant) -> None:
    assert len(mutant.histories) <= MOST
    for story in mutant.histories:
        complaints = verdict(story)
        assert not complaints, report(story, complaints, "without the planted error")
    with mutant.planted():
        assert any(verdict(story) for story in mutant.histories)


def test_errors_are_planted_in_every_part() -> None:
    planted = Counter(mutant.part for mutant in PLANTED)
    assert {part: planted[part] for part in PARTS if planted[part] < PARTS[part]} == {}
    assert planted.keys() == PARTS.keys()


@pytest.mark.at_length
@each_mutant
def test_planted_error_is_caught_by_chance(mutant: Mutant, request: pytest.FixtureRequest) -> None:
    """Within so many histories as ``--planted`` says."""
    most = request.config.getoption("--planted")
    first = request.config.getoption("--seed")
    stories = (kind(seed) for seed in count(first) for kind in (history, whole, ring, apps))
    with mutant.planted():
        for number, story in zip(range(1, most + 1), stories, strict=False):
            random.seed(number)
            if complaints := verdict(story):
                print(f"{mutant.part}: {mutant.name}: history {number}: {complaints[0]}")
                return
    pytest.fail(f"not in {most} histories from seed {first} on")
