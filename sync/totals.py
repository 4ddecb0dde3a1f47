"""What runs come to, over all time: added up when a run ends, in the transaction that ends it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from django.db.models import Case, F, FloatField, Value, When

from sync.models import Run, Total

Key = tuple[str, str, str]

#: What is told of the contacts of a side.
_VERBS = ("created", "updated", "marked")
_NOTHING: Mapping[str, Mapping[int, int]] = MappingProxyType({})


def add(run: Run, statuses: Mapping[str, Mapping[int, int]] = _NOTHING) -> None:
    """``statuses``: by side, how often its app answered with each."""
    numbers = _of(run, statuses)
    rows = Total.objects.filter(connection_id=run.connection_id)
    known = _known(run.connection_id)
    if missing := numbers.keys() - known.keys():
        # Another run of the connection, that found this one under way, may end at the same time.
        made = [
            Total(connection_id=run.connection_id, what=what, of=of, word=word)
            for what, of, word in missing
        ]
        Total.objects.bulk_create(made, ignore_conflicts=True)
        known = _known(run.connection_id)
    more = [When(pk=known[key], then=Value(float(number))) for key, number in numbers.items()]
    rows.filter(pk__in=[known[key] for key in numbers]).update(
        number=F("number") + Case(*more, output_field=FloatField())
    )


def _known(connection: int) -> Mapping[Key, int]:
    rows = Total.objects.filter(connection_id=connection)
    return {(row.what, row.of, row.word): row.pk for row in rows}


def _of(run: Run, statuses: Mapping[str, Mapping[int, int]]) -> Mapping[Key, float]:
    """Both sides may have the same app."""
    what = Total.What
    found: defaultdict[Key, float] = defaultdict(float)
    found[what.RUNS, run.kind, run.state] = 1
    if run.started_at and run.finished_at:
        found[what.SECONDS, run.kind, ""] = _seconds(run.finished_at - run.started_at)
    for side in "ab":
        app = run.connection.container(side).account.app
        for status, number in statuses.get(side, {}).items():
            found[what.ANSWERS, app, str(status)] += number
        for verb in _VERBS:
            if run.kind != Run.Kind.PREVIEW and run.counts[side][verb]:
                found[what.CONTACTS, app, verb] += run.counts[side][verb]
    return found


def _seconds(took: timedelta) -> float:
    """A clock may have been set back meanwhile."""
    return max(0.0, took.total_seconds())
