"""What a run did, by cause: how many contacts each, what can be done about it, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from rules.models import Rule
from sync.audit import RESULTS
from sync.desk.health import Way, ways_of
from sync.desk.log_filters import OF_A_RUN, Ended, OnAccountOfRule, OnSide, Verb
from sync.desk.long_lists import MOST
from sync.desk.places import HEALTH, REVIEW
from sync.desk.remedies import Remedy, remedy_of
from sync.desk.step_words import VERBS, did
from sync.engine.match import SAME_ADDRESS
from sync.engine.plan import DELETED, UNREADABLE
from sync.models import Run, Step, SyncRecord
from sync.settle import REFUSED, TRY_AGAIN

#: The steps of larger runs are not gone through to be counted.
GROUPED = 100_000
State, Result = SyncRecord.State, Step.Result

#: What came of a call, if not what was meant.
_FAULTS: Mapping[str, Remedy] = {
    Result.REFUSED: remedy_of(State.FAILED, REFUSED),
    Result.FAILED: remedy_of(State.FAILED, TRY_AGAIN),
    Result.UNKNOWN: Remedy(
        "no answer",
        "It was sent, and no answer came.",
        "The next run looks whether it was carried out before anything is done again.",
    ),
}
#: What was decided about a contact instead of writing it.
_LEFT: Mapping[str, Remedy] = {
    "exclude": Remedy(
        "left out",
        "They do not sync; nothing is deleted.",
        "Why, and what can be done about it, is told with the health of the connection.",
        (HEALTH,),
    ),
    "duplicate": remedy_of(State.DUPLICATE, SAME_ADDRESS),
    "hold": Remedy(
        "held back",
        "A value does not flow, or it is not sure who is who. Everything else goes on.",
        "See what waits for an answer.",
        (REVIEW, HEALTH),
    ),
    "drift": Remedy(
        "edited where nothing flows from",
        "It stays so until the value changes on the other side.",
        "",
        (HEALTH,),
    ),
    "fail": remedy_of(State.FAILED, UNREADABLE),
    "delete": remedy_of(State.DELETED_OPPOSITE, DELETED),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Steps that did the same. ``because``: a rule's name, or what an app answered; ``url``: the
    list of them."""

    text: str
    because: str
    number: int
    url: str
    told: Remedy | None = None
    ways: Sequence[Way] = ()


@dataclass(frozen=True, slots=True)
class Groups:
    """``faults``: of what was not carried out; ``left``: of contacts that were not to be
    written; ``done``: all others."""

    faults: Sequence[Group]
    left: Sequence[Group]
    done: Sequence[Group]


def groups_of(run: Run, user: Any) -> Groups:
    """``user``: who is shown only ways that they may go."""
    numbers = _numbers(run)
    left = () if run.kind == Run.Kind.BY_HAND else _LEFT
    rules = dict(Rule.objects.filter(connection=run.connection_id).values_list("pk", "name"))
    return Groups(
        list(_faults(run, user)),
        [
            _group(run, verb, side, "", number, _LEFT[verb], user)
            for (verb, side, rule), number in numbers.items()
            if verb in left
        ],
        [
            _group(run, verb, side, rules.get(rule or 0, ""), number, rule=rule)
            for (verb, side, rule), number in numbers.items()
            if verb not in left
        ],
    )


def _numbers(run: Run) -> dict[tuple[str, str, int | None], int]:
    """By verb, side and rule, but for what went wrong."""
    steps = Step.objects.filter(run=run).order_by().exclude(result__in=[*_FAULTS, *RESULTS])
    if steps[: GROUPED + 1].count() > GROUPED:
        return {}
    rows = steps.values_list("verb", "side", "rule_key").annotate(number=Count("pk"))
    found = {(verb, side, rule): number for verb, side, rule, number in rows}
    order = {verb: place for place, verb in enumerate(VERBS)}
    return dict(sorted(found.items(), key=lambda item: (order[item[0][0]], str(item[0]))))


def _faults(run: Run, user: Any) -> Iterator[Group]:
    steps = Step.objects.filter(run=run, result__in=[*_FAULTS, *RESULTS])
    rows = steps.values_list("verb", "side", "result", "why")[:MOST]
    counted = Counter(
        (verb, side, RESULTS.get(result, result), why) for verb, side, result, why in rows
    )
    for (verb, side, result, why), number in counted.most_common():
        yield _group(run, verb, side, why, number, _FAULTS[result], user, result=result)


def _group(
    run: Run,
    verb: str,
    side: str,
    because: str,
    number: int,
    told: Remedy | None = None,
    user: Any = None,
    rule: int | None = None,
    result: str = "",
) -> Group:
    asked = {
        OF_A_RUN: run.pk,
        Verb.parameter_name: verb,
        OnSide.parameter_name: side,
        OnAccountOfRule.parameter_name: rule,
        Ended.parameter_name: result,
    }
    query = urlencode({word: value for word, value in asked.items() if value})
    ways = list(ways_of(run.connection, told, user)) if told else ()
    url = f"{reverse('admin:sync_step_changelist')}?{query}"
    return Group(did(verb, side), because, number, url, told, ways)
