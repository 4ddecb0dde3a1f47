"""The explanation of one person, and its JSON: what ``explain --json`` prints, a line a person.

::

    {"connection", "contact": as asked for, "name",
     "a": {"place", "id", "fields": {field: value}, "segments": [[kind, name]], "status", "gone",
           "fault"} | null, "b": the same,
     "tried": {"side", "fields": {field: {"before", "after"}}} | null,
     "state", "cause", "reason", "existed": true | false | null,
     "met": the step (as in ``audit --json``) by which the two came together | null,
     "rules": [{"name", "from", "sentence", "on", "ignored": why | null, "matches",
                "conditions": [{"condition", "actual", "truth": true | false | null}]}],
     "effects": [{"side", "kind", "name", "before", "after", "ours", "rule", "matching"}],
     "halted": [text], "held_lines": [{"line", "why"}],
     "held_conditions": [{"rule", "condition", "why"}],
     "last": the latest step of the audit log | null,
     "would": {"state", "cause", "reason", "steps": [{"verb", "side", "fields": {field: {"before",
               "after", "lost"?}}, "rule", "cause", "why", "writes"}]},
     "notes": [text]}

``truth`` null is unknown: nobody enters or leaves because of that condition. ``matches`` is what
counts for the rule: of an unknown one what was known before. ``existed``: had it a counterpart
when the connection first met it. ``would`` is what a run now would do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from connectors.contact import contact_to_json, value_to_json
from rules.lines import HeldLine
from rules.rows import HeldCondition
from sync.engine.person import Change, StepPlan, View
from sync.ledger import audited


@dataclass(frozen=True, slots=True)
class ToldCondition:
    condition: str
    actual: str
    truth: bool | None


@dataclass(frozen=True, slots=True)
class ToldRule:
    """``side``: over whose contacts; ``ignored``: why the rule plays no part, "" where it does."""

    name: str
    side: str
    sentence: str
    on: bool
    ignored: str
    matches: bool
    conditions: tuple[ToldCondition, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "from": self.side,
            "sentence": self.sentence,
            "on": self.on,
            "ignored": self.ignored or None,
            "matches": self.matches,
            "conditions": [asdict(each) for each in self.conditions],
        }


@dataclass(frozen=True, slots=True)
class ToldEffect:
    """``rule``: whose word counts, by name; ``matching``: all whose action was carried out."""

    side: str
    kind: str
    name: str
    before: str
    after: str
    ours: bool
    rule: str
    matching: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "matching": list(self.matching)}


@dataclass(frozen=True, slots=True)
class Tried:
    """What differs on paper from what the app shows."""

    side: str
    changes: Mapping[str, Change]

    def to_json(self) -> dict[str, Any]:
        fields = {
            name: {"before": value_to_json(change.before), "after": value_to_json(change.after)}
            for name, change in self.changes.items()
        }
        return {"side": self.side, "fields": fields}


@dataclass(frozen=True, slots=True)
class Would:
    """What a run now would decide: the state afterwards, and its steps."""

    state: str
    cause: str
    reason: str
    steps: tuple[StepPlan, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "cause": self.cause,
            "reason": self.reason,
            "steps": [_step_to_json(step) for step in self.steps],
        }


@dataclass(frozen=True, slots=True)
class Around:
    """What the tables tell beside the plan. ``places``: by side account and container; ``met``
    and ``last``: steps as in ``audit --json``."""

    connection: str
    places: Mapping[str, str]
    met: Mapping[str, Any] | None = None
    last: Mapping[str, Any] | None = None
    held_lines: Sequence[HeldLine] = ()
    held_conditions: Sequence[HeldCondition] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    contact: str
    name: str
    sides: Mapping[str, View]
    state: str
    cause: str
    reason: str
    existed: bool | None
    rules: tuple[ToldRule, ...]
    effects: tuple[ToldEffect, ...]
    halted: tuple[str, ...]
    would: Would
    around: Around
    tried: Tried | None = None

    def to_json(self) -> dict[str, Any]:
        around = self.around
        return {
            "connection": around.connection,
            "contact": self.contact,
            "name": self.name,
            **{side: self._side(side) for side in "ab"},
            "tried": self.tried and self.tried.to_json(),
            "state": self.state,
            "cause": self.cause,
            "reason": self.reason,
            "existed": self.existed,
            "met": around.met,
            "rules": [rule.to_json() for rule in self.rules],
            "effects": [effect.to_json() for effect in self.effects],
            "halted": list(self.halted),
            "held_lines": [asdict(each) for each in around.held_lines],
            "held_conditions": [asdict(each) for each in around.held_conditions],
            "last": around.last,
            "would": self.would.to_json(),
            "notes": list(around.notes),
        }

    def _side(self, side: str) -> dict[str, Any] | None:
        view = self.sides.get(side)
        if view is None:
            return None
        shown = contact_to_json(view.contact) if view.contact else {"fields": {}}
        return {
            "place": self.around.places[side],
            "id": view.remote_id,
            "fields": shown["fields"],
            "segments": shown.get("segments", []),
            "status": shown.get("status", ""),
            "gone": view.gone,
            "fault": view.fault,
        }


def _step_to_json(step: StepPlan) -> dict[str, Any]:
    return {
        "verb": step.verb,
        "side": step.side or None,
        "fields": audited(step),
        "rule": step.rule or None,
        "cause": step.cause,
        "why": step.why or None,
        "writes": step.calls,
    }
