"""Who somebody without a counterpart might be, and who has its address: for a part of the queue at
once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connections.models import Connection
from rules.setup import other
from sync.engine.match import ALIKE, HEIRS
from sync.engine.person import View
from sync.heirs import Heirs
from sync.models import SyncRecord
from sync.neighbours import Neighbourhood
from sync.reviewing.waiting import Who
from sync.so_far import SoFar


class Candidates:
    """Of ``rows``, whose contacts are among ``views``."""

    def __init__(
        self, connection: Connection, rows: Sequence[SyncRecord], views: Mapping[int, View]
    ) -> None:
        self._views = views
        alone: dict[str, list[View]] = {"a": [], "b": []}
        bereft: dict[str, list[View]] = {"a": [], "b": []}
        for row in rows:
            if row.cause == HEIRS:
                for gone in self._gone(row):
                    bereft[gone.side].append(gone.view)
            elif (me := self._me(row)) is not None:
                alone[me.side].append(me.view)
        self._near = {
            side: Neighbourhood(connection, side, found, SoFar(), closing=False)
            for side, found in alone.items()
            if found
        }
        self._heirs = {side: Heirs(connection, side, found) for side, found in bereft.items()}

    def of(self, row: SyncRecord) -> list[Who]:
        """Who it might be, of those who are still free."""
        if row.cause == HEIRS:
            return [
                Who(gone.side, heir)
                for gone in self._gone(row)
                for heir in self._heirs[gone.side].of(gone.view, ())
            ]
        me = self._me(row)
        if me is None:
            return []
        near = self._near[me.side].of(me.view, ())
        found = near.proposed if row.cause == ALIKE else _all(near.there)
        taken = near.paired | near.apart
        free = {view.id: view for view in found if view.id not in taken}
        return [Who(other(me.side), view) for view in free.values()]

    def holders(self, row: SyncRecord) -> list[Who]:
        """Who has its address and is paired already: of its own side, else of the other."""
        me = self._me(row)
        if me is None:
            return []
        near = self._near[me.side].of(me.view, ())
        here = [Who(me.side, view) for view in near.here if view.id in near.paired]
        there = {view.id: view for view in _all(near.there) if view.id in near.paired}
        return here or [Who(other(me.side), view) for view in there.values()]

    def _me(self, row: SyncRecord) -> Who | None:
        """The only contact of somebody who is alone."""
        found = members(row, self._views)
        return found[0] if len(found) == 1 else None

    def _gone(self, row: SyncRecord) -> Iterator[Who]:
        return (who for who in members(row, self._views) if who.view.gone)


def members(row: SyncRecord, views: Mapping[int, View]) -> list[Who]:
    ids = (("a", row.a_id), ("b", row.b_id))
    return [Who(side, views[id]) for side, id in ids if id is not None and id in views]


def _all(groups: Mapping[str, Sequence[View]]) -> Iterator[View]:
    for group in groups.values():
        yield from group
