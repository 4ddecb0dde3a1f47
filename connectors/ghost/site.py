"""What a site offers: its labels and newsletters, asked for anew with each catalogue and reading.

https://docs.ghost.org/admin-api/ and, of labels, Ghost's own admin
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from connectors.connector import Catalogue, Identity
from connectors.errors import AskStaff
from connectors.ghost.api import Api, rows_of
from connectors.ghost.translate import LABEL, STATUSES, fields_of, id_of, name_of, text_of
from connectors.texts import shown


@dataclass(frozen=True, slots=True)
class Label:
    """``members``: how many have it."""

    name: str
    members: int


class Site:
    def __init__(self, api: Api) -> None:
        self._api = api

    def identity(self) -> Identity:
        """The page that tells is for everybody, so that the key is tried on another. Older
        versions have no id of their own but their address."""
        found = self._api.get("/site/").get("site")
        if not isinstance(found, dict):
            raise AskStaff(
                "There is no Ghost at the URL of this account.",
                "Enter the API URL that Ghost shows beside the Admin API key.",
            )
        self._api.get("/members/", {"limit": "1", "fields": "id"})
        id = id_of(found, "site_uuid") or id_of(found, "url") or self._api.home
        return Identity(id, shown(text_of(found, "title")) or self._api.home)

    def labels(self) -> dict[str, Label]:
        """By id."""
        query = {"include": "count.members", "order": "name asc"}
        return {
            id: Label(name_of(row), _count(row))
            for row in self._api.everything("labels", query)
            if (id := id_of(row))
        }

    def newsletters(self) -> list[str]:
        """Names of those that are still sent."""
        rows = self._api.everything("newsletters", {"filter": "status:active"})
        return [name for row in rows if (name := name_of(row))]

    @cached_property
    def greets(self) -> bool:
        """Does somebody who signs up get a newsletter? Asked once in the life of a connector."""
        condition = "status:active+subscribe_on_signup:true+visibility:members"
        query = {"filter": condition, "limit": "1"}
        return bool(rows_of(self._api.get("/newsletters/", query), "newsletters"))

    def catalogue(self) -> Catalogue:
        return Catalogue(
            fields=fields_of(self.newsletters()),
            segments={LABEL: tuple(label.name for label in self.labels().values() if label.name)},
            statuses=STATUSES,
            registers=frozenset({LABEL}),
        )


def _count(row: Mapping[str, object]) -> int:
    counts = row.get("count")
    found = counts.get("members") if isinstance(counts, dict) else None
    return found if isinstance(found, int) else 0
