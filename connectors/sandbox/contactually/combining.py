"""What a contact is made of, and what becomes of its members when it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import NAMESPACE_URL, uuid5

from connectors.sandbox.contactually import registers
from connectors.sandbox.contactually.desk import Desk
from connectors.sandbox.store import Document

TEXTS = (
    "first_name",
    "last_name",
    "company",
    "title",
    "location",
    "avatar_url",
    "assigned_to_id",
    "external_id",
)
#: Nested lists, and the members of their elements beside ``id``.
PARTS: Mapping[str, tuple[str, ...]] = {
    "email_addresses": ("label", "address"),
    "phone_numbers": ("label", "number"),
    "addresses": (
        "label",
        "full_address",
        "street_1",
        "street_2",
        "city",
        "state",
        "zip",
        "country",
    ),
    "websites": ("label", "address"),
    "social_media_profiles": ("label", "url"),
}


def combined(desk: Desk, contact: Document, changes: Document, merges: bool = False) -> Document:
    """The contact with these members. Nested lists take the place of those that are there, or
    are added to them. Tags that nobody has used yet are registered."""
    after = dict(contact)
    for name, value in changes.items():
        if name in PARTS:
            after[name] = _elements(desk, name, contact[name], value, merges)
        elif name == "tags":
            after[name] = _tags(desk, [*contact[name], *value] if merges else value)
        elif name == "custom_fields":
            after[name] = _values([*contact[name], *value] if merges else value)
        elif name == "bucket_ids":
            after[name] = list(dict.fromkeys(value))
            if set(after[name]) - set(contact[name]):
                after["last_bucketed_at"] = desk.stamp()
        elif name in TEXTS or name == "archived_at":
            after[name] = value
    return after


def _elements(
    desk: Desk, name: str, old: list[Document], sent: Sequence[Document], merges: bool
) -> list[Document]:
    """An element that is sent without its id is taken for the one that says the same."""
    left = {element["id"]: element for element in old}
    edited: dict[str, Document] = {}
    new = []
    for item in sent:
        there = left.get(item.get("id") or "") or next(
            (element for element in left.values() if same(name, element, item)), None
        )
        id = left.pop(there["id"])["id"] if there else _element_id(desk, name)
        new.append({"id": id, **{part: item.get(part) for part in PARTS[name]}})
        if there:
            edited[id] = new[-1]
    if not merges:
        return new
    kept = [edited.get(element["id"], element) for element in old]
    return kept + [element for element in new if element["id"] not in edited]


def _tags(desk: Desk, names: Sequence[str]) -> list[str]:
    """Spelled as the register has them."""
    spelled = [
        (registers.named(desk, "tag", name) or registers.add(desk, "tag", {"name": name.strip()}))
        for name in names
    ]
    return list(dict.fromkeys(tag["name"] for tag in spelled))


def _values(items: Sequence[Document]) -> list[Document]:
    """Fields without a value are absent."""
    values = {item["field"]["id"]: item.get("value") for item in items}
    return [
        {"field": {"id": id}, "value": value}
        for id, value in values.items()
        if value is not None and value != ""
    ]


def same(name: str, one: Document, other: Document) -> bool:
    """Whether both elements name one thing, whatever their labels."""

    def named(element: Document) -> list[str]:
        return [str(element.get(part) or "").casefold() for part in PARTS[name][1:]]

    return named(one) == named(other)


def _element_id(desk: Desk, name: str) -> str:
    if name == "email_addresses":
        return desk.id("contact_identity")
    return str(uuid5(NAMESPACE_URL, desk.id("contactually-part")))
