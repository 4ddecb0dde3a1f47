"""People and groups as they are read."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.accounts import Account
from connectors.sandbox.google import etags, formats
from connectors.sandbox.google.contacts import Contact
from connectors.sandbox.google.groups import Group

#: Values that listings show of these fields; get and batchGet show all.
LISTED_AT_MOST = 100
#: A letter on a coloured ground.
_NO_PHOTO = "https://lh3.googleusercontent.com/cm"
_CAPPED = ("emailAddresses", "phoneNumbers")
_GROUP_PARTS: Mapping[str, tuple[str, ...]] = {
    "clientData": ("clientData",),
    "groupType": ("groupType",),
    "memberCount": ("memberCount",),
    "metadata": ("metadata",),
    "name": ("name", "formattedName"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a request wants of people. ``listing``: in people.connections.list; ``sync``: there,
    with a sync token. ``shuffled``: in another order at every reading."""

    fields: tuple[str, ...]
    contacts_only: bool = True
    region: str = "US"
    listing: bool = False
    sync: bool = False
    shuffled: bool = False


def person(contact: Contact, reading: Reading) -> dict[str, Any]:
    found: dict[str, Any] = {
        "resourceName": contact.resource,
        "etag": etags.of_person(contact.etag, reading.fields, reading.contacts_only),
    }
    if "metadata" in reading.fields:
        found["metadata"] = _metadata(contact, reading)
    if contact.deleted:
        return found
    for field in reading.fields:
        if items := _items(field, contact, reading):
            found[field] = items
    return found


def _metadata(contact: Contact, reading: Reading) -> dict[str, Any]:
    sources = [
        {
            "type": "CONTACT",
            "id": contact.source,
            "etag": contact.etag,
            "updateTime": moment(contact.at),
        }
    ]
    if contact.profile and not reading.contacts_only:
        sources.append(_profile_source(contact.profile["id"]))
    found: dict[str, Any] = {"sources": sources, "objectType": "PERSON"}
    if reading.sync and (previous := [*contact.former, *contact.merged]):
        found["previousResourceNames"] = previous
    if contact.deleted:
        found["deleted"] = True
    return found


def _items(field: str, contact: Contact, reading: Reading) -> list[dict[str, Any]]:
    own = contact.record.get(field, [])
    if field == "photos":
        own = [{"url": f"{_NO_PHOTO}/{contact.source}=s100", "default": True}]
    items = _sourced(field, own, {"type": "CONTACT", "id": contact.source}, reading)
    if contact.profile and not reading.contacts_only:
        source = {"type": "PROFILE", "id": contact.profile["id"]}
        items += _sourced(field, contact.profile["record"].get(field, []), source, reading)
    primary = next((item for item in items if "sourcePrimary" in item["metadata"]), None)
    if items:
        metadata = (primary or items[0])["metadata"]
        (primary or items[0])["metadata"] = {"primary": True, **metadata}
    if reading.shuffled:
        items = [_shuffled(item) for item in random.sample(items, len(items))]
    if reading.listing and field in _CAPPED:
        items = items[:LISTED_AT_MOST]
    return items


def _sourced(
    field: str, items: list[dict[str, Any]], source: dict[str, str], reading: Reading
) -> list[dict[str, Any]]:
    return [
        {
            "metadata": {"source": source, **item.get("metadata", {})},
            **{
                name: value
                for name, value in formats.decorated(field, item, reading.region).items()
                if name != "metadata"
            },
        }
        for item in items
    ]


def _shuffled(item: dict[str, Any]) -> dict[str, Any]:
    return dict(random.sample(list(item.items()), len(item)))


def _profile_source(id: str) -> dict[str, Any]:
    return {
        "type": "PROFILE",
        "id": id,
        "etag": etags.of_source(id, 0),
        "profileMetadata": {"objectType": "PERSON", "userTypes": ["GOOGLE_USER"]},
    }


def owner(account: Account, reading: Reading) -> dict[str, Any]:
    """``people/me``: the Google account itself."""
    found: dict[str, Any] = {
        "resourceName": f"people/{account.id}",
        "etag": etags.of_person(etags.of_source(account.id, 0), reading.fields, False),
    }
    if "metadata" in reading.fields:
        source = _profile_source(account.id)
        found["metadata"] = {"sources": [source], "objectType": "PERSON"}
    if reading.contacts_only:
        return found
    profile = {"type": "PROFILE", "id": account.id}
    record = {
        "names": [{**formats.split_name(account.name)}] if account.name else [],
        "emailAddresses": [{"value": account.email}],
    }
    for field, items in record.items():
        if field in reading.fields and items:
            found[field] = _sourced(field, items, profile, reading)
            found[field][0]["metadata"] |= {"primary": True, "sourcePrimary": True}
    return found


def group(
    group: Group, size: int, fields: tuple[str, ...], members: list[str] | None = None
) -> dict[str, Any]:
    """Without what is empty or 0, as protobuf leaves it out."""
    parts: dict[str, Any] = {
        "clientData": group.client_data,
        "groupType": "SYSTEM_CONTACT_GROUP" if group.is_system else "USER_CONTACT_GROUP",
        "memberCount": size,
        "metadata": {"updateTime": moment(group.at)} if group.at else {},
        "name": group.name,
        "formattedName": group.formatted_name,
    }
    if group.deleted:
        parts = {"metadata": {**parts["metadata"], "deleted": True}}
    wanted = [part for field in fields for part in _GROUP_PARTS[field]]
    found: dict[str, Any] = {"resourceName": group.resource, "etag": group.etag}
    found |= {part: parts[part] for part in wanted if part in parts}
    found["memberResourceNames"] = members or []
    return {name: value for name, value in found.items() if value not in ("", 0, [], {})}


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
