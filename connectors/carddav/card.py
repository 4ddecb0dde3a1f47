"""One vCard as a list of content lines that can be edited singly."""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Iterable

from connectors.carddav.lines import Line, content_line, join_lines, param_list, split_lines
from connectors.errors import Refused

_ENCODING = re.compile(r"(?:ENCODING=)?QUOTED-PRINTABLE|CHARSET=.*", re.I)
_ITEM = re.compile(r"item(\d+)")
#: Properties that only say something about another one of their group.
COMPANIONS = frozenset({"X-ABLABEL", "X-ABADR"})


class Card:
    """The first card of a text. Raises ``Refused`` where there is none.

    ``bytes(card)`` is the text again: every line that was not edited is as it was, whatever
    came before or after the card included.
    """

    def __init__(self, raw: bytes) -> None:
        self._lines = split_lines(raw)
        self._own: list[Line] = []
        self._names: dict[str, list[Line]] = {}
        self._begin, self._end = self._scan()
        self.version = self.first_value("VERSION") or "3.0"
        begin = self._lines[self._begin].raw
        self.line_end = "\r\n" if begin.endswith("\r\n") else "\n"

    def _scan(self) -> tuple[int, int]:
        """Sort out the card's own lines; an AGENT of vCard 2.1 holds a card of its own."""
        depth = begin = 0
        for index, line in enumerate(self._lines):
            name = line.name
            if name == "BEGIN":
                begin = begin if depth else index
                depth += 1
            elif depth == 0:
                continue
            elif name == "END":
                depth -= 1
                if depth == 0:
                    return begin, index
            elif depth == 1 and name:
                self._own.append(line)
                self._names.setdefault(name, []).append(line)
        lack = "does not end" if depth else "does not begin"
        raise Refused(
            f"The card is damaged: it {lack} as a vCard must.",
            "Open the contact in its address book and save it anew, or delete it there.",
        )

    def __bytes__(self) -> bytes:
        return join_lines(self._lines)

    def named(self, name: str) -> list[Line]:
        return self._names.get(name, [])

    def first_value(self, name: str) -> str:
        lines = self._names.get(name)
        return lines[0].value.strip() if lines else ""

    def companion(self, line: Line, name: str) -> Line | None:
        """The line of this name in the group of another."""
        if not line.group:
            return None
        return next((item for item in self.named(name) if item.group == line.group), None)

    # --- Edits ----------------------------------------------------------------------------

    def set(self, line: Line, value: str, params: str | None = None) -> None:
        """Give a line another (escaped) value, and other parameters if said."""
        params = line.params_text if params is None else params
        line.become(self._line(line.head, value, params))

    def add(self, name: str, value: str, params: str = "", group: str = "") -> Line:
        """A new line after the last one of its name, else at the end of the card."""
        line = self._line(f"{group}.{name}" if group else name, value, params)
        before = self.named(name)
        index = self._end
        if before and not before[-1].group:
            index = self._lines.index(before[-1]) + 1
        self._lines.insert(index, line)
        self._end += 1
        self._own.append(line)
        self._names.setdefault(line.name, []).append(line)
        return line

    def remove(self, lines: Iterable[Line]) -> None:
        """Lines, and what belonged to them alone."""
        for line in list(lines):
            self._drop(line)
            rest = [item for item in self._own if line.group and item.group == line.group]
            if all(item.name in COMPANIONS for item in rest):
                for item in rest:
                    self._drop(item)

    def regroup(self, line: Line, group: str) -> None:
        """Put a line without group into one."""
        line.become(self._line(f"{group}.{line.head}", line.value, line.params_text))

    def free_group(self) -> str:
        used = [int(match[1]) for line in self._own if (match := _ITEM.fullmatch(line.group))]
        return f"item{max(used, default=0) + 1}"

    def _drop(self, line: Line) -> None:
        self._lines.remove(line)
        self._own.remove(line)
        self._names[line.name].remove(line)
        self._end -= 1

    def _line(self, head: str, value: str, params: str) -> Line:
        """vCard 2.1 has no escapes for line ends and no agreed character set."""
        params = without(params, _ENCODING)
        if self.version == "2.1" and ("\\n" in value or not value.isascii()):
            params += ";CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE"
            data = value.replace("\\n", "\r\n").encode()
            encoded = b2a_qp(data, istext=False).decode().replace("=\n", "=" + self.line_end)
            group, _, name = head.rpartition(".")
            return Line(f"{head}{params}:{encoded}{self.line_end}", group, name, params, value)
        return content_line(head, value, params, end=self.line_end)


def without(params: str, unwanted: re.Pattern[str]) -> str:
    """Parameters (each with its semicolon) less those that match as a whole."""
    if not params:
        return params
    return "".join(param for param in param_list(params) if not unwanted.fullmatch(param[1:]))
