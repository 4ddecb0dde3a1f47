"""What the workers do just now, and what waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min

from sync.desk.words import ago
from sync.how_far import how_far
from sync.models import Run
from sync.watch.pulse import SILENCE, last_heard

#: So many runs under way are told one by one.
SHOWN = 5
#: A run that waits for longer is late.
LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Worker:
    """``place``: the machine; ``group``: its process group there."""

    place: str
    group: str
    heard: str


@dataclass(frozen=True, slots=True)
class Working:
    """``workers``: those that are heard, else the one that was heard last. ``under_way``: runs,
    each with how far it is; ``more``: how many there are beside them. ``waiting``: how many runs
    wait for a worker, the ``oldest`` since then."""

    workers: Sequence[Worker]
    under_way: Sequence[tuple[Run, str]]
    more: int
    waiting: int
    oldest: str
    is_late: bool


def working_at(now: datetime) -> Working:
    running = Run.objects.filter(state=Run.State.RUNNING)
    queued = Run.objects.filter(state=Run.State.QUEUED)
    shown = running.select_related("connection").order_by("started_at")[:SHOWN]
    queue = queued.aggregate(number=Count("pk"), oldest=Min("requested_at"))
    under_way = [(run, str(how_far(run, now))) for run in shown]
    oldest = queue["oldest"]
    return Working(
        workers=_workers(now),
        under_way=under_way,
        more=running.count() - len(under_way),
        waiting=queue["number"],
        oldest=ago(oldest) if oldest else "",
        is_late=oldest is not None and now - oldest > LATE,
    )


def _workers(now: datetime) -> list[Worker]:
    beats = last_heard(now)
    lately = [name for name, at in beats.items() if now - at < SILENCE]
    return [_worker(name, beats[name]) for name in lately or list(beats)[:1]]


def _worker(name: str, at: datetime) -> Worker:
    place, _, group = name.rpartition("/")
    return Worker(place, group, ago(at))
