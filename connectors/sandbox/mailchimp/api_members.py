"""Calls about members: list, get, add, set, update, archive, delete for good, and in bulk."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.mailchimp import checks, listing
from connectors.sandbox.mailchimp.call import Call
from connectors.sandbox.mailchimp.checks import Body
from connectors.sandbox.mailchimp.problems import Refused, gateway, invalid, not_found
from connectors.sandbox.mailchimp.writing import Wish, Writing
from connectors.sandbox.store import Document
from connectors.sandbox.web import Answer

#: Of one bulk call (https://mailchimp.com/developer/marketing/api/lists/batch-subscribe-or-unsubscribe/).
BULK = 500


def members(call: Call) -> Answer:
    largest = call.quirks.largest_page
    if largest and checks.number_of(call.request, "count", 0) > largest:
        return gateway(504)
    found = listing.members(call)
    showing = call.showing(call.audience())
    linked = not call.leaves_out("members._links")
    shown = [showing.member(member, linked) for member in call.cut(found)]
    return call.answer(showing.collection("members", shown, len(found), "/members"))


def member(call: Call) -> Answer:
    return call.answer(call.showing(call.audience()).member(_there(call)))


def add_member(call: Call) -> Answer:
    body = checks.body_of(call.request)
    body.require("email_address", "status")
    wish = _wish(body, checks.WRITABLE, with_tags=True)
    return _shown(call, call.writing().create(wish))


def set_member(call: Call) -> Answer:
    """The vendor's spec requires ``email_address`` and ``status_if_new``, but of a member that is
    there a status alone was taken [REC]. Tags are ignored."""
    wish = _wish(checks.body_of(call.request), checks.WRITABLE)
    return _shown(call, call.writing().upsert(call.part("member"), wish))


def update_member(call: Call) -> Answer:
    """Tags are ignored."""
    wish = _wish(checks.body_of(call.request), checks.PATCHABLE)
    return _shown(call, call.writing().update(_there(call), wish))


def archive_member(call: Call) -> Answer:
    call.writing().archive(_there(call))
    return _nothing()


def delete_member(call: Call) -> Answer:
    call.people().forget(_there(call))
    return _nothing()


def add_members(call: Call) -> Answer:
    """Answers 200 whatever becomes of the members one by one."""
    body = checks.body_of(call.request)
    body.require("members")
    items = body.array("members")
    updates, syncs = body.flag("update_existing"), body.flag("sync_tags")
    if len(items) > BULK:
        body.complain("members", f"Schema describes at most {BULK} items")
    wishes = [_bulk_wish(body, place, item) for place, item in enumerate(items)]
    body.done()

    writing = call.writing()
    made: list[Document] = []
    changed: list[Document] = []
    errors: list[Document] = []
    for wish in wishes:
        try:
            new, stored = _put(writing, wish, updates, syncs)
        except Refused as refused:
            errors.append(_bulk_error(wish.address or "", refused))
            continue
        (made if new else changed).append(stored)
    # Tags may have been made on the way.
    showing = call.showing(call.audience())
    return call.answer(
        {
            "new_members": [showing.member(item) for item in made],
            "updated_members": [showing.member(item) for item in changed],
            "errors": errors,
            "total_created": len(made),
            "total_updated": len(changed),
            "error_count": len(errors),
            "_links": [],
        }
    )


def _put(writing: Writing, wish: Wish, updates: bool, syncs: bool) -> tuple[bool, Document]:
    there = writing.people.find(wish.address or "")
    if there is None or there["status"] == "archived":
        if not (wish.status or wish.status_if_new):
            raise invalid(("status", "Required fields were not provided: status"))
        stored = writing.create(wish)
    elif updates:
        stored = writing.update(there, wish)
    else:
        words = (
            f"{wish.address} is already a list member, do you want to update? "
            "please provide update_existing:true in the request body"
        )
        raise Refused(400, "Member Exists", words)
    if syncs:
        stored = writing.replace_tags(stored, wish.tags)
    return there is None, stored


def _bulk_error(address: str, refused: Refused) -> Document:
    """``field`` and ``field_message`` came in 2022 (mailchimp-client-lib-codegen pull 303)."""
    exists = refused.title == "Member Exists"
    error: dict[str, Any] = {
        "email_address": address,
        "error": refused.detail,
        "error_code": "ERROR_CONTACT_EXISTS" if exists else "ERROR_GENERIC",
    }
    if refused.errors:
        field, message = refused.errors[0]
        error |= {"field": field, "field_message": message}
    return error


def _bulk_wish(body: Body, place: int, item: Any) -> Wish:
    one = Body(item if isinstance(item, dict) else {}, f"members.item:{place}.")
    one.require("email_address")
    wish = _read(one, checks.WRITABLE, with_tags=True)
    body.complaints += one.complaints
    return wish


def _wish(body: Body, statuses: tuple[str, ...], with_tags: bool = False) -> Wish:
    wish = _read(body, statuses, with_tags)
    body.done()
    return wish


def _read(body: Body, statuses: tuple[str, ...], with_tags: bool) -> Wish:
    others: dict[str, Any] = {}
    for name in ("language", "ip_signup", "ip_opt"):
        if name in body.data:
            others[name] = body.text(name)
    for name in ("timestamp_signup", "timestamp_opt"):
        if name in body.data:
            others[name] = body.moment(name)
    if "vip" in body.data:
        others["vip"] = body.flag("vip")
    if "email_type" in body.data:
        others["email_type"] = body.text("email_type")
    return Wish(
        address=body.text("email_address") if "email_address" in body.data else None,
        status=body.one_of("status", statuses),
        status_if_new=body.one_of("status_if_new", checks.WRITABLE),
        values=checks.merge_values(body),
        interests=checks.interest_flags(body),
        tags=tuple(checks.tag_names(body)) if with_tags else (),
        others=others,
    )


def _there(call: Call) -> Document:
    found = call.people().find(call.part("member"))
    if found is None:
        raise not_found()
    return found


def _shown(call: Call, member: Document) -> Answer:
    return call.answer(call.showing(call.audience()).member(member))


def _nothing() -> Answer:
    return Answer(204, b"", {"Content-Type": "application/json; charset=utf-8"})
