"""How far a run is."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from sync.desk.standing import is_open
from sync.desk.words import done_in, lasted
from sync.models import Run
from sync.watch.pulse import heard


def progress_of(run: Run) -> dict[str, Any]:
    share = min(100, 100 * run.done // run.total) if run.total else 0
    return {
        "run": run,
        "is_open": is_open(run),
        "share": share,
        "did": done_in(run),
        "took": lasted(run),
        "worker_heard": heard(timezone.now()),
    }
