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

#: By kind which they are, and in which order they are listed before their name tells.
_KINDS: Mapping[str, tuple[Q, Sequence[str]]] = {
    TO_REVIEW: (Q(state=State.TO_REVIEW), ("cause",)),
    DUPLICATE: (Q(state=State.DUPLICATE), ("cause",)),
    HELD: (
        (Q(state=State.IN_SYNC, cause=plan.HELD) | Q(state=State.EXCLUDED, cause=plan.NO_RULE))
        & ~Q(halted=[]),
        (),
    ),
    FAILED: (Q(state=State.FAILED), ("cause", "reason")),
    LEFT_OUT: (Q(state=State.EXCLUDED, cause=LEFT), ()),
}
RECORDS = tuple(_KINDS)


def rows_of(connection: Connection, kind: str, *, by_name: bool = True) -> QuerySet[SyncRecord]:
    """``by_name``: else by number, for those whom no order is to tell who comes first."""
    which, order = _KINDS[kind]
    names = ("title",) if by_name else ()
    return SyncRecord.objects.filter(which, connection=connection).order_by(*order, *names, "pk")


def told(connection: Connection, kind: str, rows: Sequence[SyncRecord]) -> list[Waiting]:
    """What waits with each, though a question about two may wait with either."""
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
    return found


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


def not_asked_elsewhere(
    connection: Connection, kind: str, items: Sequence[Waiting]
) -> list[Waiting]:
    """A question about two waits with both of them. It is asked with the one who might be more
    people, else with that of side a."""
    might_be = {who.view.id for item in items if _pairs(item) for who in item.others}
    theirs = rows_of(connection, kind).filter(Q(a__in=might_be) | Q(b__in=might_be))
    known = {item.row.pk for item in items if item.row}
    others = told(connection, kind, [row for row in theirs if row.pk not in known])
    by_id = {item.about[0].view.id: item for item in (*items, *others) if len(item.about) == 1}

    def asks(item: Waiting) -> bool:
        pairs = _pairs(item)
        return not pairs or any(
            (two := by_id.get(who.view.id)) is None
            or pairs.isdisjoint(_pairs(two))
            or _rank(two) < _rank(item)
            for who in item.others
        )

    return [item for item in items if asks(item)]


def _rank(item: Waiting) -> tuple[int, bool]:
    return len(_pairs(item)), item.about[0].side == "a"


def _pairs(item: Waiting) -> set[tuple[int, int]]:
    return {answer.whom for answer in item.answers if answer.word == SAME}
