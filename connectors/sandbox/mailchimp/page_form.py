"""The form of a member on the web page, and what it says when it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox import pages
from connectors.sandbox.mailchimp.audience import Audience
from connectors.sandbox.mailchimp.checks import WRITABLE
from connectors.sandbox.mailchimp.merge_values import ADDRESS_PARTS, number_in
from connectors.sandbox.store import Document
from connectors.sandbox.web import Request

_INPUTS = {"number": "text", "date": "date", "phone": "tel", "url": "url", "imageurl": "url"}
_PARTS = dict(
    zip(ADDRESS_PARTS, ("Street", "Second line", "City", "State", "Zip", "Country"), strict=True)
)


def form(audience: Audience, member: Mapping[str, Any], url: str) -> str:
    """``member``: as the API shows it; empty is somebody new."""
    values = member.get("merge_fields", {})
    pieces = [pages.field("email_address", "Email", member.get("email_address", ""), kind="email")]
    for field in sorted(audience.fields(), key=lambda field: int(field["display_order"])):
        pieces.append(_entry(field, values.get(field["tag"], "")))
    tags = ", ".join(tag["name"] for tag in member.get("tags", ()))
    pieces.append(pages.field("tags", "Tags", tags, hint="With commas between them."))
    on = member.get("interests", {})
    for category in audience.categories():
        ticks = [
            pages.tick("interests", interest["name"], interest["id"], on.get(interest["id"], False))
            for interest in audience.interests(category["id"])
        ]
        title = f"<p><b>{pages.escape(category['title'])}</b></p>"
        pieces.append(title + "".join(ticks))
    if "contact_id" not in member:
        statuses = [(status, status.title()) for status in WRITABLE]
        pieces.append(pages.choice("status", "Status", statuses, member.get("status", "")))
    return pages.form(url, *pieces, pages.button("Save"))


def deeds(member: Document, url: str) -> str:
    """Buttons for what can be done with somebody in this status."""
    if member["status"] == "archived":
        offered = [("restore", "Take out of the archive", "")]
    else:
        offered = [
            ("subscribe", "They sign up", ""),
            ("opt-out", "They unsubscribe", ""),
            ("unsubscribe", "Unsubscribe them", ""),
            ("bounce", "Mails bounce", ""),
            ("archive", "Archive", ""),
        ]
    offered.append(("delete", "Delete for good", "danger"))
    return pages.row(
        *(pages.form(f"{url}/{deed}", pages.button(text, kind)) for deed, text, kind in offered)
    )


def record(audience: Audience, request: Request) -> Document:
    """What was entered, for ``add`` and ``edit``."""
    values = {
        field["tag"]: _entered(field, request)
        for field in audience.fields()
        if any(name.partition(".")[0] == f"m-{field['tag']}" for name in request.form)
    }
    on = request.form.get("interests", [])
    entered: Document = {
        "email_address": request.field("email_address").strip(),
        "merge_fields": values,
        "tags": [name.strip() for name in request.field("tags").split(",") if name.strip()],
        "interests": {item["id"]: item["id"] in on for item in audience.interests()},
    }
    if request.field("status") in WRITABLE:
        entered["status"] = request.field("status")
    return entered


def as_shown(record: Document) -> Document:
    """For the form, where what was entered could not be kept."""
    return {**record, "tags": [{"name": name} for name in record["tags"]]}


def _entry(field: Document, value: Any) -> str:
    name, label = f"m-{field['tag']}", field["name"]
    if field["type"] == "address":
        parts = value if isinstance(value, dict) else {"addr1": str(value)}
        return "".join(
            pages.field(f"{name}.{part}", f"{label}: {text}", parts.get(part, ""))
            for part, text in _PARTS.items()
        )
    choices = field["options"].get("choices")
    if choices is not None:
        held = [] if value in ("", *choices) else [(str(value), str(value))]
        options = [("", "–"), *((choice, choice) for choice in choices), *held]
        return pages.choice(name, label, options, str(value))
    hint = field["options"].get("date_format", "") if field["type"] == "birthday" else ""
    kind = _INPUTS.get(field["type"], "text")
    return pages.field(name, label, str(value), kind=kind, hint=hint)


def _entered(field: Document, request: Request) -> Any:
    name = f"m-{field['tag']}"
    if field["type"] == "address":
        parts = {part: request.field(f"{name}.{part}").strip() for part in ADDRESS_PARTS}
        return parts if any(parts.values()) else ""
    text = request.field(name).strip()
    number = number_in(text) if field["type"] == "number" else None
    return text if number is None else number
