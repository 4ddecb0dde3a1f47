"""A run is a row before it is a task: rows are the queue, django-q2 is only the bell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django_q.tasks import async_task

from connections.models import Connection
from sync.brakes import approved_limits, standing_limits
from sync.models import Run


def ask_for_run(
    connection: Connection,
    *,
    kind: str = Run.Kind.SYNC,
    by: User | None = None,
    approved: bool = False,
    only: str = "",
    full: bool = False,
    task: Mapping[str, Any] | None = None,
) -> Run:
    """A queued run. A preview takes the place of the connection's earlier previews, that of an
    undo those of undos. ``task``: what a person asked for, of an undo or by hand."""
    if kind == Run.Kind.PREVIEW:
        old = Run.objects.filter(connection=connection, kind=Run.Kind.PREVIEW)
        old = old.exclude(task={}) if task else old.filter(task={})
        old.filter(finished_at__isnull=False).delete()
    limits = approved_limits(connection) if approved else standing_limits(connection)
    return Run.objects.create(
        connection=connection,
        kind=kind,
        requested_by=by,
        approved=approved,
        limits=limits if kind == Run.Kind.SYNC else {},
        only=only,
        full=full,
        task=task or {},
    )


def ring(run: Run) -> None:
    """Wake a worker once the row is committed. Should the bell be lost, the worker's own look
    at the queue finds the row.

    Without a time limit: a first run may take hours, and what it asks of the apps has limits of
    its own.
    """
    transaction.on_commit(
        lambda: async_task("sync.tasks.perform_run", run.pk, task_name=f"run {run.pk}", timeout=-1),
        robust=True,
    )
