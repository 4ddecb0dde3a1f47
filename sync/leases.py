"""Leases: who may touch an account just now, on one machine or several.

A lease is a row with an owner, an end and a fence number that grows with each holder. Every
commit renews it and checks the fence in the same transaction, so that a holder that was thought
dead cannot write behind its successor's back. No transaction is open while it is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import get_ident

from django.db import transaction
from django.db.models import F, Q

from connections.threads import leaving_no_connection
from sync.host import Host
from sync.models import Lease

TTL = timedelta(seconds=120)
#: A wait for an account that takes longer is told to whoever watches.
LONG = timedelta(seconds=2)
#: Seconds between two looks whether an account is free.
POLL = 0.2
#: So many seconds a run that goes on leaves the accounts to others: who waits has looked by then.
TURN = 3 * POLL


def in_force(now: datetime) -> Q:
    """Of leases: those that hold. An end further off than any lease lasts was written by a clock
    that was wrong, and says nothing."""
    return Q(until__gte=now, until__lte=now + 2 * TTL)


class LeaseLost(Exception):
    """Somebody else holds the account now; nothing of this transaction was kept."""


class Busy(Exception):
    """The account is in use by another run; ``owner`` has it."""

    def __init__(self, account: int, owner: str) -> None:
        super().__init__(f"Account {account} is in use by another run.")
        self.account, self.owner = account, owner


Tell = Callable[[Busy], None]


def _tell_nobody(busy: Busy) -> None:
    return None


class Held:
    """Leases of some accounts, taken together."""

    def __init__(self, accounts: Sequence[int], host: Host) -> None:
        self.accounts = sorted(set(accounts))
        self.host = host
        self.fences: dict[int, int] = {}
        self._thread = get_ident()
        self._renewed_at = host.now()

    def take(self) -> None:
        """All or none; raises Busy."""
        now = self.host.now()
        with transaction.atomic():
            for account in self.accounts:
                lease, _ = Lease.objects.get_or_create(account_id=account)
                free = Q(until=None) | ~in_force(now) | Q(owner=self.host.owner)
                if lease.owner and self.host.is_dead(lease.owner):
                    free |= Q(owner=lease.owner, fence=lease.fence)
                taken = Lease.objects.filter(free, account_id=account).update(
                    owner=self.host.owner, until=now + TTL, fence=F("fence") + 1
                )
                if not taken:
                    raise Busy(account, lease.owner)
            rows = Lease.objects.filter(account_id__in=self.accounts)
            self.fences = dict(rows.values_list("account_id", "fence"))
        self._renewed_at = now

    def wait(self, seconds: float, tell: Tell = _tell_nobody) -> None:
        """Take them as soon as they are free; raises Busy when that takes too long. ``tell``: of
        whom we wait for, if that takes a while."""
        begun, told = self.host.now(), ""
        while True:
            try:
                return self.take()
            except Busy as busy:
                waited = self.host.now() - begun
                if waited >= timedelta(seconds=seconds):
                    raise
                if waited >= LONG and busy.owner != told:
                    told = busy.owner
                    tell(busy)
                self.host.sleep(POLL)

    def sleep(self, seconds: float) -> None:
        """Wait for an app (a quota of a minute, a pause that it asks for), and keep the accounts
        meanwhile; raises LeaseLost. Connectors may wait in threads of their own."""
        piece = TTL.total_seconds() / 4
        while seconds > piece:
            self.host.sleep(piece)
            seconds -= piece
            if self.fences:
                self._renew()
        self.host.sleep(seconds)

    def assure(self) -> None:
        """Before the app is asked to change something: it knows no fences. Raises LeaseLost.
        Connectors may ask in threads of their own.

        A process may have stood still since its last commit, or the answer of the database was
        long on its way: by then others may have the accounts, and have done what was to be done.
        """
        while self.host.now() - self._renewed_at > TTL / 2:
            self._renew()

    def _renew(self) -> None:
        with leaving_no_connection(self._thread), self.commit():
            pass

    def release(self) -> None:
        for account, fence in self.fences.items():
            Lease.objects.filter(account_id=account, fence=fence).update(owner="", until=None)
        self.fences = {}

    @contextmanager
    def commit(self) -> Iterator[None]:
        """A transaction that renews the leases, or raises LeaseLost and keeps nothing."""
        with transaction.atomic():
            mine = Q(pk=None)
            for account, fence in self.fences.items():
                mine |= Q(account_id=account, fence=fence)
            now = self.host.now()
            kept = Lease.objects.filter(mine).update(until=now + TTL)
            if kept < len(self.accounts):
                raise LeaseLost("The lease of an account went to another run.")
            yield
        self._renewed_at = now
