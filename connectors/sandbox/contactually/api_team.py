"""Who is signed in, what the team has defined, and notes."""

from __future__ import annotations

from http import HTTPStatus

from connectors.sandbox.contactually import (
    belonging,
    checks,
    notes,
    people,
    registers,
    replies,
    shapes,
    users,
)
from connectors.sandbox.contactually.api_contacts import visible
from connectors.sandbox.contactually.desk import Desk, moment, stamp
from connectors.sandbox.contactually.problems import Invalid, Problem
from connectors.sandbox.contactually.registers import fold
from connectors.sandbox.store import Document
from connectors.sandbox.web import Answer, Request


def me(desk: Desk, request: Request) -> Answer:
    return replies.one(desk, shapes.dated(desk.quirks, users.user(desk.store, desk.account)))


def fields(desk: Desk, request: Request) -> Answer:
    _open(desk)
    kind, sought = request.one("type"), fold(request.one("q"))
    shown = [
        shapes.dated(desk.quirks, each)
        for each in registers.everything(desk, "custom_field")
        if kind in ("", each["type"]) and sought in fold(each["name"])
    ]
    return replies.whole(desk, request, "/team/custom-fields", shown)


def define_field(desk: Desk, request: Request) -> Answer:
    _open(desk)
    made = registers.add(desk, "custom_field", checks.custom_field(checks.members(request)))
    return replies.one(desk, shapes.dated(desk.quirks, made), desk.quirks.created_status)


def read_field(desk: Desk, request: Request) -> Answer:
    return replies.one(desk, shapes.dated(desk.quirks, _field(desk, request)))


def remove_field(desk: Desk, request: Request) -> Answer:
    field = _field(desk, request)
    belonging.remove_field(desk, field)
    return replies.one(desk, shapes.dated(desk.quirks, field))


def notes_of_contact(desk: Desk, request: Request) -> Answer:
    contact = visible(desk, request)
    shown = [shapes.dated(desk.quirks, each) for each in notes.about(desk, contact["id"])]
    return replies.whole(desk, request, f"/contacts/{contact['id']}/notes", shown)


def add_note(desk: Desk, request: Request) -> Answer:
    sent = checks.members(request)
    body, contact = sent.get("body"), sent.get("contact_id")
    if not isinstance(body, str) or not body.strip():
        raise Invalid("body", "can't be blank")
    if not isinstance(contact, str):
        raise Invalid("contact_id", "can't be blank")
    at = moment(sent["timestamp"]) if sent.get("timestamp") else desk.now()
    if at is None:
        raise Invalid("timestamp", "is not a valid time")
    note = notes.add(desk, people.get(desk, contact)["id"], body, stamp(at))
    return replies.one(desk, shapes.dated(desk.quirks, note), desk.quirks.created_status)


def _field(desk: Desk, request: Request) -> Document:
    _open(desk)
    return registers.get(desk, "custom_field", request.parts["id"])


def _open(desk: Desk) -> None:
    if desk.quirks.team_closed:
        raise Problem(HTTPStatus.FORBIDDEN, "You are not allowed to do that")


ROUTES = (
    ("GET", "/me", me),
    ("GET", "/team/custom-fields", fields),
    ("POST", "/team/custom-fields", define_field),
    ("GET", "/team/custom-fields/{id}", read_field),
    ("DELETE", "/team/custom-fields/{id}", remove_field),
    ("GET", "/contacts/{id}/notes", notes_of_contact),
    ("POST", "/notes", add_note),
)
