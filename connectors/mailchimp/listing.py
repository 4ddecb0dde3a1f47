"""Walking through the members of an audience while people work on them.

https://mailchimp.com/developer/marketing/api/list-members/list-members-info/

A member that changes goes to the end of the listing (it is sorted by the time of the last
change), and all behind its old place move up: whoever counts pages by an offset skips one. So the
walk goes on from the time of the last member that it saw; only where more changed within a second
than a page holds does it count, and then each page begins with the member that ended the one
before, as proof that nothing moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.errors import AskStaff, TryAgain
from connectors.mailchimp.api import Api, Throttled
from connectors.mailchimp.schema import Json
from connectors.mailchimp.translate import ARCHIVED, KEPT, changed_at

#: Members of a page; smaller ones when a page is too much: long lists answer 504 to large ones.
SIZES = (500, 250, 100)
#: How often a part of the listing is begun anew because it moved.
_TRIES = 20
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Page:
    rows: list[Json]
    total: int


class Listing:
    def __init__(self, api: Api) -> None:
        self._api = api
        self._sizes: tuple[int, ...] = SIZES

    def walk(
        self,
        audience: str,
        since: datetime | None,
        *,
        archived: bool = False,
        kept: tuple[str, ...] = KEPT,
    ) -> Iterator[list[Json]]:
        """Pages of members that changed after ``since`` (all without it), those first whose
        change is the oldest. Some come twice. ``archived``: these and no others; they are
        missing from what is listed else."""
        offset, last, tries = 0, "", 0
        while True:
            start = max(0, offset - 1)
            page = self._page(audience, since, start, archived, kept)
            if offset and (not page.rows or _place(page.rows[0]) != last):
                tries += 1
                if tries > _TRIES:
                    raise TryAgain("The audience changes faster than it can be read.")
                offset = 0
                continue
            yield page.rows
            end = start + len(page.rows)
            if end >= page.total:
                return
            if end <= offset:
                raise TryAgain("Mailchimp ends a list of members before its end.")
            later = _later(page.rows)
            if later and (since is None or later > since):
                since, offset = later, 0
            else:
                offset, last = end, _place(page.rows[-1])

    def total(self, audience: str, *, archived: bool) -> int:
        query = {"count": "1", "fields": "total_items", **_status(archived)}
        return _total(self._api.get(f"/lists/{audience}/members", query))

    def _page(
        self,
        audience: str,
        since: datetime | None,
        start: int,
        archived: bool,
        kept: tuple[str, ...],
    ) -> _Page:
        query = {
            "offset": str(start),
            "sort_field": "last_changed",
            "sort_dir": "ASC",
            "fields": ",".join([*(f"members.{name}" for name in kept), "total_items"]),
            **_status(archived),
        }
        if since is not None:
            query["since_last_changed"] = since.isoformat()
        data = self._asked(f"/lists/{audience}/members", query)
        rows = data.get("members")
        if not isinstance(rows, list):
            raise TryAgain("Mailchimp sent a list of members that cannot be read.")
        return _Page([row if isinstance(row, dict) else {} for row in rows], _total(data))

    def _asked(self, path: str, query: dict[str, str]) -> Json:
        """In smaller pages from then on, once Mailchimp failed at a larger one."""
        while True:
            size, *smaller = self._sizes
            try:
                return self._api.get(path, {"count": str(size), **query}, insist=not smaller)
            except TryAgain as fault:
                if not smaller or isinstance(fault, Throttled):
                    raise
                self._sizes = tuple(smaller)


def _status(archived: bool) -> dict[str, str]:
    return {"status": ARCHIVED} if archived else {}


def _total(data: Json) -> int:
    found = data.get("total_items")
    if not isinstance(found, int):
        raise AskStaff(
            "Mailchimp does not say how many contacts the audience has.",
            "Check the account in Mailchimp; if it is in order, report this.",
        )
    return found


def _place(row: Json) -> str:
    return f"{row.get('contact_id')} {row.get('last_changed')}"


def _later(rows: list[Json]) -> datetime | None:
    """From when the walk goes on, if most of the page need not come again: a second before the
    last change, since it is not documented whether the start itself is listed."""
    last = changed_at(rows[-1])
    if last is None:
        return None
    later = last.astimezone(UTC) - _SECOND
    again = [row for row in rows if (moment := changed_at(row)) is None or moment >= later]
    return later if len(again) * 2 <= len(rows) else None
