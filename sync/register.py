"""What the tables say of the contacts that are planned: all the questions that planning asks them
beside who shares an address (``neighbours``) and who took whose place (``heirs``)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from connections.models import Connection, Record
from sync.engine.oscillation import Wrote
from sync.engine.person import View
from sync.heirs import Heirs
from sync.models import Step, SyncRecord
from sync.neighbours import Neighbourhood, holders_of
from sync.so_far import SoFar
from sync.steps import OPEN
from sync.views import views_of
from sync.work import Chunk, Work, abandoned, chunks, waiting
from sync.writings import written_lately


class Register:
    """Of one connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def chunks(self, work: Work, now: datetime) -> Iterator[Chunk]:
        """What there is to plan."""
        return chunks(self.connection, work, now)

    def waiting(self, so_far: SoFar) -> Iterator[Chunk]:
        """Those for whom others stand in the way."""
        return waiting(self.connection, so_far)

    def rows(self, side: str, ids: Collection[int]) -> list[SyncRecord]:
        """The sync records of these contacts of a side."""
        rows = SyncRecord.objects.filter(connection=self.connection, **{f"{side}__in": ids})
        return list(rows)

    def in_doubt(self, rows: Collection[int]) -> set[int]:
        """Of these sync records those of whom it is not known whether a write was carried out."""
        steps = Step.objects.filter(sync_record__in=rows, result__in=OPEN)
        found = steps.values_list("sync_record_id", flat=True)
        return {id for id in found if id is not None}

    def abandoned(self, rows: Collection[int]) -> set[int | None]:
        """Of these sync records those of whom something was planned that was never sent."""
        steps = abandoned().filter(sync_record__in=rows)
        return set(steps.values_list("sync_record_id", flat=True))

    def seen(self, ids: Collection[int]) -> Iterable[tuple[int, str, bool]]:
        """Of these contacts the digest, and whether it is gone; in the order of their changes."""
        rows = Record.objects.filter(pk__in=ids).order_by("number")
        for id, digest, gone_at in rows.values_list("pk", "digest", "gone_at"):
            yield id, digest, gone_at is not None

    def views(self, ids: Collection[int]) -> dict[int, View]:
        return views_of(ids)

    def numbers(self, ids: Collection[int]) -> dict[int, int]:
        """Of these contacts the number of the latest change of their container."""
        rows = Record.objects.filter(pk__in=ids).values_list("pk", "container__number")
        return dict(rows)

    def near(
        self, side: str, views: Sequence[View], so_far: SoFar, proposing: bool
    ) -> Neighbourhood:
        return Neighbourhood(self.connection, side, views, so_far, proposing)

    def heirs(self, side: str, gone: Sequence[View]) -> Heirs:
        return Heirs(self.connection, side, gone)

    def holders(self, side: str, emails: Iterable[str]) -> Mapping[str, set[int]]:
        return holders_of(self.connection.container(side), emails)

    def written(self, rows: Collection[int], now: datetime) -> Mapping[int, Sequence[Wrote]]:
        return written_lately(rows, now)
