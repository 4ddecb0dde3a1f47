"""The mapping lines of a connection in a file: their form, and what they make of the default
mapping. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

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
    stored: Mapping[tuple[str, str], MappingLine] = MappingProxyType({}),
) -> Lines:
    """The default mapping (if wished), changed and added to by the lines of the file.

    A line that is stored like that already, and that the apps can do no more, is kept with a
    warning: it is held, not wrong.
    """
    lines: Lines = {}
    if with_default:
        for a, arrow, b in default_lines(of_a, of_b):
            lines[a, b] = MappingLine(a, arrow, b, default=True)
    places: dict[tuple[str, str], Place] = {}
    for line in wanted:
        places[line.a, line.b] = line.place
        base = lines.get((line.a, line.b), MappingLine(line.a, line.arrow, line.b))
        before = stored.get((line.a, line.b))
        if checked := _checked(line, base, before, of_a, of_b, problems):
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
    line: WantedLine,
    base: MappingLine,
    before: MappingLine | None,
    of_a: Catalogue,
    of_b: Catalogue,
    problems: Problems,
) -> MappingLine | None:
    """``before``: what is stored of the line. None where it cannot be stored as it is wished."""
    a, b = joined_fields(line.a, line.b, of_a, of_b)
    arrow = line.arrow or base.arrow
    wished = replace(base, arrow=arrow, on=line.on, winner=line.winner, values=line.values)
    if a is None or b is None:
        for side, found, name, of in (("a", a, line.a, of_a), ("b", b, line.b, of_b)):
            if found is None:
                known = [item.name for item in of.fields]
                text = f"Side {side} has no field {name!r}. {suggest(name, known)}"
                _note(problems, line.place, text.strip(), is_stored=before is not None)
        return wished if before else None
    fit, widest = compatible(a, b), widest_arrow(a, b)
    wished = replace(wished, arrow=arrow or widest)
    is_stored = before is not None and before.arrow == wished.arrow
    if not widest:
        text = f"{a.label} and {b.label} cannot be mapped: {fit.why}"
        _note(problems, line.place, text, is_stored)
        return wished if is_stored else None
    if widest != BOTH and wished.arrow != widest:
        text = f"Between {a.label} and {b.label} only {widest} is possible: {fit.why}"
        _note(problems, line.place, text, is_stored)
        return wished if is_stored else None
    is_stored = is_stored and before is not None and set(before.values) == set(wished.values)
    _check_values(wished, a, b, line.values_at or line.place, problems, is_stored)
    return wished


def _note(problems: Problems, place: Place, text: str, is_stored: bool) -> None:
    if is_stored:
        problems.warn(place, f"{text} It is stored so already.")
    else:
        problems.error(place, text)


def _check_values(
    line: MappingLine, a: Field, b: Field, place: Place, problems: Problems, is_stored: bool
) -> None:
    """Options by which values are translated have to be there, and lead back where the line
    does; what has no counterpart is worth knowing."""
    if line.values and not {a.type, b.type} <= CHOOSING:
        kinds = f"{a.label} of a is {a.kind}, {b.label} of b {b.kind}"
        text = f"Values are translated between choices only; {kinds}."
        _note(problems, place, text, is_stored)
        return
    for side, item, index in (("a", a, 0), ("b", b, 1)):
        for option in unknown_options(item, [pair[index] for pair in line.values]):
            hint = suggest(option, item.options)
            text = f"{item.label} of {side} has no option {option!r}. {hint}".strip()
            _note(problems, place, text, is_stored)
    if line.arrow == BOTH and (option := doubled_option(line.values)):
        text = (
            f"{option!r} is here twice, so there is no way back from it. Let the line go one way, "
            "or leave one out."
        )
        _note(problems, place, text, is_stored)
    elif line.on:
        missing = missing_options(a, b, line.values, line.arrow == BOTH)
        for side, item, options in (("b", a, missing.of_a), ("a", b, missing.of_b)):
            if options and line.writes(side):
                problems.warn(
                    place,
                    f"{', '.join(options)} of {item.label} have no counterpart in {side}: contacts "
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
                    f"{written.label} of {side} would be written by two lines: {earlier} and "
                    f"{line}. Switch one off{_how(earlier, places)}.",
                )


def _how(line: MappingLine, places: Mapping[tuple[str, str], Place]) -> str:
    """Of a line of the default mapping, which stands nowhere: what switches it off."""
    if (line.a, line.b) in places:
        return ""
    return f": {{a: {line.a!r}, arrow: {line.arrow!r}, b: {line.b!r}, on: false}}"
