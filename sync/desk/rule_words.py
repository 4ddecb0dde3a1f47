"""The rules of a connection as its pages tell them: in their order, a sentence each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connections.models import Connection
from connectors.connector import Catalogue
from rules.building import rule_of
from rules.rows import HeldCondition, held_in
from rules.setup import TWO_WAY, Rule, direction_to, other
from rules.verdict import rule_sentence
from rules.written import WrittenRule


@dataclass(frozen=True, slots=True)
class ToldRule:
    """``number``: its place, from 1; ``held``: its parts that wait; ``ignored``: why it plays no
    part, "" where it does; ``is_plain``: every contact, and nothing is done to it."""

    key: str
    number: int
    name: str
    side: str
    sentence: str
    on: bool
    take_back: bool
    has_actions: bool
    is_plain: bool
    held: Sequence[HeldCondition]
    ignored: str

    @property
    def is_in_force(self) -> bool:
        return self.on and not self.ignored


def told_rules(
    connection: Connection,
    rules: Sequence[WrittenRule],
    catalogues: Mapping[str, Catalogue],
    names: Mapping[str, str],
) -> list[ToldRule]:
    """``catalogues`` and ``names``: by side."""
    return [
        _told(number, rule, connection.direction, catalogues, names)
        for number, rule in enumerate(rules, 1)
    ]


def _told(
    number: int,
    written: WrittenRule,
    direction: str,
    catalogues: Mapping[str, Catalogue],
    names: Mapping[str, str],
) -> ToldRule:
    rule = rule_of(written, written.key, catalogues)
    target = other(rule.side)
    is_asked = direction in (TWO_WAY, direction_to(target))
    ignored = "" if is_asked else f"Ignored: nothing flows from {names[rule.side]}."
    return ToldRule(
        written.key,
        number,
        rule.name,
        rule.side,
        sentence_of(rule, names),
        rule.on,
        written.take_back,
        bool(rule.actions),
        not rule.conditions and not rule.actions,
        list(held_in(rule)) if rule.on else (),
        ignored,
    )


def sentence_of(rule: Rule, names: Mapping[str, str]) -> str:
    if not rule.conditions and not rule.actions:
        return f"Every contact of {names[rule.side]} is synced."
    return rule_sentence(rule, names["a"], names["b"])
