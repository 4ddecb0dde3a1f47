"""The rows of a large table, so many at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet


def parts(rows: QuerySet[Any], size: int, *columns: str) -> Iterator[list[Any]]:
    """Of each row its key and these columns, in the order of the keys. What is changed, made or
    dropped between two parts does no harm."""
    ordered, last = rows.order_by("pk"), None
    while True:
        rest = ordered if last is None else ordered.filter(pk__gt=last)
        part = list(rest.values_list("pk", *columns)[:size])
        if not part:
            return
        last = part[-1][0]
        yield part
