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
from rules.setup import A_TO_B, B_TO_A, TWO_WAY

DIRECTIONS = (TWO_WAY, A_TO_B, B_TO_A)
#: In minutes.
WEEK = 7 * 24 * 60
STATES = ("draft", "active", "paused")
#: Keys whose feature is not built yet, with what can be said without it.
_NOT_YET: Mapping[str, str] = {
    "rules": "Leave it out: every contact of both sides is synced.",
    "sync_deletions": "Leave it out or write []: deletions are left alone.",
    "sync_unsubscribes": "Leave it out or write []: unsubscribes are left alone.",
    "new_status": "Leave it out.",
}
OPTIONS = (
    "direction",
    "winner",
    "avoid_duplicates",
    "never_blank",
    "region",
    "interval",
    "state",
    "brakes",
)
_KEYS = ("name", "a", "b", *OPTIONS, "default_mapping", "mappings")


@dataclass(frozen=True, slots=True)
class WantedSide:
    """``container`` is "" when left out: the stored one, else the only one there is."""

    account: str
    container: str
    place: Place


@dataclass(frozen=True, slots=True)
class WantedConnection:
    """``options`` holds only what the file names, ``named`` the keys that it has;
    ``with_default`` is None, and ``lines`` empty, when it does not speak of mappings."""

    name: str
    place: Place
    a: WantedSide | None
    b: WantedSide | None
    options: Mapping[str, Any] = field(default_factory=dict)
    at: Mapping[str, Place] = field(default_factory=dict)
    lines: tuple[WantedLine, ...] = ()
    with_default: bool | None = None
    named: frozenset[str] = frozenset()

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
    table.only(*_KEYS, *_NOT_YET)
    _refuse_what_is_not_built(table)
    name = read_name(table)
    a, b = _side(table, "a"), _side(table, "b")
    options = _options(table)
    lines = read_lines(table)
    with_default = table.flag("default_mapping")
    if with_default is None and "mappings" in table:
        with_default = True
    if name is None:
        return None
    at = {key: table.at(key) for key in _KEYS}
    return WantedConnection(
        name, table.at("name"), a, b, options, at, tuple(lines), with_default, frozenset(table)
    )


def _refuse_what_is_not_built(table: Table) -> None:
    for key, instead in _NOT_YET.items():
        off = key.startswith("sync_") and not table.items(key)
        if key in table and not off:
            table.error(key, f"This version cannot do this yet. {instead}")


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
        "region": _region(table),
        "interval": table.whole("interval", least=1, most=WEEK),
        "state": table.choice("state", STATES),
        "brakes": _brakes(table),
    }
    return {name: value for name, value in found.items() if value is not None}


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
