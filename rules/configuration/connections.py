"""The connections of a file: their form. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from phonenumbers import SUPPORTED_REGIONS

from rules.configuration.accounts import read_name
from rules.configuration.document import Table
from rules.configuration.mappings import WantedLine, read_lines
from rules.configuration.problems import Place
from rules.configuration.rules import WantedRule, read_rules
from rules.setup import A_TO_B, B_TO_A, TWO_WAY

DIRECTIONS = (TWO_WAY, A_TO_B, B_TO_A)
#: In minutes.
WEEK = 7 * 24 * 60
#: In days.
TEN_YEARS = 3650
STATES = ("draft", "active", "paused")
STATUSES = ("subscribed", "pending", "unsubscribed")
OPTIONS = (
    "direction",
    "winner",
    "avoid_duplicates",
    "never_blank",
    "sync_deletions",
    "sync_unsubscribes",
    "new_status",
    "region",
    "interval",
    "keep_gone",
    "state",
    "brakes",
)
_KEYS = ("name", "a", "b", *OPTIONS, "rules", "default_mapping", "mappings")


@dataclass(frozen=True, slots=True)
class WantedSide:
    """``container`` is "" when left out: the stored one, else the only one there is."""

    account: str
    container: str
    place: Place


@dataclass(frozen=True, slots=True)
class WantedConnection:
    """``options`` holds only what the file names, ``named`` the keys that it has;
    ``with_default`` is None, and ``lines`` empty, when it does not speak of mappings; ``rules``
    is None when it does not speak of those."""

    name: str
    place: Place
    a: WantedSide | None
    b: WantedSide | None
    options: Mapping[str, Any] = field(default_factory=dict)
    at: Mapping[str, Place] = field(default_factory=dict)
    lines: tuple[WantedLine, ...] = ()
    with_default: bool | None = None
    named: frozenset[str] = frozenset()
    rules: tuple[WantedRule, ...] | None = None

    def side(self, side: str) -> WantedSide | None:
        return self.a if side == "a" else self.b


def read_connections(root: Table) -> dict[str, WantedConnection]:
    found: dict[str, WantedConnection] = {}
    for table in root.tables("connections"):
        connection = _read(table)
        if connection is None:
            continue
        if connection.name in found:
            first = found[connection.name].place.line
            table.error("name", f"Connection {connection.name} is here twice; see line {first}.")
        else:
            found[connection.name] = connection
    return found


def _read(table: Table) -> WantedConnection | None:
    table.only(*_KEYS)
    name = read_name(table)
    a, b = _side(table, "a"), _side(table, "b")
    options = _options(table)
    rules = read_rules(table)
    lines = read_lines(table)
    with_default = table.flag("default_mapping")
    if with_default is None and "mappings" in table:
        with_default = True
    if name is None:
        return None
    at = {key: table.at(key) for key in _KEYS}
    return WantedConnection(
        name,
        table.at("name"),
        a,
        b,
        options,
        at,
        tuple(lines),
        with_default,
        frozenset(table),
        rules,
    )


def _side(connection: Table, side: str) -> WantedSide | None:
    table = connection.table(side)
    if table is None:
        return None
    table.only("account", "container")
    account = table.text("account", required=True)
    container = table.text("container") or ""
    return WantedSide(account, container, table.at("account")) if account else None


def _options(table: Table) -> dict[str, Any]:
    found: dict[str, Any] = {
        "direction": table.choice("direction", DIRECTIONS),
        "winner": table.choice("winner", ("a", "b")),
        "avoid_duplicates": table.flag("avoid_duplicates"),
        "never_blank": table.flag("never_blank"),
        "sync_deletions": _directions(table, "sync_deletions"),
        "sync_unsubscribes": _directions(table, "sync_unsubscribes"),
        "new_status": _status(table),
        "region": _region(table),
        "interval": table.whole("interval", least=1, most=WEEK),
        "keep_gone": table.whole("keep_gone", least=0, most=TEN_YEARS),
        "state": table.choice("state", STATES),
        "brakes": _brakes(table),
    }
    return {name: value for name, value in found.items() if value is not None}


def _directions(table: Table, name: str) -> list[str] | None:
    """The directions of a list, each once, in fixed order."""
    if name not in table:
        return None
    found = table.texts(name)
    if found is None or any(word not in (A_TO_B, B_TO_A) for word in found):
        table.error(name, f"This must be a list of {A_TO_B} and {B_TO_A}; [] is off.")
        return None
    return [word for word in (A_TO_B, B_TO_A) if word in found]


def _status(table: Table) -> str | None:
    """Null is a word here: none."""
    if table.names("new_status") and "new_status" not in table:
        return ""
    return table.choice("new_status", STATUSES)


def _region(table: Table) -> str | None:
    found = table.text("region")
    if not found or found.upper() in SUPPORTED_REGIONS:
        return found and found.upper()
    table.error("region", f"{found!r} is no country: write its two letters, such as BE.")
    return None


def _brakes(table: Table) -> dict[str, Any] | None:
    limits = table.table("brakes")
    if limits is None:
        return None
    pairs = ("marks", "overwrites", "changes")
    limits.only(*pairs, "most")
    found: dict[str, Any] = {"most": limits.whole("most", least=0, most=999_999)}
    for name in pairs:
        if name in limits:
            found[name] = _count_and_share(limits, name)
    return {name: value for name, value in found.items() if value is not None}


def _count_and_share(limits: Table, name: str) -> list[int | float] | None:
    try:
        count, share = limits.texts(name) or []
        found = (int(count), float(share))
    except ValueError:
        found = (-1, 0.0)
    if found[0] < 0 or not 0 <= found[1] <= 1:
        limits.error(name, "This must be a number and a share from 0 to 1, such as [10, 0.2].")
        return None
    return list(found)
