"""What the next run would do, rule by rule, from the mirror: no app is asked and nothing is
written. A contact that several rules match is counted under each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from connections.models import Connection
from rules.rows import setup_of
from rules.verdict import rule_sentence
from sync.ledger import Person
from sync.models import Planned
from sync.planning import plan
from sync.register import Register
from sync.sketch import Sketch
from sync.work import work_under

#: What is counted beside those that match.
VERBS = ("create", "update", "link", "act", "mark")


@dataclass(frozen=True, slots=True)
class RuleCount:
    """``matching``: contacts or pairs; ``would``: by verb how many of them."""

    name: str
    sentence: str
    matching: int
    would: dict[str, int]


def by_rule(connection: Connection, now: datetime) -> list[RuleCount]:
    """Of the rules that are in force, in their order; empty when nothing was read yet."""
    planned = Planned.objects.filter(connection=connection).first()
    if planned is None:
        return []
    setup = setup_of(connection)
    matching: Counter[str] = Counter()
    would: Counter[tuple[str, str]] = Counter()

    def take(person: Person) -> None:
        decision = person.decision
        assert decision is not None, "a person is taken before it was planned"
        verbs = {step.verb for step in person.steps}
        for key in decision.matched:
            matching[key] += 1
            would.update((key, verb) for verb in verbs)

    # Also of those about whom nothing is to be done it is told which rules they match.
    work = replace(work_under(setup, planned), everything=True)
    plan(Register(connection), setup, work, Sketch(take), now)
    return [
        RuleCount(
            rule.name,
            rule_sentence(rule),
            matching[rule.key],
            {verb: would[rule.key, verb] for verb in VERBS},
        )
        for side in "ab"
        for rule in setup.rules_of(side)
    ]
