"""Rows as the engine sees them."""

from __future__ import annotations

from connections import mirror
from connections.models import Record
from connectors.fields import FieldType, normal
from sync.engine.person import Memory, View
from sync.models import SyncRecord

#: Columns of a record that planning needs: not the app's own record, which is large.
COLUMNS = (
    "container_id", "remote_id", "number", "digest", "contact", "stamps", "fault", "gone_at",
    "title", "version",
)  # fmt: skip


def view_of(record: Record) -> View:
    contact = mirror.contact_of(record)
    emails = contact.texts("emails") if contact and not record.gone_at else ()
    return View(
        id=record.pk,
        remote_id=record.remote_id,
        contact=contact,
        digest=record.digest,
        stamps=record.stamps,
        gone=record.gone_at is not None,
        fault=record.fault,
        seen=record.pk,
        emails=tuple(dict.fromkeys(normal(FieldType.EMAIL, text) for text in emails)),
    )


def memory_of(sync_record: SyncRecord) -> Memory:
    return Memory(
        state=sync_record.state,
        reason=sync_record.reason,
        cause=sync_record.cause,
        base=sync_record.base,
        drift=tuple(sync_record.drift),
    )
