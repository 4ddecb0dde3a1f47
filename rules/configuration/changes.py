"""What loading a file would change, and what differs between two texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rules.configuration.change import BRAKES, Change, LineChange, Made, OptionChange
from rules.configuration.looks import Look
from rules.configuration.mappings import Lines, MappingLine
from rules.configuration.rule_changes import rule_changes
from rules.configuration.whole import WholeConnection, whole_row, whole_wish
from rules.configuration.wishes import Wish
from rules.written import DEFAULT_RULES


def account_changes(look: Look) -> list[str]:
    """In words; empty when everything is stored like that already."""
    login = look.login
    if not login.named:
        return []
    if login.stored is None:
        return [f"account {login.name}: new, {login.app}, signed in as {look.identity.name}"]
    if login.changed:
        return [f"account {login.name}: other {' and '.join(login.changed)}"]
    return []


def connection_changes(wish: Wish) -> list[Change]:
    new = whole_wish(wish)
    return differences(whole_row(wish.stored), new) if wish.stored else beginning(new)


def beginning(new: WholeConnection) -> list[Change]:
    """What a connection was made as."""
    a, b = (str(new.sides[side]) for side in ("a", "b"))
    on = sum(line.on for line in new.lines.values())
    changes: list[Change] = [Made(a, b, new.options["direction"], new.options["state"], on)]
    if new.rules != DEFAULT_RULES:
        changes += rule_changes((), new.rules, new.catalogues)
    return changes


def differences(old: WholeConnection, new: WholeConnection) -> list[Change]:
    """Empty when the two say the same."""
    named = old.name != new.name
    changes: list[Change] = [OptionChange("name", old.name, new.name)] if named else []
    changes += [*_side_changes(old, new), *_option_changes(old.options, new.options)]
    changes += rule_changes(old.rules, new.rules, new.catalogues)
    changes += _line_changes(old.lines, new.lines)
    return changes


def _side_changes(old: WholeConnection, new: WholeConnection) -> Iterator[OptionChange]:
    for side, former in old.sides.items():
        if former.key != new.sides[side].key:
            yield OptionChange(side, str(former), str(new.sides[side]))


def _option_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[OptionChange]:
    for name, old in before.items():
        new = after[name]
        if name == "brakes":
            for limit in old:
                if old[limit] != new[limit]:
                    yield OptionChange(f"{BRAKES}{limit}", old[limit], new[limit])
        elif old != new:
            yield OptionChange(name, old, new)


def _line_changes(old: Lines, new: Lines) -> Iterator[LineChange]:
    for key, line in new.items():
        if key not in old:
            yield LineChange(line, "new")
        else:
            yield from _line_change(old[key], line)
    for key, line in old.items():
        if key not in new:
            yield LineChange(line, "removed")


def _line_change(old: MappingLine, new: MappingLine) -> Iterator[LineChange]:
    for what in ("arrow", "on", "winner", "values"):
        before, after = getattr(old, what), getattr(new, what)
        if before != after:
            yield LineChange(old if what == "arrow" else new, what, before, after)
