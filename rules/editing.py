"""A change that somebody makes to a connection on a page: what the connection would become, judged
as a configuration file is, by what the apps offered when last asked; and kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from connections.models import Connection
from rules.configuration.change import Change
from rules.configuration.connections import WantedConnection
from rules.configuration.loading import Plan, plan_of
from rules.configuration.looks import as_last_read
from rules.configuration.mappings import MappingLine, WantedLine
from rules.configuration.problems import ConfigurationError, Place, Problem, Problems
from rules.configuration.rules import WantedRule
from rules.configuration.saving import save_connection
from rules.configuration.wishes import connected_with
from rules.history import record_revision
from rules.rows import setup_of
from rules.setup import Setup
from rules.written import WrittenAction, WrittenCondition, WrittenRule

SOURCE = "the admin"
#: Starting, pausing and resuming are no edits.
_KEPT = ("state",)
_AT = ("name", "a", "b", "rules", "mappings")


@dataclass(frozen=True, slots=True)
class Edit:
    """What the connection is to be, part by part; what is left out stays as it is stored.

    ``options``: some of ``rules.configuration.connections.OPTIONS``, as JSON has them. ``lines``
    and ``rules``: all that there will be, in their order; a rule that is stored has its key.
    """

    name: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    lines: Sequence[MappingLine] | None = None
    rules: Sequence[WrittenRule] | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, or worth knowing. ``at``: where, as (option,), ("mappings", number),
    ("mappings", number, "values"), ("rules", number, part) or ("rules", number, "if" or "then",
    number, part); numbers from 0, parts as the configuration file calls them. What is said of the
    whole has the name of the list only, or nothing that a form knows."""

    at: tuple[str | int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Judged:
    """``errors`` keep it from being kept, ``warnings`` do not. ``changes``: empty when everything
    is like that already. ``setup``: what the connection becomes where that differs for
    contacts; None otherwise, and where there are errors."""

    connection: Connection
    errors: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    changes: tuple[Change, ...] = ()
    setup: Setup | None = None
    plan: Plan | None = None


def judged(connection: Connection, edit: Edit) -> Judged:
    """Nothing is stored and no app is asked. Takes a constant number of queries."""
    problems = Problems()
    stored = connected_with(connection)
    row = stored.pop(connection.name)
    wanted = _wanted(row, edit)
    if Connection.objects.filter(name=wanted.name).exclude(pk=row.pk).exists():
        problems.error(wanted.place, f"Another connection is named {wanted.name} already.")
    for place, text in _doubled(edit):
        problems.error(place, text)
    try:
        problems.stop()
        # The row is known by the name that it is to have.
        known = {**stored, wanted.name: row}
        plan = plan_of({}, {wanted.name: wanted}, known, problems, as_last_read)
    except ConfigurationError as error:
        return Judged(connection, _faults(error.problems), _faults(problems.warnings))
    differing = (setup for was, setup in plan.setups if setup.digest() != setup_of(was).digest())
    setup = next(differing, None)
    return Judged(connection, (), _faults(problems.warnings), plan.of_connections, setup, plan)


def keep(verdict: Judged, by: Any) -> None:
    """Store what was judged to be without errors, and its place in the history. ``by``: a user."""
    assert verdict.plan is not None, "what has errors cannot be kept"
    with transaction.atomic():
        for wish, changes in verdict.plan.wishes:
            if changes and wish.stored:
                sides = (wish.stored.a, wish.stored.b)
                containers = {(each.account.name, each.remote_id): each for each in sides}
                record_revision(save_connection(wish, containers, _KEPT), by, SOURCE)


# --- The edit as the configuration file would say it; a place's key says where in the form ----


def _wanted(row: Connection, edit: Edit) -> WantedConnection:
    return WantedConnection(
        edit.name or row.name,
        Place(0, "name"),
        None,
        None,
        edit.options,
        {key: Place(0, key) for key in (*_AT, *edit.options)} | _options_not_named(edit),
        tuple(_wanted_line(number, line) for number, line in enumerate(edit.lines or ())),
        None if edit.lines is None else False,
        frozenset(edit.options),
        None
        if edit.rules is None
        else tuple(_wanted_rule(number, rule) for number, rule in enumerate(edit.rules)),
    )


def _options_not_named(edit: Edit) -> dict[str, Place]:
    named = ("sync_deletions", "sync_unsubscribes", "new_status", "state")
    return {key: Place(0, key) for key in named if key not in edit.options}


def _wanted_line(number: int, line: MappingLine) -> WantedLine:
    at = f"mappings.{number}"
    return WantedLine(
        line.a,
        line.b,
        line.arrow,
        line.on,
        line.winner,
        Place(0, at),
        line.values,
        Place(0, f"{at}.values"),
    )


def _wanted_rule(number: int, rule: WrittenRule) -> WantedRule:
    at = f"rules.{number}"
    return WantedRule(
        rule,
        {key: Place(0, f"{at}.{key}") for key in ("name", "from", "both_ways")},
        tuple(_places(f"{at}.if.{place}") for place in range(len(rule.conditions))),
        tuple(_places(f"{at}.then.{place}") for place in range(len(rule.actions))),
    )


def _places(at: str) -> dict[str, Place]:
    return {part: Place(0, f"{at}.{part}") for part in ("kind", "op", "field", "value")}


def _doubled(edit: Edit) -> Iterator[tuple[Place, str]]:
    names: set[str] = set()
    for number, rule in enumerate(edit.rules or ()):
        if rule.name in names:
            text = f"Another rule is named {rule.name} already."
            yield Place(0, f"rules.{number}.name"), text
        names.add(rule.name)
    pairs: set[tuple[str, str]] = set()
    for number, line in enumerate(edit.lines or ()):
        if (line.a, line.b) in pairs:
            yield Place(0, f"mappings.{number}"), "These two fields have a line already."
        pairs.add((line.a, line.b))


def _faults(problems: Sequence[Problem]) -> tuple[Fault, ...]:
    return tuple(Fault(_path(problem.place.key), problem.text) for problem in problems)


def _path(key: str) -> tuple[str | int, ...]:
    return tuple(int(part) if part.isdecimal() else part for part in key.split("."))


__all__ = [
    "Edit",
    "Fault",
    "Judged",
    "MappingLine",
    "WrittenAction",
    "WrittenCondition",
    "WrittenRule",
    "judged",
    "keep",
]
