"""Repair what a crash or a lost answer left behind: steps that were sent and have no answer.

Nothing is written to an app here. A create is looked for (by its chosen id, its marker, its
address or its looks) and adopted; an update is read back. What is found was carried out; what is
certainly not there is dropped and planned again; what cannot be told goes to review rather than
being done twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import Q, QuerySet

from connections import mirror
from connections.mirror import key_value
from connections.models import Connection, Key, Record
from connections.observe import Clock, Commit, reread
from connectors.connector import Received, Written
from connectors.fields import STANDARD, normals
from rules.setup import Setup
from sync.apply import Side
from sync.engine.match import UNKNOWN_OUTCOME
from sync.models import Step, SyncRecord
from sync.settle import Settlement
from sync.steps import OPEN, Sent, discard, values_of, write_of
from sync.traces import carried_out, shows, split_as_shown


def recover(connection: Connection, setup: Setup, side: Side, now: Clock, commit: Commit) -> None:
    """Settle every open call of this side. Called when the mirror is fresh, before planning."""
    calls = list(_calls(connection, side))
    updates = [steps for steps in calls if steps[0].verb != "create" and _target(steps, side)]
    creates = [steps for steps in calls if steps[0].verb == "create" and steps[0].sync_record]
    lost = [steps for steps in calls if steps not in updates and steps not in creates]
    with commit():
        discard(_steps(connection, side, (Step.Result.PLANNED,)), now())
        discard([step for steps in lost for step in steps], now())
    if updates:
        _recover_updates(setup, side, updates, now, commit)
    for steps in creates:
        _recover_create(setup, side, steps, now, commit)


def _calls(connection: Connection, side: Side) -> Iterator[list[Step]]:
    """Open steps, those of one call together and the leading one first."""
    steps = _steps(connection, side, OPEN).select_related("sync_record")
    ordered = steps.order_by("sync_record_id", "-leads", "pk")
    for _, group in groupby(ordered, key=lambda step: (step.sync_record_id, step.run_id)):
        yield list(group)


def _steps(connection: Connection, side: Side, results: Sequence[str]) -> QuerySet[Step]:
    """Of every run but previews: what these plan is never carried out."""
    return Step.objects.filter(
        connection=connection, is_open=True, side=side.name, result__in=results
    )


def _target(steps: Sequence[Step], side: Side) -> Record | None:
    target: Record | None = getattr(steps[0].sync_record, side.name, None)
    return target


def _recover_updates(
    setup: Setup, side: Side, calls: Sequence[list[Step]], now: Clock, commit: Commit
) -> None:
    """Read the contacts as they are now: one that shows anything of what was sent has all of it,
    since a write is carried out whole; what it shows otherwise was edited afterwards."""
    ids = [target.remote_id for steps in calls if (target := _target(steps, side))]
    reread(side.container, side.connector, ids, now, commit)
    with commit():
        for steps in calls:
            target = _target(steps, side)
            assert target is not None
            target.refresh_from_db()
            if steps[0].verb == "delete":
                _conclude_deletion(steps, target, now())
            else:
                done, others = carried_out(steps, target, setup, side.name)
                discard(others, now())
                if done:
                    _adopt(setup, side, done, target, now())
            Record.objects.filter(pk=target.pk).update(pending={})


def _conclude_deletion(steps: Sequence[Step], target: Record, now: datetime) -> None:
    """It is gone, so it was carried out; else the person may ask for it again."""
    if target.gone_at is None:
        discard(steps, now)
    else:
        done = Step.objects.filter(pk__in=[step.pk for step in steps])
        done.update(result=Step.Result.DONE, at=now)


def _recover_create(
    setup: Setup, side: Side, steps: Sequence[Step], now: Clock, commit: Commit
) -> None:
    row = steps[0].sync_record
    assert row is not None
    capabilities = side.connector.capabilities
    may_be_late = now() < steps[0].at + timedelta(seconds=capabilities.lag)
    if capabilities.chosen_ids:
        wanted = side.connector.chosen_id(side.container.remote_id, str(row.marker))
        found = _in_mirror(side, wanted)
    elif capabilities.markers:
        found = _by_marker(side, str(row.marker), now, commit)
    else:
        found = _by_address(side, row, steps) or _by_looks(side, row, steps)
    is_known = capabilities.chosen_ids or capabilities.markers
    with commit():
        if found is not None:
            if not is_known and not shows(found, steps):
                steps, others = split_as_shown(steps, found, setup, side.name)
                discard(others, now())
            _adopt(setup, side, steps, found, now())
        elif may_be_late:
            _unknown(steps)
        elif is_known or _addresses(steps):
            discard(steps, now())
        else:
            _to_review(row, steps, now())


def _in_mirror(side: Side, remote_id: str) -> Record | None:
    """Also one that was archived or deleted meanwhile: it is not made again."""
    return Record.objects.filter(container=side.container, remote_id=remote_id).first()


def _by_marker(side: Side, marker: str, now: Clock, commit: Commit) -> Record | None:
    received = side.connector.find_marker(side.container.remote_id, marker)
    if received is None:
        return None
    if _in_mirror(side, received.id) is None:
        reread(side.container, side.connector, [received.id], now, commit)
    return _in_mirror(side, received.id)


def _by_address(side: Side, row: SyncRecord, steps: Sequence[Step]) -> Record | None:
    """An unpaired contact with one of the addresses that the create carried: one that shows what
    was sent, or else one that was not there when that was sent."""
    keys = Key.objects.filter(
        container=side.container, kind=Key.Kind.EMAIL, value__in=_addresses(steps)
    ).order_by("record_id")
    fresh = None
    for key in keys.select_related("record"):
        paired = SyncRecord.objects.filter(
            connection=row.connection_id, **{side.name: key.record_id}
        )
        if paired.filter(a__isnull=False, b__isnull=False).exists():
            continue
        if shows(key.record, steps):
            return key.record
        if fresh is None and key.record.first_seen_at >= steps[0].at:
            fresh = key.record
    return fresh


def _by_looks(side: Side, row: SyncRecord, steps: Sequence[Step]) -> Record | None:
    """Of a create without an address: the only unpaired contact that appeared since it was sent
    and shows all that was. Several, or none, cannot be told."""
    if _addresses(steps):
        return None
    paired = SyncRecord.objects.filter(connection=row.connection_id, a__isnull=False)
    paired = paired.filter(b__isnull=False).values(side.name)
    since = Record.objects.filter(
        container=side.container, gone_at=None, first_seen_at__gte=steps[0].at
    )
    found = [record for record in since.exclude(pk__in=paired) if shows(record, steps)]
    return found[0] if len(found) == 1 else None


def _addresses(steps: Sequence[Step]) -> frozenset[str]:
    emails = normals(STANDARD["emails"], values_of(steps).get("emails", ""))
    return frozenset(key_value(email) for email in emails)


def _unknown(steps: Sequence[Step]) -> None:
    open_steps = Step.objects.filter(pk__in=[step.pk for step in steps])
    open_steps.update(result=Step.Result.UNKNOWN)


def _adopt(setup: Setup, side: Side, steps: Sequence[Step], record: Record, now: datetime) -> None:
    """It was carried out: settle it as if the answer had come, late. Somebody may have edited
    the contact since, so what counts as agreed is what was sent."""
    row = steps[0].sync_record
    assert row is not None
    theirs = SyncRecord.objects.filter(connection=row.connection_id, **{side.name: record})
    theirs.filter(Q(a=None) | Q(b=None)).exclude(pk=row.pk).delete()
    contact = mirror.contact_of(record)
    if contact is not None and record.gone_at is not None:
        contact = replace(contact, deleted=True)
    received = Received(record.remote_id, record.version, contact, mirror.raw_of(record))
    sent = Sent(steps, row, write_of(steps, row, None), record)
    settlement = Settlement(setup, side.name, now)
    settlement.settle(side.container, [sent], [Written(record.remote_id, received, adopted=True)])


def _to_review(row: SyncRecord, steps: Sequence[Step], now: datetime) -> None:
    why = (
        "The answer to its creation was lost, and it has no address to look for it by. "
        "See whether it is there before it is made again."
    )
    open_steps = Step.objects.filter(pk__in=[step.pk for step in steps])
    open_steps.update(result=Step.Result.UNKNOWN, why=why, at=now)
    SyncRecord.objects.filter(pk=row.pk).update(
        state=SyncRecord.State.TO_REVIEW, cause=UNKNOWN_OUTCOME, reason=why, due_at=None
    )
