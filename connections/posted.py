"""Rows by what a browser sent."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)

#: Longer numbers are those of no row, and databases refuse them.
_DIGITS = 18


def row_of(rows: QuerySet[Row], pk: str) -> Row | None:
    """The row with this primary key; None where there is none, or the text is no number."""
    is_number = pk.isascii() and pk.isdigit() and len(pk) <= _DIGITS
    return rows.filter(pk=pk).first() if is_number else None
