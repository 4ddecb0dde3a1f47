"""One line of a field mapping as its page shows it: what it is, what it could be, and why not
more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connections.forms.line import LineForm, number_of
from connections.mappings import widest_arrow
from connectors.fields import CHOOSING, Field, compatible
from rules.editing import MappingLine
from rules.lines import HeldLine
from rules.setup import BOTH, TO_A, TO_B, Line
from sync.desk.arrows import Names, flow_label, flow_of
from sync.desk.field_signs import Sign
from sync.desk.value_map import ValueMap

ARROWS = (BOTH, TO_B, TO_A)
#: What a new line begins with.
WIDEST = ("", "as far as possible")
#: As a select takes it: a value and its label.
Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """What a side shows to a line of the contact it is tried on, in words. ``gets``: what it would
    be given, which may be nothing; None where it is left as it is."""

    has: str
    gets: str | None = None


@dataclass(slots=True)
class Row:
    """``line`` is None of one that is not to be, or not yet; ``stored`` of one that is new, whose
    fields can still be chosen. ``what``: the line as the engine takes it, or why it cannot.

    ``notes``: what is possible between the two fields, where that is less than everything.
    ``vanished``: what is missing where, in sentences. ``cells``: by side, and ``left_alone`` why
    nothing is given, both of a contact that it is tried on.
    """

    form: LineForm
    line: MappingLine | None
    stored: MappingLine | None
    fields: Mapping[str, Field | None]
    signs: Mapping[str, Sign]
    name: str
    arrows: Sequence[Choice] = ()
    notes: Sequence[str] = ()
    vanished: Sequence[str] = ()
    what: Line | HeldLine | None = None
    values: ValueMap | None = None
    faults: list[str] = field(default_factory=list)
    cells: Mapping[str, Cell] = field(default_factory=dict)
    left_alone: str = ""

    @property
    def id(self) -> str:
        return str(self.form.prefix)

    @property
    def number(self) -> int:
        return number_of(self.id)

    @property
    def can_go(self) -> bool:
        """Lines of the default mapping are switched off instead."""
        return self.stored is None or not self.stored.default

    @property
    def held(self) -> str:
        """Why it cannot work, where that is no vanished field."""
        if isinstance(self.what, HeldLine) and not self.vanished:
            return self.what.why
        return ""

    @property
    def only_arrow(self) -> str:
        """The label of the arrow where no other is possible."""
        is_only = self.stored is not None and len(self.arrows) == 1
        return self.arrows[0][1] if is_only and "arrow" not in self.form.errors else ""

    @property
    def would_change(self) -> bool:
        return any(cell.gets is not None for cell in self.cells.values())

    @property
    def errors(self) -> list[str]:
        """What is wrong with it, of the form and of the line as a whole."""
        return [str(text) for texts in self.form.errors.values() for text in texts] + self.faults


def arrows_of(
    line: MappingLine | None, a: Field | None, b: Field | None, direction: str, names: Names
) -> list[Choice]:
    """Those that are possible, and the one that the line has. Within the direction of the
    connection several arrows may come to the same: of these one is offered."""
    has = line.arrow if line else ""
    widest = widest_arrow(a, b) if a and b else "" if has else BOTH
    by_flow = {flow_of(direction, has): has} if has else {}
    for arrow in ARROWS:
        if widest in (BOTH, arrow) and (flow := flow_of(direction, arrow)):
            by_flow.setdefault(flow, arrow)
    return [
        (arrow, flow_label(direction, arrow, names))
        for arrow in ARROWS
        if arrow in by_flow.values()
    ]


def notes_of(line: MappingLine, a: Field, b: Field, direction: str, names: Names) -> Iterator[str]:
    """Why a line that is held cannot work is told beside them."""
    widest = widest_arrow(a, b)
    if not line.arrow:
        yield f"{a.label} and {b.label} cannot be joined: {compatible(a, b).why}"
    elif widest == line.arrow != BOTH:
        yield compatible(a, b).why
    if line.arrow and not flow_of(direction, line.arrow):
        yield "Nothing flows, since the connection goes the other way only."
    if a.holds_list != b.holds_list and not {a.type, b.type} & CHOOSING:
        many, single = (names["a"], names["b"]) if a.holds_list else (names["b"], names["a"])
        yield (
            f"{many} has a list, {single} one entry of it: the primary one, else the one sent "
            "last, else the first."
        )
    for item, side in ((a, "a"), (b, "b")):
        if item.parts:
            yield (
                f"{item.label} of {names[side]} is joined from its parts, and split back into them."
            )


def vanished_of(signs: Mapping[str, Sign], names: Names) -> list[str]:
    return [
        f"“{sign.label}” is no longer in {names[side]}."
        for side, sign in signs.items()
        if sign.is_gone
    ]
