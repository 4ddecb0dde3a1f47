"""What follows from the answers to one batch of writes, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from connections import bulk, mirror
from connections.mirror import Sighting
from connections.models import Container, Record
from connections.stamps import Stamp
from connectors.connector import Received, Result, Written
from connectors.contact import Contact, value_from_json
from connectors.errors import (
    AppError,
    AskStaff,
    Changed,
    Gone,
    SignInAgain,
    TryAgain,
    Unanswered,
)
from connectors.fields import Field, equal, field_named, kept_as
from rules.setup import Setup, other
from sync.engine.base import agree, read_back
from sync.engine.line import BaseOp
from sync.ledger import raise_stamps
from sync.models import Step, SyncRecord
from sync.steps import Sent, discard, stamps_of, values_of

#: Seconds until a passing fault of one contact is tried again, by how often it was tried.
BACKOFF = (60, 300, 900, 3600, 14400)
_ROW = (
    "a", "b", "state", "cause", "reason", "base", "a_digest", "b_digest", "due_at", "tries",
    "updated_at",
)  # fmt: skip
_STEP = ("result", "why", "at", "a_remote", "b_remote")


class Settlement:
    """``outdated``: records that differ from our mirror and are to be read again. ``failure``:
    what concerns the whole side, so that going on makes no sense. ``passing``: the first of
    passing faults that all of the batch met."""

    def __init__(self, setup: Setup, side: str, now: datetime) -> None:
        self.setup, self.side, self.now = setup, side, now
        self.outdated: list[str] = []
        self.failure: AppError | None = None
        self.passing: TryAgain | None = None
        self._dropped: list[Step] = []
        self._raised: dict[int, dict[str, Stamp]] = {}

    def settle(
        self, container: Container, batch: Sequence[Sent], results: Sequence[Result]
    ) -> None:
        pairs = list(zip(batch, results, strict=True))
        written = [(sent, result) for sent, result in pairs if isinstance(result, Written)]
        self._take_in(container, written)
        for sent, result in pairs:
            if isinstance(result, AppError):
                self._failed(sent, result)
        if all(isinstance(result, TryAgain) for result in results):
            self.passing = next(x for x in results if isinstance(x, TryAgain))
        self._save([sent for sent in batch if sent.step not in self._dropped])

    def _take_in(self, container: Container, written: Sequence[tuple[Sent, Written]]) -> None:
        if not written:
            return
        before = [mirror.contact_of(sent.target) if sent.target else None for sent, _ in written]
        row = mirror.locked(container)
        records = mirror.absorb(row, [_sighting(*pair) for pair in written], self.now)
        bulk.update([row], ("number",))
        strangers = self._pairs_of_others(written, records)
        for (sent, result), old in zip(written, before, strict=True):
            record = records[result.id]
            if record.pk in strangers:
                self._duplicate(sent)
            else:
                self._done(sent, result, record, old)
                strangers.add(record.pk)

    def _pairs_of_others(
        self, written: Sequence[tuple[Sent, Written]], records: Mapping[str, Record]
    ) -> set[int]:
        """An app may answer a create with a contact that it had already (it knows the address):
        one that is paired with somebody else stays with them."""
        adopted = [records[result.id].pk for _, result in written if result.adopted]
        if not adopted:
            return set()
        here, there = f"{self.side}_id", f"{other(self.side)}_id"
        others = SyncRecord.objects.filter(
            connection=written[0][0].row.connection_id, **{f"{here}__in": adopted}
        ).exclude(pk__in=[sent.row.pk for sent, _ in written])
        others.filter(**{there: None}).delete()
        return set(others.values_list(here, flat=True))

    def _done(self, sent: Sent, result: Written, record: Record, old: Contact | None) -> None:
        step, row = sent.step, sent.row
        received = result.received and result.received.contact
        shown = received or mirror.contact_of(record) or Contact()
        row.base = self._agreed(row, step, shown, result.adopted)
        setattr(row, f"{self.side}_id", record.pk)
        as_expected = not result.adopted and self._is_as_expected(step, shown, old)
        setattr(row, f"{self.side}_digest", record.digest if as_expected else "")
        if row.state != SyncRecord.State.FAILED:  # by the other side's step of the same plan
            row.state, row.tries = SyncRecord.State.IN_SYNC, 0
            if row.cause != "held":
                row.cause, row.reason = "", ""
        if not as_expected:
            row.due_at = self.now
        step.result, step.why, step.at = Step.Result.DONE, "", self.now
        setattr(step, f"{self.side}_remote", record.remote_id)
        source_id = getattr(row, f"{other(self.side)}_id")
        if step.raises and source_id:
            self._raised[source_id] = stamps_of(step.raises)

    def _agreed(
        self, row: SyncRecord, step: Step, shown: Contact, adopted: bool
    ) -> dict[str, object]:
        """The bases, with what the app made of the values. Of an adopted write it is not known
        whether somebody edited it since: there what was sent counts, unless what is shown can
        have become of it."""
        lines = {line.key: line.field(self.side) for line in self.setup.lines}
        ops = dict(step.agree)
        for key, changes in step.agree.items():
            field = lines.get(key)
            if field and (not adopted or self._may_have_become(step, field, shown)):
                ops[key] = self._read_back(step, field, changes, shown)
        return agree(row.base, ops)

    def _may_have_become(self, step: Step, field: Field, shown: Contact) -> bool:
        sent = values_of(step)[field.name]
        return kept_as(field, sent, shown.get(field.name), self.setup.region)

    def _read_back(
        self, step: Step, field: Field, ops: Sequence[BaseOp], shown: Contact
    ) -> list[BaseOp]:
        before = value_from_json(step.fields[field.name]["before"])
        return read_back(ops, before, self.side, field, shown.get(field.name), self.setup.region)

    def _is_as_expected(self, step: Step, shown: Contact, old: Contact | None) -> bool:
        """Does every mapped field that was not written show what it did before? Otherwise
        somebody else changed it, and the pair is to be planned again."""
        names = {line.field(self.side).name for line in self.setup.lines} - step.fields.keys()
        expected = old or Contact()
        return all(shown.get(name) == expected.get(name) for name in names)

    def _duplicate(self, sent: Sent) -> None:
        why = "The app has a contact with this address that is paired with another."
        sent.row.state, sent.row.cause = SyncRecord.State.DUPLICATE, "address in use"
        sent.row.reason = sent.step.why = why
        sent.step.result, sent.step.at = Step.Result.REFUSED, self.now

    def _failed(self, sent: Sent, error: AppError) -> None:
        step, row = sent.step, sent.row
        if isinstance(error, Unanswered):
            step.result = Step.Result.UNKNOWN
        elif isinstance(error, SignInAgain | AskStaff):
            self.failure = error
            self._drop(sent)
        elif isinstance(error, Changed | Gone) and sent.target is not None:
            self.outdated.append(sent.target.remote_id)
            self._drop(sent)
        elif isinstance(error, TryAgain):
            wait = error.after or BACKOFF[min(row.tries, len(BACKOFF) - 1)]
            row.due_at, row.tries = self.now + timedelta(seconds=wait), row.tries + 1
            self._mark_failed(sent, "try again", Step.Result.FAILED, error)
        else:
            self._mark_failed(sent, "refused", Step.Result.REFUSED, error)
        step.why, step.at = str(error), self.now

    def _mark_failed(self, sent: Sent, cause: str, result: Step.Result, error: AppError) -> None:
        sent.step.result = result
        sent.row.state, sent.row.cause = SyncRecord.State.FAILED, cause
        sent.row.reason = str(error)

    def _drop(self, sent: Sent) -> None:
        self._dropped.append(sent.step)

    def _save(self, kept: Sequence[Sent]) -> None:
        for sent in kept:
            sent.row.updated_at = self.now
        bulk.update([sent.row for sent in kept], _ROW)
        bulk.update([sent.step for sent in kept], _STEP)
        discard(self._dropped, self.now)
        raise_stamps(self._raised)


def _sighting(sent: Sent, result: Written) -> Sighting:
    stamps = stamps_of(sent.step.stamps)
    received = result.received
    if received is None:  # written, but gone before it could be read back
        received = Received(result.id, "", Contact(values_of(sent.step)))
    if result.adopted and received.contact is not None:
        # Only what still is as sent is ours; the rest was edited by somebody in the meantime.
        sent_values = values_of(sent.step)
        stamps = {
            name: stamp
            for name, stamp in stamps.items()
            if equal(field_named(name), sent_values[name], received.contact.get(name))
        }
    return Sighting(received, stamps, is_answer=True)
