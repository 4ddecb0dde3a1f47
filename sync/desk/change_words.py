"""What changed about a connection, in people's words: sides by their names, fields by their labels,
options as their page calls them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from connections.models import Connection
from connectors.connector import Catalogue
from rules.configuration.change import (
    BRAKES,
    STAYS,
    Change,
    LineChange,
    Made,
    OptionChange,
    OrderChange,
    RuleChange,
    switched,
)
from rules.configuration.mappings import MappingLine
from rules.marking import SYNC_DELETIONS, SYNC_UNSUBSCRIBES
from rules.rows import catalogues_of
from rules.setup import TWO_WAY
from sync.desk import limits
from sync.desk.arrows import flow_label, flow_of
from sync.desk.field_signs import signs_of_line
from sync.desk.option_words import LABELS, Names, direction_label, every, kept_for, marks_of
from sync.desk.rule_words import sentence_of
from sync.desk.side_signs import names_of

_FLAGS = {"undo": "undo when it no longer matches", "both_ways": "both ways"}


def in_words(connection: Connection, changes: Iterable[Change]) -> list[str]:
    """A sentence each, with the names and labels of today: what was said of a field that is gone
    names it."""
    words = _Words(names_of(connection), catalogues_of(connection))
    return [words.of(change) for change in changes]


class _Words:
    """``names`` and ``catalogues``: by side."""

    def __init__(self, names: Names, catalogues: Mapping[str, Catalogue]) -> None:
        self._names, self._catalogues = names, catalogues

    def of(self, change: Change) -> str:
        match change:
            case Made():
                return self._made(change)
            case OptionChange():
                return self._option(change)
            case LineChange():
                return self._line(change)
            case RuleChange():
                return f"Rule {change.rule}: {self._rule(change)}"
            case OrderChange():
                return f"Rules: in this order: {', '.join(change.rules)}"

    def _made(self, change: Made) -> str:
        direction = self._value("direction", change.direction)
        state = self._value("state", change.state).lower()
        return f"New: {change.a} and {change.b}, “{direction}”, {state}, {change.mappings}"

    # --- Options ---

    def _option(self, change: OptionChange) -> str:
        what, before, after = change.what, change.before, change.after
        if what in (SYNC_DELETIONS, SYNC_UNSUBSCRIBES):
            return f"{LABELS[what]}: {self._marks(what, before, after)}"
        if isinstance(after, bool):
            return f"{LABELS[what]}: {_switched(after)}"
        label = "Brakes" if what.startswith(BRAKES) else LABELS[what]
        return f"{label}: {_from_to(self._value(what, before), self._value(what, after))}"

    def _marks(self, option: str, before: list[str], after: list[str]) -> str:
        return "; ".join(
            f"{mark.text[0].lower()}{mark.text[1:].rstrip('.')} "
            f"(now {'on' if mark.direction in after else 'off'})"
            for mark in marks_of(option, self._catalogues, self._names)
            if (mark.direction in before) != (mark.direction in after)
        )

    def _value(self, what: str, value: Any) -> str:
        match what:
            case "direction":
                return direction_label(value, self._names)
            case "winner":
                return self._names[value]
            case "state":
                return str(Connection.State(value).label)
            case "new_status":
                return str(Connection.NewStatus(value).label) if value else "none"
            case "region" if not value and settings.DEFAULT_REGION:
                return f"{settings.DEFAULT_REGION}, as for every connection here"
            case "interval":
                return every(value)
            case "keep_gone":
                return kept_for(value)
        if what.startswith(BRAKES):
            return limits.in_words(what.removeprefix(BRAKES), value)
        return str(value) or "none"

    # --- Field mapping ---

    def _line(self, change: LineChange) -> str:
        line, before, after = change.line, change.before, change.after
        called = f"Field mapping {self._called(line)}"
        match change.what:
            case "new":
                return f"{called}: new{'' if line.on else ', switched off'}"
            case "arrow":
                arrows = (flow_label(TWO_WAY, arrow, self._names) for arrow in (before, after))
                return f"{called}: {_from_to(*arrows)}"
            case "on":
                return f"{called}: {_switched(after)}"
            case "winner":
                names = {**self._names, "": "as the connection"}
                return f"{called}: whose value stays: {_from_to(names[before], names[after])}"
            case "values":
                return f"Value map {self._called(line)}: {_pairs(before, after)}"
        return f"{called}: {change.what}"

    def _called(self, line: MappingLine) -> str:
        signs = signs_of_line(line.a, line.b, self._catalogues)
        return f"{signs['a'].label} {flow_of(TWO_WAY, line.arrow)} {signs['b'].label}"

    # --- Rules ---

    def _rule(self, change: RuleChange) -> str:
        what, before, after = change.what, change.before, change.after
        match what:
            case "name":
                return f"renamed to {after}"
            case "new":
                off = "" if after.on else ", switched off"
                return f"new{off}: {sentence_of(after, self._names)}"
            case "removed":
                return f"removed ({STAYS})"
            case "conditions" | "actions":
                return f"{what} in this order: {', '.join(f'“{each}”' for each in after)}"
            case "undo" | "both_ways":
                return f"{_FLAGS[what]}: {_switched(after)}"
            case "on":
                return switched(after.on, after.take_back)
        if before is None:
            return f"{what} added: {after}"
        if after is None:
            return f"{what} removed: {before}"
        return f"{what} changed: {_from_to(before, after)}"


def _from_to(before: str, after: str) -> str:
    return f"from “{before}” to “{after}”"


def _switched(on: bool) -> str:
    return f"switched {'on' if on else 'off'}"


def _pairs(before: Iterable[tuple[str, str]], after: Iterable[tuple[str, str]]) -> str:
    """What a value is called by now is told before what it is no longer called."""
    was, now = dict(before), dict(after)
    changes = [
        f"“{mine}” is “{theirs}” now" + (f", no longer “{was[mine]}”" if mine in was else "")
        for mine, theirs in now.items()
        if was.get(mine) != theirs
    ]
    changes += [f"“{mine}” is no longer “{was[mine]}”" for mine in was if mine not in now]
    return "; ".join(changes)
