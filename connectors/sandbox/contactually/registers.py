"""Tags, buckets and the team's custom fields: what has an id and a name that nothing else of its
kind has, whatever the case of the letters."""

from __future__ import annotations

from typing import Any, Literal

from connectors.sandbox.contactually.desk import Desk
from connectors.sandbox.contactually.problems import Invalid, Missing
from connectors.sandbox.store import Document

#: As ids begin.
Word = Literal["tag", "bucket", "custom_field"]
_LABELS = {"tag": "Tag", "bucket": "Bucket", "custom_field": "Custom field"}


def everything(desk: Desk, word: Word) -> list[Document]:
    return desk.store.all(desk.kind(word))


def get(desk: Desk, word: Word, id: str) -> Document:
    """Raises Missing."""
    found = desk.store.get(desk.kind(word), id)
    if found is None:
        raise Missing(_LABELS[word])
    return found


def named(desk: Desk, word: Word, name: str) -> Document | None:
    found = desk.store.by_key(desk.kind(word), fold(name))
    return found[0] if found else None


def add(desk: Desk, word: Word, members: Document) -> Document:
    """Raises Invalid where the name is taken."""
    _free(desk, word, members["name"])
    now = desk.stamp()
    made = {"id": desk.id(word), "created_at": now, "updated_at": now, **members}
    return _put(desk, word, made)


def change(desk: Desk, word: Word, document: Document, members: Document) -> Document:
    """Raises Invalid where the name is taken by another."""
    changed = {**document, **members, "updated_at": desk.stamp()}
    _free(desk, word, changed["name"], but=changed["id"])
    return _put(desk, word, changed)


def remove(desk: Desk, word: Word, id: str) -> None:
    desk.store.remove(desk.kind(word), id)


def fold(name: str) -> str:
    return name.strip().casefold()


def _free(desk: Desk, word: Word, name: str, but: str = "") -> None:
    other = named(desk, word, name)
    if other and other["id"] != but:
        raise Invalid("name", "has already been taken")


def _put(desk: Desk, word: Word, document: dict[str, Any]) -> Document:
    desk.store.put(desk.kind(word), document["id"], document, keys=[fold(document["name"])])
    return document
