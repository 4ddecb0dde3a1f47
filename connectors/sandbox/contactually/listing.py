"""What lists and searches find: the contacts as an index has them, which may come late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from connectors.sandbox.contactually import people, registers
from connectors.sandbox.contactually.desk import Desk
from connectors.sandbox.contactually.filters import Filters
from connectors.sandbox.store import Document


@dataclass(frozen=True, slots=True)
class Found:
    """``total``: over all pages."""

    contacts: list[Document]
    total: int


def stretch(desk: Desk, filters: Filters, start: int, length: int) -> Found:
    """Those from the place ``start`` on; raises Invalid for a filter that makes no sense."""
    if _is_whole(desk, filters):
        kind, without = desk.kind(people.KIND), "archived"
        if filters.switched("with_archived"):
            without = ""
        total = desk.store.count(kind) - (desk.store.count(kind, without) if without else 0)
        return Found(desk.store.stretch(kind, start, length, without), total)
    found = matching(desk, filters)
    return Found(found[start : start + length], len(found))


def matching(desk: Desk, filters: Filters) -> list[Document]:
    tests = filters.tests(desk)
    found = [each for each in _candidates(desk, filters) if all(test(each) for test in tests)]
    if desk.quirks.order == "updated":
        found.sort(key=lambda contact: str(contact["updated_at"]), reverse=True)
    return found


def _is_whole(desk: Desk, filters: Filters) -> bool:
    """Whether the store itself can count them off."""
    plain = filters.are_plain and not filters.one("q")
    return plain and desk.quirks.order == "created" and not _late(desk)


def _candidates(desk: Desk, filters: Filters) -> Iterable[Document]:
    """As few as can be known without looking at each."""
    kind = desk.kind(people.KIND)
    if late := _late(desk):
        there = desk.store.all(kind)
        ids = {contact["id"] for contact in there}
        gone = [before for id, before in late.items() if id not in ids]
        shown = [late.get(contact["id"], contact) for contact in there]
        return [contact for contact in shown + gone if contact]
    if key := _key(desk, filters):
        return desk.store.by_key(kind, key)
    return desk.store.all(kind, filters.since())


def _late(desk: Desk) -> dict[str, Document | None]:
    """By id what the index still shows in place of a contact: None is nothing."""
    if not desk.quirks.lag:
        return {}
    now = desk.now().timestamp()
    waiting = desk.store.all(desk.kind(people.BEFORE), now)
    return {each["id"]: each["before"] for each in waiting if each["until"] > now}


def _key(desk: Desk, filters: Filters) -> str:
    if address := registers.fold(filters.one("email")):
        return f"email:{address}"
    asked = registers.fold(filters.one("q"))
    if "@" in asked:
        return f"{'tail' if desk.quirks.finds_parts else 'email'}:{asked}"
    if len(tags := filters.many("tags")) == 1:
        return f"tag:{registers.fold(tags[0])}"
    if len(buckets := filters.many("buckets")) == 1:
        return f"bucket:{buckets[0]}"
    return "archived" if filters.switched("archived") else ""
