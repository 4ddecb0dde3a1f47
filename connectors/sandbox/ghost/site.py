"""What a site keeps, and what of it moves which date.

A member: ``id``, ``uuid``, ``email``, ``name`` and ``note`` (None for nothing), ``labels`` and
``newsletters`` (ids), ``suppressed``, ``created_at``, ``updated_at`` (as shown). Labels,
newsletters and events are kept as the API shows them, without what it works out.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.store import Document, Store

_SITES = "ghost/sites"
#: What moves ``updated_at`` of a member. Labels and newsletters are tables of their own, and a
#: change of them alone leaves the date (core/server/models/base/plugins/events.js).
_DATED = ("email", "name", "note")


class Site:
    def __init__(self, store: Store, now: Callable[[], datetime], document: Document) -> None:
        self.store = store
        self.document = document
        self.id: str = document["id"]
        self._now = now

    @property
    def moment(self) -> str:
        """Now, as Ghost shows it: finer than seconds it keeps no time."""
        return self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def new_id(self) -> str:
        """An ObjectID: it begins with the time, so that later ones are larger."""
        number = self.store.next("ghost/ids")
        return f"{int(self._now().timestamp()):08x}{number:016x}"

    # --- Members --------------------------------------------------------------------------

    def members(self) -> list[Document]:
        return self.store.all(self._kind("members"))

    def member(self, id: str) -> Document | None:
        return self.store.get(self._kind("members"), id)

    def holder(self, address: str, folds: bool) -> Document | None:
        found = self.store.by_key(self._kind("members"), address.casefold())
        return next((each for each in found if folds or each["email"] == address), None)

    def add(self, values: Mapping[str, Any], source: str) -> Document:
        """Who is given no ``newsletters`` gets those that the site gives to newcomers."""
        moment = self.moment
        greeting = [each["id"] for each in self.newsletters() if _greets(each)]
        member = {
            "id": self.new_id(),
            "uuid": str(uuid.uuid4()),
            "name": None,
            "note": None,
            "labels": [],
            "suppressed": False,
            "created_at": moment,
            "updated_at": moment,
            **values,
            "newsletters": values.get("newsletters", greeting),
        }
        self.keep(member)
        self._note(member, (), source)
        return member

    def change(self, member: Document, values: Mapping[str, Any], source: str) -> Document:
        changed = {**member, **values}
        if any(changed[name] != member[name] for name in _DATED):
            changed["updated_at"] = self.moment
        self.keep(changed)
        self._note(changed, member["newsletters"], source)
        return changed

    def remove(self, member: Document) -> None:
        """Without a trace."""
        self.store.remove(self._kind("members"), member["id"])

    def keep(self, member: Document) -> None:
        """As it is, without a date or an event."""
        keys = [member["email"].casefold(), *(f"label {id}" for id in member["labels"])]
        self.store.put(self._kind("members"), member["id"], member, keys=keys)

    # --- Events ---------------------------------------------------------------------------

    def events(self) -> list[Document]:
        """Who went into or out of which newsletter, the first of them first."""
        return self.store.all(self._kind("events"))

    def _note(self, member: Document, before: Iterable[str], source: str) -> None:
        after = set(member["newsletters"])
        for newsletter in sorted(after ^ set(before)):
            id = self.new_id()
            event = {
                "id": id,
                "member_id": member["id"],
                "subscribed": newsletter in after,
                "created_at": self.moment,
                "source": source,
                "newsletter_id": newsletter,
            }
            self.store.put(self._kind("events"), id, event)

    # --- Labels ---------------------------------------------------------------------------

    def labels(self) -> list[Document]:
        return self.store.all(self._kind("labels"))

    def label(self, id: str) -> Document | None:
        return self.store.get(self._kind("labels"), id)

    def label_named(self, name: str) -> Document:
        """It is made where there is none, whatever the case (core/server/models/member.js)."""
        name = name.strip()
        found = self.store.by_key(self._kind("labels"), name.casefold())
        return found[0] if found else self._put_label({"id": self.new_id(), "name": name})

    def rename_label(self, id: str, name: str) -> None:
        self._put_label({"id": id, "name": name})

    def remove_label(self, id: str) -> None:
        """Off everybody too."""
        for member in self.store.by_key(self._kind("members"), f"label {id}"):
            self.keep({**member, "labels": [each for each in member["labels"] if each != id]})
        self.store.remove(self._kind("labels"), id)

    def labelled(self, id: str) -> int:
        return self.store.count(self._kind("members"), f"label {id}")

    def _put_label(self, label: Document) -> Document:
        moment = self.moment
        slug = "-".join(label["name"].casefold().split())
        kept = {**label, "slug": slug, "created_at": moment, "updated_at": moment}
        self.store.put(self._kind("labels"), label["id"], kept, keys=[label["name"].casefold()])
        return kept

    # --- Newsletters ----------------------------------------------------------------------

    def newsletters(self) -> list[Document]:
        return self.store.all(self._kind("newsletters"))

    def newsletter(self, id: str) -> Document | None:
        return self.store.get(self._kind("newsletters"), id)

    def put_newsletter(self, name: str, **values: Any) -> Document:
        """``values``: id (of one that is there), status, subscribe_on_signup."""
        kept = {
            "id": self.new_id(),
            "uuid": str(uuid.uuid4()),
            "name": name,
            "description": None,
            "slug": "-".join(name.casefold().split()),
            "status": "active",
            "visibility": "members",
            "subscribe_on_signup": True,
            "sort_order": len(self.newsletters()),
            **values,
        }
        self.store.put(self._kind("newsletters"), kept["id"], kept)
        return kept

    def _kind(self, word: str) -> str:
        return f"ghost/{word}/{self.id}"


def _greets(newsletter: Document) -> bool:
    return newsletter["status"] == "active" and bool(newsletter["subscribe_on_signup"])


def found(store: Store, now: Callable[[], datetime], id: str) -> Site | None:
    document = store.get(_SITES, id)
    return Site(store, now, document) if document else None


def made(store: Store, now: Callable[[], datetime], title: str) -> Site:
    """With one newsletter of its name, as a new Ghost has it."""
    id = f"site{store.next(_SITES)}"
    document = {"id": id, "title": title, "site_uuid": str(uuid.uuid4())}
    store.put(_SITES, id, document)
    site = Site(store, now, document)
    site.put_newsletter(title)
    return site
