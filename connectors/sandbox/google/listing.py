"""people.connections.list: pages and incremental syncs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from connectors.sandbox.google import cursors, view
from connectors.sandbox.google.calls import Call
from connectors.sandbox.google.contacts import KEPT, Contact
from connectors.sandbox.google.errors import invalid

_DEFAULT_ORDER = "LAST_MODIFIED_ASCENDING"
_PAGE = "people.connections/list"


def _name(part: str) -> Callable[[Contact], Any]:
    def key(contact: Contact) -> Any:
        names = contact.record.get("names") or [{}]
        return (names[0].get(part, "").casefold(), contact.change)

    return key


_ORDERS: dict[str, Callable[[Contact], Any]] = {
    _DEFAULT_ORDER: lambda contact: contact.change,
    "LAST_MODIFIED_DESCENDING": lambda contact: -contact.change,
    "FIRST_NAME_ASCENDING": _name("givenName"),
    "LAST_NAME_ASCENDING": _name("familyName"),
}


def connections(call: Call) -> dict[str, Any]:
    """A page. All pages of a listing show the same moment; the token on the last one continues
    from there."""
    if call.request.parts["person"] != "me":
        raise invalid('Only "people/me" is a valid resource name for connections.')
    fields = call.person_fields(_PAGE)
    size = call.number("pageSize", 100, 1000)
    order = call.one("sortOrder") or _DEFAULT_ORDER
    if order not in _ORDERS:
        raise invalid(f"Invalid value at 'sort_order' (TYPE_ENUM), \"{order}\"", "sort_order")
    wants_token = call.flag("requestSyncToken") or bool(call.one("syncToken"))
    reading = call.reading(fields, call.sources(), listing=True, sync=bool(call.one("syncToken")))
    place = _place(call, wants_token)
    after = max(place["since"], place["after"])
    until = call.contacts.last_change(after) if place["until"] is None else place["until"]
    changed = call.contacts.changed(after, until)
    contacts: Iterable[Contact] = (x for x in changed if reading.sync or not x.deleted)
    total: int | None = place["total"]
    if order != _DEFAULT_ORDER or total is None:
        contacts = sorted(contacts, key=_ORDERS[order])
        total = len(contacts) if total is None else total
    start: int = place["start"]
    page = list(islice(contacts, start, start + size + 1))
    shown, rest = page[:size], page[size:]

    found: dict[str, Any] = {}
    if shown:
        found["connections"] = [view.person(contact, reading) for contact in shown]
    if total:
        found |= {"totalPeople": total, "totalItems": total}
    if rest:
        # In the order of changes the next page starts after a change, which spares it the others.
        is_default = order == _DEFAULT_ORDER
        place |= {"total": total, "until": until}
        place |= {"after": shown[-1].change} if is_default else {"start": start + size}
        given = _parameters(call, "requestSyncToken", "syncToken")
        found["nextPageToken"] = cursors.sealed("page", call.account.id, given, **place)
    elif wants_token:
        found["nextSyncToken"] = cursors.sealed(
            "sync", call.account.id, _parameters(call), change=until, full=place["full"]
        )
    return found


def _place(call: Call, wants_token: bool) -> dict[str, Any]:
    """Where this page starts: after the change ``since`` of the last sync, and after ``after`` of
    the last page, as of the change ``until`` (None: now). ``full``: when the full sync was,
    ``began``: when this listing did."""
    token, sync_token = call.one("pageToken"), call.one("syncToken")
    now = call.now.timestamp()
    if token:
        given = _parameters(call, "requestSyncToken", "syncToken")
        position = cursors.opened(token, "page", call.account.id, given)
        if now - position["began"] >= KEPT:
            raise cursors.unknown()
        return position
    since, full = 0, now
    if sync_token:
        position = cursors.opened(sync_token, "sync", call.account.id, _parameters(call))
        cursors.check_age(position, call.now, call.quirks)
        since = position["change"]
        full = now if call.quirks.tokens_renewed else position["full"]
    elif wants_token:
        call.quotas.full_sync(call.account.id, call.quirks, call.now)
    return {
        "since": since, "after": 0, "until": None, "start": 0, "total": None, "full": full,
        "began": now,
    }  # fmt: skip


def _parameters(call: Call, *more: str) -> dict[str, list[str]]:
    """All that a token insists on, word for word."""
    names = ("personFields", "requestMask.includeField", "sources", "sortOrder", "pageSize", *more)
    return {name: call.request.query.get(name, []) for name in names}
