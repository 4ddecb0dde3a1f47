"""What staff decide on single contacts: answers to reviews, values put back, deletions.

Each is a run *by hand* whose task is one of these, so that the audit log has it and the apps are
written by the one writer under its leases:

=============================  ===========================================================
``{"same": [a, b]}``           two records are the same person: a first match
``{"different": [a, b]}``      they are different people: *apart* until that is taken back
``{"reunite": [a, b]}``        takes that back
``{"create": [record]}``       make the counterpart all the same, or again that was deleted
``{"again": [sync record]}``   try refused ones again
``{"release": [sync record]}`` let values flow again that went to and fro
``{"put back": step, "field": name}``  the losing value of a conflict, on both sides
``{"delete": [sync record], "side": side}``  delete the contact of that side in its app
``{"leave": true}``            take both sides as agreed (``sync.leaving``)
=============================  ===========================================================

Ids are those of rows.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from connections.days import in_configured_zone
from connections.models import Connection, Record
from rules.setup import Setup
from sync.engine.losing import CannotPutBack, plan_put_back
from sync.engine.match import CAUSES_TO_REVIEW, DIFFERENT
from sync.engine.person import NO_CAUSE, Cause, Change, Decision, StepPlan
from sync.ledger import Ledger, Person
from sync.models import Apart, Step, SyncRecord
from sync.search_keys import name_key
from sync.steps import of_person
from sync.trash import trash_of
from sync.views import COLUMNS, memory_of, view_of
from sync.work import Work

State = SyncRecord.State
_DIFFERENT = "They are different people."
_NOT_APART = "They are not kept apart any more."
#: States of a pair whose conflicts can still be put back.
_LIVING = (State.IN_SYNC, State.FAILED)


class Unanswerable(Exception):
    """What is asked for cannot be done; the message says why and what to do."""


def prepare(
    connection: Connection, setup: Setup, task: dict[str, Any], ledger: Ledger, work: Work
) -> Work:
    """Do what the task says about our own rows; what is to be planned because of it. Raises
    ``Unanswerable``."""
    now = ledger.now
    if pair := task.get("same"):
        return _same(connection, pair, work, now)
    if pair := task.get("different"):
        return _different(connection, pair, ledger, work)
    if pair := task.get("reunite"):
        return _reunite(connection, pair, ledger, work)
    if ids := task.get("create"):
        for id in ids:
            _free(connection, id)
        return replace(_only(work, ids, connection, now), create=frozenset(ids))
    if rows := task.get("again") or task.get("release"):
        chosen = SyncRecord.objects.filter(connection=connection, pk__in=rows)
        if "release" in task:
            _release(chosen, ledger)
        chosen.update(due_at=now, tries=0)
        return replace(work, only=_members(chosen))
    return work if "leave" in task else replace(work, only=frozenset())


def _same(connection: Connection, pair: Sequence[int], work: Work, now: datetime) -> Work:
    a, b = pair
    _check_alive(pair)
    if SyncRecord.objects.filter(connection=connection, a=a, b=b).exclude(state=State.APART):
        raise Unanswerable("The two are a pair already.")
    for id in pair:
        _free(connection, id)
    _forget_apart(connection, a, b)
    SyncRecord.objects.filter(connection=connection, a=None, b=b).delete()
    return replace(_only(work, pair, connection, now), pairs={a: b, b: a})


def _different(connection: Connection, pair: Sequence[int], ledger: Ledger, work: Work) -> Work:
    a, b = pair
    Apart.objects.get_or_create(
        connection=connection, a_id=a, b_id=b, defaults={"by": _who(ledger)}
    )
    _say(connection, ledger, pair, "apart", _DIFFERENT)
    together = SyncRecord.objects.filter(connection=connection, a=a, b=b)
    together.update(state=State.APART, cause=DIFFERENT, reason=_DIFFERENT, due_at=None)
    return _only(work, pair, connection, ledger.now)


def _reunite(connection: Connection, pair: Sequence[int], ledger: Ledger, work: Work) -> Work:
    """Two who were a pair are one again; of others it is judged anew."""
    a, b = pair
    were_pair = SyncRecord.objects.filter(connection=connection, a=a, b=b, state=State.APART)
    said = Apart.objects.filter(connection=connection, a=a, b=b)
    if not were_pair and not said:
        raise Unanswerable("The two are not apart: there is nothing to take back.")
    if were_pair:
        _check_alive(pair)
        work = replace(work, pairs={a: b, b: a})
    _forget_apart(connection, a, b)
    _say(connection, ledger, pair, "release", _NOT_APART)
    return _only(work, pair, connection, ledger.now)


def put_back(connection: Connection, setup: Setup, task: dict[str, Any], ledger: Ledger) -> None:
    """The value that gave way, on the side that lost it and, by the mapping, on the other."""
    step = Step.objects.select_related("sync_record").filter(
        pk=task["put back"], connection=connection
    )
    found, name = step.first(), task["field"]
    if found is None:
        raise Unanswerable(f"{connection.name} has no step {task['put back']}.")
    change = found.fields.get(name, {})
    if not change.get("lost"):
        lost = ", ".join(key for key, value in found.fields.items() if value.get("lost"))
        raise Unanswerable(
            f"Step {found.pk} has no losing value of {name}. It has: {lost or 'none'}."
        )
    row = found.sync_record
    if row is None or row.a_id is None or row.b_id is None or row.state not in _LIVING:
        raise Unanswerable("The two contacts of that step are not kept in sync any more.")
    views = {
        side: view_of(record)
        for side, record in zip("ab", _records([row.a_id, row.b_id]), strict=True)
    }
    memory = memory_of(row)
    now = in_configured_zone(ledger.now)
    try:
        decision = plan_put_back(
            found.side, name, change, found.agree.keys(), views, memory, setup, now
        )
    except CannotPutBack as error:
        raise Unanswerable(str(error)) from error
    ledger.store([Person(row, views, memory, decision)], "", None)


def delete(connection: Connection, setup: Setup, task: dict[str, Any], ledger: Ledger) -> None:
    """Only ever what a person chose by name; the record from before stays in the step."""
    side = task["side"]
    chosen = {item.row.pk: item for item in trash_of(connection) if item.side == side}
    if strange := set(task["delete"]) - chosen.keys():
        rows = SyncRecord.objects.filter(connection=connection, pk__in=strange)
        names = ", ".join(row.title for row in rows) or "What was chosen"
        raise Unanswerable(
            f"{names} is not in the Trash inbox of {side.upper()}: nothing was deleted."
        )
    persons = []
    for pk in task["delete"]:
        item = chosen[pk]
        assert item.view.contact is not None
        fields = {name: Change(value, "") for name, value in item.view.contact.fields.items()}
        step = StepPlan("delete", side, fields, cause="person", why="Deleted by hand.", calls=True)
        decision = _as_it_is(item.row, step)
        persons.append(
            Person(item.row, {side: item.view}, memory_of(item.row), decision, is_whole=False)
        )
    ledger.store(persons, "", None)


def _as_it_is(row: SyncRecord, step: StepPlan) -> Decision:
    """The state stays; only this step is done."""
    return Decision(
        row.state,
        Cause(row.cause),
        row.reason,
        (step,),
        drift=tuple(row.drift),
        matched=tuple(row.matched),
        halted=tuple(row.halted),
    )


# --- our own rows ---


def _check_alive(ids: Sequence[int]) -> None:
    for record in _records(ids):
        if record.gone_at is not None:
            raise Unanswerable(f"{record.title or record.remote_id} is no longer in its app.")


def _free(connection: Connection, id: int) -> None:
    """Take a contact out of a pair that is none any more: of one whose counterpart was deleted,
    or that was undone."""
    mine = SyncRecord.objects.filter(Q(a=id) | Q(b=id), connection=connection)
    unknown = Step.objects.filter(sync_record__in=mine, result=Step.Result.UNKNOWN)
    unknown.update(result=Step.Result.FAILED)  # a person has looked what became of it
    for row in mine.filter(a__isnull=False, b__isnull=False):
        side, there = ("a", "b") if row.a_id == id else ("b", "a")
        opposite = getattr(row, there)
        if row.state == State.APART:
            Apart.objects.get_or_create(connection=connection, a=row.a, b=row.b)
            setattr(row, side, None)
            row.due_at = timezone.now()
        elif row.state == State.DELETED_OPPOSITE and opposite.gone_at is not None:
            setattr(row, there, None)
            row.marker = uuid.uuid4()  # what is made of it is somebody new for the app
        else:
            raise Unanswerable(
                f"{row.title} is in sync with a contact of {there.upper()} already. "
                "Say first that those two are different people."
            )
        row.base, row.a_digest, row.b_digest = {}, "", ""
        row.save()


def _release(rows: Iterable[SyncRecord], ledger: Ledger) -> None:
    """What was written before does not count any more."""
    for row in rows:
        row.halted = []
        row.save(update_fields=["halted"])
        of_person(ledger.run, "release", "Released by hand.", ledger.now, row).save()


def _records(ids: Sequence[int]) -> list[Record]:
    rows = {row.pk: row for row in Record.objects.filter(pk__in=ids).only(*COLUMNS)}
    return [rows[id] for id in ids]


def _only(work: Work, ids: Iterable[int], connection: Connection, now: datetime) -> Work:
    chosen = frozenset(ids)
    rows = SyncRecord.objects.filter(Q(a__in=chosen) | Q(b__in=chosen), connection=connection)
    rows.update(due_at=now)
    waiting = SyncRecord.objects.filter(connection=connection).filter(
        Q(state=State.DUPLICATE) | Q(state=State.TO_REVIEW, cause__in=CAUSES_TO_REVIEW)
    )
    waiting.update(due_at=now)  # whoever moved may have made room; the next run sees to it
    return replace(work, only=chosen)


def _members(rows: Iterable[SyncRecord]) -> frozenset[int]:
    return frozenset(id for row in rows for id in (row.a_id, row.b_id) if id)


def _forget_apart(connection: Connection, a: int, b: int) -> None:
    """They meet anew; the steps of before stay with the sync record."""
    Apart.objects.filter(connection=connection, a_id=a, b_id=b).delete()
    pair = SyncRecord.objects.filter(connection=connection, a_id=a, b_id=b, state=State.APART)
    pair.update(b=None, state=State.EXCLUDED, cause=NO_CAUSE, reason="", base={}, a_digest="")


def _say(connection: Connection, ledger: Ledger, pair: Sequence[int], verb: str, why: str) -> None:
    a, b = _records(pair)
    said = of_person(ledger.run, verb, why, ledger.now)
    said.a_remote, said.b_remote = a.remote_id, b.remote_id
    said.name = (a.title or b.title)[:300]
    said.name_key = name_key(said.name)
    said.save()


def _who(ledger: Ledger) -> Any:
    return ledger.run.requested_by
