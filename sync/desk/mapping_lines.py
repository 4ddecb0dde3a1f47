"""The lines of a field mapping as its page shows them: as stored, or as entered over that."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from connections.forms.line import LineForm, number_of, posted_lines, prefix_of
from connections.mappings import joined_fields, widest_arrow
from connections.models import Connection
from rules.configuration.wishes import stored_lines
from rules.editing import Fault, MappingLine
from rules.lines import lines_of
from rules.rows import catalogues_of
from sync.desk.field_signs import Sign, line_name, sign_of, signs_of_line
from sync.desk.mapping_row import WIDEST, Row, arrows_of, notes_of, vanished_of
from sync.desk.offers import Use, free_of, offers_of
from sync.desk.side_signs import names_of
from sync.desk.value_map import value_map_of

_SIDES = ("a", "b")


class Lines:
    """``posted``: what was entered, or None. A stored line that it does not speak of stays."""

    def __init__(self, connection: Connection, posted: Mapping[str, str] | None = None) -> None:
        self.connection = connection
        self.names = names_of(connection)
        self.catalogues = catalogues_of(connection)
        self.stored = stored_lines(connection)
        self.entered = posted_lines(posted) if posted is not None else []
        self.are_valid = all(form.is_valid() for form in self.entered)

    @cached_property
    def rows(self) -> list[Row]:
        for row in self._rows:
            self._describe(row)
            self._offer(row)
        return self._rows

    @property
    def next_number(self) -> int:
        return 1 + max((row.number for row in self._rows), default=-1)

    @property
    def to_be(self) -> list[MappingLine]:
        return [row.line for row in self.rows if row.line]

    @property
    def are_changed(self) -> bool:
        to_be = [replace(line, values=tuple(sorted(line.values))) for line in self.to_be]
        return to_be != list(self.stored.values())

    @property
    def edition(self) -> str:
        """Another one when the stored lines are others."""
        return hashlib.sha256(repr(list(self.stored.values())).encode()).hexdigest()[:16]

    @property
    def free(self) -> dict[str, list[tuple[str, Sign]]]:
        """By side the fields that are in no line, each by its name."""
        return {
            side: [
                (item.name, sign_of(item, item.name))
                for item in free_of(self.catalogues[side], self._uses(side))
            ]
            for side in _SIDES
        }

    def mark(self, faults: Sequence[Fault]) -> list[str]:
        """Put each fault to its row; those of none are given back."""
        rows = [row for row in self.rows if row.line]
        elsewhere = []
        for fault in faults:
            if fault.at[:1] == ("mappings",) and len(fault.at) > 1:
                rows[int(fault.at[1])].faults.append(fault.text)
            else:
                elsewhere.append(fault.text)
        return elsewhere

    def blank(self, number: str | int, chosen: Mapping[str, str] | None = None) -> Row:
        """A line to be filled in. ``number`` may be a word that a script replaces; ``chosen``: by
        side a field to begin with."""
        row = self._row(LineForm(prefix=prefix_of(number), initial=dict(chosen or {})), None, None)
        self._offer(row)
        if chosen is not None:
            row.form.fields["b" if "a" in chosen else "a"].widget.attrs["autofocus"] = True
        return row

    def fit(self, prefix: str, a: str, b: str) -> Row:
        """What a new line between two fields could be."""
        line = MappingLine(a, self._widest(a, b), b)
        row = self._row(LineForm(prefix=prefix), line, None)
        self._describe(row)
        return row

    # --- making rows ---

    @cached_property
    def _rows(self) -> list[Row]:
        left = dict(self.stored)
        rows = [row for form in self.entered if (row := self._entered(form, left))]
        first = 1 + max((number_of(str(form.prefix)) for form in self.entered), default=-1)
        return rows + [
            self._as_stored(number, line) for number, line in enumerate(left.values(), first)
        ]

    def _entered(self, form: LineForm, left: dict[tuple[str, str], MappingLine]) -> Row | None:
        """None of a new line that is to be removed again."""
        data = form.cleaned_data if form.is_valid() else {}
        key = (form["a"].value() or "", form["b"].value() or "")
        stored = left.pop(key, None)
        if data.get("remove") and not (stored and stored.default):
            return self._row(form, None, stored) if stored else None
        if not data or form.joins_nothing:
            return self._row(form, None, stored)
        line = MappingLine(
            data["a"],
            data["arrow"] or (stored.arrow if stored else self._widest(data["a"], data["b"])),
            data["b"],
            data["on"],
            data["winner"],
            bool(stored and stored.default),
            form.values,
        )
        return self._row(form, line, stored)

    def _as_stored(self, number: int, line: MappingLine) -> Row:
        initial = {"arrow": line.arrow, "winner": line.winner, "on": line.on}
        return self._row(LineForm(initial=initial, prefix=prefix_of(number)), line, line)

    def _row(self, form: LineForm, line: MappingLine | None, stored: MappingLine | None) -> Row:
        named = line or stored
        if named is None:
            return Row(form, None, None, dict.fromkeys(_SIDES), {}, "the new line")
        found = joined_fields(named.a, named.b, *self.catalogues.values())
        fields = dict(zip(_SIDES, found, strict=True))
        signs = signs_of_line(named.a, named.b, self.catalogues)
        return Row(form, line, stored, fields, signs, line_name(signs))

    def _widest(self, a: str, b: str) -> str:
        of_a, of_b = joined_fields(a, b, *self.catalogues.values())
        return widest_arrow(of_a, of_b) if of_a and of_b else ""

    # --- what is told of a row ---

    def _describe(self, row: Row) -> None:
        line = row.line or row.stored
        if line is None:
            return
        a, b = row.fields["a"], row.fields["b"]
        [row.what] = lines_of([replace(line, on=True)], *self.catalogues.values())
        row.values = value_map_of(line, a, b)
        row.vanished = vanished_of(row.signs, self.names)
        row.arrows = arrows_of(line, a, b, self.connection.direction, self.names)
        if a and b:
            row.notes = tuple(notes_of(line, a, b, self.connection.direction, self.names))

    def _offer(self, row: Row) -> None:
        """What its controls are called and offer."""
        labels = {
            "a": f"Field of {self.names['a']}",
            "b": f"Field of {self.names['b']}",
            "on": f"Sync {row.name}",
            "arrow": f"Arrow: {row.name}",
            "winner": f"Whose value stays: {row.name}",
            "remove": f"Remove {row.name}",
        }
        for name, label in labels.items():
            row.form.fields[name].widget.attrs["aria-label"] = label
        _choices(row, "winner", [("", "as the connection"), *self.names.items()])
        if row.line is row.stored is None:
            row.arrows = arrows_of(None, None, None, self.connection.direction, self.names)
        _choices(row, "arrow", row.arrows if row.stored else [WIDEST, *row.arrows])
        if row.stored is None:
            for side in _SIDES:
                offers = offers_of(self.catalogues[side], self._uses(side, row))
                _choices(row, side, [("", "Choose a field"), *_unknown(row, side), *offers])

    def _uses(self, side: str, but: Row | None = None) -> list[Use]:
        return [
            Use(used, row.name, row.line.writes(side))
            for row in self._rows
            if row is not but and row.line and row.line.on and (used := row.fields[side])
        ]


def _unknown(row: Row, side: str) -> list[tuple[str, str]]:
    """What was chosen of a new line and is not there to choose."""
    sign = row.signs.get(side)
    if row.line is None or sign is None or not sign.is_gone:
        return []
    return [(getattr(row.line, side), f"{sign.label} ({sign.kind})")]


def _choices(row: Row, name: str, choices: Sequence[Any]) -> None:
    """What the control shows, which does not bound what the form takes: the judge tells why."""
    widget: Any = row.form.fields[name].widget
    widget.choices = choices
