"""Carry out planned steps: the only writer.

Per batch: steps committed as *sent* → one call of the connector → answers, bases and mirror
committed, together with the next batch's *sent*. So at any moment at most one batch is without
an answer, and ``recover`` knows which.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from connections import bulk
from connections.models import Container, Key, Record
from connections.observe import Clock, Commit, reread
from connectors.connector import Connector, Received, Result, Written
from connectors.contact import value_from_json
from connectors.errors import AppError, Gone, Refused, TryAgain, Unanswered
from connectors.fields import STANDARD, normals
from rules.setup import Setup
from sync.models import Run, Step
from sync.settle import Settlement
from sync.steps import WRITING, Sent, discard, write_of

#: Planned steps are read by so many at a time. Nobody else changes them under the lease.
PAGE = 64
#: After so many passing faults in a row, and no success, a side is left for the next run.
PATIENCE = 5


@dataclass
class Side:
    """One side of a run at work."""

    name: str
    container: Container
    connector: Connector


def apply(
    run: Run, setup: Setup, side: Side, now: Clock, commit: Commit, rest: Callable[[], bool]
) -> Iterator[int]:
    """Carry out the run's planned steps of one side; yields how many got an answer, a batch at a
    time. Stops after a batch when ``rest()`` says that others shall have their turn: no intent
    is then open. Raises what concerns the side as a whole, once the answers are committed."""
    size, faults = side.connector.capabilities.batch, 0
    planned = _planned(run, side)
    with commit():
        batch = _prepare(planned, side, size, now)
    while batch:
        results = _call(side, batch)
        settlement = Settlement(setup, side.name, now())
        resting = rest()
        count = len(batch)
        with commit():
            settlement.settle(side.container, batch, results)
            faults = faults + count if settlement.passing else 0
            failure = settlement.failure or _given_up(settlement.passing, faults)
            batch = [] if resting or failure else _prepare(planned, side, size, now)
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
    blind = [x.id for x in results if isinstance(x, Written) and x.received is None]
    if not blind:
        return results
    try:
        answers = dict(zip(blind, side.connector.read(place, blind), strict=True))
    except AppError as error:
        unseen = Unanswered(f"What was written could not be read back: {error.message}")
        return [unseen if isinstance(x, Written) and x.id in blind else x for x in results]
    return [_shown(x, answers) if isinstance(x, Written) else x for x in results]


def _shown(result: Written, answers: dict[str, Received | Gone]) -> Result:
    answer = answers.get(result.id, result.received)
    if isinstance(answer, Gone):
        return Refused("The contact vanished in the app right after it was written.")
    return Written(result.id, answer, result.adopted)


def _planned(run: Run, side: Side) -> Iterator[Step]:
    steps = Step.objects.filter(
        run=run, side=side.name, result=Step.Result.PLANNED, verb__in=WRITING
    )
    last = 0
    while page := list(
        steps.filter(pk__gt=last).select_related("sync_record").order_by("pk")[:PAGE]
    ):
        yield from page
        last = page[-1].pk


def _prepare(planned: Iterator[Step], side: Side, size: int, now: Clock) -> list[Sent]:
    """The next batch, marked as sent. A step whose contact moved on since it was planned is
    dropped, and its person planned again."""
    while steps := list(islice(planned, size)):
        batch, stale = _sort(steps, side)
        discard(stale, now())
        if batch:
            for sent in batch:
                sent.step.result, sent.step.at = Step.Result.SENT, now()
            bulk.update([sent.step for sent in batch], ("result", "at"))
            _note_pending(batch)
            return batch
    return []


def _sort(steps: Sequence[Step], side: Side) -> tuple[list[Sent], list[Step]]:
    ids = {step.pk: getattr(step.sync_record, f"{side.name}_id", None) for step in steps}
    wanted = [id for id in ids.values() if id is not None]
    targets = Record.objects.in_bulk(wanted) if wanted else {}
    given = {step.pk: _new_emails(step) for step in steps}
    holders = _holders({email for emails in given.values() for email in emails}, side)
    batch: list[Sent] = []
    stale: list[Step] = []
    for step in steps:
        target = targets.get(ids[step.pk] or 0)
        in_use = any(holders[email] - {ids[step.pk]} for email in given[step.pk])
        if step.sync_record is None or in_use or _is_stale(step, target):
            stale.append(step)
            continue
        for email in given[step.pk]:
            holders[email].add(ids[step.pk])
        batch.append(Sent(step, step.sync_record, write_of(step, step.sync_record, target), target))
    return batch, stale


def _is_stale(step: Step, target: Record | None) -> bool:
    if step.verb == "create":
        return target is not None
    return target is None or target.digest != step.target_digest


def _holders(emails: Collection[str], side: Side) -> dict[str, set[int | None]]:
    """The records that hold these addresses by now."""
    holders: dict[str, set[int | None]] = {email: set() for email in emails}
    if holders:
        rows = Key.objects.filter(container=side.container, kind=Key.Kind.EMAIL, value__in=holders)
        for email, record_id in rows.values_list("value", "record_id"):
            holders[email].add(record_id)
    return holders


def _new_emails(step: Step) -> frozenset[str]:
    """The addresses that the contact does not have yet."""
    change = step.fields.get("emails", {"before": "", "after": ""})
    before, after = (
        normals(STANDARD["emails"], value_from_json(change[when])) for when in ("before", "after")
    )
    return after - before


def _note_pending(batch: Sequence[Sent]) -> None:
    """Keep in the mirror what is being written, so that the value, should its answer be lost, is
    known for ours when it is seen and not taken for a person's edit."""
    targets = []
    for sent in batch:
        if sent.target is not None:
            sent.target.pending = {
                name: [change["after"], [sent.step.stamps[name], False]]
                for name, change in sent.step.fields.items()
            }
            targets.append(sent.target)
    bulk.update(targets, ("pending",))
