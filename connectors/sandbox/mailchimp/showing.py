"""The JSON of the API, with its keys in the order of recorded answers."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.mailchimp import links
from connectors.sandbox.mailchimp.audience import Audience, short_id
from connectors.sandbox.mailchimp.links import Rel
from connectors.sandbox.mailchimp.people import hash_of
from connectors.sandbox.mailchimp.quirks import Quirks
from connectors.sandbox.store import Document

#: How many of its tags a member shows; the rest is at ``…/tags``.
TAGS_SHOWN = 50
_FIELD_KEYS = ("type", "required", "default_value", "public", "display_order")
_LOCATION = {
    "latitude": 0,
    "longitude": 0,
    "gmtoff": 0,
    "dstoff": 0,
    "country_code": "",
    "timezone": "",
}


def iso(seconds: float) -> str:
    """ "" for no time at all."""
    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds else ""


class Showing:
    """Of one request: what all the members of an audience share is read once."""

    def __init__(self, audience: Audience, quirks: Quirks, api: str) -> None:
        self.audience = audience
        self._quirks = quirks
        self._here = f"{api}/lists/{audience.id}"
        self._fields = audience.fields()
        self._interests = [interest["id"] for interest in audience.interests()]
        self._tags = {str(tag["id"]): tag["name"] for tag in audience.tags()}

    def name(self, text: str) -> str:
        return html.escape(text, quote=False) if self._quirks.escapes_names else text

    def links(self, path: str, rels: Iterable[Rel]) -> list[Document]:
        return links.of(self._here + path, rels)

    # --- Members --------------------------------------------------------------------------

    def member(self, member: Document, linked: bool = True) -> Document:
        address = member["email_address"]
        values = self._values(member)
        names = (values.get(tag) for tag in ("FNAME", "LNAME"))
        shown: Document = {
            "id": hash_of(address),
            "email_address": address,
            # The same in all audiences of an account; another one with another address.
            "unique_email_id": short_id(f"unique {self.audience.account} {address.lower()}"),
            "contact_id": member["contact_id"],
            "full_name": " ".join(str(name) for name in names if name),
            "web_id": member["web_id"],
            "email_type": member["email_type"],
            "status": member["status"],
        }
        if member["status"] == "unsubscribed":
            shown["unsubscribe_reason"] = member["unsubscribe_reason"]
        shown |= {"consents_to_one_to_one_messaging": True, "merge_fields": values}
        # An audience without groups has no ``interests`` at all [REC].
        if self._interests:
            shown["interests"] = {id: id in member["interests"] for id in self._interests}
        shown |= {
            "stats": {"avg_open_rate": 0, "avg_click_rate": 0},
            "ip_signup": member["ip_signup"],
            "timestamp_signup": member["timestamp_signup"],
            "ip_opt": member["ip_opt"],
            "timestamp_opt": member["timestamp_opt"],
            "member_rating": 2,
            "last_changed": iso(member["last_changed"]),
            "language": member["language"],
            "vip": member["vip"],
            "email_client": "",
            "location": dict(_LOCATION),
            "source": member["source"],
            "tags_count": len(self.tags_of(member)),
            "tags": [
                {"id": tag["id"], "name": tag["name"]} for tag in self.tags_of(member)[:TAGS_SHOWN]
            ],
            "list_id": self.audience.id,
        }
        if linked:
            shown["_links"] = self.links(f"/members/{shown['id']}", links.MEMBER)
        return shown

    def tags_of(self, member: Document) -> list[Document]:
        return [
            {"id": int(id), "name": self.name(self._tags[id]), "date_added": iso(when)}
            for id, when in member["tags"].items()
            if id in self._tags
        ]

    def _values(self, member: Document) -> Document:
        held = member["values"]
        return {
            field["tag"]: self._value(held.get(str(field["merge_id"]), ""))
            for field in self._fields
        }

    def _value(self, value: Any) -> Any:
        if self._quirks.escapes_values and isinstance(value, str):
            return html.escape(value, quote=False)
        if isinstance(value, dict):
            return {part: self._value(text) for part, text in value.items()}
        return value

    # --- What the audience offers -----------------------------------------------------------

    def list(self, total: bool = False) -> Document:
        """``total``: with ``stats.total_contacts``."""
        document, tally = self.audience.document, self.audience.tally()
        statuses = tally["statuses"]
        stats = {
            "member_count": statuses.get("subscribed", 0),
            "unsubscribe_count": statuses.get("unsubscribed", 0),
            "cleaned_count": statuses.get("cleaned", 0),
            "member_count_since_send": statuses.get("subscribed", 0),
            "unsubscribe_count_since_send": statuses.get("unsubscribed", 0),
            "cleaned_count_since_send": statuses.get("cleaned", 0),
            "campaign_count": 0,
            "campaign_last_sent": "",
            "merge_field_count": len(self._fields),
            "avg_sub_rate": 0,
            "avg_unsub_rate": 0,
            "target_sub_rate": 0,
            "open_rate": 0,
            "click_rate": 0,
            "last_sub_date": iso(tally["last_sub"]),
            "last_unsub_date": iso(tally["last_unsub"]),
        }
        if total:
            stats["total_contacts"] = sum(statuses.values())
        return {
            "id": self.audience.id,
            "web_id": document["web_id"],
            "name": self.name(document["name"]),
            "permission_reminder": "You signed up on our website.",
            "use_archive_bar": True,
            "campaign_defaults": {
                "from_name": "",
                "from_email": "",
                "subject": "",
                "language": document["language"],
            },
            "notify_on_subscribe": "",
            "notify_on_unsubscribe": "",
            "date_created": iso(document["date_created"]),
            "list_rating": 0,
            "email_type_option": False,
            "visibility": "prv",
            "double_optin": document["double_optin"],
            "has_welcome": False,
            "marketing_permissions": False,
            "modules": [],
            "stats": stats,
            "_links": self.links("", links.LIST),
        }

    def field(self, field: Document) -> Document:
        options = dict(field["options"])
        if "choices" in options:
            options["choices"] = [self.name(choice) for choice in options["choices"]]
        return {
            **{key: field[key] for key in ("merge_id", "tag")},
            "name": self.name(field["name"]),
            **{key: field[key] for key in _FIELD_KEYS},
            "options": options,
            "help_text": field["help_text"],
            "list_id": self.audience.id,
            "_links": self.links(f"/merge-fields/{field['merge_id']}", links.ITEM),
        }

    def category(self, category: Document) -> Document:
        return {
            "list_id": self.audience.id,
            "id": category["id"],
            "title": self.name(category["title"]),
            "display_order": category["display_order"],
            "type": category["type"],
            "_links": self.links(f"/interest-categories/{category['id']}", links.ITEM),
        }

    def interest(self, interest: Document, count: int) -> Document:
        path = f"/interest-categories/{interest['category_id']}/interests/{interest['id']}"
        return {
            "category_id": interest["category_id"],
            "list_id": self.audience.id,
            "id": interest["id"],
            "name": self.name(interest["name"]),
            # A text in the vendor's spec as well.
            "subscriber_count": str(count),
            "display_order": interest["display_order"],
            "_links": self.links(path, links.ITEM),
        }

    def segment(self, tag: Document, count: int) -> Document:
        """A tag, as which static segments are known today."""
        return {
            "id": tag["id"],
            "name": self.name(tag["name"]),
            "member_count": count,
            "type": "static",
            "created_at": iso(tag["created_at"]),
            "updated_at": iso(tag["updated_at"]),
            "options": {"match": "static", "conditions": []},
            "list_id": self.audience.id,
            "_links": self.links(f"/segments/{tag['id']}", links.ITEM),
        }

    def collection(self, name: str, items: Sequence[Document], total: int, path: str) -> Document:
        """A page of the things at this path."""
        return {
            name: list(items),
            "list_id": self.audience.id,
            "total_items": total,
            "_links": self.links(path, links.COLLECTION),
        }
