"""What people do by hand at a site: in Ghost's admin, and as members themselves.

Records are Ghost's JSON; in ``add`` and ``edit``: ``email``, ``name``, ``note``, ``labels`` and
``newsletters`` (each as a whole).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.ghost import checks
from connectors.sandbox.ghost.calls import shown_member
from connectors.sandbox.ghost.site import Site
from connectors.sandbox.store import Document

_KNOWN = {"email", "name", "note", "labels", "newsletters"}


class Hands:
    def __init__(self, site: Site) -> None:
        self.site = site
        self._store = site.store

    def add(self, record: Mapping[str, Any]) -> str:
        """The id. Raises ValueError if somebody has the address."""
        with self._store.transaction():
            if self.site.holder(str(record["email"]), folds=True):
                raise ValueError("A member with this address is there already.")
            values = checks.values_of(_known(record), self.site, None, "save member")
            return str(self.site.add(values, "admin")["id"])

    def edit(self, id: str, changes: Mapping[str, Any]) -> None:
        """Raises ValueError if somebody else has the address."""
        with self._store.transaction():
            there = self._member(id)
            holder = self.site.holder(str(changes.get("email", "")), folds=True)
            if holder and holder["id"] != id:
                raise ValueError("Another member has this address.")
            values = checks.values_of(_known(changes), self.site, there, "edit member")
            self.site.change(there, values, "admin")

    def delete(self, id: str) -> None:
        with self._store.transaction():
            self.site.remove(self._member(id))

    def get(self, id: str) -> Document | None:
        found = self.site.member(id)
        return shown_member(self.site, found, "") if found else None

    def all(self) -> dict[str, Document]:
        """By id."""
        return {row["id"]: shown_member(self.site, row, "") for row in self.site.members()}

    # --- Newsletters ----------------------------------------------------------------------

    def subscribe(self, id: str, *newsletters: str) -> None:
        """As members do it, by id of the newsletters; to all without any."""
        ids = list(newsletters) or [each["id"] for each in self.site.newsletters()]
        self._receive(id, [*self._member(id)["newsletters"], *ids])

    def unsubscribe(self, id: str, *newsletters: str) -> None:
        """By the link in a mail, from these or from all."""
        there = self._member(id)["newsletters"]
        self._receive(id, [x for x in there if newsletters and x not in newsletters])

    def unsubscribe_many(self, *ids: str) -> None:
        """As staff do it with a whole selection, which leaves no events and no dates."""
        with self._store.transaction():
            for id in ids:
                member = {**self._member(id), "newsletters": []}
                self.site.keep(member)

    def bounce(self, id: str, suppressed: bool = True) -> None:
        """Mails to it came back, so that none is sent any more."""
        with self._store.transaction():
            self.site.change(self._member(id), {"suppressed": suppressed}, "system")

    def add_newsletter(self, name: str, subscribe_on_signup: bool = True) -> str:
        return str(self.site.put_newsletter(name, subscribe_on_signup=subscribe_on_signup)["id"])

    def newsletters(self) -> dict[str, str]:
        """Names by id."""
        return {each["id"]: each["name"] for each in self.site.newsletters()}

    def change_newsletter(self, id: str, **values: Any) -> None:
        """``name``, ``status`` (active, archived), ``subscribe_on_signup``."""
        self.site.put_newsletter(**{**(self.site.newsletter(id) or {}), **values})

    # --- Labels ---------------------------------------------------------------------------

    def rename_label(self, name: str, new: str) -> None:
        with self._store.transaction():
            self.site.rename_label(self.site.label_named(name)["id"], new)

    def remove_label(self, name: str) -> None:
        """Off the site, and so off everybody."""
        with self._store.transaction():
            self.site.remove_label(self.site.label_named(name)["id"])

    def _receive(self, id: str, newsletters: list[str]) -> None:
        with self._store.transaction():
            values = {"newsletters": list(dict.fromkeys(newsletters))}
            self.site.change(self._member(id), values, "member")

    def _member(self, id: str) -> Document:
        found = self.site.member(id)
        if found is None:
            raise LookupError(f"There is no member {id}.")
        return found


def _known(record: Mapping[str, Any]) -> Mapping[str, Any]:
    if unknown := record.keys() - _KNOWN:
        raise ValueError(f"A member has no {', '.join(sorted(unknown))}.")
    return record
