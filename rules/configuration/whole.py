"""A connection as it is written down, whole: of two such the difference is told. From a row, from
what a file wishes for, and from a text that was kept, whatever became of the apps since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connections.models import Connection, Container
from connectors.connector import Catalogue
from rules.configuration.connections import WantedConnection, WantedSide, read_connections
from rules.configuration.document import read_document
from rules.configuration.mappings import Lines, lines_as_written
from rules.configuration.problems import Problems
from rules.configuration.wishes import Wish, options_of, stored_lines, stored_rules
from rules.written import WrittenRule

#: By the account's name and the app's id of the container.
Containers = Mapping[tuple[str, str], Container]


@dataclass(frozen=True, slots=True)
class WholeSide:
    """``key``: the account's name and the app's id of the container; ``words``: for people."""

    key: tuple[str, str]
    words: str
    catalogue: Catalogue

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, slots=True)
class WholeConnection:
    name: str
    sides: Mapping[str, WholeSide]
    options: Mapping[str, Any]
    lines: Lines
    rules: tuple[WrittenRule, ...]

    @property
    def catalogues(self) -> dict[str, Catalogue]:
        return {side: found.catalogue for side, found in self.sides.items()}


def whole_row(row: Connection) -> WholeConnection:
    sides = {side: _stored_side(row.container(side)) for side in ("a", "b")}
    return WholeConnection(row.name, sides, options_of(row), stored_lines(row), stored_rules(row))


def whole_wish(wish: Wish) -> WholeConnection:
    wished = {side: wish.side(side) for side in ("a", "b")}
    sides = {
        side: WholeSide(found.key, str(found), found.catalogue) for side, found in wished.items()
    }
    return WholeConnection(wish.name, sides, wish.options, wish.lines, wish.rules)


def whole_text(text: str, containers: Containers) -> WholeConnection | None:
    """Of a text of one connection, as ``dump(whole=True)`` makes it; None when it cannot be read.
    The default mapping is the one of what the ``containers`` offer now."""
    problems = Problems()
    found = list(read_connections(read_document(text, problems)).values())
    if problems.errors or len(found) != 1:
        return None
    (wanted,) = found
    if wanted.a is None or wanted.b is None:
        return None
    sides = {"a": _written_side(wanted.a, containers), "b": _written_side(wanted.b, containers)}
    options = options_of(Connection())
    brakes = {**options["brakes"], **wanted.options.get("brakes", {})}
    return WholeConnection(
        wanted.name,
        sides,
        {**options, **wanted.options, "brakes": brakes},
        _lines(wanted, sides),
        tuple(each.rule for each in wanted.rules or ()),
    )


def _stored_side(container: Container) -> WholeSide:
    key = (container.account.name, container.remote_id)
    return WholeSide(key, str(container), container.catalogue)


def _written_side(side: WantedSide, containers: Containers) -> WholeSide:
    key = (side.account, side.container)
    if container := containers.get(key):
        return _stored_side(container)
    return WholeSide(key, " · ".join(key), Catalogue(()))


def _lines(wanted: WantedConnection, sides: Mapping[str, WholeSide]) -> Lines:
    with_default = wanted.with_default is not False
    of_a, of_b = sides["a"].catalogue, sides["b"].catalogue
    return lines_as_written(wanted.lines, with_default, of_a, of_b)
