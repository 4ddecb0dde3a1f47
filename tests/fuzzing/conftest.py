"""How many examples, and from which seed on."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

#: In turn: a random source, and the seed that makes it.
Chances = Callable[[int], Iterator[tuple[int, random.Random]]]


@pytest.fixture
def chances(request: pytest.FixtureRequest) -> Chances:
    """``chances(60)``: as many examples as ``--examples`` says, else sixty."""

    def seeded(usual: int) -> Iterator[tuple[int, random.Random]]:
        count = request.config.getoption("--examples") or usual
        first = request.config.getoption("--seed")
        print(f"{request.node.name}: {count} examples from seed {first} on")
        for seed in range(first, first + count):
            yield seed, random.Random(seed)

    return seeded
