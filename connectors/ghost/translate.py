"""A member of a site ↔ Contact. Pure.

https://docs.ghost.org/admin-api/members/overview
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from connectors.connector import Create, Received, Update
from connectors.contact import Contact, Entry, Segment, Value
from connectors.errors import Refused
from connectors.fields import STANDARD, Field, FieldType, fold
from connectors.texts import id_in, is_text

Json = dict[str, Any]

LABEL = "label"
SUBSCRIBED, UNSUBSCRIBED, CLEANED = "subscribed", "unsubscribed", "cleaned"
#: CLEANED: Ghost sends no more mail there, since it bounced or was called spam.
STATUSES = (SUBSCRIBED, UNSUBSCRIBED, CLEANED)
#: What new members can be made as.
MADE_AS = (SUBSCRIBED, UNSUBSCRIBED)
NEWSLETTERS, MEMBERSHIP = "custom:Newsletters", "custom:Membership"
#: Characters: https://github.com/TryGhost/SDK, admin-api-schema, members.json.
LONGEST = {"email": 191, "name": 191, "note": 2000}
LONGEST_LABEL = 191
#: Our name -> Ghost's. A member has one name, in whatever order its parts are.
_WRITTEN = {"emails": "email", "full_name": "name", "notes": "note"}
_FIELDS = (
    replace(STANDARD["emails"], many=False, required=True),
    STANDARD["full_name"],
    STANDARD["notes"],
)
#: What is kept as raw of each member. The rest is statistics, and links with secrets in them.
KEPT = (
    "id",
    "email",
    "name",
    "note",
    "status",
    "labels",
    "newsletters",
    "email_suppression",
    "created_at",
    "updated_at",
)


# --- What a site offers -------------------------------------------------------------------


def fields_of(newsletters: Iterable[str]) -> tuple[Field, ...]:
    """Newsletters can only be read: being in one is consent, which no sync gives or takes."""
    named = tuple(newsletters)
    return (
        *_FIELDS,
        Field(NEWSLETTERS, "Newsletters", FieldType.CHOICES, writable=False, options=named),
        Field(
            MEMBERSHIP,
            "Membership",
            FieldType.CHOICE,
            writable=False,
            options=("free", "paid", "comped"),
        ),
    )


# --- Reading ------------------------------------------------------------------------------


def id_of(data: object, name: str = "id") -> str:
    """Never changes, and grows: members that are made later have a larger one. "" for what cannot
    be asked for."""
    return id_in(text_of(data, name))


def text_of(data: object, name: str) -> str:
    """ "" for null, which is how Ghost says that there is nothing."""
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, str) else ""


def named(member: Json, relation: str) -> list[Json]:
    """The labels or newsletters of a member."""
    found = member.get(relation)
    return [item for item in found if name_of(item)] if isinstance(found, list) else []


def name_of(data: object) -> str:
    """Of a label or newsletter; "" for what is no text."""
    name = text_of(data, "name")
    return name if is_text(name) else ""


def version_of(member: Json) -> str:
    """``updated_at`` is none: it stays when labels or newsletters change."""
    told = {name: member.get(name) for name in ("email", "name", "note", "status")}
    for relation in ("labels", "newsletters"):
        told[relation] = sorted(item["name"] for item in named(member, relation))
    told["suppressed"] = _is_suppressed(member)
    text = json.dumps(told, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def received_of(member: Json) -> Received:
    kept = {name: member[name] for name in KEPT if name in member}
    raw = json.dumps(kept, ensure_ascii=False).encode("utf-8", "replace")
    contact = _contact_of(member)
    fault = "" if contact else "Ghost sends this member without labels or newsletters."
    return Received(id_of(member), version_of(member), contact, raw, fault)


def _contact_of(member: Json) -> Contact | None:
    """None where it lacks what every member has: nothing is then taken for taken off."""
    if not all(isinstance(member.get(name), list) for name in ("labels", "newsletters")):
        return None
    newsletters = [item["name"] for item in named(member, "newsletters")]
    fields: dict[str, Value] = {ours: text_of(member, name) for ours, name in _WRITTEN.items()}
    fields[NEWSLETTERS] = tuple(Entry(name) for name in newsletters)
    fields[MEMBERSHIP] = text_of(member, "status")
    return Contact(
        {name: value for name, value in fields.items() if value},
        frozenset(Segment(LABEL, item["name"]) for item in named(member, "labels")),
        status_of(member),
        _moment(text_of(member, "created_at")),
    )


def status_of(member: Json) -> str:
    if not named(member, "newsletters"):
        return UNSUBSCRIBED
    return CLEANED if _is_suppressed(member) else SUBSCRIBED


def _is_suppressed(member: Json) -> bool:
    found = member.get("email_suppression")
    return isinstance(found, dict) and found.get("suppressed") is True


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0).isoformat()
    except (ValueError, OverflowError):  # such as the first hour of time, in the east
        return ""


# --- Writing ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    """What a write asks for. ``body``: attributes by Ghost's names."""

    body: Mapping[str, str]
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


def wish_of(write: Create | Update) -> Wish:
    """Raises Refused for what Ghost has no place for, naming it."""
    body = {}
    for ours, value in write.fields.items():
        if ours not in _WRITTEN:
            raise Refused(
                f"{ours.removeprefix('custom:')} cannot be written in Ghost.",
                "Take its line out of the mapping.",
            )
        body[_WRITTEN[ours]] = _checked(ours, _single(value))
    remove = write.remove if isinstance(write, Update) else frozenset()
    add = tuple(item.name for item in sorted(write.add))
    for name in add:
        if len(name) > LONGEST_LABEL:
            raise Refused(f"Ghost takes labels of at most {LONGEST_LABEL} characters.")
    return Wish(body, add, tuple(item.name for item in sorted(remove)))


def _single(value: Value) -> str:
    """Of several elements the primary one, else the first."""
    if isinstance(value, str):
        return value
    if not value:
        return ""
    chosen = next((entry for entry in value if entry.primary), value[0])
    return str(chosen.value)


def _checked(ours: str, text: str) -> str:
    name, label = _WRITTEN[ours], STANDARD[ours].label
    if name == "email":
        text = text.strip()
        if not text:
            raise Refused("A member of Ghost needs an e-mail address.", "Enter one.")
    if len(text) > LONGEST[name]:
        raise Refused(
            f"{label} has {len(text)} characters; Ghost takes {LONGEST[name]}.",
            f"Shorten it, or take the line of {label} out of the mapping.",
        )
    # "^([^,]|$)", so that nobody mistakes a list for one member.
    if name != "note" and text.startswith(","):
        raise Refused(f"{label} begins with a comma, which Ghost does not take.")
    return text


def labels_after(wish: Wish, there: Iterable[str]) -> list[str] | None:
    """All labels of a member after the write, as a write replaces them as a whole; None where
    they stay as they are. Names that differ in case only are one label."""
    before = list(there)
    off = set(map(fold, wish.remove))
    after = [name for name in before if fold(name) not in off]
    have = set(map(fold, after))
    for name in wish.add:
        if fold(name) not in have:
            after.append(name)
            have.add(fold(name))
    return after if after != before else None


def label_list(names: Iterable[str]) -> list[Json]:
    return [{"name": name} for name in names]
