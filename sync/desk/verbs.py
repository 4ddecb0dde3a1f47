"""What staff press on the pages of a connection, and where it leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from connections.models import Connection
from sync.models import Run
from sync.queue import ask_for_run, ring


def run(
    request: HttpRequest,
    connection: Connection,
    kind: str,
    approved: bool = False,
    only: str = "",
    full: bool = False,
    task: Mapping[str, Any] | None = None,
) -> Run:
    """The run that was asked for. One waiting run is enough: pressing twice is no second sync.

    ``kind``: of ``Run.Kind``; the others as ``sync.queue.ask_for_run`` takes them.
    """
    asked: Mapping[str, Any] = {
        "kind": kind,
        "approved": approved,
        "only": only,
        "full": full,
        "task": task or {},
    }
    waiting = Run.objects.filter(connection=connection, state=Run.State.QUEUED, **asked)
    found = waiting.first()
    if found is None:
        by: Any = request.user
        found = ask_for_run(connection, by=by, **asked)
    ring(found)
    return found


def page_of(asked: Run) -> str:
    """Where the run is followed."""
    return reverse("admin:sync_run_change", args=[asked.pk])
