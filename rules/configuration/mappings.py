"""The mapping lines of a connection in a file: their form, and what they make of the default
mapping. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from connections.mappings import collide, default_lines, joined_fields, widest_arrow
from connectors.connector import Catalogue
from connectors.fields import CHOOSING, Field, compatible
from connectors.options import doubled_option, missing_options, unknown_options
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
    values: tuple[tuple[str, str], ...] = ()
    values_at: Place | None = None


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
    #: What options are called: pairs (of a, of b).
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.a} {self.arrow} {self.b}"

    def writes(self, side: str) -> bool:
        return self.on and self.arrow in (BOTH, TO_B if side == "b" else TO_A)


Lines = dict[tuple[str, str], MappingLine]


def read_lines(connection: Table) -> list[WantedLine]:
    found: dict[tuple[str, str], WantedLine] = {}
    for table in connection.tables("mappings"):
        table.only("a", "arrow", "b", "on", "winner", "values")
        a, b = table.text("a", required=True), table.text("b", required=True)
        arrow, winner = table.choice("arrow", ARROWS), table.choice("winner", ("a", "b"))
        on = table.flag("on")
        if a is None or b is None:
            continue
        line = WantedLine(
            a,
            b,
            arrow or "",
            on is not False,
            winner or "",
            table.at("a"),
            _read_values(table),
            table.at("values"),
        )
        if first := found.get((a, b)):
            table.error("a", f"The line {a} – {b} is here twice; see line {first.place.line}.")
        else:
            found[a, b] = line
    return list(found.values())


def _read_values(table: Table) -> tuple[tuple[str, str], ...]:
    values = table.table("values")
    if values is None:
        return ()
    pairs = ((option, values.text(option, required=True)) for option in values)
    return tuple((mine, theirs) for mine, theirs in pairs if theirs is not None)


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
    _check_written_once(lines, places, of_a, of_b, problems)
    return lines


def lines_as_written(
    wanted: Iterable[WantedLine], with_default: bool, of_a: Catalogue, of_b: Catalogue
) -> Lines:
    """Like ``lines_of``, unchecked: what a file said once, whatever the apps offer by now."""
    default = default_lines(of_a, of_b) if with_default else ()
    lines = {(a, b): MappingLine(a, arrow, b, default=True) for a, arrow, b in default}
    for line in wanted:
        base = lines.get((line.a, line.b), MappingLine(line.a, line.arrow, line.b))
        arrow, values = line.arrow or base.arrow, tuple(sorted(line.values))
        lines[line.a, line.b] = replace(
            base, arrow=arrow, on=line.on, winner=line.winner, values=values
        )
    return lines


def _checked(
    line: WantedLine, base: MappingLine, of_a: Catalogue, of_b: Catalogue, problems: Problems
) -> MappingLine | None:
    a, b = joined_fields(line.a, line.b, of_a, of_b)
    if a is None or b is None:
        for side, found, name, of in (("a", a, line.a, of_a), ("b", b, line.b, of_b)):
            if found is None:
                known = [item.name for item in of.fields]
                text = f"Side {side} has no field {name!r}. {suggest(name, known)}"
                problems.error(line.place, text)
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
    wished = replace(base, arrow=arrow, on=line.on, winner=line.winner, values=line.values)
    _check_values(wished, a, b, line.values_at or line.place, problems)
    return wished


def _check_values(line: MappingLine, a: Field, b: Field, place: Place, problems: Problems) -> None:
    """Options by which values are translated have to be there, and lead back where the line
    does; what has no counterpart is worth knowing."""
    if line.values and not {a.type, b.type} <= CHOOSING:
        problems.error(
            place,
            f"Values are translated between choices only; {line.a} is {a.kind}, {line.b} {b.kind}.",
        )
        return
    for side, item, index in (("a", a, 0), ("b", b, 1)):
        for option in unknown_options(item, [pair[index] for pair in line.values]):
            hint = suggest(option, item.options)
            problems.error(place, f"{item.name} of {side} has no option {option!r}. {hint}")
    if line.arrow == BOTH and (option := doubled_option(line.values)):
        problems.error(
            place,
            f"{option!r} is here twice, so there is no way back from it. Let the line go one way, "
            "or leave one out.",
        )
    elif line.on:
        missing = missing_options(a, b, line.values, line.arrow == BOTH)
        for side, item, options in (("b", a, missing.of_a), ("a", b, missing.of_b)):
            if options and line.writes(side):
                problems.warn(
                    place,
                    f"{', '.join(options)} of {item.name} have no counterpart in {side}: contacts "
                    "with such a value keep the other side's. Name it in values.",
                )


def _check_written_once(
    lines: Lines,
    places: Mapping[tuple[str, str], Place],
    of_a: Catalogue,
    of_b: Catalogue,
    problems: Problems,
) -> None:
    """Each field is written by at most one line."""
    for side in ("a", "b"):
        writers: list[tuple[Field, MappingLine]] = []
        for key, line in lines.items():
            written = joined_fields(line.a, line.b, of_a, of_b)["ab".index(side)]
            if written is None or not line.writes(side):
                continue
            earlier = next((x for of, x in writers if collide(of, written)), None)
            writers.append((written, line))
            place = earlier and (places.get(key) or places.get((earlier.a, earlier.b)))
            if earlier and place:
                problems.error(
                    place,
                    f"{written.name} of {side} would be written by two lines: {earlier} and "
                    f"{line}. Switch one off: {{a: {earlier.a!r}, arrow: {earlier.arrow!r}, "
                    f"b: {earlier.b!r}, on: false}}.",
                )
