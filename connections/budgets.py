"""How much an account may ask of its app, as the operator has set it."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from connectors import registry


def budget_of(app: str) -> Sequence[str]:
    """In words: "60 reads a minute". What is set to 0 has no limit."""
    found = ((int(settings.CONNECTORS[item.name]), item) for item in registry.limits(app))
    return [f"{number} {item.limits}" for number, item in found if number]
