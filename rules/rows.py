"""Setup from rows: what the tables say about a connection, as the engine takes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import prefetch_related_objects

from connections.models import Connection
from connectors.connector import Catalogue
from rules.building import SETUP_OPTIONS, build, rule_of
from rules.lines import HeldLine, lines_of
from rules.models import Rule
from rules.setup import Line, Setup
from rules.setup import Rule as RuleOfSetup
from rules.verdict import action_sentence, condition_sentence
from rules.written import WrittenAction, WrittenCondition, WrittenRule


@dataclass(frozen=True, slots=True)
class HeldCondition:
    """A condition that cannot be evaluated, or an action that cannot be carried out, just now."""

    rule: str
    condition: str
    why: str


def setup_of(connection: Connection) -> Setup:
    """The lines that are on and can work; the others are told by ``held_lines``. Takes a query
    each for lines, rules, conditions and actions, unless they were fetched before."""
    catalogues = catalogues_of(connection)
    lines = lines_of(connection.mappings.all(), catalogues["a"], catalogues["b"])
    options = {name: getattr(connection, name) for name in SETUP_OPTIONS}
    options["region"] = connection.region or settings.DEFAULT_REGION
    return build(
        connection.name,
        options,
        [item for item in lines if isinstance(item, Line)],
        [(str(row.pk), written_rule(row)) for row in rule_rows(connection)],
        catalogues,
        (settings.TRASH_MARK, settings.UNSUBSCRIBES_MARK),
    )


def held_lines(connection: Connection) -> list[HeldLine]:
    of = catalogues_of(connection)
    lines = lines_of(connection.mappings.all(), of["a"], of["b"])
    return [item for item in lines if isinstance(item, HeldLine)]


def held_conditions(connection: Connection) -> list[HeldCondition]:
    """Of the rules that are on, their actions included."""
    catalogues = catalogues_of(connection)
    rules = [rule_of(written_rule(row), str(row.pk), catalogues) for row in rule_rows(connection)]
    return [held for rule in rules if rule.on for held in held_in(rule)]


def held_in(rule: RuleOfSetup) -> Iterator[HeldCondition]:
    """The conditions and actions of one rule that are held."""
    for condition in rule.conditions:
        if condition.held:
            yield HeldCondition(rule.name, condition_sentence(condition), condition.held)
    for action in rule.actions:
        if action.held:
            yield HeldCondition(rule.name, action_sentence(action), action.held)


def catalogues_of(connection: Connection) -> Mapping[str, Catalogue]:
    return {side: connection.container(side).catalogue for side in ("a", "b")}


def rule_rows(connection: Connection) -> list[Rule]:
    """In their order, with conditions and actions."""
    rows = list(connection.rules.all())
    prefetch_related_objects(rows, "conditions", "actions")
    return rows


def written_rule(row: Rule) -> WrittenRule:
    return WrittenRule(
        row.name,
        row.side,
        tuple(
            WrittenCondition(x.kind, x.op, _given(x.value), x.field) for x in row.conditions.all()
        ),
        tuple(WrittenAction(x.kind, x.value, x.field) for x in row.actions.all()),
        undo=row.undo,
        both_ways=row.both_ways,
        on=row.on,
        take_back=row.take_back and not row.on,
        key=str(row.pk or ""),
    )


def _given(value: str | list[str]) -> str | tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else value
