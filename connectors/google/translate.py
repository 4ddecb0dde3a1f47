"""Person of the People API ↔ Contact. Pure.

Reading takes what belongs to the contact itself. A write names the fields of Google's that
change, each with all of its values: what is not sent of such a field is lost.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence

from connectors.contact import NAME_PARTS, Address, Contact, Entry, Segment, Value
from connectors.errors import Refused
from connectors.fields import STANDARD
from connectors.google.dates import read_date, write_date
from connectors.google.lists import LISTS, edit_entries, read_entries
from connectors.google.own import OWN, edit_own, read_own
from connectors.google.person import (
    Item,
    Person,
    bare,
    groups,
    items,
    primary,
    sendable,
    text,
)

LABEL = "label"
#: Where people see a contact; one that is in no label has to be in here.
MY_CONTACTS = "contactGroups/myContacts"
#: The key of ``clientData`` under which a contact carries the marker of its creation.
MARKER = "accord-marker"
#: Characters of a value (https://support.google.com/contacts/answer/148779); notes take more.
LONGEST = 1024

_NAMES: Mapping[str, str] = {
    "name_prefix": "honorificPrefix",
    "first_name": "givenName",
    "middle_name": "middleName",
    "last_name": "familyName",
    "name_suffix": "honorificSuffix",
}
_ORGANISATION = {"company": "name", "department": "department", "job_title": "title"}
#: Nicknames in name only: a maiden name or initials are something else.
_NO_NICKNAMES = ("MAIDEN_NAME", "INITIALS")
#: What an organisation may be left with and still says nothing.
_HOLLOW = frozenset({"type", "current", "metadata"})
#: What changes of a person, by field: all of its values.
Edits = dict[str, list[Item]]


def read_person(person: Person, names: Mapping[str, str]) -> Contact:
    """``names``: of labels, by resource name; "" for groups that are Google's own."""
    fields: dict[str, Value] = {
        **_read_name(person),
        **_read_organisation(person),
        **read_own(person),
        "nickname": text(_nickname(person), "value"),
        "birthday": read_date(_first(person, "birthdays").get("date")),
        "notes": text(_first(person, "biographies"), "value"),
    }
    fields |= {name: read_entries(person, name) for name in LISTS}
    labels = (names.get(group, "") for group in groups(person))
    return Contact(
        {name: value for name, value in fields.items() if value},
        frozenset(Segment(LABEL, name) for name in labels if name),
    )


def _first(person: Person, field: str) -> Item:
    """Of a field that Google keeps one value of."""
    return next(iter(items(person, field)), {})


def _read_name(person: Person) -> dict[str, Value]:
    """A name in one piece counts only where Google has not taken it apart: beside the parts it
    is what they make together."""
    item = _first(person, "names")
    parts: dict[str, Value] = {ours: text(item, theirs) for ours, theirs in _NAMES.items()}
    return parts if any(parts.values()) else {"full_name": text(item, "unstructuredName")}


def _read_organisation(person: Person) -> dict[str, Value]:
    item = _organisation(person)
    return {ours: text(item, theirs) for ours, theirs in _ORGANISATION.items()}


def _organisation(person: Person) -> Item:
    found = items(person, "organizations")
    current = (item for item in found if item.get("current") is True)
    return primary(found) or next(current, None) or next(iter(found), {})


def _nickname(person: Person) -> Item:
    found = items(person, "nicknames")
    proper = [item for item in found if text(item, "type") not in _NO_NICKNAMES]
    return primary(proper) or next(iter(proper), {})


# --- Writing ------------------------------------------------------------------------------


def edits(person: Person, changes: Mapping[str, Value]) -> Edits:
    """What is to be sent after a change of these fields (an empty value clears); fields that
    stay as they are, are left out. Raises Refused for what Google cannot hold."""
    for name, value in changes.items():
        _check_length(name, value)
    changed = {name: value for name, value in changes.items() if _differs(person, name, value)}
    single = {name: _as_text(name, value) for name, value in changed.items() if name not in LISTS}
    found: Edits = {}
    for name in changed.keys() & LISTS.keys():
        found[LISTS[name]] = edit_entries(person, name, changed[name])
    for field, names, edit in _EDITS:
        mine = {name: single.pop(name) for name in names if name in single}
        if mine:
            found[field] = edit(person, mine)
    found |= edit_own(person, single)
    return {
        field: sent
        for field, sent in found.items()
        if sent != sendable(field, items(person, field))
    }


def _differs(person: Person, name: str, value: Value) -> bool:
    shown = read_person(person, {}).get(name)
    return (shown or "") != (value or "")


def new_person(changes: Mapping[str, Value], labels: Collection[str], marker: str) -> Person:
    """``labels``: their resource names. My contacts is named with them: named alone, they would
    be all that the contact is in."""
    return {
        **edits({}, changes),
        "memberships": _memberships([MY_CONTACTS, *sorted(labels)]),
        "clientData": [{"key": MARKER, "value": marker}],
    }


