"""Sync records that wait for an answer, kind by kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.db.models import Q, QuerySet

from connections.models import Connection
from sync.by_hand import AGAIN, CREATE, DIFFERENT, RELEASE, SAME
from sync.engine import plan
from sync.engine.match import DELETED_THERE, HEIRS, UNKNOWN_OUTCOME
from sync.leaving import LEFT
from sync.models import SyncRecord
from sync.reviewing.candidates import Candidates, members
from sync.reviewing.waiting import Answer, Waiting, Who, pair_answer
from sync.views import views_of

State = SyncRecord.State
TO_REVIEW, DUPLICATE, HELD, FAILED, LEFT_OUT = (
    "to review", "duplicate", "held", "failed", "left out",
)  # fmt: skip

#: By kind which they are, and in which order they are listed.
_KINDS: Mapping[str, tuple[Q, Sequence[str]]] = {
    TO_REVIEW: (Q(state=State.TO_REVIEW), ("cause", "title", "pk")),
    DUPLICATE: (Q(state=State.DUPLICATE), ("title", "pk")),
    HELD: (
        (Q(state=State.IN_SYNC, cause=plan.HELD) | Q(state=State.EXCLUDED, cause=plan.NO_RULE))
        & ~Q(halted=[]),
        ("title", "pk"),
    ),
    FAILED: (Q(state=State.FAILED), ("cause", "reason", "title", "pk")),
    LEFT_OUT: (Q(state=State.EXCLUDED, cause=LEFT), ("title", "pk")),
}
RECORDS = tuple(_KINDS)


def records(connection: Connection, kind: str) -> QuerySet[SyncRecord]:
    which, order = _KINDS[kind]
    return SyncRecord.objects.filter(which, connection=connection).order_by(*order)


def told(connection: Connection, kind: str, rows: Sequence[SyncRecord]) -> list[Waiting]:
    """A question about the same two is asked once, though it waits with either."""
    views = views_of({id for row in rows for id in (row.a_id, row.b_id) if id})
    asks = kind in (TO_REVIEW, DUPLICATE)
    near = Candidates(connection, rows if asks else (), views)
    found = []
    for row in rows:
        about = members(row, views)
        others = near.of(row) if asks and not _is_made_by_hand(row) else []
        answers = tuple(_answers(kind, row, about, others))
        beside = others or (near.holders(row) if kind == DUPLICATE else ())
        found.append(Waiting(kind, row.title, row.reason, about, answers, row.cause, beside, row))
    return _asked_once(found)


def _is_made_by_hand(row: SyncRecord) -> bool:
    return row.cause in (DELETED_THERE, UNKNOWN_OUTCOME)


def _answers(
    kind: str, row: SyncRecord, about: Sequence[Who], others: Sequence[Who]
) -> Iterator[Answer]:
    if not about:
        return
    key = about[0].key
    if kind == HELD:
        yield Answer(RELEASE, row.pk, f"--release {key}")
    elif kind == FAILED:
        yield Answer(AGAIN, row.pk, f"--again {key}")
    elif kind == LEFT_OUT or _is_made_by_hand(row):
        yield Answer(CREATE, about[0].view.id, f"--create {key}")
    for who in others:
        me = next(mine for mine in about if mine.side != who.side)
        yield pair_answer(SAME, me, who)
        if row.cause != HEIRS:
            yield pair_answer(DIFFERENT, me, who)


def _asked_once(found: Sequence[Waiting]) -> list[Waiting]:
    """Of questions about the same pairs those that ask about most of them at once."""
    asked: set[tuple[int, int]] = set()
    kept: set[int] = set()
    pairs = {place: _pairs(item) for place, item in enumerate(found)}
    for place in sorted(pairs, key=lambda place: -len(pairs[place])):
        if not pairs[place] or pairs[place] - asked:
            asked |= pairs[place]
            kept.add(place)
    return [item for place, item in enumerate(found) if place in kept]


def _pairs(item: Waiting) -> set[tuple[int, int]]:
    return {answer.whom for answer in item.answers if answer.word == SAME}
