"""The configuration file from the tables, without secrets."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import yaml

from connections.mappings import default_lines
from connections.models import Account, Connection
from connections.vault import NoKey, unseal
from connectors import registry
from rules.configuration.mappings import MappingLine
from rules.configuration.wishes import (
    options_of,
    stored_connections,
    stored_lines,
    stored_rules,
)
from rules.written import DEFAULT_RULES, WrittenCondition, WrittenRule


def dump(names: Collection[str] = (), *, whole: bool = False) -> str:
    """The named connections with their accounts, or everything; loading it changes nothing.

    The rules that every connection begins with are left out; ``whole``: they are not, so that
    loading the text goes back to them.

    A secret is written as ``${ACCOUNT_KEY}``; loading keeps the stored one while no such
    variable is set.
    """
    connections = stored_connections()
    chosen = [row for name, row in connections.items() if not names or name in names]
    accounts = Account.objects.order_by("name")
    if names:
        accounts = accounts.filter(
            pk__in={row.container(side).account_id for row in chosen for side in ("a", "b")}
        )
    document = {
        "accounts": _accounts(accounts),
        "connections": [_connection(row, whole) for row in chosen],
    }
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)


class _Flow(dict[str, Any]):
    """A table that fits a line."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(
    _Flow,
    lambda dumper, data: dumper.represent_mapping(
        "tag:yaml.org,2002:map", data.items(), flow_style=True
    ),
)
_Dumper.add_representer(
    list,
    lambda dumper, data: dumper.represent_sequence(
        "tag:yaml.org,2002:seq", data, flow_style=not any(isinstance(x, dict) for x in data)
    ),
)
#: Line breaks of YAML 1.1 beside the usual ones, which are folded into spaces unless they are
#: escaped: only double quotes escape.
_BREAKS = re.compile("[\x85\u2028\u2029]")
_Dumper.add_representer(
    str,
    lambda dumper, data: dumper.represent_scalar(
        "tag:yaml.org,2002:str", data, style='"' if _BREAKS.search(data) else None
    ),
)


def _accounts(accounts: Iterable[Account]) -> list[dict[str, Any]]:
    used: set[str] = set()
    return [{"name": row.name, "app": row.app, **_credentials(row, used)} for row in accounts]


def _credentials(account: Account, used: set[str]) -> dict[str, Mapping[str, str]]:
    """What is no secret as it is, a secret as the name of a variable that nobody else has."""
    try:
        credentials = unseal(account.sealed)
    except NoKey:
        return {}  # what a file leaves out stays as it is
    shown = {}
    specs = {spec.name: spec for spec in registry.connector_class(account.app).credentials}
    for key, value in credentials.items():
        if key in specs and not specs[key].secret:
            shown[key] = value
            continue
        stem = re.sub(r"\W+", "_", f"{account.name}_{key}", flags=re.ASCII).upper()
        stem = stem if stem.isidentifier() else f"ACCOUNT_{stem}"
        variable, count = stem, 1
        while variable in used:
            count += 1
            variable = f"{stem}_{count}"
        used.add(variable)
        shown[key] = f"${{{variable}}}"
    return {"credentials": _Flow(shown)}


def _connection(row: Connection, whole: bool) -> dict[str, Any]:
    sides = {
        side: _Flow(
            account=row.container(side).account.name, container=row.container(side).remote_id
        )
        for side in ("a", "b")
    }
    options = options_of(row)
    return {
        "name": row.name,
        **sides,
        **options,
        "new_status": options["new_status"] or None,
        "brakes": _Flow(options["brakes"]),
        **_rules(row, whole),
        **_mappings(row),
    }


def _rules(row: Connection, whole: bool) -> dict[str, Any]:
    rules = stored_rules(row)
    if rules == DEFAULT_RULES and not whole:
        return {}
    return {"rules": [_rule(rule) for rule in rules]}


def _rule(rule: WrittenRule) -> Mapping[str, Any]:
    """What is as usual is left out."""
    shown: dict[str, Any] = {"name": rule.name, "from": rule.side}
    if rule.conditions:
        shown["if"] = [_condition(item) for item in rule.conditions]
    if rule.actions:
        shown["then"] = [_filled(kind=x.kind, field=x.field, value=x.value) for x in rule.actions]
    shown.update({flag: True for flag in ("undo", "both_ways") if getattr(rule, flag)})
    if not rule.on:
        shown["on"] = False
    if rule.take_back:
        shown["take_back"] = True
    return shown


def _condition(item: WrittenCondition) -> _Flow:
    value = item.value if isinstance(item.value, str) else list(item.value)
    return _filled(kind=item.kind, field=item.field, op=item.op, value=value)


def _filled(**parts: str | list[str]) -> _Flow:
    return _Flow({name: part for name, part in parts.items() if part})


def _mappings(row: Connection) -> dict[str, Any]:
    """As the default mapping and what differs from it, where that says it all."""
    lines = stored_lines(row)
    default = {
        (a, b): MappingLine(a, arrow, b, default=True)
        for a, arrow, b in default_lines(row.a.catalogue, row.b.catalogue)
    }
    whole = all(key in lines for key in default)
    differing = [line for key, line in lines.items() if not whole or line != default.get(key)]
    return {"default_mapping": whole, "mappings": [_line(line) for line in differing]}


def _line(line: MappingLine) -> Mapping[str, Any]:
    shown = _Flow(a=line.a, arrow=line.arrow, b=line.b)
    if not line.on:
        shown["on"] = False
    if line.winner:
        shown["winner"] = line.winner
    if line.values:
        shown["values"] = _Flow(line.values)
    return shown
