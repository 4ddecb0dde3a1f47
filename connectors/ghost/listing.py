"""Walking through the members of a site while people work on it.

https://docs.ghost.org/admin-api/#parameters and https://github.com/TryGhost/NQL

Whoever counts pages skips a member when one before it is deleted. Ids grow with time, so the walk
goes on from the largest id that it saw: who is there throughout is seen exactly once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from connectors.errors import TryAgain
from connectors.ghost.api import PAGE, Api, pagination_of, rows_of
from connectors.ghost.translate import Json, id_of, text_of

_MEMBERS = "/members/"


class Listing:
    def __init__(self, api: Api) -> None:
        self._api = api

    def walk(self, condition: str = "") -> Iterator[list[Json]]:
        """Pages of the members that fit, by id."""
        last = ""
        while True:
            conditions = [condition, f"id:>{quoted(last)}" if last else ""]
            told = self._page("+".join(filter(None, conditions)), str(PAGE))
            rows = rows_of(told, "members")
            ids = [id_of(row) for row in rows]
            if not all(ids) or sorted({last, *ids}) != [last, *ids]:
                raise TryAgain("Ghost sent a list of members that is not in order.")
            total = _total(told)
            if not rows and total:
                raise TryAgain("Ghost ends a list of members before its end.")
            if rows:
                yield rows
            if len(rows) >= total:
                return
            last = ids[-1]

    def total(self) -> int:
        return _total(self._api.get(_MEMBERS, {"limit": "1", "fields": "id"}))

    def of(self, ids: Iterable[str]) -> Iterator[list[Json]]:
        wanted = sorted(ids)
        for start in range(0, len(wanted), PAGE):
            part = ",".join(map(quoted, wanted[start : start + PAGE]))
            yield from self.walk(f"id:[{part}]")

    def at(self, address: str) -> Json | None:
        """Who has this address."""
        told = self._page(f"email:{quoted(address)}", "2")
        return next((row for row in rows_of(told, "members") if id_of(row)), None)

    def resubscribed(self, since: datetime) -> set[str] | None:
        """Ids of the members who went into or out of newsletters since; None where too many did
        so in one second (an import) to be told page by page."""
        condition = f"type:newsletter_event+data.created_at:>={quoted(instant(since))}"
        found: set[str] = set()
        last = ""
        while True:
            older = f"+data.created_at:<={quoted(last)}" if last else ""
            query = {"filter": condition + older, "limit": str(PAGE)}
            told = self._api.get("/members/events/", query)
            events = [event["data"] for event in rows_of(told, "events") if _has_data(event)]
            found.update(filter(None, (id_of(event, "member_id") for event in events)))
            if len(events) < PAGE:
                return found
            # They come with the latest first.
            oldest = _instant_of(text_of(events[-1], "created_at"))
            if oldest == last:
                return None
            last = oldest

    def _page(self, condition: str, limit: str) -> Json:
        query = {"limit": limit, "order": "id asc"}
        if condition:
            query["filter"] = condition
        return self._api.get(_MEMBERS, query)


def quoted(text: str) -> str:
    """A string of NQL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def instant(moment: datetime) -> str:
    """As filters need it: Ghost hands it to the database, and SQLite compares texts. With the T
    and Z of Ghost's own answers a filter leaves out everything of that day (seen with 5.130)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _instant_of(text: str) -> str:
    try:
        return instant(datetime.fromisoformat(text))
    except (ValueError, OverflowError):  # such as the first hour of time, in the east
        raise TryAgain("Ghost sent an event without its time.") from None


def _has_data(event: Json) -> bool:
    return isinstance(event.get("data"), dict)


def _total(told: Json) -> int:
    found = pagination_of(told).get("total")
    if not isinstance(found, int):
        raise TryAgain("Ghost does not say how many members there are.")
    return found
