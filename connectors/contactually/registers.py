"""What an account keeps lists of: tags, buckets, and the team's custom fields."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from connectors.contactually.api import Api, Listing, data_of
from connectors.contactually.own_fields import OwnField, own_fields
from connectors.contactually.refusals import account_fault
from connectors.errors import Refused, TryAgain, Unanswered
from connectors.fields import fold


class Registers:
    """Read at first need and then kept, as this object lives for one piece of work. Safe for
    several threads."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._lock = threading.RLock()
        self._own: tuple[OwnField, ...] | None = None
        self._lists: dict[str, list[Mapping[str, Any]]] = {}

    @property
    def own_fields(self) -> tuple[OwnField, ...]:
        """None for users who may not see them, or who have no team: the rest goes on."""
        with self._lock:
            if self._own is None:
                what = "read the team's custom fields"
                self._own = own_fields(self._read("/team/custom-fields", what, closed=True))
            return self._own

    def forget(self) -> None:
        """Ask the app again at the next need."""
        with self._lock:
            self._own = None
            self._lists.clear()

    def tags(self) -> tuple[str, ...]:
        return _names(self._listed("/tags"))

    def buckets(self) -> tuple[str, ...]:
        return _names(self._listed("/buckets"))

    def add_tags(self, names: Iterable[str]) -> bool:
        """Register those that are not; tells whether there were any."""
        with self._lock:
            missing = [name for name in sorted(names) if not self._found("/tags", name)]
            for name in missing:
                self._make("/tags", name)
            return bool(missing)

    def bucket_ids(self, names: Collection[str]) -> list[str]:
        """Of the buckets of these names; those that are not there are made. Raises Refused
        where a name means several."""
        with self._lock:
            return [self._bucket_id(name) for name in sorted(names)]

    def _bucket_id(self, name: str) -> str:
        there = self._found("/buckets", name)
        if len(there) > 1:
            raise Refused(
                f"Contactually has {len(there)} buckets of one name.", "Rename all but one there."
            )
        return str((there[0] if there else self._make("/buckets", name))["id"])

    def _found(self, path: str, name: str) -> list[Mapping[str, Any]]:
        """Those of this name. What is not known is asked for once more: somebody may have made
        it since."""
        was_known = path in self._lists
        there = [item for item in self._listed(path) if fold(_name(item)) == fold(name)]
        if there or not was_known:
            return there
        del self._lists[path]
        return [item for item in self._listed(path) if fold(_name(item)) == fold(name)]

    def _make(self, path: str, name: str) -> Mapping[str, Any]:
        """Made before anything of a contact is written, so a lost answer is no harm to it: the
        next try finds what was made."""
        try:
            reply = self._api.call("POST", path, body={"name": name})
        except Unanswered as lost:
            raise TryAgain(lost.message) from None
        if reply.status == 403:
            raise account_fault(reply, f"add to its {path.strip('/')}")
        made = data_of(reply) if reply.is_success else None
        if not isinstance(made, Mapping) or not made.get("id"):
            raise Refused(f"Contactually does not add to its {path.strip('/')} ({reply.status}).")
        self._lists[path].append({"name": name, **made})
        return made

    def _listed(self, path: str) -> list[Mapping[str, Any]]:
        with self._lock:
            if path not in self._lists:
                self._lists[path] = self._read(path, f"read its {path.strip('/')}")
            return self._lists[path]

    def _read(self, path: str, what: str, closed: bool = False) -> list[Mapping[str, Any]]:
        listing = Listing(self._api, path, what, closed=closed)
        return [item for page in listing.pages() for item in page]


def _names(items: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted({name for item in items if (name := _name(item))}))


def _name(item: Mapping[str, Any]) -> str:
    name = item.get("name")
    return name if isinstance(name, str) and name.strip() else ""
