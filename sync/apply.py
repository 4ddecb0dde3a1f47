"""Carry out planned steps: the only writer.

Per batch: steps committed as *sent* → one call of the connector → answers, bases and mirror
committed, together with the next batch's *sent*. So at any moment at most one batch is without
an answer, and ``recover`` knows which.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db.models import Q

from connections import bulk
from connections.mirror import key_value
from connections.models import Container, Key, Record
from connections.observe import Clock, Commit, reread
from connectors.connector import Connector, Delete, Received, Result, Written
from connectors.errors import AppError, Gone, Refused, TryAgain, Unanswered
from connectors.fields import STANDARD, normals
from rules.setup import Setup
from sync.models import Run, Step
from sync.settle import Settlement
from sync.steps import OPEN, Sent, befores_of, discard, values_of, write_of

#: Planned steps are read by so many at a time. Nobody else changes them under the lease.
PAGE = 256
#: After so many passing faults in a row, and no success, a side is left for the next run.
PATIENCE = 5


@dataclass
class Side:
    """One side of a run at work."""

    name: str
    container: Container
    connector: Connector


def apply(
    run: Run,
    setup: Setup,
    side: Side,
    now: Clock,
    commit: Commit,
    rest: Callable[[], bool],
) -> Iterator[int]:
    """Carry out the run's planned steps of one side; yields how many got an answer, a batch at a
    time. Stops after a batch when ``rest()`` says that others shall have their turn: no intent is
    then open. Raises what concerns the side as a whole, once the answers are committed."""
    size, faults = side.connector.capabilities.batch, 0
    planned, doubtful = _planned(run, side), _in_doubt(run, side)
    with commit():
        batch = _prepare(planned, side, size, now, doubtful)
    while batch:
        results = _call(side, batch)
        settlement = Settlement(setup, side.name, now())
        resting = rest()
        count = len(batch)
        with commit():
            settlement.settle(side.container, batch, results)
            faults = faults + count if settlement.passing else 0
            failure = settlement.failure or _given_up(settlement.passing, faults)
            batch = [] if resting or failure else _prepare(planned, side, size, now, doubtful)
        if settlement.outdated:
            reread(side.container, side.connector, settlement.outdated, now, commit)
        yield count
        if failure is not None:
            raise failure


def _given_up(passing: TryAgain | None, faults: int) -> TryAgain | None:
    """One contact that the app cannot digest does not stop the others; an app that is out of
    order, or does not answer at all, is left in peace."""
    return passing if isinstance(passing, Unanswered) or faults >= PATIENCE else None


def _call(side: Side, batch: Sequence[Sent]) -> list[Result]:
    """One result a step. What the app did not show in its answer is read back here, so that no
    request is ever made within a transaction."""
    place = side.container.remote_id
    try:
        results = side.connector.write(place, [sent.write for sent in batch])
    except AppError as error:
        return [error for _ in batch]
    blind = [
        result.id
        for sent, result in zip(batch, results, strict=True)
        if isinstance(result, Written)
        and result.received is None
        and not isinstance(sent.write, Delete)
    ]
    if not blind:
        return results
    try:
        answers = dict(zip(blind, side.connector.read(place, blind), strict=True))
    except AppError as error:
        unseen = Unanswered(f"What was written could not be read back: {error.message}")
        return [unseen if isinstance(x, Written) and x.id in blind else x for x in results]
    return [
        _shown(x, answers) if isinstance(x, Written) and x.id in answers else x for x in results
    ]


def _shown(result: Written, answers: Mapping[str, Received | Gone]) -> Result:
    answer = answers[result.id]
    if isinstance(answer, Gone):
        return Refused("The contact vanished in the app right after it was written.")
    return Written(result.id, answer, result.adopted)


def _planned(run: Run, side: Side) -> Iterator[list[Step]]:
    """By call, in the order of planning."""
    steps = Step.objects.filter(side=side.name, result=Step.Result.PLANNED).order_by("pk")
    leads = steps.filter(run=run, leads=True).select_related("sync_record")
    # Not asked for by the run: a database would look through all that it has left to do.
    led = steps.filter(leads=False)
    last = 0
    while page := list(leads.filter(pk__gt=last)[:PAGE]):
        rows = [step.sync_record_id for step in page]
        others: dict[int | None, list[Step]] = {}
        for step in led.filter(sync_record__in=rows):
            if step.run_id == run.pk:
                others.setdefault(step.sync_record_id, []).append(step)
        for lead in page:
            yield [lead, *others.get(lead.sync_record_id, ())]
        last = page[-1].pk


def _in_doubt(run: Run, side: Side) -> frozenset[str]:
    """Addresses of contacts that another connection may have made here: it does not know yet
    whether its creates were carried out. Nobody else writes here under the lease."""
    here = Q(side="a", connection__a=side.container) | Q(side="b", connection__b=side.container)
    steps = Step.objects.filter(here, is_open=True, result__in=OPEN, verb="create")
    return frozenset(
        email
        for step in steps.exclude(connection=run.connection_id)
        for email in _new_emails([step])
    )


def _prepare(
    planned: Iterator[list[Step]], side: Side, size: int, now: Clock, doubtful: frozenset[str]
) -> list[Sent]:
    """The next batch, marked as sent. Steps whose contact moved on since they were planned are
    dropped, and their person planned again."""
    while calls := list(islice(planned, size)):
        batch, stale = _sort(calls, side, doubtful)
        discard(stale, now())
        if batch:
            sent_steps = [step for sent in batch for step in sent.steps]
            for step in sent_steps:
                step.result, step.at = Step.Result.SENT, now()
            bulk.update(sent_steps, ("result", "at"))
            _note_pending(batch)
            return batch
    return []


def _sort(
    calls: Sequence[list[Step]], side: Side, doubtful: frozenset[str]
) -> tuple[list[Sent], list[Step]]:
    ids = {steps[0].pk: getattr(steps[0].sync_record, f"{side.name}_id", None) for steps in calls}
    wanted = [id for id in ids.values() if id is not None]
    targets = Record.objects.in_bulk(wanted) if wanted else {}
    given = {steps[0].pk: _new_emails(steps) for steps in calls}
    holders = _holders({email for emails in given.values() for email in emails}, side)
    batch: list[Sent] = []
    stale: list[Step] = []
    for steps in calls:
        lead = steps[0]
        target = targets.get(ids[lead.pk] or 0)
        in_use = any(holders[key_value(email)] - {ids[lead.pk]} for email in given[lead.pk])
        in_use = in_use or bool(given[lead.pk] & doubtful)
        if lead.sync_record is None or in_use or _is_stale(lead, target):
            stale += steps
            continue
        for email in given[lead.pk]:
            holders[key_value(email)].add(ids[lead.pk])
        write = write_of(steps, lead.sync_record, target)
        batch.append(Sent(steps, lead.sync_record, write, target))
    return batch, stale


def _is_stale(step: Step, target: Record | None) -> bool:
    if step.verb == "create":
        return target is not None
    return target is None or target.digest != step.target_digest


def _holders(emails: Collection[str], side: Side) -> dict[str, set[int | None]]:
    """By key the records that hold these addresses by now."""
    holders: dict[str, set[int | None]] = {key_value(email): set() for email in emails}
    if holders:
        rows = Key.objects.filter(container=side.container, kind=Key.Kind.EMAIL, value__in=holders)
        for email, record_id in rows.values_list("value", "record_id"):
            holders[email].add(record_id)
    return holders


def _new_emails(steps: Sequence[Step]) -> frozenset[str]:
    """The addresses that the contact does not have yet."""
    before, after = (
        normals(STANDARD["emails"], values.get("emails", ""))
        for values in (befores_of(steps), values_of(steps))
    )
    return after - before


def _note_pending(batch: Sequence[Sent]) -> None:
    """Keep in the mirror what is being written, so that the value, should its answer be lost, is
    known for ours when it is seen and not taken for a person's edit."""
    targets = []
    for sent in batch:
        if sent.target is not None:
            sent.target.pending = {
                name: [step.fields[name]["after"], [number, False]]
                for step in sent.steps
                for name, number in step.stamps.items()
            }
            targets.append(sent.target)
    bulk.update(targets, ("pending",))
