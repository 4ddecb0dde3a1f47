"""What an audience offers, in our words: its merge fields and groups as fields and segments. Pure.

https://mailchimp.com/developer/marketing/docs/merge-fields/
"""

from __future__ import annotations

import hashlib
import html
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from connectors.connector import Catalogue
from connectors.fields import STANDARD, Field, FieldType, fold

TAG, GROUP = "tag", "group"
#: Those that a member can have beside *archived*; each can also be asked for at a creation.
STATUSES = ("subscribed", "pending", "unsubscribed", "cleaned", "transactional")
#: (tag, type) of merge fields that are a standard field for certain; tags can be edited by people.
_STANDARD = {
    ("FNAME", "text"): "first_name",
    ("LNAME", "text"): "last_name",
    ("ADDRESS", "address"): "addresses",
    ("PHONE", "phone"): "phones",
    ("BIRTHDAY", "birthday"): "birthday",
    ("COMPANY", "text"): "company",
}
_TYPES = {
    "text": FieldType.TEXT,
    "number": FieldType.NUMBER,
    "address": FieldType.ADDRESS,
    "phone": FieldType.PHONE,
    "date": FieldType.DATE,
    "birthday": FieldType.DATE,
    "url": FieldType.URL,
    "imageurl": FieldType.URL,
    "radio": FieldType.CHOICE,
    "dropdown": FieldType.CHOICE,
    "zip": FieldType.TEXT,
}
_EMAIL = replace(STANDARD["emails"], many=False, required=True)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MergeField:
    """``name`` is ours, ``type`` Mailchimp's. ``day_first``: of a birthday, DD/MM. ``is_us``: of
    a phone number, it is written as in the United States."""

    tag: str
    name: str
    label: str
    type: str
    required: bool = False
    options: tuple[str, ...] = ()
    day_first: bool = False
    is_us: bool = False

    @property
    def offered(self) -> Field:
        """A type that Mailchimp may add one day can be read as text. An address is a list that
        holds one, since no single value is an address."""
        is_address = self.type == "address"
        if self.name in STANDARD:
            return replace(STANDARD[self.name], many=is_address, required=self.required)
        return Field(
            self.name,
            self.label,
            _TYPES.get(self.type, FieldType.TEXT),
            many=is_address,
            writable=self.type in _TYPES,
            required=self.required,
            options=self.options,
        )


@dataclass(frozen=True, slots=True)
class Group:
    """An interest of a category. ``full`` is its name with that of the category; ``name`` is the
    one alone where no other category has such a group, else the full one."""

    id: str
    name: str
    full: str


@dataclass(frozen=True)
class Schema:
    fields: tuple[MergeField, ...]
    groups: tuple[Group, ...]

    @cached_property
    def digest(self) -> str:
        """Changes with what changes how a member is read: not with a new option."""
        fields = [(item.tag, item.name, item.type, item.day_first) for item in self.fields]
        groups = [(item.id, item.name) for item in self.groups]
        text = json.dumps([fields, groups])
        return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()

    def field(self, name: str) -> MergeField | None:
        return next((item for item in self.fields if item.name == name), None)

    def field_of(self, tag: str) -> MergeField | None:
        return next((item for item in self.fields if item.tag == tag), None)

    def group(self, name: str) -> Group | None:
        """By its name, or by that with the category."""
        key = fold(name)
        found = (item for item in self.groups if key in (fold(item.name), fold(item.full)))
        return next(found, None)

    def catalogue(self, tags: Iterable[str]) -> Catalogue:
        """Groups are offered where the audience has some: they are made in Mailchimp, where the
        contacts themselves see them."""
        segments = {TAG: tuple(dict.fromkeys(tags))}
        if self.groups:
            segments[GROUP] = tuple(item.name for item in self.groups)
        return Catalogue(
            fields=(_EMAIL, *(item.offered for item in self.fields)),
            segments=segments,
            statuses=STATUSES,
            registers=frozenset(segments),
        )


def schema_of(fields: Iterable[Json], categories: Iterable[tuple[Json, Sequence[Json]]]) -> Schema:
    """From the merge fields, and each interest category with its interests, as the API has
    them."""
    ordered = sorted(filter(_is_field, fields), key=lambda item: _whole(item.get("merge_id")))
    return Schema(tuple(_merge_fields(ordered)), tuple(_groups(categories)))


def text_of(value: object) -> str:
    """A name as people see it: the API escapes some as HTML (``R&amp;D``)."""
    return html.unescape(value).strip() if isinstance(value, str) else ""


def _is_field(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("tag"), str) and bool(item["tag"])


def _merge_fields(ordered: Iterable[Json]) -> Iterable[MergeField]:
    """The first that was made of those with one name has it; the others add their id, which a
    rename leaves alone."""
    taken: set[str] = set()
    for item in ordered:
        tag, type_ = item["tag"], str(item.get("type", ""))
        label = text_of(item.get("name")) or tag
        name = _STANDARD.get((tag, type_), f"custom:{label}")
        if fold(name) in taken:
            name = f"custom:{label} ({item.get('merge_id') or tag})"
        taken.add(fold(name))
        given = item.get("options")
        options: Mapping[str, Any] = given if isinstance(given, dict) else {}
        choices = options.get("choices")
        yield MergeField(
            tag,
            name,
            label,
            type_,
            item.get("required") is True,
            _choices(choices) if type_ in ("radio", "dropdown") else (),
            str(options.get("date_format", "")).upper().startswith("DD"),
            type_ == "phone" and options.get("phone_format") == "US",
        )


def _choices(choices: object) -> tuple[str, ...]:
    found = choices if isinstance(choices, list) else []
    return tuple(text for text in map(text_of, found) if text)


def _groups(categories: Iterable[tuple[Json, Sequence[Json]]]) -> Iterable[Group]:
    found = [
        (interest["id"], text_of(interest.get("name")), text_of(category.get("title")))
        for category, interests in categories
        for interest in interests
        if isinstance(interest.get("id"), str)
    ]
    times = Counter(fold(name) for _, name, _ in found)
    for id, name, title in found:
        full = f"{title}: {name}"
        yield Group(id, name if times[fold(name)] == 1 else full, full)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
