"""Calls about tags, which are the segments of type ``static`` as well.

https://mailchimp.com/developer/marketing/api/list-member-tags/ and …/list-segments/
"""

from __future__ import annotations

from typing import Any

from connectors.sandbox.mailchimp import checks, listing
from connectors.sandbox.mailchimp.audience import Audience
from connectors.sandbox.mailchimp.call import Call
from connectors.sandbox.mailchimp.people import People, tagged, untagged
from connectors.sandbox.mailchimp.problems import invalid_resource, not_found
from connectors.sandbox.store import Document
from connectors.sandbox.web import Answer

#: Addresses of one call, of those to add and of those to remove.
BULK = 500


def member_tags(call: Call) -> Answer:
    audience = call.audience()
    showing = call.showing(audience)
    found = showing.tags_of(_member(call))
    body = showing.collection("tags", call.cut(found), len(found), "/members/tags")
    del body["list_id"]
    return call.answer(body)


def change_member_tags(call: Call) -> Answer:
    """Without the wrapper ``tags`` it answers 204 as well, and does nothing
    (mailchimp-client-lib-codegen issue 141). ``is_syncing`` keeps automations from starting."""
    body = checks.body_of(call.request)
    member = _member(call)
    items = body.array("tags")
    body.flag("is_syncing")
    on: list[str] = []
    off: list[str] = []
    for place, item in enumerate(items):
        one = checks.Body(item if isinstance(item, dict) else {}, f"tags.item:{place}.")
        one.require("name", "status")
        name, status = one.text("name"), one.one_of("status", ("active", "inactive"))
        (on if status == "active" else off).append(name)
        body.complaints += one.complaints
    body.done()
    call.writing().change_tags(member, on, off)
    return Answer(204, b"", {"Content-Type": "application/json; charset=utf-8"})


def tag_search(call: Call) -> Answer:
    """By how names begin."""
    start = call.request.one("name").casefold()
    showing = call.showing(call.audience())
    found = [tag for tag in call.audience().tags() if tag["name"].casefold().startswith(start)]
    shown = [{"id": tag["id"], "name": showing.name(tag["name"])} for tag in found]
    return call.answer({"tags": shown, "total_items": len(shown), "_links": []})


# --- As segments --------------------------------------------------------------------------


def segments(call: Call) -> Answer:
    audience = call.audience()
    type = checks.choice_of(call.request, "type", ("saved", "static", "fuzzy"))
    found = audience.tags() if type in ("", "static") else []
    counts = listing.count_of_tags(People(audience))
    showing = call.showing(audience)
    shown = [showing.segment(tag, counts.get(str(tag["id"]), 0)) for tag in call.cut(found)]
    return call.answer(showing.collection("segments", shown, len(found), "/segments"))


def segment(call: Call) -> Answer:
    audience = call.audience()
    return _shown(call, audience, _tag(call, audience))


def add_segment(call: Call) -> Answer:
    """``static_segment``: addresses that get the tag at once; those unknown are ignored."""
    audience, body = call.audience(), checks.body_of(call.request)
    body.require("name")
    name = body.text("name")
    addresses = checks.tag_names(body, "static_segment")
    body.done()
    if audience.tag_named(name.strip(), call.quirks.folds_tag_case):
        raise invalid_resource("Sorry, that tag already exists.")
    id = call.writing().tag_id(name)
    _put_on(call, audience, id, addresses)
    return _shown(call, audience, _known_tag(audience, id))


def change_segment_members(call: Call) -> Answer:
    audience, body = call.audience(), checks.body_of(call.request)
    tag = _tag(call, audience)
    add = checks.tag_names(body, "members_to_add")
    remove = checks.tag_names(body, "members_to_remove")
    for name, addresses in (("members_to_add", add), ("members_to_remove", remove)):
        if len(addresses) > BULK:
            body.complain(name, f"Schema describes at most {BULK} items")
    body.done()
    added = _put_on(call, audience, tag["id"], add)
    removed = _take_off(audience, tag["id"], remove)
    showing = call.showing(audience)
    errors = _unknown(audience, [*add, *remove])
    return call.answer(
        {
            "members_added": [showing.member(member) for member in added],
            "members_removed": [showing.member(member) for member in removed],
            "errors": errors,
            "total_added": len(added),
            "total_removed": len(removed),
            "error_count": len(errors),
            "_links": [],
        }
    )


def rename_segment(call: Call) -> Answer:
    audience, body = call.audience(), checks.body_of(call.request)
    tag = _tag(call, audience)
    body.require("name")
    name = body.text("name").strip()
    body.done()
    return _shown(call, audience, audience.put_tag(name, tag["id"]))


def remove_segment(call: Call) -> Answer:
    audience = call.audience()
    audience.remove_tag(_tag(call, audience)["id"])
    return Answer(204)


def _put_on(call: Call, audience: Audience, id: int, addresses: list[str]) -> list[Document]:
    people = People(audience)
    found = _members(people, addresses)
    return [people.save(tagged(member, [id], audience.moment)) for member in found]


def _take_off(audience: Audience, id: int, addresses: list[str]) -> list[Document]:
    people = People(audience)
    return [people.save(untagged(member, [id])) for member in _members(people, addresses)]


def _members(people: People, addresses: list[str]) -> list[Document]:
    found = (people.find(address.strip()) for address in dict.fromkeys(addresses))
    return [member for member in found if member]


def _unknown(audience: Audience, addresses: list[str]) -> list[dict[str, Any]]:
    people = People(audience)
    unknown = [address for address in addresses if people.find(address.strip()) is None]
    if not unknown:
        return []
    words = "Email addresses do not exist on the list"
    return [{"email_addresses": unknown, "error": words}]


def _member(call: Call) -> Document:
    people, id = call.people(), call.part("member")
    found = people.find(id) if call.quirks.tags_by_any_id else people.find_by_hash(id)
    if found is None:
        raise not_found()
    return found


def _tag(call: Call, audience: Audience) -> Document:
    return _known_tag(audience, call.part("segment"))


def _known_tag(audience: Audience, id: int | str) -> Document:
    found = audience.tag(id)
    if found is None:
        raise not_found()
    return found


def _shown(call: Call, audience: Audience, tag: Document) -> Answer:
    count = listing.count_of_tags(People(audience)).get(str(tag["id"]), 0)
    return call.answer(call.showing(audience).segment(tag, count))
