"""How many histories, and which."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

HISTORIES, SEED = 300, 20261123


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("world", "simulation (pytest tests/world)")
    group.addoption("--histories", type=int, default=HISTORIES, help="how many by chance (300)")
    group.addoption("--seed", type=int, default=SEED, help="of the first; each next is one more")


@pytest.fixture(autouse=True)
def rare_garbage_collection() -> Iterator[None]:
    """A sixth of the time otherwise: histories make much garbage and keep little."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000)
    yield
    gc.set_threshold(*usual)
