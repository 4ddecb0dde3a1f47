"""Steps at work: from rows to writes, and what a row's JSON means.

All calling steps of one sync record and side go out in one call; the first of them *leads*.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from connections import mirror
from connections.models import Record
from connections.stamps import Stamp
from connectors.connector import Create, Delete, Update, Write
from connectors.contact import SEGMENT_KINDS, Contact, Segment, Value, value_from_json
from sync.models import Run, Step, SyncRecord

#: So many are dropped with one statement: databases limit its variables.
CHUNK = 400
#: Sent, and not known whether it was carried out.
OPEN = (Step.Result.SENT, Step.Result.UNKNOWN)
#: What a step's fields tell that is no field of a contact.
STATUS = "status"


@dataclass
class Sent:
    """The steps of one call, the leading one first, whose intent is committed, with what it
    takes to carry them out and to settle them."""

    steps: Sequence[Step]
    row: SyncRecord
    write: Write
    target: Record | None

    @property
    def lead(self) -> Step:
        return self.steps[0]


def values_of(steps: Sequence[Step]) -> dict[str, Value]:
    """What the steps write, by field."""
    return _values(steps, "after")


def befores_of(steps: Sequence[Step]) -> dict[str, Value]:
    """What the fields that the steps write showed before."""
    return _values(steps, "before")


def _values(steps: Sequence[Step], when: str) -> dict[str, Value]:
    return {
        name: value_from_json(change[when])
        for step in steps
        for name, change in step.fields.items()
        if name not in SEGMENT_KINDS and name != STATUS
    }


def segments_of(steps: Sequence[Step]) -> tuple[frozenset[Segment], frozenset[Segment]]:
    """What the steps put on and what they take off."""
    changes = [
        (kind, change)
        for step in steps
        for kind, change in step.fields.items()
        if kind in SEGMENT_KINDS
    ]
    add = frozenset(Segment(kind, change["after"]) for kind, change in changes if change["after"])
    remove = frozenset(
        Segment(kind, change["before"]) for kind, change in changes if not change["after"]
    )
    return add, remove


def stamps_of(numbers: dict[str, int]) -> dict[str, Stamp]:
    return {name: Stamp(number, raw=False) for name, number in numbers.items()}


def write_of(steps: Sequence[Step], row: SyncRecord, target: Record | None) -> Write:
    add, remove = segments_of(steps)
    if target is None:
        status = next((step.fields[STATUS]["after"] for step in steps if STATUS in step.fields), "")
        return Create(str(row.marker), values_of(steps), add, status)
    if steps[0].verb == "delete":
        return Delete(target.remote_id, target.version)
    return Update(
        target.remote_id, target.version, mirror.raw_of(target), values_of(steps), add, remove
    )


def expected(steps: Sequence[Step], old: Contact | None) -> Contact:
    """The contact as it should be after these steps."""
    add, remove = segments_of(steps)
    before = old or Contact()
    segments = frozenset(item for item in before.segments if item not in remove) | add
    return Contact(
        before.with_fields(values_of(steps)).fields, segments, before.status, before.created
    )


def of_person(run: Run, verb: str, why: str, at: datetime, row: SyncRecord | None = None) -> Step:
    """What whoever asked for the run said about a contact: no app is written for it."""
    return Step(
        run=run,
        connection_id=run.connection_id,
        sync_record=row,
        verb=verb,
        name=row.title if row else "",
        name_key=row.name_key if row else "",
        cause="person",
        by_id=run.requested_by_id,
        why=why,
        result=Step.Result.DONE,
        at=at,
    )


def discard(steps: Iterable[Step], now: datetime) -> None:
    """Drop steps that were not carried out: nothing happened, and their people are planned
    again."""
    dropped = [(step.pk, step.sync_record_id) for step in steps]
    for start in range(0, len(dropped), CHUNK):
        part = dropped[start : start + CHUNK]
        SyncRecord.objects.filter(pk__in=[row for _, row in part if row]).update(due_at=now)
        Step.objects.filter(pk__in=[pk for pk, _ in part]).delete()
