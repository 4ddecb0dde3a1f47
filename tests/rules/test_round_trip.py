"""What was loaded can be dumped, and what was dumped can be loaded, whatever it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connections.models import Account, Connection, Container
from connectors.memory.app import MemoryApp
from rules.configuration.dumping import dump
from rules.configuration.loading import load
from rules.history import record_revision
from rules.models import Revision
from rules.rows import setup_of
from rules.setup import Setup
from tests.rules.drawing import Apps, apps, connection

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only


@st.composite
def configurations(draw: st.DrawFn) -> tuple[Apps, dict[str, Any], dict[str, Any]]:
    """Two of one pair of apps. The second names its rules: those of the first, which stay where
    a file does not speak of them, may set what it maps."""
    of = draw(apps())
    return of, draw(connection(of)), {"rules": [], **draw(connection(of))}


def file_of(found: dict[str, Any]) -> str:
    sides = {"name": "pair", "a": {"account": "one"}, "b": {"account": "two"}}
    return yaml.safe_dump(
        {
            "accounts": [
                {"name": name, "app": "memory", "credentials": {"name": name}}
                for name in ("one", "two")
            ],
            "connections": [{**sides, **found}],
        },
        sort_keys=False,
    )


def stored_setup() -> Setup:
    return setup_of(Connection.objects.select_related("a", "b").get())


def begin_anew(varied: dict[str, MemoryApp], of: Apps) -> None:
    """Empty tables, and the two apps as drawn: one test holds many drawings."""
    for model in (Connection, Revision, Container, Account):
        model.objects.all().delete()
    for name, side in (("one", "a"), ("two", "b")):
        varied[name] = MemoryApp(timezone.now, of.quirks[side])


def without_new_keys(setup: Setup) -> Setup:
    """A rule that is new has no row, and so no key, before it is stored."""
    rules = (replace(rule, key=rule.name) for rule in setup.rules)
    return replace(setup, rules=tuple(rules))


@pytest.mark.parametrize("text", ["a\x85b", "a\u2028b", "a \u2029 b", "a\nb", "a\rb", "\ufeffa"])
def test_every_line_break_survives_dump_and_load(varied: dict[str, MemoryApp], text: str) -> None:
    for name in ("one", "two"):
        varied[name] = MemoryApp(timezone.now)
    condition = {"kind": "field", "field": "notes", "op": "is", "value": text}
    rule = {"name": "r", "from": "a", "if": [condition]}
    load(file_of({"rules": [rule]}), {})
    assert load(dump(), {}).changes == ()


@given(drawn=configurations())
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_configuration_survives_dump_and_load(
    varied: dict[str, MemoryApp], drawn: tuple[Apps, dict[str, Any], dict[str, Any]]
) -> None:
    of, first, second = drawn
    begin_anew(varied, of)

    load(file_of(first), {})
    text, setup = dump(), stored_setup()
    for again in (file_of(first), text):
        outcome = load(again, {})
        assert (outcome.changes, outcome.setups) == ((), ())
    assert (dump(), stored_setup()) == (text, setup)
    assert Setup.from_json(setup.to_json()) == setup

    outcome = load(file_of(second), {}, check=True)
    assert (dump(), stored_setup()) == (text, setup)
    wished = [each for _, each in outcome.setups] or [setup]
    told = load(file_of(second), {}).changes
    assert told == outcome.changes
    assert without_new_keys(stored_setup()) == without_new_keys(wished[0])
    keys = {(rule.name, rule.side): rule.key for rule in setup.rules}
    for rule in stored_setup().rules:
        assert rule.key == keys.get((rule.name, rule.side), rule.key)
    assert (dump() == text) is (told == ())

    revision = Revision.objects.earliest("pk")
    load(revision.text, {})
    assert dump() == text
    assert without_new_keys(stored_setup()) == without_new_keys(setup)
    assert record_revision(Connection.objects.get()) is None
