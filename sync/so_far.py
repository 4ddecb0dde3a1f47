"""What a plan under way has decided already, so that the next chunk knows it. A plan that is not
stored (a preview) has no other way of knowing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sync.engine.match import CAUSES_TO_REVIEW
from sync.ledger import Person
from sync.models import SyncRecord

_Rows = dict[int, SyncRecord]


@dataclass
class SoFar:
    """``met``: contacts that were paired, or got a counterpart planned. ``parted``: contacts of
    pairs of which one is gone. Of a plan that is not stored: ``alone``, by contact the sync
    record as decided of those who wait for others (None: forgotten); ``excluded``, by contact
    the cause of those that are left out and that somebody of the other side may yet turn to."""

    met: set[int] = field(default_factory=set)
    parted: set[int] = field(default_factory=set)
    alone: dict[int, SyncRecord | None] = field(default_factory=dict)
    excluded: dict[int, str] = field(default_factory=dict)

    def who_wait(self, persons: Iterable[Person]) -> list[Person]:
        """Those alone who waited for others, or do now; asked before their rows are touched."""
        return [person for person in persons if _is_alone(person) and _may_wait(person)]

    def keep(self, persons: Iterable[Person], waiting: Iterable[Person]) -> None:
        for person in waiting:
            row = _as_decided(person)
            self.alone.update({view.id: row for view in person.views.values()})
        for person in persons:
            decision = person.decision
            if decision and decision.state == SyncRecord.State.EXCLUDED and person.existed:
                self.excluded.update({view.id: decision.cause for view in person.views.values()})

    def completed(self, stored: Mapping[int, SyncRecord], ids: Collection[int]) -> _Rows:
        """By contact the sync records, ``stored`` or decided just now."""
        found = {
            id: SyncRecord(state=SyncRecord.State.EXCLUDED, cause=self.excluded[id])
            for id in self.excluded.keys() & set(ids)
        }
        alone = ((id, self.alone[id]) for id in self.alone.keys() & set(ids))
        return {**found, **stored, **{id: row for id, row in alone if row}}

    def moved(self) -> set[int]:
        """Contacts that waited for others and do not any more."""
        return {id for id, row in self.alone.items() if row is None or not waits(row)}

    def come(self) -> Sequence[SyncRecord]:
        """Sync records that are not in the tables and wait for others."""
        return [row for row in self.alone.values() if row and not row.pk and waits(row)]


def waits(row: SyncRecord) -> bool:
    """Do others stand in its way? (``sync.work.waiting`` asks the tables for the same.)"""
    if row.state == SyncRecord.State.TO_REVIEW:
        return row.cause in CAUSES_TO_REVIEW
    return row.state == SyncRecord.State.DUPLICATE


def _is_alone(person: Person) -> bool:
    return not person.is_pair and not person.makes_counterpart


def _may_wait(person: Person) -> bool:
    decision = person.decision
    is_to_wait = decision is not None and waits(
        SyncRecord(state=decision.state, cause=decision.cause)
    )
    return is_to_wait or (person.row is not None and waits(person.row))


def _as_decided(person: Person) -> SyncRecord | None:
    decision = person.decision
    assert decision is not None, "a person is kept before it was planned"
    if not decision.state:
        return None
    row = person.row or SyncRecord()
    for side, view in person.views.items():
        setattr(row, f"{side}_id", view.id)
    row.state, row.cause, row.reason = decision.state, decision.cause, decision.reason
    row.matched, row.halted = list(decision.matched), list(decision.halted)
    return row
