"""The list of members on the web page, and the choosers above it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from connectors.sandbox import pages
from connectors.sandbox.accounts import Account
from connectors.sandbox.mailchimp.audience import Audience
from connectors.sandbox.mailchimp.people import STATUSES, People
from connectors.sandbox.mailchimp.quirks import Quirks
from connectors.sandbox.mailchimp.showing import Showing
from connectors.sandbox.store import Document
from connectors.sandbox.web import Request

#: Members on a page.
SHOWN = 50
_KINDS = {"subscribed": "good", "unsubscribed": "bad", "cleaned": "bad"}


def choosers(
    request: Request,
    accounts: Sequence[Account],
    account: str,
    there: Sequence[Audience],
    chosen: Audience | None,
) -> str:
    """Of whose contacts are shown, and which of them."""
    home = f"{request.home}/"
    people = [(one.id, f"{one.name} <{one.email}>") for one in accounts]
    whose = pages.form(
        home,
        pages.row(
            pages.choice("account", "Signed in as", people, account), pages.button("Switch", "")
        ),
        get=True,
    )
    signed_in = (
        pages.row(whose) if len(people) > 1 else pages.paragraph(f"Signed in as {people[0][1]}")
    )
    if chosen is None:
        return signed_in
    lists = [(one.id, one.document["name"]) for one in there]
    statuses = [("", "All but archived"), *((one, one.title()) for one in STATUSES)]
    which = pages.form(
        home,
        pages.row(
            pages.choice("list", "Audience", lists, chosen.id),
            pages.choice("status", "Status", statuses, request.one("status")),
            pages.button("Show", ""),
        ),
        get=True,
    )
    return signed_in + pages.row(which)


def new_audience(request: Request, account: str) -> str:
    return pages.card(
        "New audience",
        pages.form(
            f"{request.home}/people/audiences",
            pages.row(pages.field("name", "Name"), pages.button("Add", "")),
            hidden={"account": account},
        ),
    )


def table(request: Request, chosen: Audience) -> str:
    status, text = request.one("status"), request.one("q")
    showing = Showing(chosen, Quirks(), "")
    found = [member for member in People(chosen).all() if _fits(member, status)]
    if text:
        found = [each for each in found if _holds(showing.member(each, False), text)]
    found.sort(key=lambda member: -int(member["last_changed"]))
    start = int(request.one("start")) if re.fullmatch("[0-9]{1,9}", request.one("start")) else 0
    rows = [
        _line(request, chosen, showing.member(member, False))
        for member in found[start : start + SHOWN]
    ]
    kept = {"list": chosen.id, "status": status}
    before, after = (
        f"{request.home}/?{urlencode({**kept, 'q': text, 'start': place})}"
        for place in (max(start - SHOWN, 0), start + SHOWN)
    )
    end = min(start + SHOWN, len(found))
    return (
        pages.row(
            pages.search(f"{request.home}/", text, kept),
            pages.button_link(f"{request.home}/people/{chosen.id}/new", "Add a contact"),
        )
        + pages.table(
            ["Email", "Name", "Status", "Tags", "Changed"], rows, "No contact is like that."
        )
        + pages.pager(
            before if start else "",
            after if end < len(found) else "",
            f"{start + 1}–{end} of {len(found)}" if found else "",
        )
    )


def _line(request: Request, chosen: Audience, member: Document) -> list[str]:
    url = f"{request.home}/people/{chosen.id}/{member['contact_id']}"
    tags = "".join(pages.badge(tag["name"]) for tag in member["tags"])
    changed = member["last_changed"][:16].replace("T", " ")
    return [
        pages.link(url, member["email_address"]),
        pages.escape(member["full_name"]),
        # In one piece, however narrow the column.
        '<span style="white-space:nowrap">'
        f"{pages.badge(member['status'], _KINDS.get(member['status'], ''))}</span>",
        tags,
        pages.muted(changed),
    ]


def _fits(member: Document, status: str) -> bool:
    return bool(member["status"] == status if status else member["status"] != "archived")


def _holds(member: Document, text: str) -> bool:
    texts = [member["email_address"], *member["merge_fields"].values()]
    texts += [tag["name"] for tag in member["tags"]]
    return any(text.casefold() in str(each).casefold() for each in texts)
