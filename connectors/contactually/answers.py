"""What the answer to a write shows, beside what was sent. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.connector import Create, Update
from connectors.contact import Contact, Segment, Value
from connectors.contactually.entries import LISTS, read_entries
from connectors.contactually.translate import BUCKET, TAG, Record, read_time
from connectors.fields import STANDARD, field_named, fold, kept_as, normals
from connectors.rest import Reply
from connectors.texts import id_in

#: By how much clocks may differ before a new contact passes for one that was there.
SKEW = timedelta(minutes=5)
_KINDS = {TAG: "Tags", BUCKET: "Buckets"}


def record_of(reply: Reply) -> Record | None:
    """The contact that an answer shows in full."""
    data = reply.data.get("data") if isinstance(reply.data, Mapping) else None
    is_whole = (
        isinstance(data, Mapping)
        and id_in(data.get("id"))
        and isinstance(data.get("extra_data"), Mapping)
    )
    return data if is_whole else None


def with_buckets(record: Record, reply: Reply) -> Record | None:
    """The contact in the buckets that the answer to setting them lists; None where it is no such
    list (the shape of that answer is a guess)."""
    data = reply.data.get("data") if isinstance(reply.data, Mapping) else None
    if not isinstance(data, list) or not all(
        isinstance(item, Mapping) and item.get("id") and item.get("name") for item in data
    ):
        return None
    return {
        **record,
        "extra_data": {**record["extra_data"], "buckets": [_as_shown(item) for item in data]},
    }


def _as_shown(bucket: Mapping[str, Any]) -> dict[str, Any]:
    """As contacts show the buckets that they are in."""
    return {name: bucket.get(name) for name in ("id", "name", "reminder_interval")}


def was_there(
    record: Record, fields: Mapping[str, Value], begun: datetime, headers: Mapping[str, str]
) -> bool:
    """Is what a create was answered with an old contact, found by its address? It was made
    before, by our clock and the server's, or has an address that was not sent."""
    emails = STANDARD["emails"]
    sent = normals(emails, fields.get("emails", ""))
    if not sent:
        return False
    created = read_time(record.get("created_at"))
    now = min(begun, _date(headers) or begun)
    shown = read_entries(record.get("email_addresses"), "emails")
    return (created is not None and created < now - SKEW) or not normals(emails, shown) <= sent


def shows(contact: Contact, write: Create, region: str) -> bool:
    """Is all there that was sent?"""
    segments = {_folded(segment) for segment in contact.segments}
    return {_folded(segment) for segment in write.add} <= segments and all(
        kept_as(field_named(name), value, contact.get(name), region)
        for name, value in write.fields.items()
    )


def still_there(before: Record, write: Update, after: Contact | None, region: str) -> str:
    """What the write took off a list and the app kept there all the same: a server that merges
    lists does so. In words, or ""."""
    if after is None:
        return ""
    kept = []
    for name, value in write.fields.items():
        if name in LISTS:
            field, (member, _) = STANDARD[name], LISTS[name]
            there = normals(field, read_entries(before.get(member), name), region)
            dropped = there - normals(field, value, region)
            if dropped & normals(field, after.get(name), region):
                kept.append(field.label)
    shown = {_folded(segment) for segment in after.segments}
    added = {_folded(segment) for segment in write.add}
    kept += {
        _KINDS[item.kind]: None
        for item in sorted(write.remove)
        if _folded(item) in shown and _folded(item) not in added
    }
    return ", ".join(kept)


def _folded(segment: Segment) -> tuple[str, str]:
    return segment.kind, fold(segment.name)


def _date(headers: Mapping[str, str]) -> datetime | None:
    """RFC 9110 §6.6.1"""
    try:
        date = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
