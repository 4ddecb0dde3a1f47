"""What follows for contacts when tags, buckets and custom fields change."""

from __future__ import annotations

from connectors.sandbox.contactually import people, registers
from connectors.sandbox.contactually.desk import Desk
from connectors.sandbox.store import Document


def rename_tag(desk: Desk, tag: Document, name: str) -> Document:
    """Raises Invalid where the name is taken."""
    renamed = registers.change(desk, "tag", tag, {"name": name})
    _retag(desk, tag["name"], [name])
    return renamed


def remove_tag(desk: Desk, tag: Document) -> None:
    registers.remove(desk, "tag", tag["id"])
    _retag(desk, tag["name"], [])


def regroup(desk: Desk, contact: Document, bucket: str, joins: bool) -> Document:
    others = [id for id in contact["bucket_ids"] if id != bucket]
    if joins == (bucket in contact["bucket_ids"]):
        return contact
    return people.change(desk, contact, {"bucket_ids": [*others, bucket] if joins else others})


def remove_bucket(desk: Desk, bucket: Document) -> None:
    registers.remove(desk, "bucket", bucket["id"])
    for contact in people.members(desk, bucket["id"]):
        regroup(desk, contact, bucket["id"], joins=False)


def remove_field(desk: Desk, field: Document) -> None:
    """With its values."""
    registers.remove(desk, "custom_field", field["id"])
    for contact in people.with_field(desk, field["id"]):
        items = [item for item in contact["custom_fields"] if item["field"]["id"] != field["id"]]
        people.change(desk, contact, {"custom_fields": items})


def _retag(desk: Desk, old: str, new: list[str]) -> None:
    for contact in people.tagged(desk, old):
        names: list[str] = []
        for name in contact["tags"]:
            names += new if registers.fold(name) == registers.fold(old) else [name]
        people.change(desk, contact, {"tags": names})
