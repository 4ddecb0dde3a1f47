"""What each connection of a file is to be, whole: the file's words over what is stored over the
defaults, checked against tables and catalogues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from connections.joining import Place as ContainerPlace
from connections.joining import check_places, place_of
from connections.models import Connection
from connectors.connector import Catalogue
from connectors.errors import AskStaff
from rules.configuration.connections import OPTIONS, WantedConnection
from rules.configuration.looks import Look
from rules.configuration.mappings import Lines, MappingLine, lines_of
from rules.configuration.problems import Place, Problems
from rules.configuration.questions import Question
from rules.configuration.rules import rules_of
from rules.rows import rule_rows, written_rule
from rules.setup import Brakes
from rules.written import DEFAULT_RULES, WrittenRule


@dataclass(frozen=True, slots=True)
class WishedSide:
    place: ContainerPlace
    catalogue: Catalogue

    @property
    def key(self) -> tuple[str, str]:
        return self.place.account, self.place.remote_id

    def __str__(self) -> str:
        return str(self.place)


@dataclass(frozen=True, slots=True)
class Wish:
    name: str
    stored: Connection | None
    a: WishedSide
    b: WishedSide
    options: Mapping[str, Any]
    lines: Lines
    rules: tuple[WrittenRule, ...]
    place: Place

    def side(self, side: str) -> WishedSide:
        return self.a if side == "a" else self.b

    @property
    def catalogues(self) -> dict[str, Catalogue]:
        return {side: self.side(side).catalogue for side in ("a", "b")}


def stored_connections(**which: Any) -> dict[str, Connection]:
    rows = Connection.objects.filter(**which).select_related("a__account", "b__account")
    rows = rows.prefetch_related("mappings", "rules__conditions", "rules__actions")
    return {row.name: row for row in rows}


def connected_with(connection: Connection) -> dict[str, Connection]:
    """Of ``stored_connections`` those that share a container with it, with one of these, and so
    on: what the others are told has nothing to do with it. It is among them."""
    rows = Connection.objects.select_related("a__account", "b__account")
    rows = rows.defer("a__catalogue_data", "b__catalogue_data")
    places = {row.pk: {place_of(row.a), place_of(row.b)} for row in rows}
    near = set(places.pop(connection.pk))
    found = {connection.pk}
    while more := {pk for pk, theirs in places.items() if theirs & near}:
        near = set().union(*(places.pop(pk) for pk in more))
        found |= more
    return stored_connections(pk__in=found)


def wishes_of(
    wanted: Mapping[str, WantedConnection],
    stored: Mapping[str, Connection],
    questions: Mapping[tuple[str, str], Question],
    looks: Mapping[str, Look],
    problems: Problems,
) -> list[Wish]:
    wishes: list[Wish] = []
    for connection in wanted.values():
        a, b = (_side(questions.get((connection.name, side)), looks) for side in ("a", "b"))
        if a and b:
            row = stored.get(connection.name)
            wishes.append(_wish(connection, row, a, b, problems))
    _check_places(wishes, stored, problems)
    return wishes


def _side(question: Question | None, looks: Mapping[str, Look]) -> WishedSide | None:
    look = looks.get(question.account) if question else None
    info = look.chosen.get(question.container) if look and question else None
    if look is None or info is None:
        return None
    place = ContainerPlace(look.login.app, look.identity.id, info.id, look.login.name, info.name)
    return WishedSide(place, look.catalogues[info.id])


def _wish(
    wanted: WantedConnection,
    row: Connection | None,
    a: WishedSide,
    b: WishedSide,
    problems: Problems,
) -> Wish:
    options = {**options_of(row or Connection()), **wanted.options}
    options["brakes"] = {**brakes_of(row), **wanted.options.get("brakes", {})}
    if row and wanted.with_default is None:
        lines = stored_lines(row)
    else:
        with_default = wanted.with_default is not False
        stored = stored_lines(row) if row else {}
        found = lines_of(wanted.lines, with_default, a.catalogue, b.catalogue, problems, stored)
        # In the one order that every database gives values back in.
        lines = {
            key: replace(line, values=tuple(sorted(line.values))) for key, line in found.items()
        }
    catalogues = {"a": a.catalogue, "b": b.catalogue}
    rules = rules_of(wanted.rules, stored_rules(row), catalogues, problems)
    wish = Wish(wanted.name, row, a, b, options, lines, rules, wanted.place)
    if row and has_run(row):
        _check_what_is_fixed(wish, row, wanted, problems)
    return wish


def _check_what_is_fixed(
    wish: Wish, row: Connection, wanted: WantedConnection, problems: Problems
) -> None:
    for side in ("a", "b"):
        container = row.container(side)
        if wish.side(side).key != (container.account.name, container.remote_id):
            problems.error(
                wanted.at[side],
                f"The connection has run: its side {side} stays {container}. "
                "Make another connection for another container.",
            )
    if wish.options["state"] == Connection.State.DRAFT != row.state:
        problems.error(
            wanted.at["state"], "The connection has run, so it is no draft any more. Write paused."
        )


def _check_places(
    wishes: Iterable[Wish], stored: Mapping[str, Connection], problems: Problems
) -> None:
    asked = {wish.name: wish for wish in wishes}
    taken = {
        name: (place_of(row.a), place_of(row.b))
        for name, row in stored.items()
        if name not in asked
    }
    for wish in asked.values():
        try:
            check_places(wish.a.place, wish.b.place, taken)
        except AskStaff as error:
            problems.error(wish.place, str(error))
        else:
            taken[wish.name] = (wish.a.place, wish.b.place)


def options_of(row: Connection) -> dict[str, Any]:
    """The options as they are stored, or the defaults of a row not stored yet."""
    found = {name: getattr(row, name) for name in OPTIONS}
    return {**found, "brakes": brakes_of(row)}


def brakes_of(row: Connection | None) -> dict[str, Any]:
    """All limits, the default ones too, as JSON has them."""
    default = {
        name: list(limit) if isinstance(limit, tuple) else limit
        for name, limit in asdict(Brakes()).items()
    }
    return {**default, **(row.brakes if row else {})}


def stored_lines(row: Connection) -> Lines:
    return {
        (line.a, line.b): MappingLine(
            line.a,
            line.arrow,
            line.b,
            line.on,
            line.winner,
            line.default,
            tuple(sorted(line.values.items())),
        )
        for line in row.mappings.all()
    }


def stored_rules(row: Connection | None) -> tuple[WrittenRule, ...]:
    """Those that a new connection has, where there is no row yet."""
    return tuple(written_rule(each) for each in rule_rows(row)) if row else DEFAULT_RULES


def has_run(row: Connection) -> bool:
    """Did a run ever get as far as doing something? (The tables of runs are a higher room's,
    reached from here only through Django's reverse managers.)"""
    planned = getattr(row, "planned", None)
    if planned and planned.first_done_at:
        return True
    return bool(row.runs.filter(kind="sync", steps__isnull=False).exists())
