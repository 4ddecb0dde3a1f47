"""Contacts of one side by the keys that staff give."""

from __future__ import annotations

from connections.mirror import key_value
from connections.models import Connection, Key, Record
from connectors.fields import FieldType, normal


class NoSuchContact(Exception):
    """The key names nobody, or several; the message says what to give."""


def record_on(connection: Connection, side: str, key: str) -> Record:
    """The live contact of ``side`` that the key names: an e-mail, or ``a:ID`` / ``b:ID``."""
    rows = Record.objects.filter(container=connection.container(side), gone_at=None)
    start, _, remote_id = key.partition(":")
    if start in ("a", "b") and remote_id:
        rows = rows.filter(remote_id=remote_id) if start == side else rows.none()
    else:
        email = key_value(normal(FieldType.EMAIL, key))
        rows = rows.filter(keys__kind=Key.Kind.EMAIL, keys__value=email).distinct()
    found = list(rows.order_by("pk")[:10])
    if len(found) == 1:
        return found[0]
    place = f"{side.upper()} ({connection.container(side)})"
    if not found:
        raise NoSuchContact(f"There is no contact {key!r} in {place}. Give an e-mail or {side}:ID.")
    ids = ", ".join(f"{side}:{row.remote_id} ({row.title})" for row in found)
    raise NoSuchContact(f"Several contacts in {place} have {key!r}. Name one: {ids}.")
