"""Rows as the engine sees them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from connections.models import Record
from connections.stamps import restamp
from connectors.contact import Contact, contact_from_json
from connectors.fields import FieldType, normal
from sync.engine.person import Memory, View
from sync.models import SyncRecord

#: Columns of a record that planning needs: not the app's own record, which is large.
COLUMNS = (
    "container_id", "remote_id", "number", "digest", "contact", "stamps", "fault", "gone_at",
    "title", "version", "heir",
)  # fmt: skip


def view_of(record: Record) -> View:
    return _view(
        record.pk,
        record.remote_id,
        record.contact,
        record.digest,
        record.stamps,
        record.fault,
        record.gone_at,
    )


def views_of(ids: Collection[int]) -> dict[int, View]:
    """By id, in the order of ``ids``; rows that many are not made into objects first."""
    rows = Record.objects.filter(pk__in=ids).values_list(*_SHOWN)
    found = {row[0]: _view(*row) for row in rows}
    return {id: found[id] for id in ids if id in found}


_SHOWN = ("pk", "remote_id", "contact", "digest", "stamps", "fault", "gone_at")


def _view(
    pk: int,
    remote_id: str,
    shown: Mapping[str, Any] | None,
    digest: str,
    stamps: Mapping[str, Any],
    fault: str,
    gone_at: datetime | None,
) -> View:
    contact = None if shown is None else contact_from_json(shown)
    return View(
        id=pk,
        remote_id=remote_id,
        contact=contact,
        digest=digest,
        stamps=stamps,
        gone=gone_at is not None,
        fault=fault,
        seen=pk,
        emails=() if gone_at else _emails(contact),
    )


def on_paper(view: View, contact: Contact, number: int) -> View:
    """The contact as it is tried out to be: as if it had just been edited so in its app, as
    change ``number`` of its container."""
    if view.contact == contact:
        return view
    return replace(
        view,
        contact=contact,
        digest="",
        stamps=restamp(view.contact, contact, view.stamps, {}, {}, number),
        emails=_emails(contact),
    )


def _emails(contact: Contact | None) -> tuple[str, ...]:
    texts = contact.texts("emails") if contact else ()
    return tuple(dict.fromkeys(normal(FieldType.EMAIL, text) for text in texts))


def memory_of(sync_record: SyncRecord) -> Memory:
    return Memory(
        state=sync_record.state,
        reason=sync_record.reason,
        cause=sync_record.cause,
        base=sync_record.base,
        drift=tuple(sync_record.drift),
        effects=sync_record.effects,
        matched=tuple(sync_record.matched),
        existed=sync_record.existed,
        halted=tuple(sync_record.halted),
    )


def first_memory(sync_record: SyncRecord | None, views: Mapping[str, View]) -> Memory:
    """Of two who meet just now: nothing is agreed yet. What we put on a contact that was paired
    with somebody else before (who was deleted) is still known, and whether that one was there
    already when it first met anybody."""
    if sync_record is None:
        return Memory(existed=True)
    kept = [side for side in "ab" if getattr(sync_record, f"{side}_id") == views[side].id]
    effects = {
        target: effect
        for target, effect in sync_record.effects.items()
        if effect.get("side") in kept
    }
    existed = sync_record.existed is not False
    return Memory(state=sync_record.state, effects=effects, existed=existed)
