"""How much an account may ask of its app, in words."""

from __future__ import annotations

from typing import Any

from connections.budgets import budget_of


def test_the_limits_are_those_that_the_operator_has_set(settings: Any) -> None:
    settings.CONNECTORS = {
        **settings.CONNECTORS,
        "GOOGLE_READS_PER_MINUTE": "90",
        "GOOGLE_WRITES_PER_MINUTE": "0",
        "GOOGLE_LABEL_WRITES_PER_MINUTE": "15",
    }
    assert budget_of("google") == ["90 reads a minute", "15 writes to labels a minute"]


def test_an_app_without_limits_has_none() -> None:
    assert budget_of("carddav") == []
    assert budget_of("nobody knows it") == []