def edit_groups(person: Person, add: Collection[str], remove: Collection[str]) -> Edits:
    """The memberships after a change, by resource names of labels; empty where nothing changes."""
    before = groups(person)
    kept = [group for group in before if group not in remove]
    after = list(dict.fromkeys([*kept, *sorted(add)]))
    if after == before:
        return {}
    # A contact that is in nothing is refused.
    return {"memberships": _memberships(after or [MY_CONTACTS])}


def _memberships(found: Sequence[str]) -> list[Item]:
    return [{"contactGroupMembership": {"contactGroupResourceName": group}} for group in found]


def _edit_name(person: Person, changes: Mapping[str, str]) -> list[Item]:
    """The whole name is sent, phonetic parts and all. Beside its parts it is not sent in one
    piece: which of the two Google would believe is nowhere said."""
    shown = _read_name(person)
    item = bare("names", _first(person, "names"))
    wanted = {part: changes.get(part, str(shown.get(part, ""))) for part in NAME_PARTS}
    whole = changes.get("full_name", str(shown.get("full_name", "")))
    for name in (*_NAMES.values(), "unstructuredName"):
        item.pop(name, None)
    parts = {_NAMES[part]: value for part, value in wanted.items() if value}
    item |= parts or ({"unstructuredName": whole} if whole else {})
    named = [item] if item else []
    stays = _read_name({"names": named}) == shown
    return sendable("names", items(person, "names")) if stays else named


def _edit_organisation(person: Person, changes: Mapping[str, str]) -> list[Item]:
    target = _organisation(person)
    found = items(person, "organizations")
    kept = sendable("organizations", found)
    place = next((at for at, item in enumerate(found) if item is target), None)
    item = {} if place is None else dict(kept[place])
    for ours, value in changes.items():
        item.pop(_ORGANISATION[ours], None)
        item |= {_ORGANISATION[ours]: value} if value else {}
    new = [] if item.keys() <= _HOLLOW else [item]
    return [*kept, *new] if place is None else [*kept[:place], *new, *kept[place + 1 :]]


def _edit_nickname(person: Person, changes: Mapping[str, str]) -> list[Item]:
    target, value = _nickname(person), changes["nickname"]
    others = [item for item in items(person, "nicknames") if item is not target]
    new = {**bare("nicknames", target), "value": value}
    mark = {"metadata": {"sourcePrimary": True}} if others else {}
    return [*([{**new, **mark}] if value else []), *sendable("nicknames", others)]


def _edit_birthday(person: Person, changes: Mapping[str, str]) -> list[Item]:
    value = changes["birthday"]
    if not value:
        return []
    date = write_date(value)
    if date is None:
        raise Refused("The birthday is not a date that Google Contacts can hold.")
    item = bare("birthdays", _first(person, "birthdays"))
    item.pop("text", None)  # the old date in words; Google prefers the date
    return [{**item, "date": date}]


def _edit_notes(person: Person, changes: Mapping[str, str]) -> list[Item]:
    value = changes["notes"]
    item = bare("biographies", _first(person, "biographies"))
    return [{**item, "value": value, "contentType": "TEXT_PLAIN"}] if value else []


_EDITS: Sequence[tuple[str, Sequence[str], Callable[[Person, Mapping[str, str]], list[Item]]]] = (
    ("names", (*NAME_PARTS, "full_name"), _edit_name),
    ("organizations", tuple(_ORGANISATION), _edit_organisation),
    ("nicknames", ("nickname",), _edit_nickname),
    ("birthdays", ("birthday",), _edit_birthday),
    ("biographies", ("notes",), _edit_notes),
)


def _as_text(name: str, value: Value) -> str:
    return value.strip() if isinstance(value, str) else Contact({name: value}).text(name)


def _check_length(name: str, value: Value) -> None:
    if name == "notes" or max(map(len, _texts(value)), default=0) <= LONGEST:
        return
    label = STANDARD[name].label if name in STANDARD else name.removeprefix(OWN)
    raise Refused(
        f"{label}: Google Contacts takes {LONGEST:,} characters at most.",
        "Make it shorter; the contact is then tried again.",
    )


def _texts(value: Value) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [text for entry in value for text in (entry.label, *_parts(entry))]


def _parts(entry: Entry) -> list[str]:
    whole = entry.value
    return list(whole.parts().values()) if isinstance(whole, Address) else [whole]


# --- Raw ----------------------------------------------------------------------------------


def raw_of(person: Person) -> bytes:
    return json.dumps(person, separators=(",", ":")).encode()


def person_of(raw: bytes) -> Person:
    """Empty for what is no person."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
