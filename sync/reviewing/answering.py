"""Which answers can still be given: another person, or the apps, may have been quicker."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q

from connections.models import Connection
from sync.by_hand import AGAIN, CREATE, DIFFERENT, RELEASE, REUNITE, SAME
from sync.reviewing.apart import said, told_apart, undone
from sync.reviewing.conflicts import PUT_BACK, conflicts
from sync.reviewing.records import DUPLICATE, FAILED, HELD, LEFT_OUT, TO_REVIEW, rows_of, told
from sync.reviewing.waiting import Waiting

#: An answer, as ``Answer`` has them: its word and whom it is about.
Asked = tuple[str, Any]

#: By word with which kinds it is offered.
_KINDS: Mapping[str, Sequence[str]] = {
    SAME: (TO_REVIEW, DUPLICATE),
    DIFFERENT: (TO_REVIEW, DUPLICATE),
    CREATE: (TO_REVIEW, LEFT_OUT),
    AGAIN: (FAILED,),
    RELEASE: (HELD,),
}


def still_offered(connection: Connection, asked: Collection[Asked]) -> list[Asked]:
    """Of these answers those that fit what waits now, in their order."""
    offered = {
        (answer.word, answer.whom)
        for item in _waiting(connection, asked)
        for answer in item.answers
    }
    return [one for one in asked if one in offered]


def _waiting(connection: Connection, asked: Collection[Asked]) -> Iterator[Waiting]:
    words = {word for word, _ in asked}
    whom: dict[str, list[Any]] = {word: [x for w, x in asked if w == word] for word in words}
    kinds = {kind for word in words for kind in _KINDS.get(word, ())}
    members = [id for word in (SAME, DIFFERENT) for pair in whom.get(word, ()) for id in pair]
    members += whom.get(CREATE, ())
    about = Q(pk__in=[*whom.get(AGAIN, ()), *whom.get(RELEASE, ())])
    about |= Q(a__in=members) | Q(b__in=members)
    for kind in kinds:
        yield from told(connection, kind, list(rows_of(connection, kind).filter(about)))
    if pairs := whom.get(REUNITE):
        firsts = [a for a, _ in pairs]
        yield from told_apart([*said(connection).filter(a__in=firsts)])
        yield from told_apart([*undone(connection).filter(a__in=firsts)])
    if PUT_BACK in words:
        yield from conflicts(connection)
