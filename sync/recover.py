"""Repair what a crash or a lost answer left behind: steps that were sent and have no answer.

Nothing is written to an app here. A create is looked for (by its chosen id, its marker, or its
address) and adopted; an update is read back. What is found was carried out; what is certainly
not there is dropped and planned again; what cannot be told goes to review rather than being
done twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from connections import mirror
from connections.models import Connection, Key, Record
from connections.observe import Clock, Commit, reread
from connectors.connector import Received, Written
from connectors.contact import Contact, value_from_json
from connectors.fields import STANDARD, equal, field_named, kept_as, normals
from rules.setup import Setup
from sync.apply import Side
from sync.models import Run, Step, SyncRecord
from sync.settle import Settlement
from sync.steps import OPEN, WRITING, Sent, discard, values_of, write_of


def recover(connection: Connection, setup: Setup, side: Side, now: Clock, commit: Commit) -> None:
    """Settle every open step of this side. Called when the mirror is fresh, before planning."""
    steps = list(_steps(connection, side, OPEN).select_related("sync_record"))
    updates = [step for step in steps if step.verb == "update" and _target(step, side)]
    creates = [step for step in steps if step.verb == "create" and step.sync_record]
    with commit():
        discard(_steps(connection, side, (Step.Result.PLANNED,)), now())
        discard([step for step in steps if step not in updates and step not in creates], now())
    if updates:
        _recover_updates(setup, side, updates, now, commit)
    for step in creates:
        _recover_create(setup, side, step, now, commit)


def _steps(connection: Connection, side: Side, results: Sequence[str]) -> QuerySet[Step]:
    return Step.objects.filter(
        run__connection=connection,
        run__kind=Run.Kind.SYNC,
        side=side.name,
        verb__in=WRITING,
        result__in=results,
    )


def _target(step: Step, side: Side) -> Record | None:
    target: Record | None = getattr(step.sync_record, side.name, None)
    return target


def _recover_updates(
    setup: Setup, side: Side, steps: Sequence[Step], now: Clock, commit: Commit
) -> None:
    """Read the contacts as they are now: one that shows anything of what was sent has all of it,
    since a write is carried out whole; what it shows otherwise was edited afterwards."""
    ids = [target.remote_id for step in steps if (target := _target(step, side))]
    reread(side.container, side.connector, ids, now, commit)
    with commit():
        for step in steps:
            target = _target(step, side)
            assert target is not None and step.sync_record is not None
            target.refresh_from_db()
            if target.gone_at is None and _was_carried_out(setup, side, step, target):
                _adopt(setup, side, step, target, now())
            else:
                discard([step], now())
            Record.objects.filter(pk=target.pk).update(pending={})


def _was_carried_out(setup: Setup, side: Side, step: Step, record: Record) -> bool:
    """Is anything there that was sent? What still is as it was before the write is then not
    agreed on: it may have been put back, or what is there may be a person's by chance."""
    contact = mirror.contact_of(record) or Contact()
    untouched = {
        name
        for name, change in step.fields.items()
        if equal(field_named(name), value_from_json(change["before"]), contact.get(name))
    }
    sent = {name: value for name, value in values_of(step).items() if name not in untouched}
    if not any(kept_as(field_named(name), sent[name], contact.get(name)) for name in sent):
        return False
    keys = {line.key: line.field(side.name).name for line in setup.lines}
    step.agree = {key: ops for key, ops in step.agree.items() if keys.get(key) not in untouched}
    return True


def _shows(record: Record, step: Step) -> bool:
    contact = mirror.contact_of(record) or Contact()
    return all(
        kept_as(field_named(name), value, contact.get(name))
        for name, value in values_of(step).items()
    )


def _recover_create(setup: Setup, side: Side, step: Step, now: Clock, commit: Commit) -> None:
    row = step.sync_record
    assert row is not None
    capabilities = side.connector.capabilities
    may_be_late = now() < step.at + timedelta(seconds=capabilities.lag)
    if capabilities.chosen_ids:
        wanted = side.connector.chosen_id(side.container.remote_id, str(row.marker))
        found = _in_mirror(side, wanted)
    elif capabilities.markers:
        found = _by_marker(side, str(row.marker), now, commit)
    else:
        found = _by_address(side, row, step)
    with commit():
        if found is not None:
            _adopt(setup, side, step, found, now())
        elif may_be_late:
            Step.objects.filter(pk=step.pk).update(result=Step.Result.UNKNOWN)
        elif capabilities.chosen_ids or capabilities.markers or _addresses(step):
            discard([step], now())
        else:
            _to_review(row, step, now())


def _in_mirror(side: Side, remote_id: str) -> Record | None:
    return Record.objects.filter(
        container=side.container, remote_id=remote_id, gone_at=None
    ).first()


def _by_marker(side: Side, marker: str, now: Clock, commit: Commit) -> Record | None:
    received = side.connector.find_marker(side.container.remote_id, marker)
    if received is None:
        return None
    if _in_mirror(side, received.id) is None:
        reread(side.container, side.connector, [received.id], now, commit)
    return _in_mirror(side, received.id)


def _by_address(side: Side, row: SyncRecord, step: Step) -> Record | None:
    """An unpaired contact with one of the addresses that the create carried, that shows what
    was sent. Another one is not taken for ours: what it lacks would count as cleared. The two
    then meet as strangers do."""
    keys = Key.objects.filter(
        container=side.container, kind=Key.Kind.EMAIL, value__in=_addresses(step)
    ).order_by("record_id")
    for key in keys.select_related("record"):
        paired = SyncRecord.objects.filter(
            connection=row.connection_id, **{side.name: key.record_id}
        )
        if paired.filter(a__isnull=False, b__isnull=False).exists():
            continue
        if _shows(key.record, step):
            return key.record
    return None


def _addresses(step: Step) -> frozenset[str]:
    return normals(STANDARD["emails"], values_of(step).get("emails", ""))


def _adopt(setup: Setup, side: Side, step: Step, record: Record, now: datetime) -> None:
    """It was carried out: settle it as if the answer had come, late. Somebody may have edited
    the contact since, so what counts as agreed is what was sent."""
    row = step.sync_record
    assert row is not None
    theirs = SyncRecord.objects.filter(connection=row.connection_id, **{side.name: record})
    theirs.filter(Q(a=None) | Q(b=None)).exclude(pk=row.pk).delete()
    received = Received(
        record.remote_id, record.version, mirror.contact_of(record), mirror.raw_of(record)
    )
    sent = Sent(step, row, write_of(step, row, None), record)
    settlement = Settlement(setup, side.name, now)
    settlement.settle(side.container, [sent], [Written(record.remote_id, received, adopted=True)])


def _to_review(row: SyncRecord, step: Step, now: datetime) -> None:
    why = (
        "The answer to its creation was lost, and it has no address to look for it by. "
        "See whether it is there before it is made again."
    )
    Step.objects.filter(pk=step.pk).update(result=Step.Result.UNKNOWN, why=why, at=now)
    SyncRecord.objects.filter(pk=row.pk).update(
        state=SyncRecord.State.TO_REVIEW, cause="unknown outcome", reason=why, due_at=None
    )
