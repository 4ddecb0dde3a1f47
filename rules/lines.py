"""Lines from rows: what a mapping can carry, given what the catalogues of both sides say now.
Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from connections.mappings import joined_fields
from connectors.connector import Catalogue
from connectors.fields import compatible
from connectors.options import doubled_option
from rules.setup import BOTH, TO_A, TO_B, Line


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A mapping line that cannot work just now, in words."""

    line: str
    why: str


class MappingRow(Protocol):
    """A line as it is stored, or is to be. ``str`` of it names it to people."""

    @property
    def a(self) -> str: ...
    @property
    def arrow(self) -> str: ...
    @property
    def b(self) -> str: ...
    @property
    def on(self) -> bool: ...
    @property
    def winner(self) -> str: ...
    @property
    def values(self) -> Mapping[str, str] | tuple[tuple[str, str], ...]: ...


def lines_of(rows: Iterable[MappingRow], of_a: Catalogue, of_b: Catalogue) -> list[Line | HeldLine]:
    """The rows that are on, in their order."""
    return [_line(row, of_a, of_b) for row in rows if row.on]


def _line(row: MappingRow, of_a: Catalogue, of_b: Catalogue) -> Line | HeldLine:
    a, b = joined_fields(row.a, row.b, of_a, of_b)
    if a is None or b is None:
        gone = f"a has no field {row.a}" if a is None else f"b has no field {row.b}"
        return HeldLine(str(row), f"{gone} any more.")
    fit = compatible(a, b)
    wanted_to_b, wanted_to_a = row.arrow in (BOTH, TO_B), row.arrow in (BOTH, TO_A)
    if (wanted_to_b and not fit.a_to_b) or (wanted_to_a and not fit.b_to_a):
        return HeldLine(str(row), fit.why)
    values = tuple(sorted(dict(row.values).items()))  # databases keep them in no order
    if row.arrow == BOTH and (option := doubled_option(values)):
        return HeldLine(
            str(row), f"{option!r} is there twice in its values, so there is no way back from it."
        )
    return Line(a, b, row.arrow, row.winner, values)
