"""Brakes that look at the mirror before anything is planned."""

from __future__ import annotations

from django.db.models import Q

from connections.models import Connection, Record
from rules.setup import Setup, other
from sync.engine.brakes import shrunken
from sync.models import SyncRecord


def shrunken_sides(connection: Connection, setup: Setup) -> list[str]:
    """Why the run is to be held: sides that had contacts and are empty or much smaller."""
    reasons = []
    for side in "ab":
        pairs = SyncRecord.objects.filter(connection=connection, a__isnull=False, b__isnull=False)
        pairs = pairs.exclude(state=SyncRecord.State.DELETED_OPPOSITE)
        total = pairs.count()
        gone = pairs.filter(Q(**{f"{side}__gone_at__isnull": False})).count()
        alive = Record.objects.filter(container=connection.container(side), gone_at=None)
        if gone and shrunken(gone, total, is_empty=not alive.exists(), brakes=setup.brakes):
            reasons.append(
                f"{gone} of {total} contacts are no longer in {side.upper()} "
                f"({connection.container(side)}). Nothing was changed in {other(side).upper()}."
            )
    return reasons
