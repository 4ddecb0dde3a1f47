"""What all histories share."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def rare_garbage_collection() -> Iterator[None]:
    """A sixth of the time otherwise: histories make much garbage and keep little."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000)
    yield
    gc.set_threshold(*usual)
