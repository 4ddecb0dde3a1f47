"""What Ghost refuses of a member that is sent (@tryghost/admin-api-schema, members.json, and
core/server/services/members/members-api/repositories/MemberRepository.js)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors.sandbox.ghost.problems import Refused
from connectors.sandbox.ghost.site import Site
from connectors.sandbox.store import Document

#: Longest and shortest text of an attribute.
_LENGTHS = {"email": (1, 191), "name": (0, 191), "note": (0, 2000)}
_NO_COMMA_FIRST = ("email", "name")
_LONGEST_LABEL = 191
_ADDRESS = re.compile(r"[^\s@<>(),;:\"\[\]\\]+@[^\s@.<>,;]+(\.[^\s@.<>,;]+)*\.[^\s@.<>,;]{2,}")


def member_of(body: Any, doing: str) -> dict[str, Any]:
    """What is sent of one member, in form. Names that nobody knows are dropped, silently."""
    rows = body.get("members") if isinstance(body, dict) else None
    if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], dict):
        raise Refused("BadRequestError", "No root key ('members') provided.", doing)
    sent = rows[0]
    for name, (shortest, longest) in _LENGTHS.items():
        if name in sent:
            _check_text(sent[name], name, f".members[0].{name}", (shortest, longest), doing)
    for place, label in enumerate(_list(sent, "labels", doing)):
        path = f".members[0].labels[{place}].name"
        _check_text(_name_of(label), "name", path, (0, _LONGEST_LABEL), doing)
        if not _name_of(label).strip():
            words = "Value in [labels.name] cannot be blank. labels.name"
            raise Refused("ValidationError", words, doing)
    if "subscribed" in sent and not isinstance(sent["subscribed"], bool):
        raise _failed("subscribed", ".members[0].subscribed", "type", "should be boolean", doing)
    return sent


def values_of(sent: Mapping[str, Any], site: Site, there: Document | None, doing: str) -> Document:
    """What is to be kept of it. Makes the labels that there are not."""
    values: Document = {}
    for name in _LENGTHS:
        if name in sent:
            values[name] = sent[name] or None
    if "labels" in sent:
        ids = [site.label_named(_name_of(label))["id"] for label in sent["labels"]]
        values["labels"] = list(dict.fromkeys(ids))
    if "newsletters" in sent:
        ids = [str(_id_of(each)) for each in _list(sent, "newsletters", doing)]
        if not all(site.newsletter(id) for id in ids):
            words = "Value in [newsletters.name] cannot be blank. newsletters.name"
            raise Refused("ValidationError", words, doing)
        values["newsletters"] = ids
    elif sent.get("subscribed") is False:
        values["newsletters"] = []
    elif sent.get("subscribed") is True and there and not there["newsletters"]:
        greeting = [x["id"] for x in site.newsletters() if x["subscribe_on_signup"]]
        values["newsletters"] = greeting
    return values


def check_address(
    site: Site, address: str, there: Document | None, folds: bool, doing: str
) -> None:
    if there and there["email"] == address:
        return
    if not _ADDRESS.fullmatch(address):
        raise Refused("ValidationError", "Invalid Email", doing, property="email")
    holder = site.holder(address, folds)
    if holder and (there is None or holder["id"] != there["id"]):
        verb = "edit" if there else "add"
        words = f"Member already exists. Attempting to {verb} member with existing email address"
        raise Refused("ValidationError", words, doing, property="email")


def _check_text(text: Any, name: str, path: str, lengths: tuple[int, int], doing: str) -> None:
    shortest, longest = lengths
    if not isinstance(text, str):
        raise _failed(name, path, "type", "should be string", doing)
    if len(text) > longest:
        words = f"should NOT be longer than {longest} characters"
        raise _failed(name, path, "maxLength", words, doing)
    if len(text) < shortest:
        words = f"should NOT be shorter than {shortest} characters"
        raise _failed(name, path, "minLength", words, doing)
    if name in _NO_COMMA_FIRST and "labels" not in path and text.startswith(","):
        raise _failed(name, path, "pattern", 'should match pattern "^([^,]|$)"', doing)


def _failed(name: str, path: str, keyword: str, words: str, doing: str) -> Refused:
    details = [{"keyword": keyword, "dataPath": path, "message": words}]
    return Refused(
        "ValidationError", f"Validation failed for {name}.", doing, property=name, details=details
    )


def _list(sent: Mapping[str, Any], name: str, doing: str) -> list[Any]:
    found = sent.get(name, [])
    if not isinstance(found, list):
        raise _failed(name, f".members[0].{name}", "type", "should be array", doing)
    return found


def _name_of(label: Any) -> Any:
    return label.get("name") if isinstance(label, dict) else label


def _id_of(newsletter: Any) -> Any:
    return newsletter.get("id") if isinstance(newsletter, dict) else newsletter
