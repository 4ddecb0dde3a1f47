"""Contacts: /contacts and what is below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.sandbox.contactually import checks, listing, people, replies, shapes
from connectors.sandbox.contactually.desk import Desk
from connectors.sandbox.contactually.filters import Filters
from connectors.sandbox.contactually.normal import normalised
from connectors.sandbox.contactually.problems import Invalid, Missing
from connectors.sandbox.store import Document
from connectors.sandbox.web import Answer, Request


def visible(desk: Desk, request: Request) -> Document:
    """The contact that the path names; raises Missing, also for an archived one."""
    contact = people.get(desk, request.parts["id"])
    is_hidden = contact["archived_at"] and desk.quirks.hides_archived
    if is_hidden and not Filters(request.query).switched("with_archived"):
        raise Missing("Contact")
    return contact


def listed(desk: Desk, request: Request) -> Answer:
    return found(desk, request, Filters(request.query), _path(desk), request.query)


def search(desk: Desk, request: Request) -> Answer:
    """The same as the list, with its filters in the body."""
    filters = Filters.of_body(checks.members(request))
    return found(desk, request, filters, _path(desk), filters.given)


def found(
    desk: Desk, request: Request, filters: Filters, path: str, given: Mapping[str, Sequence[str]]
) -> Answer:
    """A page of what passes the filters. ``path``, ``given``: as in ``replies.page``."""

    def take(start: int, length: int) -> tuple[Sequence[Any], int]:
        at = listing.stretch(desk, filters, start, length)
        return shapes.contacts(desk, at.contacts), at.total

    return replies.page(desk, request, path, given, take)


def resolve(desk: Desk, request: Request) -> Answer:
    """The ids alone, all of them."""
    ids = [contact["id"] for contact in listing.matching(desk, Filters(request.query))]
    return replies.one(desk, ids)


def create(desk: Desk, request: Request) -> Answer:
    """An address that is there already makes no second contact: the one that has it comes back,
    unchanged unless ``upsert`` is asked for."""
    sent = checks.members(request)
    written = normalised(desk.quirks, checks.contact(desk, sent))
    if there := _there(desk, written):
        if Filters(request.query).switched("upsert"):
            there = people.change(desk, there, written, desk.quirks.lists == "merge")
        return replies.one(desk, shapes.contact(desk, there))
    made = people.add(desk, {**written, "created_at": checks.created_at(sent)})
    return replies.one(desk, shapes.contact(desk, made), desk.quirks.created_status)


def read(desk: Desk, request: Request) -> Answer:
    return replies.one(desk, shapes.contact(desk, visible(desk, request)))


def update(desk: Desk, request: Request) -> Answer:
    """PUT is the same as PATCH: what is not sent stays."""
    contact = visible(desk, request)
    written = checks.contact(desk, checks.members(request), contact)
    if desk.quirks.unique_addresses:
        checks.taken(desk, written, but=contact["id"])
    changed = people.change(
        desk, contact, normalised(desk.quirks, written), desk.quirks.lists == "merge"
    )
    return replies.one(desk, shapes.contact(desk, changed))


def delete(desk: Desk, request: Request) -> Answer:
    contact = visible(desk, request)
    people.remove(desk, contact)
    return replies.one(desk, shapes.contact(desk, contact))


def merge(desk: Desk, request: Request) -> Answer:
    contact = visible(desk, request)
    ids = checks.contact_ids(request)
    if contact["id"] in ids:
        raise Invalid("contact_ids", "hold the contact itself")
    merged = people.merge(desk, contact, [people.get(desk, id) for id in ids])
    return replies.one(desk, shapes.contact(desk, merged))


def archive(desk: Desk, request: Request) -> Answer:
    return _archived(desk, request, True)


def unarchive(desk: Desk, request: Request) -> Answer:
    return _archived(desk, request, False)


def _archived(desk: Desk, request: Request, archived: bool) -> Answer:
    contact = people.archive(desk, people.get(desk, request.parts["id"]), archived)
    return replies.one(desk, shapes.contact(desk, contact))


def _there(desk: Desk, written: Document) -> Document | None:
    for email in written.get("email_addresses", ()):
        for contact in people.holders(desk, email["address"]):
            if not contact["archived_at"] or desk.quirks.finds_archived:
                return contact
    return None


def _path(desk: Desk) -> str:
    # Seen in January 2019 (brokermint/contactually-rb, commit 94d10e0): the links of the list
    # pointed at the search, which knows no GET.
    return "/contacts/search" if desk.quirks.next_page == "search" else "/contacts"


ROUTES = (
    ("GET", "/contacts", listed),
    ("POST", "/contacts", create),
    ("POST", "/contacts/search", search),
    ("GET", "/contacts/resolve", resolve),
    ("GET", "/contacts/{id}", read),
    ("PATCH", "/contacts/{id}", update),
    ("PUT", "/contacts/{id}", update),
    ("DELETE", "/contacts/{id}", delete),
    ("POST", "/contacts/{id}/merge", merge),
    ("POST", "/contacts/{id}/archive", archive),
    ("POST", "/contacts/{id}/unarchive", unarchive),
)
