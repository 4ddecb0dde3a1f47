"""What an audience (a "list" in the API) offers: merge fields, tags, groups; and its figures.

Stored: a list ``{id, account, web_id, name, language, double_optin, date_created}``, a field as
in the API without ``list_id``, a tag ``{id, name, created_at, updated_at}``, an interest category
``{id, title, type, display_order}`` and an interest ``{id, category_id, name, display_order}``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from connectors.sandbox.store import Document, Store

#: type -> its options, for a new field. 164 is the United States in Mailchimp's numbering [REC].
OPTIONS: dict[str, dict[str, Any]] = {
    "text": {"size": 25},
    "number": {},
    "address": {"default_country": 164},
    "phone": {"phone_format": "none"},
    "date": {"date_format": "MM/DD/YYYY"},
    "url": {},
    "imageurl": {},
    "radio": {"choices": []},
    "dropdown": {"choices": []},
    "birthday": {"date_format": "MM/DD"},
    "zip": {},
}
#: Of a new audience (https://mailchimp.com/developer/marketing/docs/merge-fields/).
NEW_FIELDS = (
    ("FNAME", "First Name", "text"),
    ("LNAME", "Last Name", "text"),
    ("ADDRESS", "Address", "address"),
    ("PHONE", "Phone Number", "phone"),
)
CATEGORY_TYPES = ("checkboxes", "dropdown", "radio", "hidden")
LISTS = "mailchimp/lists"


def short_id(text: str) -> str:
    """Ten hexadecimal digits, as the ids of lists and interests and ``unique_email_id`` have."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:10]


