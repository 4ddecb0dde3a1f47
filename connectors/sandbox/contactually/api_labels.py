"""Tags and buckets, and which contacts are in which buckets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.sandbox.contactually import belonging, checks, people, registers, replies, shapes
from connectors.sandbox.contactually.api_contacts import found, visible
from connectors.sandbox.contactually.desk import Desk
from connectors.sandbox.contactually.filters import Filters
from connectors.sandbox.contactually.registers import fold
from connectors.sandbox.store import Document
from connectors.sandbox.web import Answer, Request


def tags(desk: Desk, request: Request) -> Answer:
    shown = _searched(request, registers.everything(desk, "tag"))

    def take(start: int, length: int) -> tuple[Sequence[Any], int]:
        return [shapes.tag(desk, each) for each in shown[start : start + length]], len(shown)

    return replies.page(desk, request, "/tags", request.query, take)


def add_tag(desk: Desk, request: Request) -> Answer:
    made = registers.add(desk, "tag", {"name": checks.name(checks.members(request))})
    return replies.one(desk, shapes.tag(desk, made), desk.quirks.created_status)


def rename_tag(desk: Desk, request: Request) -> Answer:
    tag = registers.get(desk, "tag", request.parts["id"])
    renamed = belonging.rename_tag(desk, tag, checks.name(checks.members(request)))
    return replies.one(desk, shapes.tag(desk, renamed))


def remove_tag(desk: Desk, request: Request) -> Answer:
    tag = registers.get(desk, "tag", request.parts["id"])
    shown = shapes.tag(desk, tag)
    belonging.remove_tag(desk, tag)
    return replies.one(desk, shown)


def buckets(desk: Desk, request: Request) -> Answer:
    shown = _searched(request, registers.everything(desk, "bucket"))
    return _buckets(desk, request, "/buckets", shown)


def add_bucket(desk: Desk, request: Request) -> Answer:
    sent = checks.members(request)
    members = {"goal": None, "reminder_interval": None, **checks.bucket(sent)}
    made = registers.add(desk, "bucket", {**members, "name": checks.name(sent)})
    return replies.one(desk, shapes.bucket(desk, made), desk.quirks.created_status)


def read_bucket(desk: Desk, request: Request) -> Answer:
    return replies.one(desk, shapes.bucket(desk, _bucket(desk, request)))


def change_bucket(desk: Desk, request: Request) -> Answer:
    members = checks.bucket(checks.members(request))
    changed = registers.change(desk, "bucket", _bucket(desk, request), members)
    return replies.one(desk, shapes.bucket(desk, changed))


def remove_bucket(desk: Desk, request: Request) -> Answer:
    bucket = _bucket(desk, request)
    shown = shapes.bucket(desk, bucket)
    belonging.remove_bucket(desk, bucket)
    return replies.one(desk, shown)


def buckets_of_contact(desk: Desk, request: Request) -> Answer:
    return _of_contact(desk, request, visible(desk, request))


def join(desk: Desk, request: Request) -> Answer:
    contact = visible(desk, request)
    return _set(desk, request, contact, [*contact["bucket_ids"], *_asked(desk, request)])


def be_in(desk: Desk, request: Request) -> Answer:
    """These buckets and no others."""
    return _set(desk, request, visible(desk, request), _asked(desk, request))


def leave(desk: Desk, request: Request) -> Answer:
    contact = visible(desk, request)
    left = _asked(desk, request)
    return _set(desk, request, contact, [id for id in contact["bucket_ids"] if id not in left])


def contacts_in_bucket(desk: Desk, request: Request) -> Answer:
    id = _bucket(desk, request)["id"]
    filters = Filters({**request.query, "buckets": [id]})
    return found(desk, request, filters, f"/buckets/{id}/contacts", request.query)


def put_in_bucket(desk: Desk, request: Request) -> Answer:
    return _regrouped(desk, request, joins=True)


def take_out_of_bucket(desk: Desk, request: Request) -> Answer:
    return _regrouped(desk, request, joins=False)


def _regrouped(desk: Desk, request: Request, joins: bool) -> Answer:
    bucket = _bucket(desk, request)
    contacts = [people.get(desk, id) for id in checks.ids(request)]
    changed = [belonging.regroup(desk, contact, bucket["id"], joins) for contact in contacts]
    return replies.one(desk, shapes.contacts(desk, changed))


def _bucket(desk: Desk, request: Request) -> Document:
    return registers.get(desk, "bucket", request.parts["id"])


def _asked(desk: Desk, request: Request) -> list[str]:
    """Of buckets that are there; raises Missing."""
    return [registers.get(desk, "bucket", id)["id"] for id in checks.ids(request)]


def _set(desk: Desk, request: Request, contact: Document, ids: list[str]) -> Answer:
    return _of_contact(desk, request, people.change(desk, contact, {"bucket_ids": ids}))


def _of_contact(desk: Desk, request: Request, contact: Document) -> Answer:
    own = [
        each for each in registers.everything(desk, "bucket") if each["id"] in contact["bucket_ids"]
    ]
    return _buckets(desk, request, f"/contacts/{contact['id']}/buckets", own)


def _buckets(desk: Desk, request: Request, path: str, shown: list[Document]) -> Answer:
    def take(start: int, length: int) -> tuple[Sequence[Any], int]:
        return [shapes.bucket(desk, each) for each in shown[start : start + length]], len(shown)

    return replies.page(desk, request, path, request.query, take)


def _searched(request: Request, documents: list[Document]) -> list[Document]:
    """Those whose name holds ``q``."""
    sought = fold(request.one("q"))
    return [each for each in documents if sought in fold(each["name"])]


ROUTES = (
    ("GET", "/tags", tags),
    ("POST", "/tags", add_tag),
    ("PUT", "/tags/{id}", rename_tag),
    ("DELETE", "/tags/{id}", remove_tag),
    ("GET", "/buckets", buckets),
    ("POST", "/buckets", add_bucket),
    ("GET", "/buckets/{id}", read_bucket),
    ("PATCH", "/buckets/{id}", change_bucket),
    ("PUT", "/buckets/{id}", change_bucket),
    ("DELETE", "/buckets/{id}", remove_bucket),
    ("GET", "/buckets/{id}/contacts", contacts_in_bucket),
    ("POST", "/buckets/{id}/contacts", put_in_bucket),
    ("DELETE", "/buckets/{id}/contacts", take_out_of_bucket),
    ("GET", "/contacts/{id}/buckets", buckets_of_contact),
    ("POST", "/contacts/{id}/buckets", join),
    ("PUT", "/contacts/{id}/buckets", be_in),
    ("DELETE", "/contacts/{id}/buckets", leave),
)
