"""One difference between two configurations of a connection, as a value: what, before and after.

``str`` of it says it in the words of the configuration file. Pages have words of their own
(``sync.desk.change_words``). Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rules.configuration.mappings import MappingLine
from rules.verdict import rule_sentence

STAYS, TAKEN_BACK = "what it did stays", "what it did is taken back"
#: What stands before the name of a limit.
BRAKES = "brakes."


@dataclass(frozen=True, slots=True)
class Made:
    """There was no such connection before. ``lines``: how many are on."""

    a: str
    b: str
    direction: str
    state: str
    lines: int

    def __str__(self) -> str:
        return f"new, {self.a} and {self.b}, {self.direction}, {self.state}, {self.mappings}"

    @property
    def mappings(self) -> str:
        return f"{self.lines} field mapping{'s' * (self.lines != 1)}"


@dataclass(frozen=True, slots=True)
class OptionChange:
    """``what``: "name", a side ("a", "b": each in words), an option, or a limit, such as
    "brakes.marks". Options and limits as JSON has them."""

    what: str
    before: Any
    after: Any

    def __str__(self) -> str:
        return f"{self.what}: {_word(self.before)} → {_word(self.after)}"


@dataclass(frozen=True, slots=True)
class LineChange:
    """``what``: "new", "removed" (which have no before and after), "arrow", "on", "winner" or
    "values" (pairs). ``line``: as it is now; of another arrow as it was."""

    line: MappingLine
    what: str
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        return f"mapping {self.line}: {self._said()}"

    def _said(self) -> str:
        match self.what:
            case "new":
                return f"new{'' if self.line.on else ', switched off'}"
            case "on":
                return f"switched {'on' if self.after else 'off'}"
            case "winner":
                default = "the connection's"
                return f"winner {self.before or default} → {self.after or default}"
            case "values":
                return f"values {_pairs(self.before)} → {_pairs(self.after)}"
            case "arrow":
                return f"arrow {self.before} → {self.after}"
        return self.what


@dataclass(frozen=True, slots=True)
class RuleChange:
    """``rule``: its name, of one that is renamed the former. ``what``, with its before and after:

    - "name"; "new" (after: the Rule); "removed" (neither);
    - "condition" or "action": its sentence, None where there is none;
    - "conditions" or "actions": all their sentences, which are in another order;
    - "undo" or "both_ways": whether it is chosen; "on": the WrittenRules.
    """

    rule: str
    what: str
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        return f"rule {self.rule}: {self._said()}"

    def _said(self) -> str:
        match self.what:
            case "name":
                return f"renamed {self.after}"
            case "new":
                off = "" if self.after.on else ", switched off"
                return f"new{off}: {rule_sentence(self.after)}"
            case "removed":
                return f"removed ({STAYS})"
            case "conditions" | "actions":
                return f"{self.what}: {'; '.join(self.after)}"
            case "undo" | "both_ways":
                return f"{self.what}: {_word(self.before)} → {_word(self.after)}"
            case "on":
                return switched(self.after.on, self.after.take_back)
        if self.before is None:
            return f"{self.what} {self.after}: new"
        if self.after is None:
            return f"{self.what} {self.before}: removed"
        return f"{self.what} {self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class OrderChange:
    """``rules``: the names of all of them, in the order that they have now."""

    rules: tuple[str, ...]

    def __str__(self) -> str:
        return f"rules: in this order: {', '.join(self.rules)}"


Change = Made | OptionChange | LineChange | RuleChange | OrderChange


def switched(on: bool, take_back: bool) -> str:
    """What became of a rule and of its effects."""
    return "switched on" if on else f"switched off ({TAKEN_BACK if take_back else STAYS})"


def _pairs(values: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{a} = {b}" for a, b in values) or "none"


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value) or "none"
    return str(value) if value != "" else "none"
