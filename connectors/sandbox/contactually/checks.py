"""What a request may say of a contact, a tag, a bucket or a custom field.

Members that cannot be written (``id``, ``updated_at``, ``extra_data`` …) and names that the
service does not know are passed over, as it does: a whole record that was read may be sent back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.contactually import people, registers, values
from connectors.sandbox.contactually.combining import PARTS, TEXTS
from connectors.sandbox.contactually.desk import Desk, moment, stamp
from connectors.sandbox.contactually.problems import Invalid, Malformed
from connectors.sandbox.store import Document
from connectors.sandbox.web import Request

#: The member that an element of a nested list cannot do without.
_NEEDED = {
    "email_addresses": "address",
    "phone_numbers": "number",
    "websites": "address",
    "social_media_profiles": "url",
}


def data(request: Request) -> Any:
    """What the body wraps in ``data``; raises Malformed."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/json":
        raise Malformed("The Content-Type of a request is application/json")
    try:
        body = request.json()
    except (ValueError, RecursionError):
        raise Malformed("The body is not valid JSON") from None
    if not isinstance(body, dict) or "data" not in body:
        raise Malformed("param is missing or the value is empty: data")
    return body["data"]


def members(request: Request) -> dict[str, Any]:
    """``data`` as an object; raises Malformed."""
    found = data(request)
    if not isinstance(found, dict):
        raise Malformed("data is not an object")
    return found


def ids(request: Request) -> list[str]:
    """Of ``{"data": [{"id": …}, …]}`` or ``{"data": {"id": …}}``; raises Malformed, Invalid."""
    found = data(request)
    items = found if isinstance(found, list) else [found]
    if not all(isinstance(item, dict) for item in items):
        raise Malformed("data is not a list of objects with an id")
    if not all(isinstance(item.get("id"), str) for item in items):
        raise Invalid("id", "can't be blank")
    return [item["id"] for item in items]


def contact_ids(request: Request) -> list[str]:
    """Of ``{"data": {"contact_ids": […]}}``; raises Malformed, Invalid."""
    found = members(request).get("contact_ids")
    if not isinstance(found, list) or not found:
        raise Invalid("contact_ids", "can't be blank")
    if not all(isinstance(id, str) for id in found):
        raise Invalid("contact_ids", "is invalid")
    return list(dict.fromkeys(found))


def contact(desk: Desk, sent: Mapping[str, Any], held: Document | None = None) -> Document:
    """The members of a contact that are written; raises Invalid. What the contact holds already
    may be sent again, whatever it is: people enter odd things by hand."""
    written: Document = {}
    for name in TEXTS:
        if name in sent:
            written[name] = _text(name, sent[name])
    if written.get("assigned_to_id") not in (None, desk.account):
        raise Invalid("assigned_to_id", "is not a user of this team")
    for name in PARTS:
        if name in sent:
            written[name] = [_element(name, item) for item in _list(name, sent[name])]
    # The first examples of the vendor create contacts with a bare ``email``.
    if "email" in sent and "email_addresses" not in sent:
        written["email_addresses"] = [_element("email_addresses", {"address": sent["email"]})]
    if desk.quirks.refuses_bad_addresses:
        _addresses(written, held)
    if "tags" in sent:
        written["tags"] = _tags(desk, _list("tags", sent["tags"]))
    if "bucket_ids" in sent:
        written["bucket_ids"] = _buckets(desk, _list("bucket_ids", sent["bucket_ids"]))
    if "custom_fields" in sent:
        items = _list("custom_fields", sent["custom_fields"])
        kept = (
            {each["field"]["id"]: each["value"] for each in held["custom_fields"]} if held else {}
        )
        written["custom_fields"] = [_value(desk, item, kept) for item in items]
    return written


def created_at(sent: Mapping[str, Any]) -> str:
    """When the contact was made, where its maker says so; raises Invalid."""
    if sent.get("created_at") is None:
        return ""
    read = moment(sent["created_at"])
    if read is None:
        raise Invalid("created_at", "is not a valid time")
    return stamp(read)


def name(sent: Mapping[str, Any]) -> str:
    """Raises Invalid."""
    found = sent.get("name")
    if not isinstance(found, str) or not found.strip():
        raise Invalid("name", "can't be blank")
    return found.strip()


