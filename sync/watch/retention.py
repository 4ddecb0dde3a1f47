"""What is dropped since it is old: steps and runs (here), and contacts that are gone from their app
(``sync.watch.gone``). In small transactions, each of which leaves everything whole: it may be
stopped at any moment, go on later, and happen while runs are at work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Model, Q, QuerySet

from connections.models import Connection, Container, HookPost
from sync.days import BROKEN
from sync.engine.undo import UNDONE
from sync.host import Host
from sync.models import Run, Step, SyncRecord
from sync.parts import parts
from sync.watch.gone import forget_gone
from sync.watch.hooks import REMEMBERED

#: Rows that are dropped in one transaction.
CHUNK = 500
#: Of each connection so many syncs stay however old they are: how it does is told by them.
LATEST = 20
#: How a sync ends that came so far as to know what there is to do.
_ENDED = (Run.State.DONE, Run.State.HELD)


@dataclass
class Dropped:
    """How many rows. ``is_all``: False where it was stopped before it was through."""

    steps: int = 0
    runs: int = 0
    contacts: int = 0
    sessions: int = 0
    posts: int = 0
    is_all: bool = True

    @property
    def anything(self) -> bool:
        return any((self.steps, self.runs, self.contacts, self.sessions, self.posts))

    def __str__(self) -> str:
        counted = ((field.name, getattr(self, field.name)) for field in fields(self))
        return ", ".join(f"{number} {name}" for name, number in counted if name != "is_all")


def forget(days: int, host: Host, is_over: Callable[[], bool] = lambda: False) -> Dropped:
    """Drop what is older than so many days; 0 keeps everything. ``is_over``: asked between two
    transactions whether to leave the rest for next time."""
    dropped = Dropped()
    for name, number in _forget(days, host):
        setattr(dropped, name, getattr(dropped, name) + number)
        if number and is_over():
            dropped.is_all = False
            break
    return dropped


def _forget(days: int, host: Host) -> Iterator[tuple[str, int]]:
    now = host.now()
    for number in _dropped(Session.objects.filter(expire_date__lt=now)):
        yield "sessions", number
    for number in _dropped(HookPost.objects.filter(at__lt=now - REMEMBERED)):
        yield "posts", number
    for container in Container.objects.order_by("pk"):
        yield "contacts", forget_gone(container, days, host)
    if days:
        for connection in Connection.objects.order_by("pk"):
            yield from _forget_runs(connection, now - timedelta(days=days))


def _forget_runs(connection: Connection, before: datetime) -> Iterator[tuple[str, int]]:
    old = Run.objects.filter(connection=connection, finished_at__lt=before)
    old = old.exclude(pk__in=_asked_about(connection))
    needed = _needed(connection)
    for run in old.order_by("pk").iterator():
        steps = Step.objects.filter(run=run)
        for number in _dropped(steps.exclude(_never())):
            yield "steps", number
        if run.pk not in needed and not steps.exists():
            run.delete()
            yield "runs", 1


def _never() -> Q:
    """Steps that are not dropped at any age: nobody knows what became of the write, or the Trash
    inbox knows by it what an undone run had made."""
    made = Q(verb="create", sync_record__state=SyncRecord.State.APART, sync_record__cause=UNDONE)
    return Q(is_open=True) | made


def _asked_about(connection: Connection) -> list[Any]:
    """Runs that are being undone, or are about to."""
    runs = Run.objects.filter(connection=connection, finished_at=None, task__has_key="undo")
    return [task["undo"] for task in runs.values_list("task", flat=True)]


def _needed(connection: Connection) -> set[int]:
    """Runs that tell how the connection does: when it is due, whether a run is held, and what a
    person said about that; and the preview that is shown."""
    runs = Run.objects.filter(connection=connection).order_by("-pk")
    syncs = runs.filter(kind=Run.Kind.SYNC)
    whole = syncs.filter(finished_at__isnull=False, only="")
    needed = set(syncs.values_list("pk", flat=True)[:LATEST])
    left = runs.filter(kind=Run.Kind.BY_HAND, state=Run.State.DONE, task__has_key="leave")
    preview = runs.filter(kind=Run.Kind.PREVIEW)
    ended, good = whole.filter(state__in=_ENDED), whole.exclude(state__in=BROKEN)
    for latest in (ended, good, left, preview):
        needed |= set(latest.values_list("pk", flat=True)[:1])
    return needed


def _dropped(rows: QuerySet[Any]) -> Iterator[int]:
    """Drop them; of each part how many, when it is gone."""
    model: type[Model] = rows.model
    for part in parts(rows, CHUNK):
        with transaction.atomic():
            model._default_manager.filter(pk__in=[pk for (pk,) in part]).delete()
        yield len(part)
