"""Histories by chance for the planner alone."""

from __future__ import annotations

import pytest

from tests.world.planner.chance import KINDS
from tests.world.planner.verdict import lived, verdict
from tests.world.verdict import final, report, undisturbed

#: Which tenth of all is of which kind; tenths, so that several cores share them.
PARTS = (*(("rules", part) for part in range(3)), *(("lines", part) for part in range(7)))


@pytest.mark.parametrize(("kind", "part"), PARTS)
def test_planned_histories_end_well(kind: str, part: int, request: pytest.FixtureRequest) -> None:
    """As many as ``--plans`` says, three of ten about rules."""
    count = -(-request.config.getoption("--plans") // len(PARTS))
    first = request.config.getoption("--seed") + part * count
    print(f"planner, {kind}: seeds {first} to {first + count - 1}")
    failures = []
    for seed in range(first, first + count):
        story = KINDS[kind](seed)
        if complaints := verdict(story):
            where = f'-k "planned and {kind}-0" --plans 1 --seed {seed}'
            failures.append(report(story, complaints, where, verdict))
            print(failures[-1], flush=True)  # with -s before the others are lived through
    assert not failures, "\n\n".join(failures)


@pytest.mark.parametrize("kind", KINDS)
def test_same_history_same_end(kind: str) -> None:
    """I14: nothing but the history decides."""
    for seed in range(20):
        story = KINDS[kind](seed)
        one, two = (lived(story)[0] for _ in range(2))
        assert one.journal.entries == two.journal.entries
        assert [step.fields for step in one.tables.steps] == [x.fields for x in two.tables.steps]


@pytest.mark.parametrize("kind", KINDS)
def test_order_of_planning_does_not_matter(kind: str) -> None:
    """I18: planned in the other order, all comes to the same."""
    for seed in range(20):
        story = undisturbed(KINDS[kind](seed))
        straight, _ = lived(story)
        turned, _ = lived(story, turned=True)
        assert final(straight) == final(turned), str(story)
