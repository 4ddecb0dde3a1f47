"""What a connection would do under another setup, from the mirror: no app is asked and nothing is
written. People are counted as they are decided upon, none is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connections.models import Connection
from rules.setup import Setup
from sync.brakes import gives_way, pairs_of
from sync.engine.brakes import Tally, too_many
from sync.engine.person import StepPlan
from sync.ledger import Person
from sync.models import Planned, SyncRecord
from sync.planning import plan
from sync.register import Register
from sync.sketch import Sketch
from sync.work import work_under

#: So many are named of each kind.
EXAMPLES = 3
EXCLUDED = SyncRecord.State.EXCLUDED

#: What is counted, in the order in which it is told, in words; {0} is *1 contact*, *2 contacts* …
KINDS = {
    "enter": "{0} would be taken in",
    "leave": "{0} would be left out from now on",
    "link": "{0} would be paired with one on the other side",
    "create a": "{0} would be made in A",
    "create b": "{0} would be made in B",
    "update a": "{0} would be changed in A",
    "update b": "{0} would be changed in B",
    "act": "{0} would get what a rule puts on",
    "revert": "{0} would lose what a rule put on",
    "mark": "{0} would be marked",
    "unmark": "{0} would lose a mark",
    "conflict": "{0} would lose a value that gives way to the other side's",
    "hold": "{0} would be held back, in part or wholly",
}


@dataclass(slots=True)
class Counted:
    """How many people, and the names of the first few."""

    number: int = 0
    names: list[str] = field(default_factory=list)

    def count(self, name: str) -> None:
        self.number += 1
        if len(self.names) < EXAMPLES:
            self.names.append(name)


@dataclass(slots=True)
class Effect:
    """People by kind (``KINDS``), and why the next run would be held, in sentences.
    ``is_known``: False of a connection that never ran, of which the mirror knows too little."""

    is_known: bool
    counts: dict[str, Counted] = field(default_factory=lambda: {kind: Counted() for kind in KINDS})
    held: list[str] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        return not any(counted.number for counted in self.counts.values())

    def to_json(self) -> dict[str, Any]:
        return {
            "known": self.is_known,
            "counts": {kind: counted.number for kind, counted in self.counts.items()},
            "examples": {k: counted.names for k, counted in self.counts.items() if counted.names},
            "held": self.held,
        }


def effect_of(connection: Connection, setup: Setup, now: datetime) -> Effect:
    """What the next run would do were this the connection's setup, apart from what the apps
    changed since they were last read."""
    planned = Planned.objects.filter(connection=connection).first()
    if planned is None or planned.first_done_at is None:
        return Effect(is_known=False)
    counting = _Counting(Effect(is_known=True))
    plan(Register(connection), setup, work_under(setup, planned), Sketch(counting.take), now)
    effect = counting.effect
    effect.held = too_many(counting.tally(), pairs_of(connection), setup.brakes, {})
    return effect


class _Counting:
    def __init__(self, effect: Effect) -> None:
        self.effect = effect
        self.marks = self.overwrites = self.calls = 0

    def tally(self) -> Tally:
        return Tally(self.marks, self.overwrites, self.calls)

    def take(self, person: Person) -> None:
        for kind in dict.fromkeys(_kinds(person)):
            self.effect.counts[kind].count(person.title)
        calling = [step for step in person.steps if step.calls]
        self.calls += len({step.side for step in calling})
        self.marks += any(step.verb == "mark" for step in calling)
        self.overwrites += any(map(_gives_way, calling))


def _gives_way(step: StepPlan) -> bool:
    if step.verb in ("create", "mark"):
        return False
    return any(gives_way(name, change.before, change.after) for name, change in step.fields.items())


def _kinds(person: Person) -> Iterator[str]:
    """Under what this person is counted, once each."""
    assert person.decision is not None, "a person is taken before it was planned"
    state, row = person.decision.state, person.row
    if row is not None:
        if row.state == EXCLUDED and state in (SyncRecord.State.NEW, SyncRecord.State.IN_SYNC):
            yield "enter"
        elif row.state != EXCLUDED == state:
            yield "leave"
    made = {step.side for step in person.steps if step.verb == "create"}
    for step in person.steps:
        if step.calls:
            yield f"{'create' if step.side in made else 'update'} {step.side}"
        if step.verb in KINDS:
            yield step.verb
        if any(change.lost for change in step.fields.values()):
            yield "conflict"


# --- in words ---


def in_sentences(connection: Connection, effect: Effect, *, with_names: bool = True) -> list[str]:
    """``with_names``: examples are named, for those who may see people."""
    name = connection.name
    if not effect.is_known:
        return [
            f"{name} has not run yet, so what this does to contacts is not known. When it is "
            f"loaded, look at `sync {name} --preview`."
        ]
    if effect.is_nothing:
        return [f"{name}: no contact would be changed by the next run, as last read."]
    lines = [f"{name}: the next run would then do this, as the apps were last read:"]
    for kind, counted in effect.counts.items():
        if counted.number:
            told = f"  {KINDS[kind].format(_contacts(counted.number))}"
            lines.append(f"{told}: {_names(counted)}" if with_names else told)
    if effect.held:
        reasons = " ".join(effect.held)
        lines.append(f"  It would be held before it writes, and ask: {reasons}")
    return lines


def _contacts(number: int) -> str:
    return f"{number} contact{'' if number == 1 else 's'}"


def _names(counted: Counted) -> str:
    more = counted.number - len(counted.names)
    return ", ".join(counted.names) + (f" and {more} more" if more else "")
