"""What is held of a person, as JSON: to be given to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connections.mirror import raw_of
from connections.models import Record
from sync.audit import as_json
from sync.models import Apart, Step, SyncRecord
from sync.watch.erasing.rows import steps_about, sync_records_about
from sync.watch.erasing.sweep import mentions
from sync.watch.erasing.whom import terms_about


def held_of(records: Sequence[Record]) -> dict[str, Any]:
    """``named_in``: rows about others, by their tables, whose texts name them; ``kept_apart``:
    in how many pairs staff said that they are somebody else."""
    steps = Step.objects.filter(pk__in=steps_about(records)).select_related("by", "connection")
    rows = sync_records_about(records).select_related("connection")
    pks = [record.pk for record in records]
    return {
        "contacts": [_contact(record) for record in records],
        "sync_records": [_sync_record(row) for row in rows.order_by("pk")],
        "audit_log": [
            {"connection": step.connection.name, **as_json(step)} for step in steps.order_by("pk")
        ],
        "kept_apart": Apart.objects.filter(a__in=pks).count()
        + Apart.objects.filter(b__in=pks).count(),
        "named_in": list(mentions(terms_about(records))),
    }


def _contact(record: Record) -> dict[str, Any]:
    return {
        "account": record.container.account.name,
        "app": record.container.account.app,
        "container": record.container.name,
        "id": record.remote_id,
        "first_seen": record.first_seen_at.isoformat(),
        "gone": record.gone_at.isoformat() if record.gone_at else None,
        "values": record.contact,
        "as_the_app_shows_it": raw_of(record).decode(errors="replace"),
    }


def _sync_record(row: SyncRecord) -> dict[str, Any]:
    return {
        "connection": row.connection.name,
        "state": row.state,
        "why": row.reason,
        "agreed": row.base,
        "put_on": row.effects,
    }
