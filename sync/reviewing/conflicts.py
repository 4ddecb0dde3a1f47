"""Values that gave way in a conflict, and can still be put back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connections.models import Connection
from rules.rows import setup_of
from rules.setup import Setup
from sync.engine.losing import CannotPutBack, with_lost
from sync.engine.person import View
from sync.models import Step, SyncRecord
from sync.putting_back import Lost, loss_of, pair_of
from sync.reviewing.waiting import Answer, Waiting, Who
from sync.views import memory_of, views_of

CONFLICT, PUT_BACK = "conflict", "put back"
#: So many of the latest are looked at.
LATEST = 200


def conflicts(connection: Connection) -> list[Waiting]:
    """The latest first."""
    steps = Step.objects.filter(
        connection=connection,
        logged=True,
        conflict=True,
        result=Step.Result.DONE,
        sync_record__state=SyncRecord.State.IN_SYNC,
    )
    latest = list(steps.select_related("sync_record").order_by("-pk")[:LATEST])
    rows = [step.sync_record for step in latest if step.sync_record]
    views = views_of({id for row in rows for id in (row.a_id, row.b_id) if id})
    setup = setup_of(connection) if latest else None
    return [
        told
        for step, row in zip(latest, rows, strict=True)
        if setup and (told := _told(step, row, pair_of(row, views), setup))
    ]


def _told(step: Step, row: SyncRecord, pair: Mapping[str, View], setup: Setup) -> Waiting | None:
    fields = list(_fields(step, row, pair, setup))
    if not fields:
        return None
    why = f"{step.side.upper()} gave way in {', '.join(fields)}, run {step.run_id}."
    answers = [Answer(PUT_BACK, (step.pk, x), f"--put-back {step.pk} {x}") for x in fields]
    about = [Who(side, view) for side, view in pair.items()]
    return Waiting(CONFLICT, step.name, why, about, answers, row=row, step=step)


def _fields(step: Step, row: SyncRecord, pair: Mapping[str, View], setup: Setup) -> Iterator[str]:
    """Those whose losing values were not put back or overwritten since."""
    for name, change in step.fields.items():
        if not change.get("lost"):
            continue
        try:
            with_lost({"a": {}, "b": {}}, loss_of(Lost(step, name)), pair, memory_of(row), setup)
        except CannotPutBack:
            continue
        yield name
