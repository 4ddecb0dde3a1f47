"""Two who are kept apart, which can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import QuerySet

from connections.models import Connection
from sync.by_hand import REUNITE
from sync.engine.person import View
from sync.engine.undo import UNDONE
from sync.models import Apart, SyncRecord
from sync.reviewing.waiting import Waiting, Who, pair_answer
from sync.views import views_of

APART = "apart"


def said(connection: Connection) -> QuerySet[Apart]:
    """Of whom a person said that they are different people."""
    return Apart.objects.filter(connection=connection).order_by("pk")


def undone(connection: Connection, *, by_name: bool = True) -> QuerySet[SyncRecord]:
    """Pairs that are none any more, since their match or creation was undone."""
    rows = SyncRecord.objects.filter(connection=connection, state=SyncRecord.State.APART)
    return rows.filter(cause=UNDONE, a__isnull=False, b__isnull=False).order_by(*_order(by_name))


def _order(by_name: bool) -> tuple[str, ...]:
    return ("title", "pk") if by_name else ("pk",)


def told_apart(rows: Sequence[Apart | SyncRecord]) -> list[Waiting]:
    views = views_of({id for row in rows for id in (row.a_id, row.b_id) if id})
    return [_apart(row, views) for row in rows]


def _apart(row: Apart | SyncRecord, views: Mapping[int, View]) -> Waiting:
    pair = Who("a", views[row.a_id or 0]), Who("b", views[row.b_id or 0])
    titles = (who.view.contact.title for who in pair if who.view.contact)
    why = "They are different people." if isinstance(row, Apart) else row.reason
    return Waiting(APART, next(titles, ""), why, pair, (pair_answer(REUNITE, *pair),))
