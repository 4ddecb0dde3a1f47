"""Answers on their way: in a form, in the task of a run, and of runs that no worker has carried out
yet, so that nobody decides twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import BadRequest

from connections.models import Connection
from sync.by_hand import AGAIN, CREATE, DIFFERENT, RELEASE, REUNITE, SAME
from sync.models import Run
from sync.reviewing import PUT_BACK, Answer, Asked

#: By word what it is about: ids of rows, and the name of a field.
_SHAPES: Mapping[str, tuple[type, ...]] = {
    SAME: (int, int),
    DIFFERENT: (int, int),
    REUNITE: (int, int),
    CREATE: (int,),
    AGAIN: (int,),
    RELEASE: (int,),
    PUT_BACK: (int, str),
}
#: Greater than any id.
_TOO_MUCH = 2**63
#: In an address the place from which on a list is shown.
FROM = "from"


def value_of(answers: Iterable[Answer]) -> str:
    """What a form carries."""
    return json.dumps([[answer.word, answer.whom] for answer in answers])


def decided(posted: Iterable[str]) -> list[Asked]:
    """The answers that a form carried, each once. What no form of ours holds is a bad request."""
    found: dict[Asked, None] = {}
    for value in filter(None, posted):
        try:
            answers = [(word, _whom(data)) for word, data in json.loads(value)]
        except (ValueError, TypeError) as error:
            raise BadRequest("This is no answer of the review queue.") from error
        for word, whom in answers:
            _check(word, whom if isinstance(whom, tuple) else (whom,))
            found[word, whom] = None
    return list(found)


def tasks_of(answers: Iterable[Asked]) -> list[dict[str, list[Any]]]:
    """As ``sync.by_hand`` takes them: losing values are put back in a run of their own."""
    asked: dict[bool, dict[str, list[Any]]] = {}
    for word, whom in answers:
        asked.setdefault(word == PUT_BACK, {}).setdefault(word, []).append(whom)
    return list(asked.values())


def asked_already(connection: Connection) -> Mapping[Asked, Run]:
    """By answer the run that is to carry it out, or does so just now."""
    open_states = (Run.State.QUEUED, Run.State.RUNNING)
    runs = Run.objects.filter(connection=connection, kind=Run.Kind.BY_HAND, state__in=open_states)
    return {
        (word, _whom(data)): run
        for run in runs
        for word, everybody in run.task.items()
        if isinstance(everybody, list)
        for data in everybody
    }


def _whom(data: Any) -> Any:
    """JSON knows no tuple."""
    return tuple(data) if isinstance(data, list) else data


def _check(word: Any, parts: Sequence[Any]) -> None:
    shape = _SHAPES.get(word) if isinstance(word, str) else None
    fits = shape is not None and [type(part) for part in parts] == list(shape)
    if not fits or any(type(part) is int and not 0 < part < _TOO_MUCH for part in parts):
        raise BadRequest("This is no answer of the review queue.")


def place_in(query: Mapping[str, str]) -> int:
    """Where a list is to begin; at the beginning if that is not said."""
    place = query.get(FROM, "")
    return int(place) if place.isascii() and place.isdigit() and len(place) < 10 else 0
