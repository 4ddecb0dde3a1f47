"""What loading a file would change, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from connections.models import Connection
from rules.configuration.looks import Look
from rules.configuration.mappings import Lines, MappingLine
from rules.configuration.rule_changes import rule_changes
from rules.configuration.wishes import (
    Wish,
    options_of,
    stored_lines,
    stored_rules,
)
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
    row = wish.stored
    if row is None:
        on = sum(line.on for line in wish.lines.values())
        changes = [
            f"new, {wish.a} and {wish.b}, {wish.options['direction']}, "
            f"{wish.options['state']}, {on} field mapping{'s' * (on != 1)}"
        ]
        if wish.rules != DEFAULT_RULES:
            changes += rule_changes((), wish.rules, wish.catalogues)
        return [f"connection {wish.name}: {change}" for change in changes]
    changes = [*_side_changes(wish, row), *_option_changes(wish, row)]
    changes += rule_changes(stored_rules(row), wish.rules, wish.catalogues)
    changes += _line_changes(stored_lines(row), wish.lines)
    return [f"connection {wish.name}: {change}" for change in changes]


def _side_changes(wish: Wish, row: Connection) -> Iterator[str]:
    for side in ("a", "b"):
        container = row.container(side)
        if wish.side(side).key != (container.account.name, container.remote_id):
            yield f"{side}: {container} → {wish.side(side)}"


def _option_changes(wish: Wish, row: Connection) -> Iterator[str]:
    for name, old in options_of(row).items():
        new = wish.options[name]
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
