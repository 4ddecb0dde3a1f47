"""Records as the API writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from connectors.sandbox.contactually import people, registers
from connectors.sandbox.contactually.combining import PARTS, TEXTS
from connectors.sandbox.contactually.desk import Desk
from connectors.sandbox.contactually.quirks import Quirks
from connectors.sandbox.contactually.values import as_text
from connectors.sandbox.store import Document

#: What nobody keeps here: the service derives it from mail and calls.
_DERIVED: Mapping[str, Any] = {
    "last_contacted": None,
    "user_last_contacted_at": None,
    "team_last_contacted_at": None,
    "team_last_contacted_by_id": None,
    "team_last_contacted_by": None,
    "muted_at": None,
    "relationship_status": "none",
    "followup_source": None,
    "sources": [],
    "lead_pools": [],
    "associated_company": None,
    "associated_location": None,
    "assigned_to": None,
}
_LEVELS = ("none", "strong", "fading", "weak", "rpa", "grade")


def contacts(desk: Desk, records: Iterable[Document]) -> list[Document]:
    """With the names of buckets, tags and custom fields as they are now."""
    buckets = {each["id"]: each for each in registers.everything(desk, "bucket")}
    tags = {registers.fold(each["name"]): each for each in registers.everything(desk, "tag")}
    fields = {each["id"]: each["name"] for each in registers.everything(desk, "custom_field")}
    return [_contact(desk.quirks, record, buckets, tags, fields) for record in records]


def contact(desk: Desk, record: Document) -> Document:
    return contacts(desk, [record])[0]


def bucket(desk: Desk, record: Document) -> Document:
    members = people.count(desk, f"bucket:{record['id']}")
    counted = {**dict.fromkeys(_LEVELS, 0), "none": members, "total": members}
    extra = {"contact_count": members, "relationship_status": counted}
    return {**dated(desk.quirks, record), "extra_data": extra}


def tag(desk: Desk, record: Document) -> Document:
    held = people.count(desk, f"tag:{registers.fold(record['name'])}")
    return {**dated(desk.quirks, record), "contact_count": held}


def dated(quirks: Quirks, record: Document) -> Document:
    """With its timestamps in the form of the day."""
    times = {name: when(quirks, record[name]) for name in ("created_at", "updated_at")}
    if "timestamp" in record:
        times["timestamp"] = when(quirks, record["timestamp"])
    return {**record, **times}


def when(quirks: Quirks, kept: str | None) -> str | None:
    if kept is None or quirks.timestamps == "iso":
        return kept
    return datetime.fromisoformat(kept).strftime("%Y-%m-%d %H:%M:%S UTC")


def _contact(
    quirks: Quirks,
    record: Document,
    buckets: Mapping[str, Document],
    tags: Mapping[str, Document],
    fields: Mapping[str, str],
) -> Document:
    shown = {"id": record["id"]}
    shown |= {name: when(quirks, record[name]) for name in ("created_at", "updated_at")}
    shown |= {name: record[name] for name in TEXTS if name != "external_id"}
    shown |= {name: record[name] for name in ("tags", *PARTS)}
    shown["custom_fields"] = [
        {
            "field": {"id": item["field"]["id"], "name": fields.get(item["field"]["id"], "")},
            "value": as_text(item["value"]) if quirks.values == "text" else item["value"],
        }
        for item in record["custom_fields"]
    ]
    if quirks.tells_archived:
        shown["external_id"] = record["external_id"]
        shown["archived_at"] = when(quirks, record["archived_at"])
    shown["extra_data"] = {
        **_DERIVED,
        "last_bucketed_at": when(quirks, record["last_bucketed_at"]),
        "buckets": [
            {name: buckets[id][name] for name in ("id", "name", "reminder_interval")}
            for id in record["bucket_ids"]
            if id in buckets
        ],
        "associated_tags": [
            dated(quirks, tags[registers.fold(name)])
            for name in record["tags"]
            if registers.fold(name) in tags
        ],
    }
    return shown
