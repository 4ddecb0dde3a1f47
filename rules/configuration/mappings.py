"""The mapping lines of a connection in a file: their form, and what they make of the default
mapping. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from connections.mappings import default_lines, widest_arrow
from connectors.connector import Catalogue
from connectors.fields import Field, compatible
from rules.configuration.document import Table, suggest
from rules.configuration.problems import Place, Problems
from rules.setup import BOTH, TO_A, TO_B

ARROWS = (BOTH, TO_B, TO_A)


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A line as the file has it; ``arrow`` is "" when left out."""

    a: str
    b: str
    arrow: str
    on: bool
    winner: str
    place: Place


@dataclass(frozen=True, slots=True)
class MappingLine:
    """A line as it is to be stored."""

    a: str
    arrow: str
    b: str
    on: bool = True
    winner: str = ""
    #: It came from the default mapping: not compared, for it says nothing about what flows.
    default: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return f"{self.a} {self.arrow} {self.b}"

    def writes(self, side: str) -> bool:
        return self.on and self.arrow in (BOTH, TO_B if side == "b" else TO_A)


Lines = dict[tuple[str, str], MappingLine]


def read_lines(connection: Table) -> list[WantedLine]:
    found: dict[tuple[str, str], WantedLine] = {}
    for table in connection.tables("mappings"):
        table.only("a", "arrow", "b", "on", "winner", "values")
        if "values" in table:
            table.error("values", "This version cannot translate values yet.")
        a, b = table.text("a", required=True), table.text("b", required=True)
        arrow, winner = table.choice("arrow", ARROWS), table.choice("winner", ("a", "b"))
        on = table.flag("on")
        if a is None or b is None:
            continue
        line = WantedLine(a, b, arrow or "", on is not False, winner or "", table.at("a"))
        if first := found.get((a, b)):
            table.error("a", f"The line {a} – {b} is here twice; see line {first.place.line}.")
        else:
            found[a, b] = line
    return list(found.values())


def lines_of(
    wanted: Iterable[WantedLine],
    with_default: bool,
    of_a: Catalogue,
    of_b: Catalogue,
    problems: Problems,
) -> Lines:
    """The default mapping (if wished), changed and added to by the lines of the file."""
    lines: Lines = {}
    if with_default:
        for a, arrow, b in default_lines(of_a, of_b):
            lines[a, b] = MappingLine(a, arrow, b, default=True)
    places: dict[tuple[str, str], Place] = {}
    for line in wanted:
        places[line.a, line.b] = line.place
        base = lines.get((line.a, line.b), MappingLine(line.a, line.arrow, line.b))
        if checked := _checked(line, base, of_a, of_b, problems):
            lines[line.a, line.b] = checked
    _check_written_once(lines, places, problems)
    return lines


def _checked(
    line: WantedLine, base: MappingLine, of_a: Catalogue, of_b: Catalogue, problems: Problems
) -> MappingLine | None:
    a = _field("a", line.a, of_a, line.place, problems)
    b = _field("b", line.b, of_b, line.place, problems)
    if a is None or b is None:
        return None
    fit, widest = compatible(a, b), widest_arrow(a, b)
    arrow = line.arrow or base.arrow or widest
    if not widest:
        problems.error(line.place, f"{line.a} and {line.b} cannot be mapped: {fit.why}")
        return None
    if widest != BOTH and arrow != widest:
        problems.error(
            line.place, f"Between {line.a} and {line.b} only {widest} is possible: {fit.why}"
        )
        return None
    return replace(base, arrow=arrow, on=line.on, winner=line.winner)


def _field(
    side: str, name: str, catalogue: Catalogue, place: Place, problems: Problems
) -> Field | None:
    found = catalogue.field(name)
    if found is None:
        known = [item.name for item in catalogue.fields]
        problems.error(place, f"Side {side} has no field {name!r}. {suggest(name, known)}")
    return found


def _check_written_once(
    lines: Lines, places: Mapping[tuple[str, str], Place], problems: Problems
) -> None:
    """Each field is written by at most one line."""
    for side in ("a", "b"):
        writers: dict[str, MappingLine] = {}
        for key, line in lines.items():
            if not line.writes(side):
                continue
            name = line.b if side == "b" else line.a
            earlier = writers.setdefault(name, line)
            place = places.get(key) or places.get((earlier.a, earlier.b))
            if earlier is not line and place:
                problems.error(
                    place,
                    f"{name} of {side} would be written by two lines: {earlier} and {line}. "
                    f"Switch one off: {{a: {earlier.a!r}, arrow: {earlier.arrow!r}, "
                    f"b: {earlier.b!r}, on: false}}.",
                )
