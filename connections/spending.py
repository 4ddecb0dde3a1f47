"""What the processes of an installation have asked of an account within the last minute: its quotas
are the account's, whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import get_ident

from django.db import transaction

from connections.models import Account, Spending
from connections.threads import leaving_no_connection
from connectors.connector import World

MINUTE = timedelta(minutes=1)


class Spent:
    """Of one account, while its connector is open in this process."""

    def __init__(self, account: Account, world: World) -> None:
        self._account = account.pk
        self._world = world
        self._thread = get_ident()

    def before(self, quota: str) -> Sequence[tuple[datetime, int]]:
        """``World.spent``. What is older than a minute says nothing any more."""
        with leaving_no_connection(self._thread), transaction.atomic():
            rows = Spending.objects.filter(account=self._account, quota=quota).order_by("at", "pk")
            rows.filter(at__lte=self._world.now() - MINUTE).delete()
            return list(rows.values_list("at", "units"))

    def note(self, quota: str, at: datetime, units: int) -> None:
        """``World.spend``."""
        with leaving_no_connection(self._thread):
            Spending.objects.create(account_id=self._account, quota=quota, at=at, units=units)
