"""The product's tables of one connection, in memory: the mirror of each app, the sync records, the
steps; and what planning asks of them (``sync.register``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from connections.mirror import key_value
from connections.models import Connection
from connectors.contact import Contact
from connectors.fields import FieldType, normal
from rules.setup import other
from sync.engine.oscillation import Wrote
from sync.engine.person import View
from sync.heirs import Heirs
from sync.models import Planned, Step, SyncRecord
from sync.neighbours import Neighbourhood
from sync.register import Register
from sync.so_far import SoFar, waits
from sync.work import Chunk, Work
from sync.writings import DAY, by_sync_record
from tests.world.app import WatchedApp
from tests.world.planner.mirror import Mirror

#: So few people are planned at a time that somebody is always in another chunk.
CHUNK = 3
_SIDES = {"a": 1, "b": 2}


class Tables(Register):
    """``turned``: whoever is planned comes in the other order."""

    def __init__(self, apps: Mapping[str, WatchedApp], turned: bool) -> None:
        super().__init__(Connection(a_id=_SIDES["a"], b_id=_SIDES["b"]))
        self.mirrors = {side: Mirror(app, 1000 * _SIDES[side]) for side, app in apps.items()}
        self.turned = turned
        self.records: dict[int, SyncRecord] = {}
        self.steps: list[Step] = []
        self.planned = Planned()
        self._rows_made = 0

    # --- what the tables say ---

    def chunks(self, work: Work, now: datetime) -> Iterator[Chunk]:
        for side, mirror in self.mirrors.items():
            last = 0 if work.everything else getattr(self.planned, f"{side}_number")
            pairs = [row for row in self.records.values() if row.a_id and row.b_id]
            ids = [getattr(row, f"{side}_id") for row in pairs]
            gone = [id for id in ids if mirror.views[id].gone and mirror.numbers[id] > last]
            yield from self._chunks(side, gone)
        for side, mirror in self.mirrors.items():
            last = 0 if work.everything else getattr(self.planned, f"{side}_number")
            ids = [pk for pk, number in self._by_number(mirror) if number > last]
            yield from self._chunks(side, ids, mirror.clock)
        due = [row for row in self.records.values() if row.due_at and row.due_at <= now]
        yield from self._of_rows(due)

    def waiting(self, so_far: SoFar) -> Iterator[Chunk]:
        held = ("in_sync", "held")
        yield from self._of_rows(
            [x for x in self.records.values() if waits(x) or (x.state, x.cause) == held]
        )

    def _of_rows(self, rows: Sequence[SyncRecord]) -> Iterator[Chunk]:
        yield from self._chunks("a", [row.a_id for row in rows if row.a_id])
        yield from self._chunks("b", [row.b_id for row in rows if row.b_id and not row.a_id])

    def _chunks(self, side: str, ids: list[int], upto: int | None = None) -> Iterator[Chunk]:
        ids = ids[::-1] if self.turned else ids
        for start in range(0, len(ids), CHUNK):
            is_last = start + CHUNK >= len(ids)
            yield Chunk(side, ids[start : start + CHUNK], upto if is_last else None)

    def _by_number(self, mirror: Mirror) -> list[tuple[int, int]]:
        return sorted(mirror.numbers.items(), key=lambda item: item[1])

    def rows(self, side: str, ids: Collection[int]) -> list[SyncRecord]:
        return [row for row in self.records.values() if getattr(row, f"{side}_id") in ids]

    def in_doubt(self, rows: Collection[int]) -> set[int]:
        return set()

    def abandoned(self, rows: Collection[int]) -> set[int | None]:
        return set()

    def seen(self, ids: Collection[int]) -> Iterable[tuple[int, str, bool]]:
        for id in ids:
            view = self.view(id)
            yield id, view.digest, view.gone

    def view(self, id: int) -> View:
        return self.mirrors["a" if id < 1000 * _SIDES["b"] else "b"].views[id]

    def views(self, ids: Collection[int]) -> dict[int, View]:
        return {id: self.view(id) for id in ids}

    def near(
        self, side: str, views: Sequence[View], so_far: SoFar, proposing: bool
    ) -> Neighbourhood:
        return _Neighbourhood(self, side, views, so_far, proposing)

    def heirs(self, side: str, gone: Sequence[View]) -> Heirs:
        return _Heirs(self, side)

    def holders(self, side: str, emails: Iterable[str]) -> Mapping[str, set[int]]:
        found = {key_value(email): self.mirrors[side].holders("email", email) for email in emails}
        return defaultdict(set, {key: set(ids) for key, ids in found.items()})

    def written(self, rows: Collection[int], now: datetime) -> Mapping[int, Sequence[Wrote]]:
        return by_sync_record(
            (x.sync_record.pk, x.verb, x.side, x.fields, x.cause)
            for x in self.steps
            if x.sync_record is not None
            and x.sync_record.pk in rows
            and x.result == Step.Result.DONE
            and x.at > now - DAY
            and x.verb not in ("create", "delete")
        )

    # --- what is stored ---

    def store(self, row: SyncRecord, spare: Sequence[SyncRecord]) -> None:
        for old in spare:
            self.records.pop(old.pk, None)
        if not row.state:
            self.records.pop(row.pk, None)
        elif not row.pk:
            row.pk = self._rows_made = self._rows_made + 1
            self.records[row.pk] = row


class _Neighbourhood(Neighbourhood):
    def __init__(
        self, tables: Tables, side: str, views: Sequence[View], so_far: SoFar, proposing: bool
    ) -> None:
        self.tables = tables
        super().__init__(tables.connection, side, views, so_far, proposing)

    def _holders(self, kind: str, values: Collection[str]) -> Mapping[tuple[int, str], list[int]]:
        return {
            (_SIDES[side], key_value(value)): found
            for value in values
            for side, mirror in self.tables.mirrors.items()
            if (found := mirror.holders(kind, value))
        }

    def _shown(self, ids: Collection[int]) -> dict[int, View]:
        return self.tables.views(ids)

    def _rows(self, ids: Collection[int]) -> Iterable[SyncRecord]:
        rows = self.tables.records.values()
        return [row for row in rows if row.a_id in ids or row.b_id in ids]

    def _gone(self, ids: Collection[int]) -> Mapping[int, datetime]:
        gone = {**self.tables.mirrors["a"].gone_at, **self.tables.mirrors["b"].gone_at}
        return {id: gone[id] for id in ids if id in gone}

    def _apart(self, ids: Collection[int]) -> Mapping[int, frozenset[int]]:
        return {}

    def _lost(self) -> Iterable[tuple[Contact, datetime]]:
        there = other(self.side)
        for row in self.tables.records.values():
            mine, theirs = getattr(row, f"{self.side}_id"), getattr(row, f"{there}_id")
            if row.state != SyncRecord.State.DELETED_OPPOSITE or not (mine and theirs):
                continue
            lost = self.tables.view(theirs)
            if self.tables.view(mine).alive and lost.gone and lost.contact:
                yield lost.contact, self.tables.mirrors[there].gone_at[theirs]


class _Heirs(Heirs):
    def __init__(self, tables: Tables, side: str) -> None:
        self.mirror = tables.mirrors[side]
        rows = tables.records.values()
        self.paired = {getattr(row, f"{side}_id") for row in rows if row.a_id and row.b_id}

    def of(self, gone: View, met: Collection[int]) -> list[View]:
        free = [x for x in self.mirror.views.values() if x.alive and x.id not in self.paired]
        emails = {
            normal(FieldType.EMAIL, text)
            for text in (gone.contact.texts("emails") if gone.contact else ())
        }
        named = self.mirror.heirs.get(gone.id, "")
        heirs = [x for x in free if x.remote_id == named] or [
            x for x in free if emails & set(x.emails)
        ]
        return [view for view in heirs if view.id not in met]
