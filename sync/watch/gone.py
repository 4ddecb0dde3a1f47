"""Contacts that are gone from their app and in no pair: what the mirror holds of them is dropped
after a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from connections.models import Connection, Container, Record
from connections.uses import of_container
from sync.host import Host
from sync.leases import Busy, Held
from sync.models import Apart, Step, SyncRecord

#: Contacts that are dropped in one transaction.
CHUNK = 200


def forget_gone(container: Container, days: int, host: Host) -> int:
    """Those that are gone for longer; how many. ``days``: how long where a connection does not say
    otherwise, 0 for ever; of several connections the most patient is listened to. An account that
    is in use just now has its turn another time."""
    users = Connection.objects.filter(of_container(container))
    asked = [user.keep_gone or days for user in users] or [days]
    if 0 in asked:
        return 0
    return _forget(container, host.now() - timedelta(days=max(asked)), host)


def _forget(container: Container, before: datetime, host: Host) -> int:
    if not _forgettable(container, before).exists():
        return 0
    held = Held([container.account_id], host)
    try:
        held.take()
    except Busy:
        return 0
    try:
        count = 0
        while part := list(_forgettable(container, before).values_list("pk", flat=True)[:CHUNK]):
            with held.commit():
                SyncRecord.objects.filter(Q(a__in=part) | Q(b__in=part)).delete()
                Record.objects.filter(pk__in=part).delete()
            count += len(part)
        return count
    finally:
        held.release()


def _forgettable(container: Container, before: datetime) -> QuerySet[Record]:
    """Not those of a pair, be it of one whose other half lives on: it is remembered as deleted,
    and is not to be made again. Nor where something of ours is on a contact, a write is in doubt,
    or a person said something about them."""
    rows = SyncRecord.objects.filter(Q(a=OuterRef("pk")) | Q(b=OuterRef("pk")))
    in_doubt = Step.objects.filter(sync_record=OuterRef("pk"), is_open=True)
    pairs = Q(a__isnull=False, b__isnull=False)
    wanted = rows.filter(pairs | ~Q(effects={}) | Q(Exists(in_doubt)))
    told = Apart.objects.filter(Q(a=OuterRef("pk")) | Q(b=OuterRef("pk")))
    gone = Record.objects.filter(container=container, gone_at__lt=before)
    return gone.filter(~Exists(wanted), ~Exists(told)).order_by("pk")
