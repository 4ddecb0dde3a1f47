"""Errors planted in the planner, and within how many seeds each has to be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from rules.setup import Line, Setup, other
from sync import meeting
from sync.engine import acting, merge_single, plan, seeing
from sync.engine.line import Choice, Outcome, Shown
from tests.world.mutants import MUTANTS, Mutant, Plant
from tests.world.mutants_rules import RULE_MUTANTS


@dataclass(frozen=True)
class PlannerMutant:
    """``kind``: of the histories; ``within``: so many seeds it is seen."""

    name: str
    plants: Sequence[Plant]
    kind: str
    within: int

    @property
    def seeds(self) -> range:
        return range(1, 1 + self.within)

    def planted(self) -> AbstractContextManager[None]:
        return Mutant(self.name, self.plants, ()).planted()


def _keep_nothing_lost(*given: Any, sound: Any = merge_single._write, **more: Any) -> Outcome:
    outcome: Outcome = sound(*given, **more)
    writes = {side: replace(writing, lost="") for side, writing in outcome.writes.items()}
    return replace(outcome, writes=writes)


def _winner_erases(line: Line, shown: Shown, setup: Setup) -> Outcome:
    choice = Choice(setup.wins(line), by_policy=True)
    if not setup.flows(line, other(choice.source)):
        return Outcome(agreed=([None, merge_single._row(shown)],))
    return merge_single._write(line, shown, choice, overwrites=True)


def _winner_clears(line: Line, shown: Shown, setup: Setup) -> Outcome:
    """The winning side's word stays also where it is a clear."""
    choice = Choice(setup.wins(line), by_policy=True)
    if not setup.flows(line, other(choice.source)):
        return Outcome(drift=True)
    return merge_single._write(line, shown, choice, overwrites=True)


def _agree_to_nothing_missing(*given: Any, sound: Any = plan.plan_new, **more: Any) -> Any:
    """What a new contact lacks is no agreement."""
    decision = sound(*given, **more)
    steps = (replace(x, agree=_filled(x.agree)) for x in decision.steps)
    return replace(decision, steps=tuple(steps))


def _filled(agree: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    return {key: ops for key, ops in agree.items() if all(all(new or ()) for _, new in ops)}


#: Of the errors planted in the engine for histories with a database those that show here too.
_ALSO_SEEN = {
    "deleted contacts made again": 60,
    "what was there is taken back": 120,
    "action repeated after it was undone by a person": 60,
    "undo leaves the bases": 700,
    "leaving a rule forgets what was agreed": 400,
    "both ways takes absence for removal": 80,
}

PLANNER_MUTANTS = [
    PlannerMutant(
        "what gives way is not kept", [(merge_single, "_write", _keep_nothing_lost)], "lines", 60
    ),
    PlannerMutant(
        "an empty winner erases", [(merge_single, "_first_match", _winner_erases)], "lines", 60
    ),
    PlannerMutant(
        "a clear beats an edit", [(merge_single, "_both_changed", _winner_clears)], "lines", 100
    ),
    PlannerMutant(
        "what a new contact lacks is open",
        [(meeting, "plan_new", _agree_to_nothing_missing)],
        "lines",
        400,
    ),
    PlannerMutant(
        "one way writes both", [(Setup, "may_write", lambda setup, side: True)], "lines", 60
    ),
    PlannerMutant(
        "rules see what rules put there",
        [(seeing, "unaided", lambda contact, *given: contact)],
        "rules",
        200,
    ),
    PlannerMutant(
        "nothing is taken back", [(acting, "undoing", lambda setup: frozenset())], "rules", 60
    ),
    PlannerMutant(
        "no heir is looked for",
        [(meeting.Meeting, "_find_heirs", lambda *given: None)],
        "rules",
        100,
    ),
    *(
        PlannerMutant(mutant.name, mutant.plants, "rules", _ALSO_SEEN[mutant.name])
        for mutant in (*MUTANTS, *RULE_MUTANTS)
        if mutant.name in _ALSO_SEEN
    ),
]
