"""Contacts by the keys that staff give: an e-mail address, ``a:ID`` or ``b:ID``; and those of a
pilot: several keys, a line each, or ``first N``."""

from __future__ import annotations

from django.db.models import Q

from connections.mirror import key_value
from connections.models import Connection, Key, Record
from connectors.fields import FieldType, normal
from sync.models import SyncRecord


class NotThere(Exception):
    """Neither side has a contact of this key."""


def chosen(connection: Connection, only: str) -> frozenset[int]:
    """The records of a pilot. Raises NotThere for the first key that names nobody."""
    word, _, count = only.partition(" ")
    if word == "first" and count.isdecimal():
        return _first(connection, int(count))
    found: set[int] = set()
    for key in only.splitlines():
        records = records_of(connection, key)
        if not records:
            raise NotThere(key)
        found |= records
    return frozenset(found)


def _first(connection: Connection, count: int) -> frozenset[int]:
    """The first of a; of b where only b is read."""
    side = "b" if connection.direction == Connection.Direction.B_TO_A else "a"
    rows = Record.objects.filter(container=connection.container(side), gone_at=None)
    return frozenset(rows.order_by("number").values_list("pk", flat=True)[:count])


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
            value=key_value(normal(FieldType.EMAIL, key)),
        )
        found = set(keys.values_list("record_id", flat=True))
    pairs = SyncRecord.objects.filter(Q(a__in=found) | Q(b__in=found), connection=connection)
    for a_id, b_id in pairs.values_list("a_id", "b_id"):
        found |= {id for id in (a_id, b_id) if id}
    return frozenset(found)
