"""The calls of the Admin API that an integration may make, as far as contacts are concerned.

https://docs.ghost.org/admin-api/members/overview
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.ghost import checks, listing
from connectors.sandbox.ghost.problems import Refused, not_found
from connectors.sandbox.ghost.quirks import Quirks
from connectors.sandbox.ghost.site import Site
from connectors.sandbox.store import Document
from connectors.sandbox.web import Answer, Request, as_json

_SAME = ("id", "email", "name", "note", "status", "subscribed", "created_at", "updated_at")
_MEMBER_KEYS: Mapping[str, str] = {
    **{name: name for name in _SAME},
    "label": "label_slugs",
    "labels": "label_slugs",
    "newsletters": "newsletter_slugs",
}
_EVENT_KEYS = {"type": "type", **{f"data.{x}": x for x in ("member_id", "created_at", "source")}}
_NEWSLETTER_KEYS = {x: x for x in ("id", "name", "slug", "status", "visibility")}
_NEWSLETTER_KEYS |= {"subscribe_on_signup": "subscribe_on_signup"}
_LABEL_KEYS = {x: x for x in ("id", "name", "slug")}


@dataclass(frozen=True, slots=True)
class Call:
    """``url``: of the site."""

    request: Request
    site: Site
    quirks: Quirks
    url: str

    def body(self, doing: str) -> Any:
        try:
            return self.request.json()
        except ValueError:
            words = "An unexpected error occurred, please try again."
            raise Refused("BadRequestError", words, code="UNEXPECTED_ERROR") from None

    def member(self, doing: str) -> Document:
        found = self.site.member(self.request.parts["id"])
        if found is None:
            raise not_found("Member", doing)
        return found


def site(call: Call) -> Answer:
    """For everybody, with a key or without."""
    told = {
        "title": call.site.document["title"],
        "description": "Thoughts, stories and ideas.",
        "url": f"{call.url}/",
        "version": "5.130",
        "locale": "en",
    }
    if call.quirks.site_ids:
        told["site_uuid"] = call.site.document["site_uuid"]
    return as_json({"site": told})


def members(call: Call) -> Answer:
    doing = "list members"
    shown = {row["id"]: row for row in call.site.members()}
    rows = [_for_filters(call.site, row) for row in shown.values()]
    rows = listing.fitting(call.request, rows, _MEMBER_KEYS, doing)
    fields = [name for name in call.request.one("fields").split(",") if name]

    def show(row: Document) -> Document:
        member = shown_member(call.site, shown[row["id"]], call.url)
        return {name: member[name] for name in fields if name in member} if fields else member

    usual, most = "created_at desc,id desc", call.quirks.largest_page
    return as_json(listing.paged(call.request, "members", rows, usual, most, show, doing))


def member(call: Call) -> Answer:
    return _answer(call, call.member("read member"))


def add_member(call: Call) -> Answer:
    doing = "save member"
    sent = checks.member_of(call.body(doing), doing)
    if "email" not in sent:
        words = 'Validation (FieldIsRequired) failed for ["email"]'
        raise Refused("ValidationError", words, doing)
    folds = call.quirks.folds_address_case
    checks.check_address(call.site, sent["email"], None, folds, doing)
    values = checks.values_of(sent, call.site, None, doing)
    return _answer(call, call.site.add(values, "api"), 201)


def edit_member(call: Call) -> Answer:
    doing = "edit member"
    sent = checks.member_of(call.body(doing), doing)
    there = call.member(doing)
    if "email" in sent:
        folds = call.quirks.folds_address_case
        checks.check_address(call.site, sent["email"], there, folds, doing)
    values = checks.values_of(sent, call.site, there, doing)
    return _answer(call, call.site.change(there, values, "api"))


def delete_member(call: Call) -> Answer:
    call.site.remove(call.member("delete member"))
    return Answer(204)


def events(call: Call) -> Answer:
    """Of the many types only those of newsletters; the latest first."""
    rows = [{**row, "type": "newsletter_event"} for row in reversed(call.site.events())]
    doing = "list members"
    rows = listing.fitting(call.request, rows, _EVENT_KEYS, doing)

    def show(row: Document) -> Document:
        data = {name: value for name, value in row.items() if name != "type"}
        return {"type": row["type"], "data": data}

    told = listing.paged(call.request, "events", rows, "", 0, show, doing, ())
    pagination = told["meta"]["pagination"]
    told["meta"]["pagination"] = {**pagination, "page": None, "next": None, "prev": None}
    return as_json(told)


def labels(call: Call) -> Answer:
    counts = "count.members" in call.request.one("include")

    def show(row: Document) -> Document:
        return {**row, "count": {"members": call.site.labelled(row["id"])}} if counts else row

    doing = "list labels"
    rows = listing.fitting(call.request, call.site.labels(), _LABEL_KEYS, doing)
    return as_json(listing.paged(call.request, "labels", rows, "name asc", 0, show, doing))


def newsletters(call: Call) -> Answer:
    doing = "list newsletters"
    rows = listing.fitting(call.request, call.site.newsletters(), _NEWSLETTER_KEYS, doing)
    told = listing.paged(call.request, "newsletters", rows, "sort_order", 0, dict, doing)
    return as_json(told)


CALLS: Sequence[tuple[str, str, Callable[[Call], Answer]]] = (
    ("GET", "/site/", site),
    ("GET", "/members/", members),
    ("POST", "/members/", add_member),
    ("GET", "/members/events/", events),
    ("GET", "/members/{id}/", member),
    ("PUT", "/members/{id}/", edit_member),
    ("DELETE", "/members/{id}/", delete_member),
    ("GET", "/labels/", labels),
    ("GET", "/newsletters/", newsletters),
)


# --- How a member is shown ----------------------------------------------------------------


def shown_member(site: Site, member: Document, url: str) -> Document:
    """``newsletters``: those that are still sent; ``subscribed``: to any of them."""
    found = (site.newsletter(id) for id in member["newsletters"])
    sent = [each for each in found if each and each["status"] == "active"]
    info = {"reason": "fail", "timestamp": member["updated_at"]} if member["suppressed"] else None
    return {
        **{name: member[name] for name in ("id", "uuid", "email", "name", "note")},
        "geolocation": None,
        "subscribed": bool(sent),
        "created_at": member["created_at"],
        "updated_at": member["updated_at"],
        "labels": [label for id in member["labels"] if (label := site.label(id))],
        "subscriptions": [],
        "avatar_image": None,
        "comped": False,
        "email_count": 0,
        "email_opened_count": 0,
        "email_open_rate": None,
        "status": "free",
        "last_seen_at": None,
        "unsubscribe_url": f"{url}/unsubscribe/?uuid={member['uuid']}&key=0",
        "tiers": [],
        "email_suppression": {"suppressed": member["suppressed"], "info": info},
        "newsletters": [
            {name: each[name] for name in ("id", "name", "description", "status")} for each in sent
        ],
    }


def _for_filters(site: Site, member: Document) -> Document:
    labels = (site.label(id) for id in member["labels"])
    newsletters = [site.newsletter(id) for id in member["newsletters"]]
    active = [each["slug"] for each in newsletters if each and each["status"] == "active"]
    return {
        **member,
        "status": "free",
        "subscribed": bool(active),
        "label_slugs": [label["slug"] for label in labels if label],
        "newsletter_slugs": active,
    }


def _answer(call: Call, member: Document, status: int = 200) -> Answer:
    return as_json({"members": [shown_member(call.site, member, call.url)]}, status)
