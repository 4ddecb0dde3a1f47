"""Notes about contacts."""

from __future__ import annotations

from connectors.sandbox.contactually.desk import Desk
from connectors.sandbox.store import Document


def add(desk: Desk, contact: str, body: str, timestamp: str) -> Document:
    now = desk.stamp()
    note = {
        "id": desk.id("note"),
        "created_at": now,
        "updated_at": now,
        "body": body,
        "contact_id": contact,
        "timestamp": timestamp,
    }
    return _put(desk, note)


def about(desk: Desk, contact: str) -> list[Document]:
    return desk.store.by_key(desk.kind("note"), contact)


def move(desk: Desk, contact: str, other: str) -> None:
    for note in about(desk, contact):
        _put(desk, {**note, "contact_id": other})


def remove(desk: Desk, contact: str) -> None:
    """All about this contact."""
    for note in about(desk, contact):
        desk.store.remove(desk.kind("note"), note["id"])


def _put(desk: Desk, note: Document) -> Document:
    desk.store.put(desk.kind("note"), note["id"], note, keys=[note["contact_id"]])
    return note
