"""Steps at work: from rows to writes, and what a row's JSON means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from connections import mirror
from connections.models import Record
from connections.stamps import Stamp
from connectors.connector import Create, Update, Write
from connectors.contact import Value, value_from_json
from sync.models import Step, SyncRecord

#: Verbs of steps that call an app; all others only tell what was decided.
WRITING = ("create", "update")
#: So many are dropped with one statement: databases limit its variables.
CHUNK = 400
#: Sent, and not known whether it was carried out.
OPEN = (Step.Result.SENT, Step.Result.UNKNOWN)


@dataclass
class Sent:
    """A step whose intent is committed, with what it takes to carry it out and to settle it."""

    step: Step
    row: SyncRecord
    write: Write
    target: Record | None


def values_of(step: Step) -> dict[str, Value]:
    """What the step writes, by field."""
    return {name: value_from_json(change["after"]) for name, change in step.fields.items()}


def stamps_of(numbers: dict[str, int]) -> dict[str, Stamp]:
    return {name: Stamp(number, raw=False) for name, number in numbers.items()}


def write_of(step: Step, row: SyncRecord, target: Record | None) -> Write:
    if target is None:
        return Create(str(row.marker), values_of(step))
    return Update(target.remote_id, target.version, mirror.raw_of(target), values_of(step))


def discard(steps: Iterable[Step], now: datetime) -> None:
    """Drop steps that were not carried out: nothing happened, and their people are planned
    again."""
    dropped = [(step.pk, step.sync_record_id) for step in steps]
    for start in range(0, len(dropped), CHUNK):
        part = dropped[start : start + CHUNK]
        SyncRecord.objects.filter(pk__in=[row for _, row in part if row]).update(due_at=now)
        Step.objects.filter(pk__in=[pk for pk, _ in part]).delete()
