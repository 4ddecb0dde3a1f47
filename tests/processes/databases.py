"""A database server of a test's own, as the one that the product and the test have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import environ
from django.core.management import call_command
from django.db import connections

ALIAS = "default"


@contextmanager
def as_default(url: str) -> Iterator[None]:
    """With the product's tables; nobody is to hold a transaction of the other one's."""
    usual, usual_settings = connections[ALIAS], connections.settings[ALIAS]
    connections.settings[ALIAS] = _settings(url, usual_settings)
    connections[ALIAS] = connections.create_connection(ALIAS)
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connections[ALIAS].close()
        connections[ALIAS], connections.settings[ALIAS] = usual, usual_settings


def _settings(url: str, usual: Mapping[str, Any]) -> dict[str, Any]:
    return {**usual, "OPTIONS": {}, **environ.Env.db_url_config(url)}
