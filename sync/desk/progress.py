"""How far a run is, on a page that asks again and again while it goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2s

from django.db.models import Q
from django.utils import timezone

from sync.desk.standing import is_open
from sync.desk.words import ago
from sync.how_far import HowFar, how_far
from sync.models import Run
from sync.watch.pulse import heard


@dataclass(frozen=True, slots=True)
class Progress:
    """``far`` and ``parts``, what else there is to say, are told of an open run. ``said`` is read
    out to who cannot see it, and only when ``mark`` shows that it has become another."""

    run: Run
    is_open: bool
    said: str
    far: HowFar | None = None
    parts: Sequence[str] = ()
    worker_heard: bool = True

    @property
    def mark(self) -> str:
        return blake2s(self.said.encode(), digest_size=6).hexdigest()


def progress_of(run: Run) -> Progress:
    if not is_open(run):
        return Progress(run, False, f"{run} has ended: {run.get_state_display().lower()}.")
    now = timezone.now()
    far, is_queued = how_far(run, now), run.state == Run.State.QUEUED
    return Progress(
        run=run,
        is_open=True,
        said=far.waits or f"{far.doing[:1].upper()}{far.doing[1:]}.",
        far=far,
        parts=list(_queued(run) if is_queued else _under_way(run, far)),
        worker_heard=heard(now) if is_queued else True,
    )


def _under_way(run: Run, far: HowFar) -> Iterator[str]:
    yield from filter(None, (far.left, far.rate, far.before))
    if run.started_at:
        yield f"begun {ago(run.started_at)}"


def _queued(run: Run) -> Iterator[str]:
    """Who has their turn before it."""
    earlier = Q(requested_at__lt=run.requested_at) | Q(requested_at=run.requested_at, pk__lt=run.pk)
    number = Run.objects.filter(earlier, state=Run.State.QUEUED).count()
    if number:
        yield f"{number} {'run waits' if number == 1 else 'runs wait'} before it"
    yield f"asked for {ago(run.requested_at)}"
