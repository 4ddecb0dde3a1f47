"""What was done day by day: counted when a run ends, so that nobody has to count steps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from django.db.models import F, Q

from connections.days import in_configured_zone
from sync.models import Day, Run, Step

#: A run that ended so has not done what it was to do.
BROKEN = (Run.State.FAILED, Run.State.REFUSED)
#: Steps that say of a contact that it could not be read, or not be written.
FAULTS = Q(verb="fail") | Q(leads=True, result__in=(Step.Result.REFUSED, Step.Result.FAILED))

_NOTHING: Mapping[str, float] = MappingProxyType({})


def day_of(moment: datetime) -> date:
    return in_configured_zone(moment).date()


def add(run: Run, waited: Mapping[str, float] = _NOTHING) -> None:
    """Count a run to the day on which it ended; in the transaction that ends it. ``waited``: by
    side, seconds that the app made it wait."""
    assert run.finished_at is not None, "it has ended"
    day, _ = Day.objects.get_or_create(connection_id=run.connection_id, day=day_of(run.finished_at))
    numbers = {f"waited_{side}": round(seconds) for side, seconds in waited.items()}
    numbers.update(_counted(run))
    # Another run of the connection, that found this one under way, may end at the same time.
    more = {name: F(name) + number for name, number in numbers.items() if number}
    Day.objects.filter(pk=day.pk).update(**more)


def _counted(run: Run) -> Mapping[str, int]:
    a, b = run.counts["a"], run.counts["b"]
    requests = {"requests_a": a["requests"], "requests_b": b["requests"]}
    if run.kind == Run.Kind.PREVIEW:
        return requests
    return {
        **requests,
        "changed": sum(part[verb] for part in (a, b) for verb in ("created", "updated")),
        "conflicts": run.counts["conflicts"],
        "faults": Step.objects.filter(FAULTS, run=run).count(),
        "broken": int(run.state in BROKEN),
    }
