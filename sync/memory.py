"""Rare garbage collection while a run is at work."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: Objects made before young ones are looked through, and how seldom older ones are.
RARELY = (20_000, 10, 50)


@contextmanager
def collected_rarely() -> Iterator[None]:
    """A run makes objects by the million and keeps few, none of them in circles: looking for
    those is a seventh of its time by Python's defaults. What is there already is left out."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
