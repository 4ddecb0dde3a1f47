"""The people of the People API as JSON: what of a record is the contact's own, what Google works
out itself, and by what a record is known to have changed. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.texts import id_in

#: A person, and one value of one of its fields, as parsed JSON.
Person = Mapping[str, Any]
Item = dict[str, Any]

#: The fields with values of a contact that are read, and so survive every write.
CONTENT = (
    "names",
    "nicknames",
    "emailAddresses",
    "phoneNumbers",
    "addresses",
    "organizations",
    "birthdays",
    "biographies",
    "urls",
    "events",
    "relations",
    "userDefined",
)
#: One mask for every reading and every answer: a sync token is bound to the mask that it was
#: given out for, and the version of a record must not depend on who asked.
PERSON_FIELDS = ",".join((*CONTENT, "memberships", "clientData", "metadata"))
#: By default a person's public profile is mixed in, and a name written back from there is
#: refused: "Cannot have more than one person.names per source."
SOURCE = "READ_SOURCE_TYPE_CONTACT"
#: People, or labels, of one page: the most there is.
PAGE = 1000
#: Addresses and numbers that a listing shows at most; more come when asked for directly.
CAP = 100

#: What Google works out itself, some of it in the language of whoever looks.
_WORKED_OUT = frozenset({"metadata", "formattedType", "canonicalForm", "displayNameLastFirst"})
_STRUCTURED = frozenset(
    {"streetAddress", "extendedAddress", "poBox", "city", "region", "postalCode", "country"}
)


def mappings(found: object) -> list[Item]:
    """Those of a list that are objects; none of what is no list."""
    return [x for x in found if isinstance(x, dict)] if isinstance(found, list) else []


def items(person: Person, field: str) -> list[Item]:
    """The values of a field that belong to the contact, and not to a profile or a domain."""
    return [item for item in mappings(person.get(field)) if _is_own(item)]


def _is_own(item: Item) -> bool:
    source = _member(_member(item, "metadata"), "source")
    return bool(source.get("type", "CONTACT") == "CONTACT")


def text(item: Mapping[str, Any], name: str) -> str:
    """A member as text; "" for what is no text."""
    value = item.get(name)
    return value.strip() if isinstance(value, str) else ""


def primary(found: Sequence[Item]) -> Item | None:
    """The value that Google marks: it marks one of each field, in whatever order they come."""
    for mark in ("primary", "sourcePrimary"):
        for item in found:
            if _member(item, "metadata").get(mark) is True:
                return item
    return None


def bare(field: str, item: Item) -> Item:
    """A value without what Google works out itself: as it may be sent back, and compared."""
    kept = {name: value for name, value in item.items() if name not in _WORKED_OUT}
    if field == "names":
        kept.pop("displayName", None)
    return kept


def sendable(field: str, found: Sequence[Item]) -> list[Item]:
    """Values as they may be sent back; where there are several, the primary one stays so."""
    chosen = primary(found) if len(found) > 1 else None
    return [
        {**bare(field, item), **({"metadata": {"sourcePrimary": True}} if item is chosen else {})}
        for item in found
    ]


# --- Of the whole person ------------------------------------------------------------------


def id_of(person: object) -> str:
    """The resource name, ``people/c123``; "" for what is no person."""
    return id_in(text(person, "resourceName")) if isinstance(person, dict) else ""


def contact_source(person: Person) -> Mapping[str, Any]:
    """Of all sources the one that can be written; its etag guards a write."""
    return _source(person, "CONTACT")


def profile_id(person: Person) -> str:
    """The number of a profile, which stays the same whatever its owner changes."""
    id = id_in(text(_source(person, "PROFILE"), "id"))
    return id or id_of(person).removeprefix("people/")


def profile_name(person: Person) -> str:
    """How a profile is known: by its address, else by its name."""
    for field, member in (("emailAddresses", "value"), ("names", "displayName")):
        found = mappings(person.get(field))
        if name := text(primary(found) or next(iter(found), {}), member):
            return name
    return ""


def _source(person: Person, kind: str) -> Mapping[str, Any]:
    sources = mappings(_member(person, "metadata").get("sources"))
    return next((source for source in sources if source.get("type") == kind), {})


def is_deleted(person: Person) -> bool:
    return _member(person, "metadata").get("deleted") is True


def former_ids(person: Person) -> tuple[str, ...]:
    """Names that the person had before: the name changes when an address links it to a
    profile, or when contacts are merged."""
    names = _member(person, "metadata").get("previousResourceNames")
    found = names if isinstance(names, list) else []
    return tuple(dict.fromkeys(x for x in map(id_in, found) if x and x != id_of(person)))


def groups(person: Person) -> list[str]:
    """Resource names of the labels, and of Google's own groups, that the contact is in."""
    found = (
        text(_member(item, "contactGroupMembership"), "contactGroupResourceName")
        for item in items(person, "memberships")
    )
    return list(dict.fromkeys(group for group in found if group))


def is_capped(person: Person) -> bool:
    """Listed with as many addresses or numbers as a listing shows at most."""
    return any(len(items(person, field)) == CAP for field in ("emailAddresses", "phoneNumbers"))


def client_data(person: Person, key: str) -> list[str]:
    return [text(item, "value") for item in items(person, "clientData") if item.get("key") == key]


# --- Versions -----------------------------------------------------------------------------


def version(person: Person, names: Mapping[str, str]) -> str:
    """``DIGEST ETAG``. The etag is the contact source's: the person's own differs by the mask it
    was asked with. ``names``: of labels, for they are what a contact is seen to be in.

    Google tells people as changed whom nobody touched, at times the whole book, so what
    decides is the digest; the etag tells a state that came back from one that never left.
    """
    return f"{_digest(person, names)} {id_in(text(contact_source(person), 'etag'))[:200]}"


def same_content(one: str, two: str) -> bool:
    """Do two versions show the same, whatever Google counts as a change?"""
    return one.partition(" ")[0] == two.partition(" ")[0]


def _digest(person: Person, names: Mapping[str, str]) -> str:
    """Of the content, free of its order: neither that of the values nor that of their members
    is kept between two readings."""
    content = {field: _fingerprints(field, items(person, field)) for field in CONTENT}
    content["memberships"] = sorted(names.get(group) or group for group in groups(person))
    told = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def _fingerprints(field: str, found: Sequence[Item]) -> list[str]:
    chosen = primary(found) if len(found) > 1 else None
    shown = []
    for item in found:
        kept = bare(field, item)
        if field == "addresses" and not _STRUCTURED.isdisjoint(kept):
            kept.pop("formattedValue", None)
        shown.append(json.dumps([kept, item is chosen], sort_keys=True))
    return sorted(shown)


def _member(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = item.get(name)
    return found if isinstance(found, dict) else {}
