"""Setup from rows: what the tables say about a connection, as the engine takes it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from connections.models import Connection, FieldMapping
from connectors.connector import Catalogue
from connectors.fields import compatible
from rules.setup import BOTH, TO_A, TO_B, Brakes, Line, Setup


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A mapping line that cannot work just now, in words."""

    line: str
    why: str


def setup_of(connection: Connection) -> Setup:
    """The lines that are on and can work; the others are told by ``held_lines``."""
    return Setup(
        connection=connection.name,
        lines=tuple(item for item in _lines(connection) if isinstance(item, Line)),
        direction=connection.direction,
        winner=connection.winner,
        avoid_duplicates=connection.avoid_duplicates,
        never_blank=connection.never_blank,
        region=connection.region or settings.DEFAULT_REGION,
        brakes=Brakes.from_json(connection.brakes),
    )


def held_lines(connection: Connection) -> list[HeldLine]:
    return [item for item in _lines(connection) if isinstance(item, HeldLine)]


def _lines(connection: Connection) -> list[Line | HeldLine]:
    a, b = connection.a.catalogue, connection.b.catalogue
    return [_line(row, a, b) for row in connection.mappings.all() if row.on]


def _line(row: FieldMapping, of_a: Catalogue, of_b: Catalogue) -> Line | HeldLine:
    a, b = of_a.field(row.a), of_b.field(row.b)
    if a is None or b is None:
        gone = f"a has no field {row.a}" if a is None else f"b has no field {row.b}"
        return HeldLine(str(row), f"{gone} any more.")
    fit = compatible(a, b)
    wanted_to_b, wanted_to_a = row.arrow in (BOTH, TO_B), row.arrow in (BOTH, TO_A)
    if (wanted_to_b and not fit.a_to_b) or (wanted_to_a and not fit.b_to_a):
        return HeldLine(str(row), fit.why)
    return Line(a, b, row.arrow, row.winner)
