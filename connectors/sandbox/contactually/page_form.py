"""The form of a contact on the page: what it shows, and what it says when it comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connectors.sandbox import pages
from connectors.sandbox.contactually import values
from connectors.sandbox.contactually.combining import PARTS
from connectors.sandbox.contactually.hands import Hands
from connectors.sandbox.contactually.problems import Invalid
from connectors.sandbox.store import Document

_TEXTS = {
    "first_name": "First name",
    "last_name": "Last name",
    "company": "Company",
    "title": "Job title",
    "location": "Location",
}
_LISTS = {
    "email_addresses": "E-mail",
    "phone_numbers": "Phone",
    "addresses": "Address",
    "websites": "Website",
    "social_media_profiles": "Social media",
}
_PARTS = {
    "label": "Label",
    "address": "Address",
    "number": "Number",
    "url": "URL",
    "full_address": "Address in one line",
    "street_1": "Street",
    "street_2": "Street, second line",
    "city": "City",
    "state": "State",
    "zip": "ZIP",
    "country": "Country",
}
_Form = Mapping[str, Sequence[str]]


def title(contact: Document) -> str:
    """What people know a contact by."""
    name = f"{contact['first_name'] or ''} {contact['last_name'] or ''}".strip()
    return (
        name
        or contact["company"]
        or first(contact, "email_addresses", "address")
        or f"(without a name, {contact['id']})"
    )


def first(contact: Document, name: str, part: str) -> str:
    """Of a nested list; "" where it is empty."""
    return next((element[part] or "" for element in contact[name]), "")


def matching(contacts: Mapping[str, Document], sought: str) -> list[Document]:
    """Those that hold the text in a name, an address or a number."""
    text = sought.casefold()
    return [contact for contact in contacts.values() if not text or text in _haystack(contact)]


def form(place: str, contact: Document, hands: Hands, verb: str) -> str:
    """``contact`` is empty for a new one."""
    texts = [pages.field(name, label, contact.get(name) or "") for name, label in _TEXTS.items()]
    pieces = [pages.card("", "".join(texts))]
    hidden: dict[str, str] = {}
    for name, label in _LISTS.items():
        elements = [*contact.get(name, ()), {}]
        rows = (_element(name, place, element) for place, element in enumerate(elements))
        pieces.append(pages.card(label, "".join(rows)))
        hidden |= {f"{name}.{n}.id": each["id"] for n, each in enumerate(elements) if each}
    pieces.append(_labels(contact, hands))
    if fields := [_value(field, contact) for field in hands.definitions()]:
        pieces.append(pages.card("Custom fields", "".join(fields)))
    return pages.form(place, *pieces, pages.row(pages.button(verb)), hidden=hidden)


def read(form: _Form, contact: Document, hands: Hands) -> Document:
    """The changes that the form says; what it does not show stays."""
    changes: dict[str, Any] = {name: _one(form, name) or None for name in _TEXTS}
    for name in _LISTS:
        changes[name] = list(_elements(form, name))
    new = _one(form, "new_tag").strip()
    changes["tags"] = [*form.get("tag", ()), *([new] if new else [])]
    changes["bucket_ids"] = list(form.get("bucket", ()))
    held = {item["field"]["id"]: item["value"] for item in contact.get("custom_fields", ())}
    changes["custom_fields"] = [
        {"field": {"id": field["id"]}, "value": _said(field, form, held.get(field["id"]))}
        for field in hands.definitions()
    ]
    return changes


def _element(name: str, place: int, element: Document) -> str:
    fields = (
        pages.field(f"{name}.{place}.{part}", _PARTS[part], element.get(part) or "")
        for part in PARTS[name]
    )
    return pages.row(*fields)


def _labels(contact: Document, hands: Hands) -> str:
    own_tags, own_buckets = contact.get("tags", ()), contact.get("bucket_ids", ())
    tags = [
        pages.tick("tag", name, name, name in own_tags) for name in sorted(hands.tags().values())
    ]
    buckets = [
        pages.tick("bucket", name, id, id in own_buckets) for id, name in hands.buckets().items()
    ]
    new = pages.field("new_tag", "Another tag")
    return pages.card("Tags", "".join(tags) + new) + (
        pages.card("Buckets", "".join(buckets)) if buckets else ""
    )


def _value(field: Document, contact: Document) -> str:
    held = {item["field"]["id"]: item["value"] for item in contact.get("custom_fields", ())}
    text = values.as_text(held[field["id"]]) if field["id"] in held else ""
    name, label, kind = f"field.{field['id']}", field["name"], field["type"]
    if kind in ("dropdown", "boolean"):
        options = field["dropdown_options"] if kind == "dropdown" else ["true", "false"]
        # People may hold what is no option any more.
        shown = dict.fromkeys(["", *options, text])
        return pages.choice(name, label, [(each, each or "–") for each in shown], text)
    lines = 4 if kind == "textarea" else 1
    return pages.field(name, label, text, lines=lines, kind="date" if kind == "date" else "text")


def _elements(form: _Form, name: str) -> Iterable[Document]:
    places = {
        key.split(".")[1] for key in form if key.startswith(f"{name}.") and key.count(".") == 2
    }
    for place in sorted(places, key=lambda text: (len(text), text)):
        element = {part: _one(form, f"{name}.{place}.{part}") or None for part in PARTS[name]}
        if any((element[part] or "").strip() for part in PARTS[name][1:]):
            yield {**element, "id": _one(form, f"{name}.{place}.id")}


def _said(field: Document, form: _Form, held: values.Value | None) -> values.Value | None:
    """As the field's type has it; what people type otherwise is kept as they type it."""
    text = _one(form, f"field.{field['id']}")
    if held is not None and text == values.as_text(held):
        return held
    try:
        return values.accepted(field, text) if text else None
    except Invalid:
        return text


def _one(form: _Form, name: str) -> str:
    """As browsers send it, with the ends of lines that were typed."""
    return form[name][-1].replace("\r\n", "\n") if form.get(name) else ""


def _haystack(contact: Document) -> str:
    texts = [contact["first_name"], contact["last_name"], contact["company"]]
    texts += [email["address"] for email in contact["email_addresses"]]
    texts += [phone["number"] for phone in contact["phone_numbers"]]
    return " ".join(text for text in texts if text).casefold()
