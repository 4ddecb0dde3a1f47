"""Histories by chance."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.world.census import missing
from tests.world.chance import history
from tests.world.chance_apps import apps
from tests.world.chance_rules import ring, whole
from tests.world.verdict import final, lived, report, trace, undisturbed, verdict

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite_only]


#: How histories of a kind are made from a seed.
KINDS = {"two apps": history, "with rules": whole, "ring": ring, "real connectors": apps}


#: Of ten histories so many are of each kind: a ring takes as long as three others.
SHARES = {"two apps": 3, "with rules": 4, "ring": 1, "real connectors": 2}
#: So many are one test, which tells of each that fails.
TOGETHER = 15
#: So many are to contain everything.
ENOUGH = 300


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """As many histories as ``--histories`` says."""
    if "seeds" not in metafunc.fixturenames:
        return
    first = metafunc.config.getoption("--seed")
    portions = []
    for kind in KINDS:
        beyond = first + of_kind(kind, metafunc.config.getoption("--histories"))
        for start in range(first, beyond, TOGETHER):
            seeds = range(start, min(start + TOGETHER, beyond))
            portions.append(pytest.param(kind, seeds, id=f"{kind}-{seeds[0]}-{seeds[-1]}"))
    metafunc.parametrize(("kind", "seeds"), portions)


def of_kind(kind: str, histories: int) -> int:
    return -(-histories * SHARES[kind] // sum(SHARES.values()))


@pytest.fixture(scope="module")
def met() -> dict[str, Counter[str]]:
    """By kind what took place in the histories so far."""
    return {kind: Counter() for kind in KINDS}


def test_histories_by_chance_end_well(
    kind: str, seeds: range, met: dict[str, Counter[str]]
) -> None:
    failures = []
    for seed in seeds:
        random.seed(seed)  # sessions of real connectors wait by chance between two tries
        story = KINDS[kind](seed)
        met[kind]["histories"] += 1
        if complaints := verdict(story, met[kind]):
            failures.append(report(story, complaints, f"{kind}: --histories 1 --seed {seed}"))
            print(failures[-1], flush=True)  # with -s before the others are lived through
    assert not failures, "\n\n".join(failures)


@pytest.mark.parametrize("kind", KINDS)
def test_histories_by_chance_contain_everything(kind: str, met: dict[str, Counter[str]]) -> None:
    """Whatever can happen did, in those that were lived through just now."""
    if met[kind]["histories"] < of_kind(kind, ENOUGH):
        pytest.skip(f"it takes {ENOUGH} histories")
    lacking = missing(kind, met[kind])
    assert not lacking, lacking


@pytest.mark.parametrize(("kind", "seed"), [("two apps", 20261123), ("with rules", 3), ("ring", 5)])
def test_same_history_same_trace(kind: str, seed: int) -> None:
    """I14: nothing but the history decides."""
    story = KINDS[kind](seed)
    assert trace(story) == trace(story)


@pytest.mark.parametrize("seed", range(20261123, 20261127))
def test_order_of_reading_does_not_matter(seed: int) -> None:
    """I18: apps that tell of everybody in the other order end up with the same."""
    story = undisturbed(whole(seed))
    straight, _ = lived(story)
    turned, _ = lived(story, turned=True)
    assert final(straight) == final(turned), str(story)
