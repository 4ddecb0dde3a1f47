"""Calls about groups: interest categories and the interests in them.

https://mailchimp.com/developer/marketing/api/interest-categories/
"""

from __future__ import annotations

from connectors.sandbox.mailchimp import checks, listing
from connectors.sandbox.mailchimp.audience import CATEGORY_TYPES, Audience
from connectors.sandbox.mailchimp.call import Call
from connectors.sandbox.mailchimp.people import People
from connectors.sandbox.mailchimp.problems import invalid_resource, not_found
from connectors.sandbox.store import Document
from connectors.sandbox.web import Answer


def categories(call: Call) -> Answer:
    audience = call.audience()
    type = checks.choice_of(call.request, "type", CATEGORY_TYPES)
    found = [item for item in audience.categories() if type in ("", item["type"])]
    showing = call.showing(audience)
    shown = [showing.category(item) for item in call.cut(found)]
    body = showing.collection("categories", shown, len(found), "/interest-categories")
    return call.answer(body)


def category(call: Call) -> Answer:
    audience = call.audience()
    return call.answer(call.showing(audience).category(_category(call, audience)))


def add_category(call: Call) -> Answer:
    audience, body = call.audience(), checks.body_of(call.request)
    body.require("title", "type")
    title, type = body.text("title").strip(), body.one_of("type", CATEGORY_TYPES)
    body.done()
    if any(item["title"].casefold() == title.casefold() for item in audience.categories()):
        raise invalid_resource(f'Cannot add "{title}" because it already exists on the list.')
    return call.answer(call.showing(audience).category(audience.put_category(title, type)))


def remove_category(call: Call) -> Answer:
    audience = call.audience()
    audience.remove_category(_category(call, audience)["id"])
    return Answer(204)


def interests(call: Call) -> Answer:
    audience = call.audience()
    category = _category(call, audience)["id"]
    found = audience.interests(category)
    counts = listing.count_of_interests(People(audience))
    showing = call.showing(audience)
    shown = [showing.interest(item, counts.get(item["id"], 0)) for item in call.cut(found)]
    path = f"/interest-categories/{category}/interests"
    body = showing.collection("interests", shown, len(found), path)
    return call.answer({"category_id": category, **body})


def interest(call: Call) -> Answer:
    audience = call.audience()
    return _shown(call, audience, _interest(call, audience))


def add_interest(call: Call) -> Answer:
    audience, body = call.audience(), checks.body_of(call.request)
    category = _category(call, audience)["id"]
    body.require("name")
    name = body.text("name").strip()
    body.done()
    limit = call.quirks.interest_limit
    if len(audience.interests()) >= limit:
        raise invalid_resource(
            f"Cannot have more than {limit} interests per list (Across all categories)"
        )
    if any(item["name"].casefold() == name.casefold() for item in audience.interests(category)):
        raise invalid_resource(f'Cannot add "{name}" because it already exists on the list.')
    return _shown(call, audience, audience.put_interest(category, name))


def change_interest(call: Call) -> Answer:
    audience, body = call.audience(), checks.body_of(call.request)
    there = _interest(call, audience)
    body.require("name")
    name = body.text("name").strip()
    body.done()
    return _shown(call, audience, audience.put_interest(there["category_id"], name, there["id"]))


def remove_interest(call: Call) -> Answer:
    audience = call.audience()
    audience.remove_interest(_interest(call, audience)["id"])
    return Answer(204)


def _shown(call: Call, audience: Audience, interest: Document) -> Answer:
    counts = listing.count_of_interests(People(audience))
    count = counts.get(interest["id"], 0)
    return call.answer(call.showing(audience).interest(interest, count))


def _category(call: Call, audience: Audience) -> Document:
    found = audience.category(call.part("category"))
    if found is None:
        raise not_found()
    return found


def _interest(call: Call, audience: Audience) -> Document:
    found = audience.interest(call.part("interest"))
    if found is None or found["category_id"] != _category(call, audience)["id"]:
        raise not_found()
    return found
