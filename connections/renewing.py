"""The credentials that an app has renewed: kept beside those that were entered, and fetched by one
process at a time.

Where an app gives a new refresh token at each renewal, two processes that renew at once would
leave the account with one that is dead already. No transaction is open while the app is asked, so
the lock is a row's: who holds it, and until when at the longest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from secrets import token_hex
from threading import get_ident

from django.db import transaction

from connections.models import Account
from connections.threads import leaving_no_connection
from connections.vault import seal, unseal
from connectors.connector import World
from connectors.errors import TryAgain

#: Longer than an app is waited for; so long others wait when the holder was killed.
HELD = timedelta(minutes=5)
#: Seconds that others are waited for, and between two looks.
PATIENCE, LOOK = 60.0, 0.25


class Renewed:
    """Of an account with these credentials ``sealed``: what belongs to other ones, entered in the
    meantime, is neither given nor overwritten."""

    def __init__(self, pk: int, sealed: str, world: World) -> None:
        self._pk = pk
        self._sealed = sealed
        self._world = world
        self._thread = get_ident()

    def keep(self, renewed: Mapping[str, str]) -> None:
        with self._connected(), transaction.atomic():
            row = self._row()
            if row is not None:
                row.renewed = seal({**renewed_of(row), **renewed})
                row.save(update_fields=["renewed"])

    @contextmanager
    def alone(self) -> Iterator[Mapping[str, str]]:
        """``World.renewing``. Raises TryAgain where another process does not come to an end."""
        me = token_hex(16)
        stored = self._lock(me)
        try:
            yield stored
        finally:
            with self._connected():
                Account.objects.filter(pk=self._pk, renewing_by=me).update(
                    renewing_by="", renewing_until=None
                )

    def _lock(self, me: str) -> Mapping[str, str]:
        waited = 0.0
        while (stored := self._taken(me)) is None:
            if waited >= PATIENCE:
                raise TryAgain("Another process has been renewing this account's access for long.")
            self._world.sleep(LOOK)
            waited += LOOK
        return stored

    def _taken(self, me: str) -> Mapping[str, str] | None:
        """What is stored by now, once the lock is ours; None while it is another's."""
        now = self._world.now()
        with self._connected(), transaction.atomic():
            row = self._row()
            if row is None:
                return {}
            if row.renewing_until is not None and row.renewing_until > now:
                return None
            row.renewing_by, row.renewing_until = me, now + HELD
            row.save(update_fields=["renewing_by", "renewing_until"])
            return renewed_of(row)

    def _connected(self) -> AbstractContextManager[None]:
        return leaving_no_connection(self._thread)

    def _row(self) -> Account | None:
        return Account.objects.select_for_update().filter(pk=self._pk, sealed=self._sealed).first()


def renewed_of(account: Account) -> dict[str, str]:
    return unseal(account.renewed) if account.renewed else {}
