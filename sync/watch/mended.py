"""An account that works again: its connections go on at once rather than at the next look."""

from __future__ import annotations

from typing import Any

from connections.models import Account, Connection
from connections.uses import of_account
from sync.models import Run
from sync.queue import ask_for_run, ring


def go_on(sender: type[Account], account: Account, **_: Any) -> None:
    """Receives ``connections.authorise.mended``."""
    awaited = Run.objects.filter(kind=Run.Kind.SYNC, finished_at=None).values("connection")
    active = Connection.objects.filter(of_account(account), state=Connection.State.ACTIVE)
    for connection in active.exclude(pk__in=awaited):
        ring(ask_for_run(connection))
