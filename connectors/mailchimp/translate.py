"""A member of an audience ↔ Contact. Pure.

https://mailchimp.com/developer/marketing/api/list-members/
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.connector import Create, Received, Update
from connectors.contact import Contact, Segment, Value
from connectors.errors import Refused
from connectors.fields import fold
from connectors.mailchimp.schema import GROUP, TAG, Group, Json, Schema, text_of
from connectors.mailchimp.values import OMITTED, read_value, single, write_value
from connectors.texts import id_in

#: What is asked for of each member, and kept as raw.
KEPT = (
    "id",
    "contact_id",
    "email_address",
    "status",
    "merge_fields",
    "interests",
    "tags",
    "tags_count",
    "timestamp_signup",
    "timestamp_opt",
    "last_changed",
)
#: What makes another version of a member; its dates move without it (a tag put on that is on).
_TELLING = ("email_address", "status", "merge_fields", "interests", "tags", "tags_count")
ARCHIVED = "archived"


# --- Reading ------------------------------------------------------------------------------


def id_of(member: Json) -> str:
    """What never changes; "" where the answer has none. (``id`` changes with the address.)"""
    return id_in(member.get("contact_id"))


def address_of(member: Json) -> str:
    found = member.get("email_address")
    return found.strip() if isinstance(found, str) else ""


def hash_of(address: str) -> str:
    """What members are found by: the MD5 of the address in lower case."""
    return hashlib.md5(
        address.lower().encode("utf-8", "surrogatepass"), usedforsecurity=False
    ).hexdigest()


def is_archived(member: Json) -> bool:
    return member.get("status") == ARCHIVED


def changed_at(member: Json) -> datetime | None:
    """Whole seconds: finer than that Mailchimp tells no time."""
    return _moment(member.get("last_changed"))


def has_more_tags(member: Json) -> bool:
    """A member is shown with 50 at most; the others are asked for one member at a time."""
    shown, count = member.get("tags"), member.get("tags_count")
    return isinstance(shown, list) and isinstance(count, int) and count > len(shown)


def version_of(member: Json, schema: str) -> str:
    """Of a member as answered, before its other tags are asked for. ``schema``: the digest of
    the schema that it is translated by. Where not all tags are shown its date counts too."""
    told = {name: member.get(name) for name in _TELLING}
    if isinstance(told["tags"], list):
        told["tags"] = sorted(map(_tag_name, told["tags"]))
    if has_more_tags(member):
        told["last_changed"] = member.get("last_changed")
    text = json.dumps(told, sort_keys=True)
    return f"{schema}.{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}"


def received_of(member: Json, schema: Schema, tags: Iterable[Json] | None = None) -> Received:
    """``tags``: all of them, where the member does not show all."""
    version = version_of(member, schema.digest)
    kept = {name: member[name] for name in KEPT if name in member}
    if tags is not None:
        kept["tags"] = list(tags)
    raw = json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogatepass")
    contact = contact_of(kept, schema)
    if contact is None:
        fault = "Mailchimp sends this contact without its status or its fields. Report it to them."
        return Received(id_of(member), version, None, raw, fault)
    return Received(id_of(member), version, contact, raw)


def contact_of(member: Json, schema: Schema) -> Contact | None:
    """None where it lacks what every member has: nothing is then taken for cleared."""
    values, interests = member.get("merge_fields"), member.get("interests")
    status = member.get("status")
    if not isinstance(values, dict) or not isinstance(status, str):
        return None
    fields: dict[str, Value] = {}
    if address := address_of(member):
        fields["emails"] = address
    for item in schema.fields:
        if value := read_value(item, values.get(item.tag)):
            fields[item.name] = value
    flags = interests if isinstance(interests, dict) else {}
    there = (group for group in schema.groups if group.name and flags.get(group.id) is True)
    groups = [Segment(GROUP, group.name) for group in there]
    return Contact(
        fields,
        frozenset((*(Segment(TAG, name) for name in tag_names(member)), *groups)),
        # An archived member does not show which consent it had.
        "" if status == ARCHIVED else status,
        _created(member),
        deleted=status == ARCHIVED,
    )


def tag_names(member: Json) -> list[str]:
    shown = member.get("tags")
    return [name for name in map(_tag_name, shown if isinstance(shown, list) else ()) if name]


def _tag_name(tag: object) -> str:
    return text_of(tag.get("name")) if isinstance(tag, dict) else ""


def _created(member: Json) -> str:
    """Dates that nobody noted come as "" (the sign-up of all that were imported)."""
    moments = (_moment(member.get(name)) for name in ("timestamp_signup", "timestamp_opt"))
    found = next((moment for moment in moments if moment), None)
    return found.isoformat() if found else ""


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # such as the last hour of the year 9999, west of here
        return None


# --- Writing ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    """What a write asks for, in Mailchimp's words. ``address``: None leaves it as it is."""

    address: str | None = None
    merge_fields: Mapping[str, Any] = field(default_factory=dict)
    interests: Mapping[str, bool] = field(default_factory=dict)
    tags_on: tuple[str, ...] = ()
    tags_off: tuple[str, ...] = ()

    @property
    def patch(self) -> Json:
        """The body that changes the member itself; empty where there is nothing to change."""
        parts = {"merge_fields": dict(self.merge_fields), "interests": dict(self.interests)}
        return {name: part for name, part in parts.items() if part}


