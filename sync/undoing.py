"""Undo of a run, of one contact in it, or of one step: from the audit log to planned steps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from connections.mirror import key_value
from connections.models import Connection
from connectors.contact import value_from_json
from connectors.fields import STANDARD, normals
from rules.setup import Setup
from sync.engine.draft import Taken
from sync.engine.restored import FINAL, Done
from sync.engine.undo import MET, plan_undo
from sync.ledger import Ledger, Person
from sync.models import Run, Step, SyncRecord
from sync.neighbours import holders_of
from sync.pilot import records_of
from sync.views import memory_of, views_of
from sync.work import CHUNK

Task = Mapping[str, Any]


def undo(
    connection: Connection,
    setup: Setup,
    task: Task,
    ledger: Ledger,
    only: Collection[int] | None = None,
) -> None:
    """Plan the undo that ``task`` asks for: ``{"undo": run, "contact": key, "step": step}``, the
    last two optional. ``only``: these sync records, whose contacts moved on under it."""
    what = f"run {task['undo']}"
    for rows in _chunks(_rows(connection, task, only)):
        steps = _done(task, rows)
        found = views_of({id for row in rows for id in (row.a_id, row.b_id) if id})
        taken = _taken(connection, rows, steps)
        persons = []
        for row in rows:
            views = {
                side: found[id] for side, id in (("a", row.a_id), ("b", row.b_id)) if id in found
            }
            memory, done = memory_of(row), steps.get(row.pk, ())
            decision = plan_undo(done, views, memory, setup, what, taken[row.pk])
            persons.append(Person(row, views, memory, decision, is_whole=False))
        ledger.store(persons, "", None)


def reason_against(connection: Connection, task: Task) -> str:
    """Why there is nothing to undo, "" if there is something."""
    run = Run.objects.filter(pk=task["undo"], connection=connection).first()
    if run is None:
        return f"{connection.name} has no run {task['undo']}."
    if run.kind == Run.Kind.PREVIEW:
        return f"Run {run.pk} was a preview: it wrote nothing, so there is nothing to undo."
    steps = Step.objects.filter(run=run)
    if run.state in (Run.State.QUEUED, Run.State.RUNNING):
        return f"Run {run.pk} is still under way. Undo it when it has ended."
    if not steps.exists() and _did_something(run):
        return f"The steps of run {run.pk} were dropped (RETENTION_DAYS); it cannot be undone."
    if task.get("step") and not steps.filter(pk=task["step"]).exists():
        return f"Run {run.pk} has no step {task['step']}. Its steps are in `audit --run {run.pk}`."
    chosen = _chosen(task)
    if chosen.filter(verb="delete", cause="person").exists() and not _undoable(chosen).exists():
        return "A contact that was deleted by hand does not come back; its values are in the step."
    if not _undoable(chosen).exists():
        return f"Run {run.pk} changed nothing that can be put back."
    if task.get("contact") and not _rows(connection, task, None):
        return f"Run {run.pk} did nothing to {task['contact']!r}. Give an e-mail, a:ID or b:ID."
    return ""


def calls_of(run: Run) -> dict[int, int]:
    """By planned or carried out call of the run the sync record that it concerns."""
    steps = Step.objects.filter(run=run, leads=True, sync_record__isnull=False)
    return {pk: row for pk, row in steps.values_list("pk", "sync_record_id") if row is not None}


def _did_something(run: Run) -> bool:
    counts = run.counts
    written = (counts.get(side, {}).get(word, 0) for side in "ab" for word in _WRITTEN)
    return any(written) or bool(counts.get("linked"))


_WRITTEN = ("created", "updated", "marked")


def _undoable(steps: QuerySet[Step]) -> QuerySet[Step]:
    """Of steps that were carried out those that wrote values, or made or parted a pair. In one
    condition: joined querysets would each be looked up for themselves."""
    parting = Q(verb__in=(*MET, "apart"), sync_record__isnull=False)
    writing = (Q(leads=True) | Q(side__in="ab") & ~Q(fields={})) & ~Q(verb__in=FINAL)
    return steps.filter(parting | writing)


def _chosen(task: Task) -> QuerySet[Step]:
    steps = Step.objects.filter(
        run_id=task["undo"], result=Step.Result.DONE, sync_record__isnull=False
    )
    return steps.filter(pk=task["step"]) if task.get("step") else steps


def _rows(connection: Connection, task: Task, only: Collection[int] | None) -> list[SyncRecord]:
    rows = SyncRecord.objects.filter(
        connection=connection, pk__in=_chosen(task).values("sync_record")
    )
    if only is not None:
        rows = rows.filter(pk__in=only)
    if task.get("contact"):
        ids = records_of(connection, task["contact"])
        rows = rows.filter(a__in=ids) | rows.filter(b__in=ids)
    return list(rows.order_by("pk"))


def _done(task: Task, rows: Sequence[SyncRecord]) -> dict[int, list[Done]]:
    found: dict[int, list[Done]] = {}
    for step in _chosen(task).filter(sync_record__in=rows).order_by("pk"):
        assert step.sync_record_id is not None
        done = Done(step.verb, step.side, step.fields, tuple(step.effects))
        found.setdefault(step.sync_record_id, []).append(done)
    return found


def _taken(
    connection: Connection, rows: Sequence[SyncRecord], steps: Mapping[int, Sequence[Done]]
) -> Mapping[int, Taken]:
    """By sync record and side the addresses to be put back that another contact has by now."""
    taken: dict[int, dict[str, frozenset[str]]] = {row.pk: {} for row in rows}
    for side in "ab":
        wanted = {row.pk: _emails(steps.get(row.pk, ()), side) for row in rows}
        emails = [email for found in wanted.values() for email in found]
        holders = holders_of(connection.container(side), emails)
        for row in rows:
            own = {getattr(row, f"{side}_id")}
            taken[row.pk][side] = frozenset(
                email for email in wanted[row.pk] if holders[key_value(email)] - own
            )
    return taken


def _emails(done: Sequence[Done], side: str) -> frozenset[str]:
    """What a side showed before."""
    changes = (item.fields["emails"] for item in done if _has_emails(item, side))
    forms = (normals(STANDARD["emails"], value_from_json(x["before"])) for x in changes)
    return frozenset().union(*forms)


def _has_emails(done: Done, side: str) -> bool:
    return done.side == side and done.verb not in FINAL and "emails" in done.fields


def _chunks(rows: list[SyncRecord]) -> Iterator[list[SyncRecord]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
