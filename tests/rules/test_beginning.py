"""The rules that a connection begins with, also one from before there were rules."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

from django.apps import apps as installed
from django.db import connection

from connections.models import Connection
from connectors.memory.app import MemoryApp
from rules.configuration.loading import load
from rules.models import Rule
from rules.rows import rule_rows, written_rule
from rules.written import DEFAULT_RULES

FILE = """
accounts:
  - {name: one, app: memory, credentials: {name: one}}
  - {name: two, app: memory, credentials: {name: two}}
  - {name: three, app: memory, credentials: {name: three}}
connections:
  - {name: old, a: {account: one}, b: {account: two}}
  - {name: own, a: {account: one}, b: {account: three}, rules: [{name: Own, from: b}]}
"""


def rules_of(name: str) -> list[str]:
    return [rule.name for rule in rule_rows(Connection.objects.get(name=name))]


def test_a_new_connection_syncs_everything(apps: dict[str, MemoryApp]) -> None:
    load(FILE, {})
    rows = rule_rows(Connection.objects.get(name="old"))
    assert tuple(written_rule(row) for row in rows) == DEFAULT_RULES


def test_saving_a_connection_again_gives_it_no_more_rules(apps: dict[str, MemoryApp]) -> None:
    load(FILE, {})
    for one in Connection.objects.all():
        one.save()
    assert (len(rules_of("old")), rules_of("own")) == (2, ["Own"])


def test_the_migration_gives_rules_to_what_has_none(apps: dict[str, MemoryApp]) -> None:
    load(FILE, {})
    Rule.objects.filter(connection__name="old").delete()
    import_module("rules.migrations.0002_rules").begin_rules(
        installed, SimpleNamespace(connection=connection)
    )
    assert rules_of("old") == [rule.name for rule in DEFAULT_RULES]
    assert rules_of("own") == ["Own"]
