"""What staff decide on single contacts: answers to reviews.

Each is a run *by hand*, so that the audit log has it and the apps are written by the one writer
under its leases. Its task says what was decided:

=====================================  ===================================================
``{"same": [[a, b], …]}``              two records are the same person: a first match
``{"different": [[a, b], …]}``         different people: *apart* until that is taken back
``{"reunite": [[a, b], …]}``           takes that back
``{"create": [record, …]}``            make the counterpart all the same, or once more
``{"again": [sync record, …]}``        try refused ones again
``{"release": [sync record, …]}``      let values flow again that went to and fro
``{"put back": [[step, field], …]}``   losing values, on both sides (``sync.putting_back``)
``{"delete": [[sync record, side]…]}`` delete contacts in their apps (``sync.trash``)
``{"leave": true}``                    take both sides as agreed (``sync.leaving``); "held":
                                       only while a run is held
=====================================  ===================================================

Ids are those of rows. The answers, which are the first six, may stand together in one task. One
that cannot be carried out any more is told by a refused step, and the others are carried out all
the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from connections.models import Connection, Record
from sync.engine import match
from sync.engine.person import NO_CAUSE
from sync.ledger import Ledger
from sync.models import Apart, Step, SyncRecord
from sync.search_keys import name_key
from sync.steps import of_person
from sync.work import Work

State = SyncRecord.State
SAME, DIFFERENT, REUNITE, CREATE = "same", "different", "reunite", "create"
AGAIN, RELEASE = "again", "release"
ANSWERS = (SAME, DIFFERENT, REUNITE, CREATE, AGAIN, RELEASE)
_DIFFERENT = "They are different people."
_NOT_APART = "They are not kept apart any more."


class Unanswerable(Exception):
    """What is asked for cannot be done; the message says why and what to do."""


def prepare(connection: Connection, task: Mapping[str, Any], ledger: Ledger, work: Work) -> Work:
    """Do what the answers say about our own rows; what is to be planned because of them. Raises
    ``Unanswerable`` where none can be carried out."""
    answers = _Answers(connection, ledger)
    if task.keys().isdisjoint(ANSWERS):
        return work
    refusals = Refusals(ledger)
    for word, whom in _one_by_one(task):
        try:
            with transaction.atomic():
                answers.take(word, whom)
        except Unanswerable as error:
            refusals.add(error)
    answers.look_again(task.get(AGAIN, ()), task.get(RELEASE, ()))
    refusals.tell(some_are_done=bool(answers.ids))
    return answers.to_plan(work)


def _one_by_one(task: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for word in (SAME, DIFFERENT, REUNITE, CREATE):
        for whom in task.get(word, ()):
            yield word, whom


@dataclass
class Refusals:
    """Of what was asked for together that which cannot be done."""

    ledger: Ledger
    reasons: list[str] = field(default_factory=list)

    def add(self, error: Unanswerable) -> None:
        self.reasons.append(str(error))

    def tell(self, *, some_are_done: bool) -> None:
        """A step each; raises ``Unanswerable`` where nothing else was asked for."""
        if self.reasons and not some_are_done:
            raise Unanswerable(" ".join(dict.fromkeys(self.reasons)))
        with self.ledger.commit():
            for why in self.reasons:
                refused = of_person(self.ledger.run, "hold", why, self.ledger.now)
                refused.result = Step.Result.REFUSED
                refused.save()


@dataclass
class _Answers:
    """``ids``: records to be planned because of the answers; ``pairs``: of whom is known now who
    they are, each by the other; ``create``: those whose counterpart is to be made."""

    connection: Connection
    ledger: Ledger
    ids: set[int] = field(default_factory=set)
    pairs: dict[int, int] = field(default_factory=dict)
    create: set[int] = field(default_factory=set)
    has_moved: bool = False

    def take(self, word: str, whom: Any) -> None:
        if word == CREATE:
            _free(self.connection, whom, self.ledger.now)
            self.create.add(whom)
            self.ids.add(whom)
        else:
            a, b = whom
            if self._are_together(word, a, b):
                self.pairs |= {a: b, b: a}
            self.ids |= {a, b}
        self.has_moved = True

    def _are_together(self, word: str, a: int, b: int) -> bool:
        """Are the two a pair from now on?"""
        if word == SAME:
            _same(self.connection, a, b, self.ledger.now)
            return True
        if word == REUNITE:
            return _reunite(self.connection, a, b, self.ledger)
        _different(self.connection, a, b, self.ledger)
        return False

    def look_again(self, again: Iterable[int], release: Iterable[int]) -> None:
        mine = SyncRecord.objects.filter(connection=self.connection)
        _release(mine.filter(pk__in=release), self.ledger)
        chosen = mine.filter(pk__in=[*again, *release])
        chosen.update(due_at=self.ledger.now, tries=0)
        self.ids.update(id for pair in chosen.values_list("a_id", "b_id") for id in pair if id)

    def to_plan(self, work: Work) -> Work:
        if self.has_moved:
            rows = SyncRecord.objects.filter(connection=self.connection)
            theirs = rows.filter(Q(a__in=self.ids) | Q(b__in=self.ids))
            theirs.update(due_at=self.ledger.now)
            # Whoever moved may have made room; the next run sees to it.
            waiting = rows.filter(
                Q(state=State.DUPLICATE)
                | Q(state=State.TO_REVIEW, cause__in=match.CAUSES_TO_REVIEW)
            )
            waiting.update(due_at=self.ledger.now)
        return replace(
            work, only=frozenset(self.ids), pairs=self.pairs, create=frozenset(self.create)
        )


# --- our own rows ---


def _same(connection: Connection, a: int, b: int, now: datetime) -> None:
    _check_alive(a, b)
    if SyncRecord.objects.filter(connection=connection, a=a, b=b).exclude(state=State.APART):
        raise Unanswerable("The two are a pair already.")
    for id in (a, b):
        _free(connection, id, now, bereft=(State.DELETED_OPPOSITE, State.TO_REVIEW))
    _forget_apart(connection, a, b)
    SyncRecord.objects.filter(connection=connection, a=None, b=b).delete()


def _different(connection: Connection, a: int, b: int, ledger: Ledger) -> None:
    Apart.objects.get_or_create(
        connection=connection, a_id=a, b_id=b, defaults={"by": ledger.run.requested_by}
    )
    _say(ledger, a, b, "apart", _DIFFERENT)
    together = SyncRecord.objects.filter(connection=connection, a=a, b=b)
    together.update(state=State.APART, cause=match.DIFFERENT, reason=_DIFFERENT, due_at=None)


def _reunite(connection: Connection, a: int, b: int, ledger: Ledger) -> bool:
    """Two who were a pair are one again; of others it is judged anew."""
    were_pair = SyncRecord.objects.filter(connection=connection, a=a, b=b, state=State.APART)
    said = Apart.objects.filter(connection=connection, a=a, b=b)
    is_pair = were_pair.exists()
    if not is_pair and not said.exists():
        raise Unanswerable("The two are not apart: there is nothing to take back.")
    if is_pair:
        _check_alive(a, b)
    _forget_apart(connection, a, b)
    _say(ledger, a, b, "release", _NOT_APART)
    return is_pair


def _check_alive(*ids: int) -> None:
    for record in _records(*ids):
        if record.gone_at is not None:
            raise Unanswerable(f"{record.title or record.remote_id} is no longer in its app.")


def _free(
    connection: Connection,
    id: int,
    now: datetime,
    bereft: Collection[str] = (State.DELETED_OPPOSITE,),
) -> None:
    """Take a contact out of a pair that is none any more: of one whose counterpart was deleted,
    or that was undone. ``bereft``: the states of the former."""
    mine = SyncRecord.objects.filter(Q(a=id) | Q(b=id), connection=connection)
    unknown = Step.objects.filter(sync_record__in=mine, result=Step.Result.UNKNOWN)
    unknown.update(result=Step.Result.FAILED)  # a person has looked what became of it
    for row in mine.filter(a__isnull=False, b__isnull=False):
        side, there = ("a", "b") if row.a_id == id else ("b", "a")
        opposite = getattr(row, there)
        if row.state == State.APART:
            Apart.objects.get_or_create(connection=connection, a=row.a, b=row.b)
            setattr(row, side, None)
            row.due_at = now
        elif row.state in bereft and opposite.gone_at is not None:
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


def _records(*ids: int) -> list[Record]:
    rows = Record.objects.only("remote_id", "title", "gone_at").in_bulk(ids)
    return [rows[id] for id in ids]


def _forget_apart(connection: Connection, a: int, b: int) -> None:
    """They meet anew; the steps of before stay with the sync record."""
    Apart.objects.filter(connection=connection, a_id=a, b_id=b).delete()
    pair = SyncRecord.objects.filter(connection=connection, a_id=a, b_id=b, state=State.APART)
    pair.update(b=None, state=State.EXCLUDED, cause=NO_CAUSE, reason="", base={}, a_digest="")


def _say(ledger: Ledger, a: int, b: int, verb: str, why: str) -> None:
    one, two = _records(a, b)
    said = of_person(ledger.run, verb, why, ledger.now)
    said.a_remote, said.b_remote = one.remote_id, two.remote_id
    said.name = (one.title or two.title)[:300]
    said.name_key = name_key(said.name)
    said.save()
