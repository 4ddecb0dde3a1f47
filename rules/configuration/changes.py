"""What loading a file would change, and what differs between two texts, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rules.configuration.looks import Look
from rules.configuration.mappings import Lines, MappingLine
from rules.configuration.rule_changes import rule_changes
from rules.configuration.whole import WholeConnection, whole_row, whole_wish
from rules.configuration.wishes import Wish
from rules.written import DEFAULT_RULES


def account_changes(look: Look) -> list[str]:
    """Empty when everything is stored like that already."""
    login = look.login
    if not login.named:
        return []
    if login.stored is None:
        return [f"account {login.name}: new, {login.app}, signed in as {look.identity.name}"]
    if login.changed:
        return [f"account {login.name}: other {' and '.join(login.changed)}"]
    return []


def connection_changes(wish: Wish) -> list[str]:
    new = whole_wish(wish)
    return differences(whole_row(wish.stored), new) if wish.stored else beginning(new)


def beginning(new: WholeConnection) -> list[str]:
    """What a connection was made as."""
    on = sum(line.on for line in new.lines.values())
    changes = [
        f"new, {new.sides['a']} and {new.sides['b']}, {new.options['direction']}, "
        f"{new.options['state']}, {on} field mapping{'s' * (on != 1)}"
    ]
    if new.rules != DEFAULT_RULES:
        changes += rule_changes((), new.rules, new.catalogues)
    return changes


def differences(old: WholeConnection, new: WholeConnection) -> list[str]:
    """Empty when the two say the same."""
    changes = [f"name: {old.name} → {new.name}"] if old.name != new.name else []
    changes += [*_side_changes(old, new), *_option_changes(old.options, new.options)]
    changes += rule_changes(old.rules, new.rules, new.catalogues)
    changes += _line_changes(old.lines, new.lines)
    return changes


def _side_changes(old: WholeConnection, new: WholeConnection) -> Iterator[str]:
    for side, former in old.sides.items():
        if former.key != new.sides[side].key:
            yield f"{side}: {former} → {new.sides[side]}"


def _option_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name, old in before.items():
        new = after[name]
        if name == "brakes":
            for limit in old:
                if old[limit] != new[limit]:
                    yield f"brakes.{limit}: {_word(old[limit])} → {_word(new[limit])}"
        elif old != new:
            yield f"{name}: {_word(old)} → {_word(new)}"


def _line_changes(old: Lines, new: Lines) -> Iterator[str]:
    for key, line in new.items():
        if key not in old:
            yield f"mapping {line}: new{'' if line.on else ', switched off'}"
        else:
            yield from _line_change(old[key], line)
    for key, line in old.items():
        if key not in new:
            yield f"mapping {line}: removed"


def _line_change(old: MappingLine, new: MappingLine) -> Iterator[str]:
    if old.arrow != new.arrow:
        yield f"mapping {old}: arrow {old.arrow} → {new.arrow}"
    if old.on != new.on:
        yield f"mapping {new}: switched {'on' if new.on else 'off'}"
    if old.winner != new.winner:
        default = "the connection's"
        yield f"mapping {new}: winner {old.winner or default} → {new.winner or default}"
    if old.values != new.values:
        yield f"mapping {new}: values {_pairs(old.values)} → {_pairs(new.values)}"


def _pairs(values: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{a} = {b}" for a, b in values) or "none"


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value) or "none"
    return str(value) if value != "" else "none"
