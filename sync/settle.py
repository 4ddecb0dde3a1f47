"""What follows from the answers to one batch of writes, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connections import bulk, mirror
from connections.mirror import Sighting
from connections.models import Container, Record
from connections.stamps import Stamp
from connectors.connector import Delete, Received, Result, Written
from connectors.contact import Contact, Value
from connectors.errors import (
    AppError,
    AskStaff,
    Changed,
    Gone,
    SignInAgain,
    TryAgain,
    Unanswered,
)
from connectors.fields import equal, field_named, fold, kept_as
from rules.setup import Line, Setup, other
from rules.verdict import fields_of
from sync.engine.base import agree, read_back
from sync.engine.carry import real_names, show
from sync.engine.effects import FIELD
from sync.engine.line import BaseOp
from sync.engine.match import ADDRESS_IN_USE
from sync.engine.person import Cause
from sync.ledger import raise_stamps, remembered
from sync.models import Step, SyncRecord
from sync.steps import Sent, discard, expected, stamps_of, values_of

#: Why a write failed.
TRY_AGAIN, REFUSED = Cause("try again"), Cause("refused")
#: Seconds until a passing fault of one contact is tried again, by how often it was tried.
BACKOFF = (60, 300, 900, 3600, 14400)
_ROW = (
    "a", "b", "state", "cause", "reason", "base", "effects", "a_digest", "b_digest", "due_at",
    "tries", "updated_at",
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
        self._dropped: list[Sent] = []
        #: Fields by which a contact is planned: mapped, or asked for by a rule.
        self._names = _names(setup, side)
        self._shared = _shared(setup, side)
        self._raised: dict[int, dict[str, Stamp]] = {}

    def settle(
        self, container: Container, batch: Sequence[Sent], results: Sequence[Result]
    ) -> None:
        pairs = list(zip(batch, results, strict=True))
        done = [(sent, result) for sent, result in pairs if isinstance(result, Written)]
        self._take_in(container, [pair for pair in done if not _deletes(pair[0])])
        self._take_out(container, [sent for sent, _ in done if _deletes(sent)])
        for sent, result in pairs:
            if isinstance(result, AppError):
                self._failed(sent, result)
        if all(isinstance(result, TryAgain) for result in results):
            self.passing = next(x for x in results if isinstance(x, TryAgain))
        self._save([sent for sent in batch if sent not in self._dropped])

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

    def _take_out(self, container: Container, deleted: Sequence[Sent]) -> None:
        """Contacts that a person had deleted."""
        if not deleted:
            return
        row = mirror.locked(container)
        mirror.vanish(row, [sent.target.remote_id for sent in deleted if sent.target], self.now)
        bulk.update([row], ("number",))
        for sent in deleted:
            for step in sent.steps:
                step.result, step.at = Step.Result.DONE, self.now

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
        row = sent.row
        received = result.received and result.received.contact
        shown = received or mirror.contact_of(record) or Contact()
        row.base = self._agreed(sent, old or Contact(), shown, result.adopted)
        for step in sent.steps:
            row.effects = remembered(row.effects, _as_left(step, shown))
        setattr(row, f"{self.side}_id", record.pk)
        as_expected = not result.adopted and self._is_as_expected(sent, shown, old)
        setattr(row, f"{self.side}_digest", record.digest if as_expected else "")
        if row.state != SyncRecord.State.FAILED:  # by the other side's steps of the same plan
            row.tries = 0
        if row.state == SyncRecord.State.NEW and row.a_id and row.b_id:
            row.state = SyncRecord.State.IN_SYNC
        if not as_expected or self._shared & values_of(sent.steps).keys():
            row.due_at = self.now  # of lines that share a field, one may have waited for another
        raises: dict[str, int] = {}
        for step in sent.steps:
            step.result, step.why, step.at = Step.Result.DONE, _kept_why(step), self.now
            setattr(step, f"{self.side}_remote", record.remote_id)
            raises.update(step.raises)
        source_id = getattr(row, f"{other(self.side)}_id")
        if raises and source_id:
            self._raised[source_id] = stamps_of(raises)

    def _agreed(self, sent: Sent, old: Contact, shown: Contact, adopted: bool) -> dict[str, object]:
        """The bases, with what the app made of the values. Of an adopted write it is not known
        whether somebody edited it since: there what was sent counts, unless what is shown can
        have become of it."""
        lines = {line.key: line for line in self.setup.lines}
        base: dict[str, object] = sent.row.base
        sent_contact = old.with_fields(values_of(sent.steps))
        for step in sent.steps:
            ops = dict(step.agree)
            for key, changes in step.agree.items():
                line = lines.get(key)
                if line is None:
                    continue
                # Of a list that goes to a single value, the element meant is the one just sent.
                then = agree({}, {key: changes})[key]
                wrote, now = (
                    show(line, self.side, contact, then, self.setup)
                    for contact in (sent_contact, shown)
                )
                if wrote == now:
                    continue  # as it was planned
                if not adopted or kept_as(line.field(self.side), wrote, now, self.setup.region):
                    before = show(line, self.side, old, sent.row.base.get(key), self.setup)
                    ops[key] = self._read_back(line, changes, before, now)
            base = agree(base, ops)
        return base

    def _read_back(
        self, line: Line, ops: Sequence[BaseOp], before: Value, shown: Value
    ) -> list[BaseOp]:
        field, region = line.field(self.side), self.setup.region
        return read_back(ops, before, self.side, field, shown, region)

    def _is_as_expected(self, sent: Sent, shown: Contact, old: Contact | None) -> bool:
        """Does everything that was not written show what it did before? Otherwise somebody else
        changed it, and the pair is to be planned again."""
        wished = expected(sent.steps, old)
        names = self._names - values_of(sent.steps).keys()
        if any(shown.get(name) != wished.get(name) for name in names):
            return False
        if old is not None and shown.status != old.status:
            return False
        return _folded(shown) == _folded(wished)

    def _duplicate(self, sent: Sent) -> None:
        why = "The app has a contact with this address that is paired with another."
        sent.row.state, sent.row.cause = SyncRecord.State.DUPLICATE, ADDRESS_IN_USE
        sent.row.reason = why
        for step in sent.steps:
            step.why, step.result, step.at = why, Step.Result.REFUSED, self.now

    def _failed(self, sent: Sent, error: AppError) -> None:
        row, result = sent.row, Step.Result.UNKNOWN
        if isinstance(error, Unanswered):
            pass
        elif isinstance(error, SignInAgain | AskStaff):
            self.failure = error
            self._dropped.append(sent)
        elif isinstance(error, Changed | Gone) and sent.target is not None:
            self.outdated.append(sent.target.remote_id)
            self._dropped.append(sent)
        elif isinstance(error, TryAgain):
            wait = error.after or BACKOFF[min(row.tries, len(BACKOFF) - 1)]
            row.due_at, row.tries = self.now + timedelta(seconds=wait), row.tries + 1
            result = Step.Result.FAILED
            self._mark_failed(sent, TRY_AGAIN, error)
        else:
            result = Step.Result.REFUSED
            self._mark_failed(sent, REFUSED, error)
        for step in sent.steps:
            step.result, step.why, step.at = result, str(error), self.now

    def _mark_failed(self, sent: Sent, cause: Cause, error: AppError) -> None:
        sent.row.state, sent.row.cause = SyncRecord.State.FAILED, cause
        sent.row.reason = str(error)

    def _save(self, kept: Sequence[Sent]) -> None:
        for sent in kept:
            sent.row.updated_at = self.now
        bulk.update([sent.row for sent in kept], _ROW)
        bulk.update([step for sent in kept for step in sent.steps], _STEP)
        discard([step for sent in self._dropped for step in sent.steps], self.now)
        raise_stamps(self._raised)


def _deletes(sent: Sent) -> bool:
    return isinstance(sent.write, Delete)


def _names(setup: Setup, side: str) -> frozenset[str]:
    mapped = (name for line in setup.lines for name in real_names(line.field(side)))
    asked = (name for rule in setup.rules_of(side) for name in fields_of(rule))
    return frozenset((*mapped, *asked))


def _shared(setup: Setup, side: str) -> frozenset[str]:
    """Fields of the app that several lines look at."""
    seen = Counter(name for line in setup.lines for name in real_names(line.field(side)))
    return frozenset(name for name, times in seen.items() if times > 1)


def _folded(contact: Contact) -> frozenset[tuple[str, str]]:
    return frozenset((item.kind, fold(item.name)) for item in contact.segments)


def _as_left(step: Step, shown: Contact) -> dict[str, Any]:
    """What the step's effects are, with the values as the app shows them."""
    return {
        target: {**effect, "left": shown.text(effect["name"])}
        if effect and effect.get("kind") == FIELD
        else effect
        for target, effect in step.effects.items()
    }


def _kept_why(step: Step) -> str:
    """The reason it was planned for stays; one of an earlier failure does not."""
    return step.why if step.verb in ("mark", "undo") else ""


def _sighting(sent: Sent, result: Written) -> Sighting:
    numbers = {name: number for step in sent.steps for name, number in step.stamps.items()}
    stamps = stamps_of(numbers)
    received = result.received
    if received is None:  # written, but gone before it could be read back
        received = Received(result.id, "", expected(sent.steps, None))
    if result.adopted and received.contact is not None:
        # Only what still is as sent is ours; the rest was edited by somebody in the meantime.
        sent_values = values_of(sent.steps)
        stamps = {
            name: stamp
            for name, stamp in stamps.items()
            if equal(field_named(name), sent_values[name], received.contact.get(name))
        }
    return Sighting(received, stamps, is_answer=True)
