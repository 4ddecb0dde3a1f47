"""Calls about merge fields (https://mailchimp.com/developer/marketing/api/list-merges/)."""

from __future__ import annotations

import re
from typing import Any

from connectors.sandbox.mailchimp import checks
from connectors.sandbox.mailchimp.audience import OPTIONS, Audience, new_field
from connectors.sandbox.mailchimp.call import Call
from connectors.sandbox.mailchimp.checks import Body
from connectors.sandbox.mailchimp.problems import Refused, invalid_resource, not_found
from connectors.sandbox.store import Document
from connectors.sandbox.web import Answer

_TAG = re.compile(r"[A-Z0-9_]{1,10}")


def fields(call: Call) -> Answer:
    """In the order of their tags [REC]; EMAIL is none of them."""
    audience = call.audience()
    type = checks.choice_of(call.request, "type", tuple(OPTIONS))
    found = [field for field in audience.fields() if type in ("", field["type"])]
    if "required" in call.request.query:
        wanted = checks.flag_of(call.request, "required")
        found = [field for field in found if field["required"] == wanted]
    found.sort(key=lambda field: str(field["tag"]))
    showing = call.showing(audience)
    shown = [showing.field(field) for field in call.cut(found)]
    return call.answer(showing.collection("merge_fields", shown, len(found), "/merge-fields"))


def field(call: Call) -> Answer:
    audience = call.audience()
    return call.answer(call.showing(audience).field(_there(call, audience)))


def add_field(call: Call) -> Answer:
    audience, body = call.audience(), checks.body_of(call.request)
    body.require("name", "type")
    type = body.one_of("type", tuple(OPTIONS))
    changes = _changes(body)
    body.done()
    limit = call.quirks.field_limit
    if len(audience.fields()) >= limit:
        raise Refused(
            400,
            "Merge Max Limit Exceeded",
            f"You have reached the limit of {limit} merge fields for this list.",
        )
    tag = changes.pop("tag", "") or _free_tag(audience)
    _check_free(audience, tag)
    stored = audience.put_field(new_field(tag, changes.pop("name"), type, **changes))
    return call.answer(call.showing(audience).field(stored))


def change_field(call: Call) -> Answer:
    """All but the type, which stays for ever. Unlike elsewhere, ``options`` are laid over."""
    audience, body = call.audience(), checks.body_of(call.request)
    there = _there(call, audience)
    changes = _changes(body)
    body.done()
    if changes.get("tag", there["tag"]) != there["tag"]:
        _check_free(audience, changes["tag"])
    changes["options"] = {**there["options"], **changes.get("options", {})}
    stored = audience.put_field({**there, **changes})
    return call.answer(call.showing(audience).field(stored))


def remove_field(call: Call) -> Answer:
    audience = call.audience()
    audience.remove_field(_there(call, audience)["merge_id"])
    return Answer(204)


def _changes(body: Body) -> Document:
    changes: dict[str, Any] = {}
    for name in ("tag", "name", "default_value", "help_text"):
        if name in body.data:
            changes[name] = body.text(name)
    for name in ("required", "public"):
        if name in body.data:
            changes[name] = body.flag(name)
    if "options" in body.data:
        changes["options"] = body.object("options")
    if "tag" in changes:
        changes["tag"] = changes["tag"].upper()
        if changes["tag"] and not _TAG.fullmatch(changes["tag"]):
            body.complain("tag", "Merge tags have at most 10 letters, digits and underscores.")
    if "name" in changes and not changes["name"].strip():
        body.complain("name", "This value should not be blank.")
    return changes


def _check_free(audience: Audience, tag: str) -> None:
    if tag in ("EMAIL", "INTERESTS", *(field["tag"] for field in audience.fields())):
        raise invalid_resource(f'A Merge Field with the tag "{tag}" already exists for this list.')


def _free_tag(audience: Audience) -> str:
    taken = {field["tag"] for field in audience.fields()}
    number = 1
    while f"MMERGE{number}" in taken:
        number += 1
    return f"MMERGE{number}"


def _there(call: Call, audience: Audience) -> Document:
    found = audience.field(call.part("field"))
    if found is None:
        raise not_found()
    return found
