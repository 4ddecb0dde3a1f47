"""A contact of the API ↔ Contact. Pure.

Sources: recorded answers of 2016 to 2018 in public client libraries, and their code; the
vendor's own pages are gone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.contact import Contact, Segment, Value
from connectors.contactually.entries import LISTS, read_entries, write_entries
from connectors.contactually.own_fields import LOCATION, OwnField, read_own, write_own
from connectors.errors import Refused
from connectors.fields import STANDARD, Field, fold

Record = Mapping[str, Any]
TAG, BUCKET = "tag", "bucket"

#: Our field -> member of the record.
_TEXTS: Mapping[str, str] = {
    "first_name": "first_name",
    "last_name": "last_name",
    "company": "company",
    "job_title": "title",
    LOCATION.name: "location",
}
FIELDS: tuple[Field, ...] = (
    *(field for name, field in STANDARD.items() if name in _TEXTS or name in LISTS),
    LOCATION,
)
#: What moves by itself, without anybody having changed the contact, or is spelled now one way
#: and now another (timestamps); of ``extra_data`` only the buckets say something of their own.
_RESTLESS = frozenset({"created_at", "updated_at", "archived_at", "days_to_followup", "extra_data"})


# --- Reading ------------------------------------------------------------------------------


def read_contact(record: Record, own: Sequence[OwnField], deleted: bool = False) -> Contact:
    """Total: members that are missing, null or odd are read as far as they say something."""
    fields: dict[str, Value] = {name: _text(record.get(member)) for name, member in _TEXTS.items()}
    for name, (member, _) in LISTS.items():
        fields[name] = read_entries(record.get(member), name)
    fields.update(read_own(record.get("custom_fields"), own))
    created = read_time(record.get("created_at"))
    return Contact(
        {name: value for name, value in fields.items() if value},
        frozenset(
            [Segment(TAG, name) for name in tags_of(record)]
            + [Segment(BUCKET, bucket["name"]) for bucket in buckets_of(record)]
        ),
        created=created.isoformat() if created else "",
        deleted=deleted,
    )


def fault_of(record: Record) -> str:
    """Why a record is not to be believed, or "": a list that is none would look as if
    everything in it had been cleared."""
    members = (*(member for member, _ in LISTS.values()), "tags", "custom_fields")
    odd = [name for name in members if not isinstance(record.get(name), list | None)]
    if not odd:
        return ""
    return f"Contactually sent the contact with something odd in place of {', '.join(odd)}."


def version_of(record: Record, deleted: bool = False) -> str:
    """Changes with whatever people change: timestamps are to the second only, so that two edits
    within one look alike."""
    stays = {name: value for name, value in record.items() if name not in _RESTLESS}
    buckets = sorted((bucket["id"], bucket["name"]) for bucket in buckets_of(record))
    text = json.dumps([stays, buckets, deleted], sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def is_archived(record: Record) -> bool:
    """Where records say so; others are told by what lists and GETs leave out."""
    return bool(record.get("archived_at"))


def tags_of(record: Record) -> list[str]:
    tags = record.get("tags")
    found = [item.get("name") if isinstance(item, Mapping) else item for item in _list(tags)]
    return [name for name in found if isinstance(name, str) and name.strip()]


def buckets_of(record: Record) -> list[dict[str, str]]:
    """With ``id`` and ``name``."""
    extra = record.get("extra_data")
    items = _list(extra.get("buckets")) if isinstance(extra, Mapping) else []
    return [
        {"id": str(item["id"]), "name": str(item["name"])}
        for item in items
        if isinstance(item, Mapping) and item.get("id") and _text(item.get("name"))
    ]


def read_time(text: Any) -> datetime | None:
    """ "2016-08-26 14:37:11 UTC" (2016, 2017) or "2018-11-20T01:28:34Z" (2018)."""
    if not isinstance(text, str):
        return None
    try:
        time = datetime.fromisoformat(text.strip().replace(" UTC", "Z"))
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


# --- Writing ------------------------------------------------------------------------------


def write_members(
    record: Record, changes: Mapping[str, Value], own: Sequence[OwnField]
) -> dict[str, Any]:
    """The members of ``record`` ({} for a new one) that change, whole. Raises Refused."""
    members: dict[str, Any] = {}
    by_name = {item.field.name: item for item in own}
    owned: list[tuple[OwnField, Value]] = []
    for name, value in changes.items():
        if name in _TEXTS:
            text = value if isinstance(value, str) else Contact({name: value}).text(name)
            members[_TEXTS[name]] = text or None
        elif name in LISTS:
            member, _ = LISTS[name]
            members[member] = write_entries(record.get(member), name, value)
        elif name in by_name:
            owned.append((by_name[name], value))
        elif value:
            raise Refused(f"Contactually has no field {name.removeprefix('custom:')}.")
    if owned:
        members["custom_fields"] = write_own(record.get("custom_fields"), owned)
    return {name: value for name, value in members.items() if value != _there(record, name)}


def write_tags(record: Record, add: Collection[str], remove: Collection[str]) -> list[str]:
    """All tags after the change. Names compare folded; what is there stays as it is written."""
    if not add and not remove:
        return tags_of(record)
    unwanted = {fold(name) for name in remove}
    kept = {fold(name): name for name in tags_of(record) if fold(name) not in unwanted}
    for name in sorted(add):
        kept.setdefault(fold(name), name)
    return list(kept.values())


def _there(record: Record, name: str) -> Any:
    """What the record shows; a list that it does not is empty."""
    value = record.get(name)
    is_list = name == "custom_fields" or any(name == member for member, _ in LISTS.values())
    return [] if value is None and is_list else value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value if value.strip() else ""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
