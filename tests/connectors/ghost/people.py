"""What people do with members, in the vendor's own JSON, written by hand so that a mistake of the
connector's cannot hide in both: at the stand-in or at a real Ghost, which ``Hands`` speaks to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from connectors.contact import NAME_PARTS, Contact, Segment, Value
from tests.connectors.conformance import Partner


class Hands(Protocol):
    """What can be done in Ghost's own admin, and by members themselves. Records are Ghost's."""

    def add(self, record: Mapping[str, Any]) -> str: ...

    def edit(self, id: str, changes: Mapping[str, Any]) -> None: ...

    def get(self, id: str) -> Mapping[str, Any] | None: ...

    def delete(self, id: str) -> None: ...

    def unsubscribe(self, id: str) -> None:
        """By the link in a mail, from everything."""

    def remove_label(self, name: str) -> None:
        """Off the site, and so off everybody."""


class GhostPartner(Partner):
    """``full_name`` is what members have; in stories people are called by first and last name."""

    can = frozenset({"unsubscribe", "unregister"})
    status = "subscribed"
    container = "members"
    hands: Hands

    def add(self, contact: Contact) -> str:
        record = _record(contact.fields, "")
        record["labels"] = [{"name": item.name} for item in sorted(contact.segments)]
        if contact.status == "unsubscribed":
            record["newsletters"] = []
        id = self.hands.add(record)
        return id

    def edit(self, id: str, changes: Mapping[str, Value]) -> None:
        self.hands.edit(id, _record(changes, str(self._there(id)["name"] or "")))

    def delete(self, id: str) -> None:
        self.hands.delete(id)

    def tag(self, id: str, segment: Segment) -> None:
        labels = [*self._labels(id), {"name": segment.name}]
        self.hands.edit(id, {"labels": labels})

    def untag(self, id: str, segment: Segment) -> None:
        labels = [label for label in self._labels(id) if label["name"] != segment.name]
        self.hands.edit(id, {"labels": labels})

    def unsubscribe(self, id: str) -> None:
        self.hands.unsubscribe(id)

    def unregister(self, segment: Segment) -> None:
        self.hands.remove_label(segment.name)

    def _labels(self, id: str) -> list[dict[str, Any]]:
        return [{"name": label["name"]} for label in self._there(id)["labels"]]

    def _there(self, id: str) -> Mapping[str, Any]:
        found = self.hands.get(id)
        assert found is not None
        return found


def _record(fields: Mapping[str, Value], name: str) -> dict[str, Any]:
    """``name``: the one that a first or last name is put into."""
    record: dict[str, Any] = {}
    for field, value in fields.items():
        if field == "emails":
            record["email"] = value if isinstance(value, str) else value[0].value
        elif field in NAME_PARTS:
            record["name"] = name = _renamed(name, field, str(value))
        else:
            record[{"full_name": "name", "notes": "note"}[field]] = value
    return record


def _renamed(name: str, part: str, text: str) -> str:
    first, _, last = name.partition(" ")
    return " ".join(filter(None, (text, last) if part == "first_name" else (first, text)))
