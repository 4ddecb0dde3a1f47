"""Text that every database orders alike, by its letters' numbers."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

#: Comes after every letter.
_LAST = "\U0010ffff"


class PlainTextField(models.CharField):
    """Whatever the language of the database: so that all that begins alike stands together in an
    index, and is found there (``beginning_with``)."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        found: dict[str, Any] = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            found["collation"] = "C"
        return found


def beginning_with(name: str, text: str) -> models.Q:
    """The condition that the plain text of column ``name`` begins with ``text``."""
    return models.Q(**{f"{name}__gte": text, f"{name}__lt": f"{text}{_LAST}"})