class Audience:
    def __init__(self, store: Store, now: Callable[[], datetime], document: Document) -> None:
        self.store = store
        self.now = now
        self.document = document
        self.id: str = document["id"]
        self.account: str = document["account"]

    @property
    def moment(self) -> int:
        """Now, in whole seconds: finer than that Mailchimp tells no time."""
        return int(self.now().timestamp())

    def change(self, **values: Any) -> None:
        self.document = {**self.document, **values}
        self.store.put(LISTS, self.id, self.document, keys=[self.account])

    # --- Merge fields ---------------------------------------------------------------------

    def fields(self) -> list[Document]:
        """In the order of their ``merge_id``."""
        return self.store.all(self._kind("fields"))

    def field(self, merge_id: str) -> Document | None:
        return self.store.get(self._kind("fields"), merge_id)

    def field_of(self, tag: str) -> Document | None:
        return next((field for field in self.fields() if field["tag"] == tag), None)

    def put_field(self, field: Document) -> Document:
        """A new one gets its ``merge_id`` and its place."""
        if "merge_id" not in field:
            number = self.store.next(self._kind("fields"))
            field = {"merge_id": number, "display_order": number + 1, **field}
        self.store.put(self._kind("fields"), str(field["merge_id"]), field)
        return field

    def remove_field(self, merge_id: int) -> None:
        """What members hold in it is gone with it."""
        self.store.remove(self._kind("fields"), str(merge_id))

    # --- Tags -----------------------------------------------------------------------------

    def tags(self) -> list[Document]:
        return self.store.all(self._kind("tags"))

    def tag(self, id: int | str) -> Document | None:
        return self.store.get(self._kind("tags"), str(id))

    def tag_named(self, name: str, folds: bool) -> Document | None:
        """``folds``: case does not matter."""
        found = self.store.by_key(self._kind("tags"), name.casefold())
        return next((tag for tag in found if folds or tag["name"] == name), None)

    def put_tag(self, name: str, id: int = 0) -> Document:
        """A new tag, or with ``id`` another name for one that is there."""
        old = self.tag(id) if id else None
        id = id or 140_000 + self.store.next("mailchimp/tags")
        created = old["created_at"] if old else self.moment
        tag = {"id": id, "name": name, "created_at": created, "updated_at": self.moment}
        self.store.put(self._kind("tags"), str(id), tag, keys=[name.casefold()])
        return tag

    def remove_tag(self, id: int) -> None:
        self.store.remove(self._kind("tags"), str(id))

    # --- Groups ---------------------------------------------------------------------------

    def categories(self) -> list[Document]:
        return self.store.all(self._kind("categories"))

    def category(self, id: str) -> Document | None:
        return self.store.get(self._kind("categories"), id)

    def put_category(self, title: str, type: str, id: str = "") -> Document:
        number = self.store.next(self._kind("categories"))
        old = self.category(id) if id else None
        category: Document = {
            "id": id or short_id(f"category {self.id} {number}"),
            "title": title,
            "display_order": old["display_order"] if old else number,
            "type": type,
        }
        self.store.put(self._kind("categories"), category["id"], category)
        return category

    def remove_category(self, id: str) -> None:
        for interest in self.interests(id):
            self.remove_interest(interest["id"])
        self.store.remove(self._kind("categories"), id)

    def interests(self, category: str = "") -> list[Document]:
        """Of a category, or of all."""
        if category:
            return self.store.by_key(self._kind("interests"), category)
        return self.store.all(self._kind("interests"))

    def interest(self, id: str) -> Document | None:
        return self.store.get(self._kind("interests"), id)

    def put_interest(self, category: str, name: str, id: str = "") -> Document:
        number = self.store.next(self._kind("interests"))
        old = self.interest(id) if id else None
        interest: Document = {
            "id": id or short_id(f"interest {self.id} {number}"),
            "category_id": category,
            "name": name,
            "display_order": old["display_order"] if old else number,
        }
        self.store.put(self._kind("interests"), interest["id"], interest, keys=[category])
        return interest

    def remove_interest(self, id: str) -> None:
        self.store.remove(self._kind("interests"), id)

    # --- Figures --------------------------------------------------------------------------

    def tally(self) -> Document:
        """Members by status, and when somebody last came and went (seconds; 0: nobody did)."""
        kept = self.store.get("mailchimp/tallies", self.id)
        return kept or {"statuses": {}, "last_sub": 0, "last_unsub": 0}

    def count(self, old: str, new: str) -> None:
        """A member went from one status to another; "" is none."""
        if old == new:
            return
        tally = self.tally()
        statuses = tally["statuses"]
        for status, step in ((old, -1), (new, 1)):
            if status:
                statuses[status] = statuses.get(status, 0) + step
        if new == "subscribed":
            tally["last_sub"] = self.moment
        if new == "unsubscribed":
            tally["last_unsub"] = self.moment
        self.store.put("mailchimp/tallies", self.id, tally)

    def _kind(self, word: str) -> str:
        return f"mailchimp/{word}/{self.id}"


def found(store: Store, now: Callable[[], datetime], id: str) -> Audience | None:
    document = store.get(LISTS, id)
    return Audience(store, now, document) if document else None


def of_account(store: Store, now: Callable[[], datetime], account: str) -> list[Audience]:
    return [Audience(store, now, document) for document in store.by_key(LISTS, account)]


def make(
    store: Store,
    now: Callable[[], datetime],
    account: str,
    name: str,
    language: str = "en",
    double_optin: bool = False,
    fields: Iterable[tuple[str, str, str]] = NEW_FIELDS,
) -> Audience:
    """A new one; ``fields`` as (tag, name, type)."""
    number = store.next("mailchimp/lists")
    document = {
        "id": short_id(f"list {number}"),
        "account": account,
        "web_id": 380_000 + number,
        "name": name,
        "language": language,
        "double_optin": double_optin,
        "date_created": int(now().timestamp()),
    }
    audience = Audience(store, now, document)
    audience.change()
    for tag, label, type in fields:
        audience.put_field(new_field(tag, label, type))
    return audience


def new_field(tag: str, name: str, type: str, **values: Any) -> Document:
    """``values``: required, public, default_value, help_text, options, display_order."""
    options = {**OPTIONS[type], **values.pop("options", {})}
    return {
        "tag": tag,
        "name": name,
        "type": type,
        "required": False,
        "default_value": "",
        "public": type not in ("address", "phone"),
        "options": options,
        "help_text": "",
        **values,
    }
