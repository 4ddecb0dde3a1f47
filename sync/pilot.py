"""One contact by the key that staff give: an e-mail address, ``a:ID`` or ``b:ID``."""

from __future__ import annotations

from django.db.models import Q

from connections.models import Connection, Key, Record
from connectors.fields import FieldType, normal
from sync.models import SyncRecord


def records_of(connection: Connection, key: str) -> frozenset[int]:
    """The records that the key names, with those they are paired with; empty if there is none."""
    side, _, remote_id = key.partition(":")
    if side in ("a", "b") and remote_id:
        rows = Record.objects.filter(container=connection.container(side), remote_id=remote_id)
        found = set(rows.values_list("pk", flat=True))
    else:
        keys = Key.objects.filter(
            container__in=(connection.a_id, connection.b_id),
            kind=Key.Kind.EMAIL,
            value=normal(FieldType.EMAIL, key),
        )
        found = set(keys.values_list("record_id", flat=True))
    pairs = SyncRecord.objects.filter(Q(a__in=found) | Q(b__in=found), connection=connection)
    for a_id, b_id in pairs.values_list("a_id", "b_id"):
        found |= {id for id in (a_id, b_id) if id}
    return frozenset(found)
