"""What is wrong with a change, and what is worth knowing of it, in people's words.

It is judged as a configuration file is (``rules.editing``), which calls sides a and b, and fields
and mapping lines by their names. A page calls them as it shows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from connections.mappings import fields_to_join
from connections.models import Connection
from rules.configuration.mappings import MappingLine
from rules.configuration.wishes import stored_lines
from rules.editing import Edit, Fault, Judged, judged
from rules.rows import catalogues_of
from sync.desk.arrows import drawn
from sync.desk.field_signs import line_name, sign_of, signs_of_line
from sync.desk.option_words import direction_label
from sync.desk.side_signs import names_of

#: Where a side is called by its letter. Of fields see ``FaultWords``.
_SIDES = re.compile(
    "|".join(
        (
            r"(?<!\w)(?:Side )?[ab](?= has no field )",
            r"(?<= of )[ab](?=(?: too)?\. Where both match)",
            r"(?<= no counterpart in )[ab](?=:)",
            r"(?<= rules over )[ab](?= are ignored)",
            r"(?<=: only )[ab](?= is looked at)",
            r"(?<=\bIn )[AB](?=: )",
        )
    )
)
#: Beside which stands what it is called already.
_LETTERS = re.compile(r"(?<= its side )[ab](?= stays )")
_DIRECTIONS = re.compile(
    r"(?<=^The direction is )(?:a-to-b|b-to-a)(?=,)|^(?:a-to-b|b-to-a)(?= is not possible)"
)


def judged_for_page(connection: Connection, edit: Edit) -> Judged:
    """``judged``, with its faults in people's words."""
    verdict = judged(connection, edit)
    if not (verdict.errors or verdict.warnings):
        return verdict
    words = FaultWords(connection, edit.lines)
    errors, warnings = words.of_all(verdict.errors), words.of_all(verdict.warnings)
    return replace(verdict, errors=errors, warnings=warnings)


class FaultWords:
    """``lines``: those that may be spoken of; None: the stored ones."""

    def __init__(self, connection: Connection, lines: Iterable[MappingLine] | None = None) -> None:
        self._names, catalogues = names_of(connection), catalogues_of(connection)
        self._lines: dict[str, str] = {}
        self._fields = {
            side: {item.name: sign_of(item, item.name).label for item in fields_to_join(catalogue)}
            for side, catalogue in catalogues.items()
        }
        for line in stored_lines(connection).values() if lines is None else lines:
            signs = signs_of_line(line.a, line.b, catalogues)
            self._lines[str(line)] = f"“{line_name(signs)}”"
            for side, sign in signs.items():
                self._fields[side][getattr(line, side)] = sign.label

    def of_all(self, faults: Iterable[Fault]) -> tuple[Fault, ...]:
        return tuple(replace(fault, text=self.of(fault.text)) for fault in faults)

    def of(self, text: str) -> str:
        for line in sorted(self._lines, key=len, reverse=True):
            text = text.replace(line, self._lines[line])
        for side, labels in self._fields.items():
            text = self._with_fields(text, side, labels)
        text = _SIDES.sub(self._side, text)
        text = _LETTERS.sub(lambda found: found[0].upper(), text)
        text = _DIRECTIONS.sub(self._direction, text)
        return drawn(text)

    def _with_fields(self, text: str, side: str, labels: dict[str, str]) -> str:
        """The field that stands before " of a", or is said to be set twice."""
        called = {**dict.fromkeys(labels.values(), ""), **labels}
        known = "|".join(re.escape(name) for name in sorted(called, key=len, reverse=True))
        if not known:
            return text
        text = re.sub(
            rf"(?<!\w)({known}) of {side}(?!\w)",
            lambda found: f"{called[found[1]] or found[1]} of {self._names[side]}",
            text,
        )
        return re.sub(
            rf"(?<=This rule sets )({known})(?= twice)",
            lambda found: called[found[1]] or found[1],
            text,
        )

    def _side(self, found: re.Match[str]) -> str:
        return self._names[found[0].removeprefix("Side ").lower()]

    def _direction(self, found: re.Match[str]) -> str:
        return f"“{direction_label(found[0], self._names)}”"
