"""What is worked out once for a Line of a Setup: they never change, and to hash one costs more
than what a plan does with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from rules.setup import Line, Setup

Made = TypeVar("Made")
_MOST = 4096


def by_line(make: Callable[[Line], Made]) -> Callable[[Line], Made]:
    """``make``, remembered for the very line, which is kept so that no other takes its id."""
    known: dict[int, tuple[Line, Made]] = {}

    def find(line: Line) -> Made:
        found = known.get(id(line))
        if found is not None:
            return found[1]
        if len(known) >= _MOST:
            known.clear()
        made = make(line)
        known[id(line)] = (line, made)
        return made

    return find


def by_line_of_setup(make: Callable[[Line, Setup], Made]) -> Callable[[Line, Setup], Made]:
    """The same, of a line and the setup that it is a part of."""
    known: dict[tuple[int, int], tuple[Line, Setup, Made]] = {}

    def find(line: Line, setup: Setup) -> Made:
        found = known.get((id(line), id(setup)))
        if found is not None:
            return found[2]
        if len(known) >= _MOST:
            known.clear()
        made = make(line, setup)
        known[id(line), id(setup)] = (line, setup, made)
        return made

    return find
