"""The form of a contact: from a record, and back into one without losing what it does not show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.sandbox import pages
from connectors.sandbox.google.contacts import MY_CONTACTS, groups_of, memberships
from connectors.sandbox.google.formats import display_name
from connectors.sandbox.google.groups import SYSTEM
from connectors.sandbox.google.writing import Record

Form = Mapping[str, Sequence[str]]

_NAME = {
    "honorificPrefix": "Prefix",
    "givenName": "First name",
    "middleName": "Middle name",
    "familyName": "Last name",
    "honorificSuffix": "Suffix",
}
_ORGANIZATION = {"name": "Company", "title": "Job title", "department": "Department"}
_ADDRESS = {
    "streetAddress": "Street",
    "extendedAddress": "More of the address",
    "poBox": "P.O. box",
    "city": "City",
    "region": "Region",
    "postalCode": "Postal code",
    "country": "Country",
}
#: Fields of which the form shows the first value: field -> part -> what people call it.
_SINGLE = {"names": _NAME, "organizations": _ORGANIZATION, "addresses": _ADDRESS}
#: Fields of which it shows all: the main part and another one, each with what people call it, and
#: HTML's kind of the first.
_MANY = {
    "emailAddresses": (("value", "E-mail"), ("type", "Type"), "email"),
    "phoneNumbers": (("value", "Phone"), ("type", "Type"), "tel"),
    "urls": (("value", "Website"), ("type", "Type"), "text"),
    "userDefined": (("value", "Custom value"), ("key", "Custom field"), "text"),
}
_BIRTHDAY = re.compile(r"(?:(\d{4})|-)-(\d{1,2})-(\d{1,2})")


def title(record: Mapping[str, Any]) -> str:
    names = record.get("names") or [{}]
    name = display_name(names[0]) or first(record, "organizations", "name")
    return name or first(record, "emailAddresses", "value") or "(No name)"


def first(record: Mapping[str, Any], field: str, part: str) -> str:
    items = record.get(field) or [{}]
    return str(items[0].get(part, ""))


# --- To the form --------------------------------------------------------------------------


def fields(record: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[str]:
    """Cards. ``labels``: names by id of the groups that can be ticked."""
    yield pages.card("Name", _single(record, "names"))
    for field in _MANY:
        yield pages.card("", _many(record, field))
    yield pages.card("Work", _single(record, "organizations"))
    yield pages.card("Address", _single(record, "addresses"))
    birthday = pages.field(
        "birthday", "Birthday", _birthday(record), hint="1990-12-31, without its year --12-31"
    )
    notes = pages.field("notes", "Notes", first(record, "biographies", "value"), lines=4)
    yield pages.card("", birthday + notes)
    held = groups_of(record)
    ticks = [pages.tick("group", name, id, id in held) for id, name in labels.items()]
    yield pages.card("Labels", "".join(ticks))


def _single(record: Mapping[str, Any], field: str) -> str:
    return "".join(
        pages.field(f"{field}.{part}", label, first(record, field, part))
        for part, label in _SINGLE[field].items()
    )


def _many(record: Mapping[str, Any], field: str) -> str:
    """Its values, and a place for one more."""
    (main, label), (other, other_label), kind = _MANY[field]
    items = [*record.get(field, []), {}]
    return "".join(
        pages.row(
            pages.field(f"{field}.{main}", label, item.get(main, ""), kind=kind),
            pages.field(f"{field}.{other}", other_label, item.get(other, "")),
        )
        for item in items
    )


def _birthday(record: Mapping[str, Any]) -> str:
    dates = record.get("birthdays") or [{}]
    date = dates[0].get("date")
    if not date:
        return str(dates[0].get("text", ""))
    year = f"{date['year']:04}" if date.get("year") else "-"
    return f"{year}-{date.get('month', 0):02}-{date.get('day', 0):02}"


# --- And back -----------------------------------------------------------------------------


def read(form: Form, record: Mapping[str, Any]) -> Record:
    """The fields as people left them; those of ``record`` that the form does not show stay."""
    found: Record = {}
    for field, parts in _SINGLE.items():
        found[field] = _read_single(form, record.get(field, []), field, list(parts))
    for field in _MANY:
        found[field] = _read_many(form, record.get(field, []), field)
    found["birthdays"] = _read_birthday(_one(form, "birthday"))
    notes = _one(form, "notes")
    found["biographies"] = [{"value": notes, "contentType": "TEXT_PLAIN"}] if notes else []
    # Those of the system are not in the form, except the star.
    kept = [group for group in groups_of(record) if _is_hidden(group)]
    groups = [*(kept or [MY_CONTACTS]), *form.get("group", [])]
    found["memberships"] = memberships(groups)
    return found


def _read_single(form: Form, items: list[Any], field: str, parts: list[str]) -> list[Any]:
    given = {part: _one(form, f"{field}.{part}") for part in parts}
    old = items[0] if items else {}
    changed = any(given[part] != old.get(part, "") for part in parts)
    rest = {
        part: value
        for part, value in old.items()
        # What was made of the parts that changed is made anew.
        if part not in parts and not (changed and part in ("formattedValue", "unstructuredName"))
    }
    item = {**rest, **{part: value for part, value in given.items() if value}}
    is_empty = not any(given.values()) and changed
    return items[1:] if is_empty or not item else [item, *items[1:]]


def _read_many(form: Form, items: list[Any], field: str) -> list[Any]:
    (main, _), (other, _), _ = _MANY[field]
    found = []
    texts, others = form.get(f"{field}.{main}", []), form.get(f"{field}.{other}", [])
    for place, (text, more) in enumerate(zip(texts, others, strict=False)):
        old = items[place] if place < len(items) else {}
        rest = {part: value for part, value in old.items() if part not in (main, other)}
        pair = {main: text.strip(), other: more.strip()}
        if text.strip():
            found.append({**rest, **{part: value for part, value in pair.items() if value}})
    return found


def _read_birthday(text: str) -> list[Any]:
    """What is no date stays as text, as the app keeps it."""
    if not text:
        return []
    match = _BIRTHDAY.fullmatch(text)
    if not match:
        return [{"text": text}]
    date = {part: int(number or 0) for part, number in zip(_DATE, match.groups(), strict=True)}
    return [{"date": {part: number for part, number in date.items() if number}}]


_DATE = ("year", "month", "day")


def _is_hidden(group: str) -> bool:
    id = group.removeprefix("contactGroups/")
    return id in SYSTEM and id != "starred"


def _one(form: Form, name: str) -> str:
    """Browsers send line ends as CR LF."""
    return (form.get(name) or [""])[-1].replace("\r\n", "\n").strip()
