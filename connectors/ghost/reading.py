"""Reading a site: what changed, all of it, and single members.

Ghost tells little of what changed. ``updated_at`` moves with a member's own values only; who went
into or out of a newsletter is among the events; labels and deletions leave no trace but in the
numbers of those that have the label, and of all. So a reading of the news looks at all four, and
where the numbers do not add up everything is read. What even they do not show (one member got a
label that another lost; staff took many out of a newsletter at once; an address that bounced) is
found by the full reading of each day.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.connector import Ending, Known, Page, Received
from connectors.errors import AskStaff, Gone
from connectors.ghost.api import Api, row_of
from connectors.ghost.listing import Listing, instant, quoted
from connectors.ghost.refusals import gone
from connectors.ghost.site import Label, Site
from connectors.ghost.translate import Json, id_of, named, received_of, text_of, version_of
from connectors.spreading import spread

#: What a reading asks for again of the time before it: clocks differ, and time goes in seconds.
OVERLAP = timedelta(minutes=5)
#: From one full reading to the next at the latest; and, where numbers do not add up, at the
#: earliest for a site of more members than ``SMALL``.
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SMALL = 5000


@dataclass(frozen=True, slots=True)
class Cursor:
    """``since``: when the last reading began; ``full``: when the last full one did. ``last``: the
    largest id that was seen, ``total``: how many members there were, ``labels``: by id the name
    of each label and how many had it."""

    since: datetime
    full: datetime
    last: str
    total: int
    labels: dict[str, tuple[str, int]]

    @classmethod
    def parsed(cls, text: str) -> Cursor | None:
        """None for what is none of ours."""
        try:
            told = json.loads(text)
            times = [datetime.fromisoformat(told[name]) for name in ("since", "full")]
            labels = {id: (str(name), int(count)) for id, (name, count) in told["labels"].items()}
            cursor = cls(times[0], times[1], str(told["last"]), int(told["total"]), labels)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        return cursor if all(time.tzinfo for time in times) else None

    def __str__(self) -> str:
        return json.dumps(
            {
                "labels": self.labels,
                "last": self.last,
                "total": self.total,
                "full": self.full.isoformat(),
                "since": self.since.isoformat(),
            }
        )


@dataclass(slots=True)
class _Told:
    """What one reading has named so far. ``after``: the largest id of the reading before;
    ``made``: how many have a larger one; ``labelled``: how many of these have which label."""

    after: str = ""
    ids: set[str] = field(default_factory=set)
    made: int = 0
    labelled: Counter[str] = field(default_factory=Counter)

    @property
    def last(self) -> str:
        return max(self.ids | {self.after})

    def note(self, row: Json) -> None:
        id = id_of(row)
        self.ids.add(id)
        if id > self.after:
            self.made += 1
            self.labelled.update(text_of(label, "id") for label in named(row, "labels"))


class Reader:
    def __init__(self, api: Api, site: Site, now: Callable[[], datetime]) -> None:
        self._api = api
        self._site = site
        self._listing = Listing(api)
        self._now = now

    # --- What changed ---------------------------------------------------------------------

    def changes(self, cursor: str, known: Known) -> Iterator[Page]:
        place = Cursor.parsed(cursor)
        if place is None or self._now() >= place.full + spread(DAY, place.full):
            yield from self._everything(known)
            return
        begun, told = self._now(), _Told(place.last)
        labels, since = self._site.labels(), place.since - OVERLAP
        yield from self._walk(f"updated_at:>={quoted(instant(since))}", known, told)
        others = self._listing.resubscribed(since)
        for rows in self._listing.of((others or set()) - told.ids):
            yield from _pages(rows, known, told)
        total = self._listing.total()
        if others is not None and _adds_up(place, labels, total, told):
            kept = {id: (label.name, label.members) for id, label in labels.items()}
            ended = Cursor(begun, place.full, told.last, place.total + told.made, kept)
            yield Page(ending=Ending(str(ended)))
        elif total <= SMALL or begun >= place.full + HOUR:
            yield from self._everything(known, told)
        else:
            # As it was, so that the numbers still do not add up when the hour is over.
            ended = Cursor(begun, place.full, place.last, place.total, place.labels)
            yield Page(ending=Ending(str(ended)))

    def _everything(self, known: Known, told: _Told | None = None) -> Iterator[Page]:
        """All, but those that were ``told`` already are only named."""
        begun, labels = self._now(), self._site.labels()
        earlier: Collection[str] = told.ids if told else ()
        named_now = _Told()
        for rows in self._listing.walk():
            yield from _pages(rows, known, named_now, earlier)
        kept = {id: (label.name, label.members) for id, label in labels.items()}
        ended = Cursor(begun, begun, named_now.last, len(named_now.ids), kept)
        yield Page(ending=Ending(str(ended), complete=True))

    def _walk(self, condition: str, known: Known, told: _Told) -> Iterator[Page]:
        for rows in self._listing.walk(condition):
            yield from _pages(rows, known, told)

    # --- Members --------------------------------------------------------------------------

    def read(self, ids: Sequence[str]) -> list[Received | Gone]:
        found = {id_of(row): row for rows in self._listing.of(ids) for row in rows}
        return [received_of(found[id]) if id in found else gone() for id in ids]

    def member(self, id: str) -> Json:
        """Raises Gone."""
        reply = self._api.call("GET", f"/members/{id}/")
        if reply.status == 404:
            raise gone()
        found = row_of(reply.data, "members")
        if not reply.is_success or found is None or id_of(found) != id:
            raise AskStaff(
                f"Ghost does not show a member as its documentation says ({reply.status}).",
                "Check the site; if it is in order, report this.",
            )
        return found

    def check_there(self) -> None:
        """A member that is not found has gone only if the list of all is there."""
        self._listing.total()

    def holder(self, address: str) -> Json | None:
        return self._listing.at(address)


def _pages(
    rows: Sequence[Json], known: Known, told: _Told, earlier: Collection[str] = ()
) -> Iterator[Page]:
    fresh = {id_of(row): row for row in rows if id_of(row) not in told.ids}
    for row in fresh.values():
        told.note(row)
    held = known(fresh.keys()) if fresh else {}
    present = {id for id, row in fresh.items() if id in earlier or held.get(id) == version_of(row)}
    received = [received_of(row) for id, row in fresh.items() if id not in present]
    if fresh:
        yield Page(received=received, present=sorted(present))


def _adds_up(place: Cursor, labels: dict[str, Label], total: int, told: _Told) -> bool:
    """Nobody has gone, and no label went on or off but with members that were made."""
    if total < place.total + told.made:
        return False
    names = {id: label.name for id, label in labels.items()}
    if any(names.get(id) != name for id, (name, _) in place.labels.items()):
        return False
    return all(
        label.members == place.labels.get(id, ("", 0))[1] + told.labelled[id]
        for id, label in labels.items()
    )
