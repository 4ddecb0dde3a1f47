"""Calls about webhooks (https://mailchimp.com/developer/marketing/api/list-webhooks/)."""

from __future__ import annotations

import hashlib

from connectors.sandbox.mailchimp import checks
from connectors.sandbox.mailchimp.audience import Audience, short_id
from connectors.sandbox.mailchimp.call import Call
from connectors.sandbox.mailchimp.hooks import EVENTS, SOURCES, kind_of
from connectors.sandbox.mailchimp.problems import invalid_resource, not_found
from connectors.sandbox.store import Document
from connectors.sandbox.web import Answer


def hooks_of(call: Call) -> Answer:
    """All of them: there are no pages."""
    audience = call.audience()
    found = [_shown(audience, hook) for hook in call.store.all(kind_of(audience))]
    return call.answer(
        {"webhooks": found, "list_id": audience.id, "total_items": len(found), "_links": []}
    )


def one_hook(call: Call) -> Answer:
    audience = call.audience()
    return call.answer(_shown(audience, _there(call, audience)))


def add_hook(call: Call) -> Answer:
    """The address has to answer a GET. Only this answer tells the secret of signatures."""
    audience, body = call.audience(), checks.body_of(call.request)
    body.require("url")
    url, events, sources = body.text("url"), body.object("events"), body.object("sources")
    body.done()
    taken = [hook["url"] for hook in call.store.all(kind_of(audience))]
    if url in taken:
        raise invalid_resource("Sorry, you can't set up multiple WebHooks for one URL.")
    if not 200 <= call.reach("GET", url, b"", {}) < 300:
        raise invalid_resource("We couldn't verify that URL: it has to answer a GET request.")
    number = call.store.next("mailchimp/hooks")
    secret = hashlib.sha256(f"hook {number} {url}".encode()).hexdigest()
    hook: Document = {
        "id": short_id(f"hook {number}"),
        "url": url,
        "events": {name: events.get(name) is True for name in EVENTS},
        "sources": {name: sources.get(name) is True for name in SOURCES},
        "secret": secret if call.quirks.signs_hooks else "",
    }
    call.store.put(kind_of(audience), hook["id"], hook)
    told = {"signing_secret": secret} if call.quirks.signs_hooks else {}
    return call.answer({**_shown(audience, hook), **told})


def remove_hook(call: Call) -> Answer:
    audience = call.audience()
    call.store.remove(kind_of(audience), _there(call, audience)["id"])
    return Answer(204)


def _there(call: Call, audience: Audience) -> Document:
    found = call.store.get(kind_of(audience), call.part("hook"))
    if found is None:
        raise not_found()
    return found


def _shown(audience: Audience, hook: Document) -> Document:
    told = {name: hook[name] for name in ("id", "url", "events", "sources")}
    signing = {"signing_enabled": True} if hook["secret"] else {}
    return {**told, **signing, "list_id": audience.id, "_links": []}
