"""Histories by chance for the planner alone, of two kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from tests.world.chance_rules import Tale, whole_setting
from tests.world.history import Event, History
from tests.world.planner.chance_lines import with_lines

#: What an app may be like where no request is made, and who is gone is known.
_QUIRKS = ("normalise", "limits", "archives", "merges", "statuses")


def with_rules(seed: int) -> History:
    """Everything that a connection can be told, between apps that are always there."""
    chance = Random(f"planner rules {seed}")
    told = whole_setting(chance)
    tale = _Rules(chance, replace(told, a=_calm(told.a), b=_calm(told.b)))
    return tale.tell()


def _calm(quirks: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in quirks.items() if name in _QUIRKS}


class _Rules(Tale):
    def _faults(self) -> list[Event]:
        return [("break", self.chance.choice((0, 1, 2)))] if self.chance.random() < 0.15 else []


#: How histories of a kind are made from a seed.
KINDS = {"rules": with_rules, "lines": with_lines}
