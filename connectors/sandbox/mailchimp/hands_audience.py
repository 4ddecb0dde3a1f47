"""What people do by hand with the members of one audience, and with what it offers.

Records are the vendor's JSON. Members are named by contact_id, address or hash. In ``add`` and
``edit``: ``email_address``, ``status``, ``merge_fields`` (by tag, laid over), ``interests`` (by id,
laid over), ``tags`` (names or the API's objects; replaces), ``language``, ``vip``, ``email_type``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.sandbox.mailchimp.audience import Audience, new_field
from connectors.sandbox.mailchimp.people import People, tagged, untagged
from connectors.sandbox.mailchimp.quirks import Quirks
from connectors.sandbox.mailchimp.showing import Showing
from connectors.sandbox.store import Document

_OTHERS = (
    *("language", "vip", "email_type", "source"),
    *("ip_signup", "timestamp_signup", "ip_opt", "timestamp_opt"),
)
_KNOWN = {"email_address", "status", "merge_fields", "interests", "tags", *_OTHERS}
#: Without entities: what is held, not how the API tells it.
_PLAIN = Quirks()


class AudienceHands:
    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self._people = People(audience, "admin")
        self._store = audience.store

    # --- Members --------------------------------------------------------------------------

    def add(self, record: Mapping[str, Any]) -> str:
        """The contact_id. Subscribed, if it does not say otherwise. Raises ValueError if the
        address is there already."""
        address = str(record["email_address"])
        with self._store.transaction():
            if self._people.find(address):
                raise ValueError("The audience holds this address already.")
            member = self._people.new(address, "subscribed", "Admin Add")
            return str(self._people.save(self._laid_over(member, record))["contact_id"])

    def edit(self, id: str, changes: Mapping[str, Any]) -> None:
        with self._store.transaction():
            member = self._member(id)
            self._people.save(self._laid_over(member, changes))

    def delete(self, id: str) -> None:
        """For good: the address cannot be imported any more."""
        with self._store.transaction():
            self._people.forget(self._member(id))

    def get(self, id: str) -> Document | None:
        """Archived ones too."""
        member = self._people.find(id)
        return self._showing().member(member, linked=False) if member else None

    def all(self) -> dict[str, Document]:
        """By contact_id those that are not archived."""
        return self._records(archived=False)

    def archived(self) -> dict[str, Document]:
        return self._records(archived=True)

    def archive(self, id: str) -> None:
        with self._store.transaction():
            member = self._member(id)
            if member["status"] != "archived":
                before = member["status"]
                self._people.save({**member, "status": "archived", "status_before": before})

    def restore(self, id: str) -> None:
        """With the status it had: only the web page can do that."""
        with self._store.transaction():
            member = self._member(id)
            if member["status"] == "archived":
                status = member["status_before"] or "subscribed"
                self._people.save({**member, "status": status, "status_before": ""})

    # --- Consent --------------------------------------------------------------------------

    def unsubscribe(self, id: str, by_member: bool = True, reason: str = "None given") -> None:
        """``by_member``: with the link in a mail, so that nobody else may subscribe them again;
        otherwise an admin did it. ``reason``: what the member gave."""
        reason = reason if by_member else "N/A (Unsubscribed by an admin)"
        self._set(id, status="unsubscribed", opted_out=by_member, unsubscribe_reason=reason)

    def subscribe(self, id: str) -> None:
        """As members do it, by a form or by the link in an opt-in mail."""
        now = self.audience.now().replace(microsecond=0).isoformat()
        self._set(
            id, status="subscribed", opted_out=False, unsubscribe_reason="", timestamp_opt=now
        )

    def clean(self, id: str) -> None:
        """Mails to it bounced."""
        self._set(id, status="cleaned", opted_out=True, unsubscribe_reason="")

    # --- Tags -----------------------------------------------------------------------------

    def tag(self, id: str, *names: str) -> None:
        with self._store.transaction():
            ids = [self._tag_id(name) for name in names]
            self._people.save(tagged(self._member(id), ids, self.audience.moment))

    def untag(self, id: str, *names: str) -> None:
        with self._store.transaction():
            ids = [self._tag_id(name) for name in names]
            self._people.save(untagged(self._member(id), ids))

    def tags(self) -> dict[int, str]:
        """Names by id."""
        return {tag["id"]: tag["name"] for tag in self.audience.tags()}

    def add_tag(self, name: str) -> int:
        with self._store.transaction():
            return self._tag_id(name)

    def rename_tag(self, name: str, new: str) -> None:
        """Members are not changed by it."""
        with self._store.transaction():
            self.audience.put_tag(new, self._known_tag(name))

    def remove_tag(self, name: str) -> None:
        """From all members, none of which is changed by it [INF]."""
        with self._store.transaction():
            self.audience.remove_tag(self._known_tag(name))

    # --- Groups ---------------------------------------------------------------------------

    def add_category(self, title: str, type: str = "checkboxes") -> str:
        """Its id."""
        with self._store.transaction():
            return str(self.audience.put_category(title, type)["id"])

    def add_interest(self, category: str, name: str) -> str:
        """Its id."""
        with self._store.transaction():
            return str(self.audience.put_interest(category, name)["id"])

    def rename_interest(self, id: str, name: str) -> None:
        with self._store.transaction():
            there = self.audience.interest(id)
            if there is None:
                raise LookupError(f"There is no interest {id}.")
            self.audience.put_interest(there["category_id"], name, id)

    def remove_interest(self, id: str) -> None:
        with self._store.transaction():
            self.audience.remove_interest(id)

    def remove_category(self, id: str) -> None:
        with self._store.transaction():
            self.audience.remove_category(id)

    def interests(self) -> dict[str, str]:
        """Names by id."""
        return {interest["id"]: interest["name"] for interest in self.audience.interests()}

    # --- Merge fields ---------------------------------------------------------------------

    def fields(self) -> dict[str, Document]:
        """By tag, as in the API."""
        showing = self._showing()
        return {field["tag"]: showing.field(field) for field in self.audience.fields()}

    def add_field(self, tag: str, name: str, type: str, **values: Any) -> int:
        """Its merge_id. ``values``: required, public, options, help_text, default_value."""
        with self._store.transaction():
            return int(self.audience.put_field(new_field(tag, name, type, **values))["merge_id"])

    def change_field(self, tag: str, changes: Mapping[str, Any]) -> None:
        """``options`` are laid over."""
        with self._store.transaction():
            there = self._field(tag)
            options = {**there["options"], **changes.get("options", {})}
            self.audience.put_field({**there, **changes, "options": options})

    def remove_field(self, tag: str) -> None:
        """With what members hold in it."""
        with self._store.transaction():
            self.audience.remove_field(self._field(tag)["merge_id"])

    # --- Inside ---------------------------------------------------------------------------

    def _laid_over(self, member: Document, changes: Mapping[str, Any]) -> Document:
        """Raises ValueError for what no member has."""
        if unknown := set(changes) - _KNOWN:
            raise ValueError(f"A member has no {', '.join(sorted(unknown))}.")
        values = dict(member["values"])
        for tag, value in changes.get("merge_fields", {}).items():
            values[str(self._field(tag)["merge_id"])] = value
        interests = set(member["interests"])
        for id, flag in changes.get("interests", {}).items():
            (interests.add if flag else interests.discard)(id)
        changed = {
            **member,
            **{name: changes[name] for name in _OTHERS if name in changes},
            "email_address": changes.get("email_address", member["email_address"]),
            "status": changes.get("status", member["status"]),
            "values": {key: value for key, value in values.items() if value not in ("", None)},
            "interests": sorted(interests),
        }
        if "tags" in changes:
            ids = [self._tag_id(name) for name in _names(changes["tags"])]
            others = [int(id) for id in member["tags"] if int(id) not in ids]
            changed = tagged(untagged(changed, others), ids, self.audience.moment)
        return changed

    def _set(self, id: str, **values: Any) -> None:
        with self._store.transaction():
            self._people.save({**self._member(id), "status_before": "", **values})

    def _member(self, id: str) -> Document:
        found = self._people.find(id)
        if found is None:
            raise LookupError(f"There is no member {id}.")
        return found

    def _field(self, tag: str) -> Document:
        found = self.audience.field_of(tag)
        if found is None:
            raise LookupError(f"There is no merge field {tag}.")
        return found

    def _tag_id(self, name: str) -> int:
        tag = self.audience.tag_named(name, folds=True) or self.audience.put_tag(name)
        return int(tag["id"])

    def _known_tag(self, name: str) -> int:
        tag = self.audience.tag_named(name, folds=True)
        if tag is None:
            raise LookupError(f"There is no tag {name}.")
        return int(tag["id"])

    def _records(self, archived: bool) -> dict[str, Document]:
        showing = self._showing()
        return {
            member["contact_id"]: showing.member(member, linked=False)
            for member in self._people.all()
            if (member["status"] == "archived") == archived
        }

    def _showing(self) -> Showing:
        return Showing(self.audience, _PLAIN, "")


def _names(tags: Iterable[Any]) -> list[str]:
    return [tag["name"] if isinstance(tag, Mapping) else str(tag) for tag in tags]
