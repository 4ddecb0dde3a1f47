"""What the demo tells in the end: what became of everybody, and where to look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connections.models import Connection
from sync import counts
from sync.models import Step

_HEADS = ("connection", "created", "updated", "matched", "in sync", "excluded", "to review")


def standing(names: Iterable[str]) -> str:
    """A table of the connections: what all their runs did, and how they stand now."""
    return _table([_HEADS, *(_row(Connection.objects.get(name=name)) for name in names)])


def _row(connection: Connection) -> tuple[str, ...]:
    done = Step.objects.filter(connection=connection, logged=True, result=Step.Result.DONE)
    words = counts.in_words(counts.totals(connection))
    made = done.filter(verb="create", leads=True)
    numbers = (
        made.count(),
        done.filter(leads=True).exclude(verb="create").count(),
        done.filter(verb="link").count(),
        words["in_sync"],
        sum(words["excluded"].values()),
        words["to_review"],
    )
    return (connection.name, *map(str, numbers))


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  " + row[0].ljust(widths[0]) + "".join(
            f"   {cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)
        )
        for row in rows
    )  # fmt: skip