def wish_of(write: Create | Update, schema: Schema) -> Wish:
    """Raises Refused for what the audience has no place for, naming it."""
    remove = write.remove if isinstance(write, Update) else frozenset()
    groups = [(item, True) for item in sorted(write.add) if item.kind == GROUP]
    groups += [(item, False) for item in sorted(remove) if item.kind == GROUP]
    flags = {group.id: on for item, on in groups if (group := _group(schema, item.name, on))}
    return Wish(
        _new_address(write),
        _merge_fields(write.fields, schema),
        flags,
        tuple(item.name for item in sorted(write.add) if item.kind == TAG),
        tuple(item.name for item in sorted(remove) if item.kind == TAG),
    )


def _new_address(write: Create | Update) -> str | None:
    if isinstance(write, Update) and "emails" not in write.fields:
        return None
    address = single(write.fields.get("emails", "")).strip()
    if not address:
        raise Refused("A contact of Mailchimp needs an e-mail address.", "Enter one.")
    return address


def _merge_fields(fields: Mapping[str, Value], schema: Schema) -> Json:
    sent: Json = {}
    for name, value in fields.items():
        if name == "emails":
            continue
        known = schema.field(name)
        # Mailchimp answers 200 to a field that it does not know, and keeps nothing.
        if known is None:
            raise Refused(
                f"The audience has no field {name.removeprefix('custom:')} any more.",
                "Take its line out of the mapping, or make the field again in Mailchimp.",
            )
        said = write_value(known, value)
        if said is not OMITTED:
            sent[known.tag] = said
    return sent


def _group(schema: Schema, name: str, is_added: bool) -> Group | None:
    """Who is to be taken out of a group that is no more is out of it."""
    found = schema.group(name)
    if found is None and is_added:
        raise Refused(
            f"The audience has no group {name}.",
            "Make it in Mailchimp: groups are seen by the contacts themselves.",
        )
    return found


def tag_changes(wish: Wish, member: Json, spelled: Mapping[str, str]) -> list[dict[str, str]]:
    """The tags to put on and take off, as the API takes them: names that differ in case only
    are one tag. ``spelled``: how the audience spells its tags, by folded name."""
    there = {fold(name): name for name in tag_names(member)}
    on = [spelled.get(fold(name), name) for name in wish.tags_on if fold(name) not in there]
    off = [there[fold(name)] for name in wish.tags_off if fold(name) in there]
    return [
        *({"name": name, "status": "active"} for name in on),
        *({"name": name, "status": "inactive"} for name in off),
    ]


def new_member(wish: Wish, status: str, spelled: Mapping[str, str]) -> Json:
    """The body of a creation, alone or one of many. An empty value is not sent: there is nothing
    to clear."""
    filled = {tag: value for tag, value in wish.merge_fields.items() if value != ""}
    member: Json = {"email_address": wish.address, "status": status, "merge_fields": filled}
    if wish.interests:
        member["interests"] = dict(wish.interests)
    if wish.tags_on:
        member["tags"] = [spelled.get(fold(name), name) for name in wish.tags_on]
    return member


def not_kept(wish: Wish, shown: Json, schema: Schema) -> list[str]:
    """Names of fields and tags of which the app kept nothing, though it said yes."""
    values, flags = shown.get("merge_fields"), shown.get("interests")
    values = values if isinstance(values, dict) else {}
    flags = flags if isinstance(flags, dict) else {}
    fields = [schema.field_of(tag) for tag, said in wish.merge_fields.items() if said != ""]
    lost = [item.label for item in fields if item and values.get(item.tag) in (None, "", {})]
    lost += [x.full for x in schema.groups if wish.interests.get(x.id) and not flags.get(x.id)]
    there = {fold(name) for name in tag_names(shown)}
    return lost + [name for name in wish.tags_on if fold(name) not in there]
