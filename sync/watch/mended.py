"""An account that works again: its connections go on at once rather than at the next look."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from connections.models import Account, Connection
from sync.models import Run
from sync.queue import ask_for_run, ring


def go_on(sender: type[Account], account: Account, **_: Any) -> None:
    """Receives ``connections.authorise.mended``."""
    uses = Q(a__account=account) | Q(b__account=account)
    awaited = Run.objects.filter(kind=Run.Kind.SYNC, finished_at=None).values("connection")
    active = Connection.objects.filter(uses, state=Connection.State.ACTIVE)
    for connection in active.exclude(pk__in=awaited):
        ring(ask_for_run(connection))
