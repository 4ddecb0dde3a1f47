"""Whose turn it is where several connections use an account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q, QuerySet

from sync.leases import Busy, Held
from sync.models import Run
from sync.telling import Telling

#: Before it begins, a run waits so many seconds for its accounts.
PATIENCE = 30
#: What it is doing then.
TAKING = "taking the accounts"


class Later(Exception):
    """An account is in use, and nothing was begun: the run may as well have its turn later."""

    def __init__(self, busy: Busy) -> None:
        super().__init__(str(busy))
        self.busy = busy


def take(held: Held, run: Run, telling: Telling, patient: bool) -> None:
    """Before a run begins; raises Busy, or of the ``patient`` Later.

    A worker waits for an account only if no other does: who waits keeps a worker from what could
    be done meanwhile.
    """
    telling.begins(TAKING)
    seconds = 0 if patient and _waiting_before(run, held).exists() else PATIENCE
    try:
        held.wait(seconds, telling.waits_for_account)
    except Busy as busy:
        if patient:
            raise Later(busy) from busy
        raise


def next_in_turn(run: Run) -> Run | None:
    """Of the runs that wait, the first that may have waited for this one."""
    accounts = [run.connection.a.account_id, run.connection.b.account_id]
    waiting = Run.objects.filter(_uses(accounts), state=Run.State.QUEUED)
    return waiting.order_by("pk").first()


def _waiting_before(run: Run, held: Held) -> QuerySet[Run]:
    """Runs that were asked for earlier and wait for one of the accounts."""
    alive = Q(alive_at__gt=held.host.now() - timedelta(seconds=2 * PATIENCE))
    waiting = Run.objects.filter(alive, state=Run.State.RUNNING, phase=TAKING, pk__lt=run.pk)
    return waiting.filter(_uses(held.accounts))


def _uses(accounts: Sequence[int]) -> Q:
    return Q(connection__a__account__in=accounts) | Q(connection__b__account__in=accounts)
