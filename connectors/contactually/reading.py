"""Reading contacts: what changed, by ``updated_at.after``, and now and then everything.

Nothing tells of deletions, and perhaps not every change of a tag or bucket moves ``updated_at``
(neither is documented). So once a day everything is listed, and who is missing is asked for by
id before anything is concluded from it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from connectors.connector import Ending, Known, Page, Received
from connectors.contactually.api import Api, Listing, data_of, unreadable
from connectors.contactually.cursor import DAY, HOUR, Cursor, read_cursor
from connectors.contactually.refusals import account_fault, gone
from connectors.contactually.registers import Registers
from connectors.contactually.translate import (
    Record,
    fault_of,
    is_archived,
    read_contact,
    read_time,
    version_of,
)
from connectors.errors import Gone
from connectors.spreading import spread

#: Read again each time: whether the bound itself is found is not documented, and an index may
#: be late.
OVERLAP = timedelta(minutes=5)
#: So many who are alive and yet not listed make a listing incredible.
DISTRUST = 5
_READ = "read contacts"


@dataclass
class _Missing:
    """What became of those that a sweep did not show. ``alive``: how many were there after all."""

    received: list[Received] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    alive: set[str] = field(default_factory=set)

    @property
    def is_credible(self) -> bool:
        return len(self.alive) < DISTRUST


class Reader:
    """Safe for several threads, but for ``changes``."""

    def __init__(self, api: Api, registers: Registers) -> None:
        self._api = api
        self._registers = registers

    # --- What changed ---------------------------------------------------------------------

    def changes(self, text: str, known: Known) -> Iterator[Page]:
        cursor, start = read_cursor(text), self._api.world.now()
        if cursor is None or cursor.mark is None or cursor.is_sweep_due(start):
            return self._sweep(cursor, start, known)
        return self._poll(cursor, cursor.mark, start, known)

    def _poll(
        self, cursor: Cursor, mark: datetime, start: datetime, known: Known
    ) -> Iterator[Page]:
        # Without a zone, as the one client wrote it that shows a form; that it is UTC is a guess
        # which ``OVERLAP`` does not cover, and the daily sweep does.
        after = (mark - OVERLAP).strftime("%Y-%m-%dT%H:%M:%S")
        listing = Listing(self._api, "/contacts", _READ, {"updated_at.after": after})
        newest = yield from self._pages(listing, known)
        marks = [time for time in (cursor.bound(start), self._mark(newest, start)) if time]
        reached = replace(cursor, mark=max(marks), at=start, ids=cursor.ids | listing.seen)
        yield Page(ending=Ending(str(reached)))

    def _sweep(self, cursor: Cursor | None, start: datetime, known: Known) -> Iterator[Page]:
        """Complete only if every page came, and the pages showed as many as there are."""
        listing = Listing(self._api, "/contacts", _READ)
        newest = yield from self._pages(listing, known)
        before = cursor.ids if cursor else frozenset()
        missing = self._missing(before - listing.seen, known) if listing.is_even else _Missing()
        is_complete = listing.is_even and missing.is_credible
        # In a complete reading whatever is not named is gone.
        gone_ids = () if is_complete else missing.gone
        yield Page(missing.received, missing.present, gone_ids)
        others = missing.alive if is_complete else before.difference(missing.gone)
        reached = Cursor(
            mark=self._mark(newest, start),
            at=start,
            due=start + (spread(DAY, start) if is_complete else HOUR),
            ids=frozenset(listing.seen.union(others)),
        )
        yield Page(ending=Ending(str(reached), is_complete))

    def _pages(self, listing: Listing, known: Known) -> Generator[Page, None, datetime | None]:
        """The pages of a listing; returns the time of the latest change that it shows."""
        horizon = self._api.world.now() + DAY
        newest: datetime | None = None
        for records in listing.pages():
            times = [read_time(record.get("updated_at")) for record in records]
            credible = [time for time in (*times, newest) if time and time < horizon]
            newest = max(credible, default=None)
            yield self._page(records, known)
        return newest

    def _mark(self, newest: datetime | None, start: datetime) -> datetime | None:
        """Until when, by the app's clock, everything was read. What changed while we read may
        have been read before it did, so the time that took is taken off."""
        return newest and newest - (self._api.world.now() - start)

    def _page(self, records: Collection[Record], known: Known) -> Page:
        held = known([record["id"] for record in records])
        page = _Missing()
        for record in records:
            if held.get(record["id"]) == version_of(record, is_archived(record)):
                page.present.append(record["id"])
            else:
                page.received.append(self.received(record, is_archived(record)))
        return Page(page.received, page.present)

    def _missing(self, ids: Collection[str], known: Known) -> _Missing:
        """Those of the ids that somebody still holds for alive, asked for one by one."""
        missing = _Missing()
        held: Mapping[str, str] = known(ids) if ids else {}
        for id_ in sorted(held):
            answer = self.fetch(id_)
            if isinstance(answer, Gone):
                missing.gone.append(id_)
                continue
            if answer.contact is None or not answer.contact.deleted:
                missing.alive.add(id_)
            if answer.version == held[id_]:
                missing.present.append(id_)
            else:
                missing.received.append(answer)
            if not missing.is_credible:
                break
        return missing

    # --- Single contacts ------------------------------------------------------------------

    def fetch(self, id_: str) -> Received | Gone:
        """Archived ones are hidden from who does not ask for them."""
        record = self.record(id_)
        if record is not None:
            return self.received(record, is_archived(record))
        record = self.record(id_, archived=True)
        return gone() if record is None else self.received(record, deleted=True)

    def record(self, id_: str, archived: bool = False) -> Record | None:
        """None where there is none; ``archived``: among those as well."""
        query = {"with_archived": "true"} if archived else None
        reply = self._api.call("GET", f"/contacts/{quote(id_, safe='')}", query)
        if reply.status in (404, 410):
            return None
        if not reply.is_success:
            raise account_fault(reply, _READ)
        data = data_of(reply)
        if not isinstance(data, dict) or not data.get("id"):
            raise unreadable()
        return data if data["id"] == id_ else None

    def received(self, record: Record, deleted: bool = False) -> Received:
        id_, version, fault = str(record["id"]), version_of(record, deleted), fault_of(record)
        if fault:
            return Received(id_, version, None, _raw(record), fault)
        entries: Any = record.get("custom_fields")
        own = self._registers.own_fields if entries else ()
        return Received(id_, version, read_contact(record, own, deleted), _raw(record))


def _raw(record: Record) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