def bucket(sent: Mapping[str, Any]) -> Document:
    """The members of a bucket that are written; raises Invalid."""
    written: Document = {}
    if "name" in sent:
        written["name"] = name(sent)
    if "goal" in sent:
        written["goal"] = _text("goal", sent["goal"])
    if "reminder_interval" in sent:
        interval = sent["reminder_interval"]
        if interval is not None and (isinstance(interval, bool) or not isinstance(interval, int)):
            raise Invalid("reminder_interval", "is not a number")
        written["reminder_interval"] = interval
    return written


def custom_field(sent: Mapping[str, Any]) -> Document:
    """A whole definition; raises Invalid."""
    kind = sent.get("type", "textfield")
    options = sent.get("dropdown_options") or []
    if kind not in values.TYPES:
        raise Invalid("type", "is not included in the list")
    if not isinstance(options, list) or not all(isinstance(option, str) for option in options):
        raise Invalid("dropdown_options", "is not a list of texts")
    if kind == "dropdown" and not options:
        raise Invalid("dropdown_options", "can't be blank")
    return {
        "name": name(sent),
        "type": kind,
        "default_value": _text("default_value", sent.get("default_value")),
        "dropdown_options": options,
    }


def _text(name: str, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise Invalid(name, "is not a text")


def _list(name: str, value: object) -> list[Any]:
    if isinstance(value, list):
        return value
    raise Invalid(name, "is not a list")


def _element(name: str, item: object) -> Document:
    if not isinstance(item, dict):
        raise Invalid(name, "is not a list of objects")
    element: Document = {part: item.get(part) for part in ("id", *PARTS[name])}
    for part, value in element.items():
        if not (value is None or isinstance(value, str)):
            raise Invalid(name, f"{part} is not a text")
    needed = _NEEDED.get(name)
    if needed and not (element[needed] or "").strip():
        raise Invalid(name, f"{needed} can't be blank")
    if not any(element[part] for part in PARTS[name][1:]):
        raise Invalid(name, "can't be blank")
    return element


def _addresses(written: Document, held: Document | None) -> None:
    known = {each["address"] for each in held["email_addresses"]} if held else set()
    for email in written.get("email_addresses", ()):
        before, at, after = email["address"].strip().rpartition("@")
        is_address = before and at and after and len(email["address"].split()) == 1
        if not is_address and email["address"] not in known:
            raise Invalid("email_addresses", "address is invalid")


def _tags(desk: Desk, names: list[Any]) -> list[str]:
    if not all(isinstance(each, str) and each.strip() for each in names):
        raise Invalid("tags", "is not a list of names")
    unknown = [each for each in names if not registers.named(desk, "tag", each)]
    if unknown and desk.quirks.unknown_tags == "refuse":
        raise Invalid("tags", f"has no tag {unknown[0]}")
    if desk.quirks.unknown_tags == "ignore":
        return [each for each in names if each not in unknown]
    return names


def _buckets(desk: Desk, ids: list[Any]) -> list[str]:
    known = {each["id"] for each in registers.everything(desk, "bucket")}
    if not all(isinstance(id, str) and id in known for id in ids):
        raise Invalid("bucket_ids", "is invalid")
    return ids


def _value(desk: Desk, item: object, held: Mapping[str, Any]) -> Document:
    """``{"field": {"id": …}, "value": …}``; the field's name says nothing."""
    field = item.get("field") if isinstance(item, dict) else None
    id = field.get("id") if isinstance(field, dict) else None
    if not isinstance(item, dict) or not isinstance(id, str) or "value" not in item:
        raise Invalid("custom_fields", "is not a list of fields with values")
    known = desk.store.get(desk.kind("custom_field"), id)
    if known is None:
        raise Invalid("custom_fields", f"has no field {id}")
    return {"field": {"id": id}, "value": _kept(known, item["value"], held.get(id))}


def _kept(field: Document, value: object, held: values.Value | None) -> values.Value | None:
    if value is None or value == "":
        return None
    if held is not None and (type(value), value) in (
        (type(held), held),
        (str, values.as_text(held)),
    ):
        return held
    return values.accepted(field, value)


def taken(desk: Desk, written: Document, but: str) -> None:
    """Raises Invalid where another contact has one of these addresses."""
    for email in written.get("email_addresses", ()):
        if any(each["id"] != but for each in people.holders(desk, email["address"])):
            raise Invalid("email_addresses", "address has already been taken")
