"""What was written to whom of late: by it the engine sees values that go to and fro."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sync.engine.oscillation import Wrote, wrote
from sync.models import Step

#: So far back it is looked for values that go to and fro.
DAY = timedelta(hours=24)
#: What begins anew: a person's release, and another contact in the place of the one written to.
ANEW = ("release", "link", "merge")


def written_lately(rows: Collection[int], now: datetime) -> dict[int, list[Wrote]]:
    """By sync record what we wrote by ourselves within the last 24 hours, oldest first; since
    its last release, where it was held before, and since the two of the pair met."""
    steps = Step.objects.filter(
        sync_record__in=rows, at__gt=now - DAY, result=Step.Result.DONE
    ).exclude(verb__in=("create", "delete"))
    columns = ("sync_record_id", "verb", "side", "fields", "cause")
    return by_sync_record(steps.order_by("pk").values_list(*columns))


def by_sync_record(told: Iterable[tuple[Any, ...]]) -> dict[int, list[Wrote]]:
    """``told``: of each step, oldest first, its sync record, verb, side, fields and cause."""
    found: dict[int, list[Wrote]] = {}
    for row, verb, side, fields, cause in told:
        if verb in ANEW:
            found.pop(row, None)
        elif side and cause != "person":
            found.setdefault(row, []).extend(
                wrote(side, name, change["before"], change["after"])
                for name, change in fields.items()
            )
    return found
