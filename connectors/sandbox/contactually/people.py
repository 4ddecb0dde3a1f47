"""The contacts of an account, and the rules that hold whoever changes them.

Kept is the vendor's record without what it derives: ``tags`` are names, ``custom_fields`` have
the id of their field alone, and ``bucket_ids`` stands for ``extra_data.buckets``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.sandbox.contactually import notes, registers
from connectors.sandbox.contactually.combining import PARTS, TEXTS, combined, same
from connectors.sandbox.contactually.desk import Desk, seconds
from connectors.sandbox.contactually.problems import Missing
from connectors.sandbox.store import Document

KIND = "contact"
#: As the index of lists and searches still has those that changed a moment ago.
BEFORE = "before"
_BLANK: Mapping[str, Any] = {
    **dict.fromkeys(TEXTS),
    **{name: [] for name in (*PARTS, "tags", "custom_fields", "bucket_ids")},
    "archived_at": None,
    "last_bucketed_at": None,
}
#: Of a kept record.
MEMBERS = {"id", "created_at", "updated_at", *_BLANK}


def get(desk: Desk, id: str) -> Document:
    """Raises Missing. Archived ones are there too."""
    found = desk.store.get(desk.kind(KIND), id)
    if found is None:
        raise Missing("Contact")
    return found


def holders(desk: Desk, address: str) -> list[Document]:
    """Who has this e-mail address, archived or not."""
    return desk.store.by_key(desk.kind(KIND), f"email:{registers.fold(address)}")


def tagged(desk: Desk, tag: str) -> list[Document]:
    return desk.store.by_key(desk.kind(KIND), f"tag:{registers.fold(tag)}")


def members(desk: Desk, bucket: str) -> list[Document]:
    return desk.store.by_key(desk.kind(KIND), f"bucket:{bucket}")


def with_field(desk: Desk, field: str) -> list[Document]:
    """Who has a value in this custom field."""
    return desk.store.by_key(desk.kind(KIND), f"custom_field:{field}")


def count(desk: Desk, key: str) -> int:
    """Of those with a key as ``tag:client`` or ``bucket:bucket_12``."""
    return desk.store.count(desk.kind(KIND), key)


def add(desk: Desk, record: Document) -> Document:
    now = desk.stamp()
    blank = {**_BLANK, "id": desk.id("contact"), "updated_at": now}
    blank["created_at"] = record.get("created_at") or now
    return _put(desk, combined(desk, blank, record), None)


def change(desk: Desk, contact: Document, changes: Document, merges: bool = False) -> Document:
    """``merges``: nested lists are added to."""
    after = combined(desk, contact, changes, merges)
    if _touches(desk, {name for name in after if after[name] != contact[name]}):
        after["updated_at"] = desk.stamp()
    return _put(desk, after, contact) if after != contact else contact


def remove(desk: Desk, contact: Document) -> None:
    _remember(desk, contact["id"], contact)
    notes.remove(desk, contact["id"])
    desk.store.remove(desk.kind(KIND), contact["id"])


def archive(desk: Desk, contact: Document, archived: bool) -> Document:
    if bool(contact["archived_at"]) == archived:
        return contact
    return change(desk, contact, {"archived_at": desk.stamp() if archived else None})


def merge(desk: Desk, contact: Document, others: Sequence[Document]) -> Document:
    """The contact takes what it has not, and the others are gone."""
    changes: dict[str, Any] = {}
    for name in TEXTS:
        filled = [each[name] for each in (contact, *others) if each[name]]
        changes[name] = filled[0] if filled else None
    for name in PARTS:
        kept = list(contact[name])
        for element in (element for other in others for element in other[name]):
            if not any(same(name, element, each) for each in kept):
                kept.append({**element, "id": ""})
        changes[name] = kept
    for name in ("tags", "bucket_ids"):
        every = [item for each in (contact, *others) for item in each[name]]
        changes[name] = list(dict.fromkeys(every))
    every = [item for each in (*reversed(others), contact) for item in each["custom_fields"]]
    changes["custom_fields"] = list({item["field"]["id"]: item for item in every}.values())
    for other in others:
        notes.move(desk, other["id"], contact["id"])
        remove(desk, other)
    return change(desk, contact, changes)


def _touches(desk: Desk, changed: set[str]) -> bool:
    quirks = desk.quirks
    if not changed:
        return quirks.idle_writes_touch
    switches = {
        "tags": quirks.tags_touch,
        "bucket_ids": quirks.buckets_touch,
        "last_bucketed_at": False,
        "archived_at": quirks.archiving_touches,
    }
    return any(switches.get(name, True) for name in changed)


def _put(desk: Desk, contact: Document, before: Document | None) -> Document:
    _remember(desk, contact["id"], before)
    desk.store.put(
        desk.kind(KIND),
        contact["id"],
        contact,
        seconds(contact["updated_at"]),
        keys(contact),
    )
    return contact


def _remember(desk: Desk, id: str, before: Document | None) -> None:
    """What lists go on to show until the lag is over."""
    if not desk.quirks.lag:
        return
    now = desk.now().timestamp()
    kept = desk.store.get(desk.kind(BEFORE), id)
    shown = kept["before"] if kept and kept["until"] > now else before
    until = now + desk.quirks.lag
    desk.store.put(desk.kind(BEFORE), id, {"id": id, "until": until, "before": shown}, until)


def keys(contact: Document) -> list[str]:
    keys = [f"tag:{registers.fold(tag)}" for tag in contact["tags"]]
    keys += [f"bucket:{id}" for id in contact["bucket_ids"]]
    keys += [f"custom_field:{item['field']['id']}" for item in contact["custom_fields"]]
    if contact["archived_at"]:
        keys.append("archived")
    for email in contact["email_addresses"]:
        address = registers.fold(email["address"] or "")
        keys.append(f"email:{address}")
        # As a search engine splits it: ``ann@x.org`` is found in ``mary.ann@x.org`` too.
        local, at, host = address.rpartition("@")
        starts = [0, *(found.end() for found in re.finditer(r"[^\w]+", local))]
        keys += [f"tail:{local[start:]}{at}{host}" for start in starts]
    return keys
