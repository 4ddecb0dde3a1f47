"""Where decisions are written down: sync records, steps, and how far was planned, one
transaction a chunk. A preview writes only its steps; everything else it merely counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from connections import bulk, mirror
from connections.days import in_configured_zone
from connections.models import Record
from connections.stamps import Stamp, stamp_of
from connectors.contact import value_to_json
from sync.engine.base import agree
from sync.engine.person import Decision, Memory, StepPlan, View
from sync.models import Planned, Run, Step, SyncRecord
from sync.search_keys import name_key
from sync.touched import touched

Commit = Callable[[], AbstractContextManager[object]]

_ROW = (
    "a", "b", "state", "cause", "reason", "base", "drift", "halted", "effects", "matched",
    "existed", "a_digest", "b_digest", "due_at", "title",
    "name_key",
)  # fmt: skip

#: What is stored of a row, to be compared.
_values = attrgetter("a_id", "b_id", *_ROW[2:])
_DELETED_OPPOSITE = SyncRecord.State.DELETED_OPPOSITE

_MET = {
    "link": "They are the same person.",
    "merge": "It took the place of a contact that is no more.",
}


@dataclass
class Person:
    """One person of a chunk. ``joined``: the two meet for the first time just now, by the verb
    of the step that says so: they "link", or one "merge"s into a new one; ``spare``: sync
    records of either alone, which the common one replaces. ``existed``: is there somebody on the
    other side whom one alone might be; None where that was not asked. ``is_whole``: otherwise
    only a part of it is planned, as an undo does: what else changed is left for the next run."""

    row: SyncRecord | None
    views: dict[str, View]
    memory: Memory = field(default_factory=Memory)
    decision: Decision | None = None
    joined: str = ""
    spare: list[SyncRecord] = field(default_factory=list)
    existed: bool | None = None
    is_whole: bool = True

    @property
    def is_pair(self) -> bool:
        return len(self.views) == 2

    @property
    def makes_counterpart(self) -> bool:
        return self.decision is not None and self.decision.state == SyncRecord.State.NEW

    @property
    def is_bereaved(self) -> bool:
        return self.decision is not None and self.decision.state == _DELETED_OPPOSITE

    def is_newly_bereft(self, side: str) -> bool:
        """Is its contact of this side gone, and did one of the two go since they were last planned,
        or is open what followed?"""
        if self.row is None or not self.is_pair or not self.views[side].gone:
            return False
        if self.row.state != _DELETED_OPPOSITE or self.row.due_at is not None:
            return True
        return any(
            view.gone and getattr(self.row, f"{at}_digest") != view.digest
            for at, view in self.views.items()
        )

    @property
    def steps(self) -> tuple[StepPlan, ...]:
        """What is decided, the meeting first."""
        steps = _decided(self).steps
        if not self.joined:
            return steps
        return (StepPlan(self.joined, "", cause="mapping", why=_MET[self.joined]), *steps)

    @property
    def title(self) -> str:
        known = (self.views[side].contact for side in "ab" if side in self.views)
        return next((contact.title for contact in known if contact), "")


@dataclass
class Ledger:
    run: Run
    now: datetime
    commit: Commit
    #: By (state, cause): how many sync records this plan moves there, for a preview's totals.
    moved: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def is_preview(self) -> bool:
        return self.run.kind == Run.Kind.PREVIEW

    @property
    def is_stored(self) -> bool:
        return not self.is_preview

    def store(self, persons: Sequence[Person], side: str, upto: int | None) -> None:
        before = {x.row.pk: _values(x.row) for x in persons if x.row and x.row.pk}
        with self.commit():
            rows = [(person, self._settle(person)) for person in persons]
            if not self.is_preview:
                self._save(rows, before)
                self._level(persons)
                if upto is not None:
                    Planned.objects.filter(connection=self.run.connection_id).update(
                        **{f"{side}_number": upto}
                    )
            bulk.insert([step for person, row in rows for step in self._steps(person, row)])

    def look_again(self, rows: Collection[int], at: datetime) -> None:
        """Plan these sync records by themselves from this time on."""
        if rows and not self.is_preview:
            with self.commit():
                SyncRecord.objects.filter(pk__in=rows).update(due_at=at)

    def _settle(self, person: Person) -> SyncRecord:
        """The sync record as decided. Of one that is to vanish the state is ""."""
        decision = _decided(person)
        row = person.row or SyncRecord(connection_id=self.run.connection_id)
        if person.row:
            self.moved[row.state, row.cause] -= 1
        for spare in person.spare:
            self.moved[spare.state, spare.cause] -= 1
        if decision.state:
            self.moved[decision.state, decision.cause] += 1
        for side, view in person.views.items():
            setattr(row, f"{side}_id", view.id)
            if person.is_whole:
                setattr(row, f"{side}_digest", view.digest)
        row.state, row.cause, row.reason = decision.state, decision.cause, decision.reason
        row.base = agree(person.memory.base, decision.agreed)
        row.drift, row.halted = list(decision.drift), list(decision.halted)
        row.effects = remembered(person.memory.effects, decision.effects)
        row.matched = list(decision.matched)
        if person.is_pair or person.makes_counterpart:
            row.existed = person.is_pair if row.existed is None else row.existed
        if (title := person.title[:300]) != row.title:
            row.title, row.name_key = title, name_key(title)
        if person.is_whole:
            row.due_at = next_day(self.now) if decision.daily else None
        elif decision.state == SyncRecord.State.APART:
            row.due_at = None  # nothing is planned of them
        elif decision.cause == "held" or any(
            getattr(row, f"{side}_digest") != view.digest for side, view in person.views.items()
        ):
            row.due_at = self.now  # what was held may not be any more
        row.updated_at = self.now
        return row

    def _save(
        self, rows: Sequence[tuple[Person, SyncRecord]], before: Mapping[int, Sequence[Any]]
    ) -> None:
        """``before``: what is stored, by row; one that stays as it is is not written."""
        gone = [row.pk for _, row in rows if row.pk and not row.state]
        gone += [spare.pk for person, _ in rows for spare in person.spare]
        if gone:
            SyncRecord.objects.filter(pk__in=gone).delete()
        kept = [row for _, row in rows if row.state]
        changed = [row for row in kept if row.pk and _values(row) != before[row.pk]]
        bulk.update(changed, (*_ROW, "updated_at"))
        bulk.insert([row for row in kept if not row.pk])

    def _level(self, persons: Iterable[Person]) -> None:
        """Give agreed values the later of their two stamps, and move the clocks along."""
        changes = {
            person.views[side].id: stamps
            for person in persons
            for side, stamps in _decided(person).level.items()
        }
        raise_stamps(changes)

    def _steps(self, person: Person, row: SyncRecord) -> Iterable[Step]:
        led: set[str] = set()
        for plan in person.steps:
            leads = plan.calls and plan.side not in led
            led.update({plan.side} if leads else ())
            fields = audited(plan)
            yield Step(
                run=self.run,
                connection_id=self.run.connection_id,
                sync_record=None if self.is_preview or not row.state else row,
                verb=plan.verb,
                side=plan.side,
                leads=leads,
                a_remote=_remote(person, "a"),
                b_remote=_remote(person, "b"),
                name=row.title,
                name_key=row.name_key,
                fields=fields,
                touched=touched(fields),
                agree={key: list(ops) for key, ops in plan.agree.items()},
                stamps={name: stamp.number for name, stamp in plan.stamps.items()},
                raises={name: stamp.number for name, stamp in plan.raises.items()},
                effects=dict(plan.effects),
                target_digest=_digest(person, plan),
                conflict=any(change.lost for change in plan.fields.values()),
                cause=plan.cause,
                rule=plan.rule,
                rule_key=int(plan.rule_key) if plan.rule_key.isdecimal() else None,
                why=plan.why,
                by_id=self.run.requested_by_id if self._is_by_a_person(plan) else None,
                result=Step.Result.PLANNED if plan.calls else Step.Result.DONE,
                at=self.now,
                foreseen=self.is_preview,
            )

    def _is_by_a_person(self, plan: StepPlan) -> bool:
        """All that follows from what somebody decided on single contacts is theirs."""
        return plan.cause == "person" or self.run.kind == Run.Kind.BY_HAND


def remembered(effects: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The effects of a pair after these changes; None forgets a target."""
    merged = {**effects, **changes}
    return {target: effect for target, effect in merged.items() if effect is not None}


def next_day(now: datetime) -> datetime:
    """The coming midnight of the configured time zone."""
    local = in_configured_zone(now)
    return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def raise_stamps(changes: Mapping[int, Mapping[str, Stamp]]) -> None:
    """Set stamps of fields by record id, where they are later than those it has."""
    if not changes:
        return
    records = list(Record.objects.filter(pk__in=changes).only("stamps", "container_id"))
    raised: list[Record] = []
    latest: dict[int, int] = {}
    for record in records:
        for name, stamp in changes[record.pk].items():
            if stamp.number > stamp_of(record.stamps, name).number:
                record.stamps = {**record.stamps, name: list(stamp)}
                latest[record.container_id] = max(latest.get(record.container_id, 0), stamp.number)
                raised.append(record)
    bulk.update(list(dict.fromkeys(raised)), ("stamps",))
    for container_id, number in latest.items():
        mirror.push_clock(container_id, number)


def _decided(person: Person) -> Decision:
    assert person.decision is not None, "a person is stored before it was planned"
    return person.decision


def _remote(person: Person, side: str) -> str:
    view = person.views.get(side)
    return view.remote_id if view else ""


def _digest(person: Person, plan: StepPlan) -> str:
    view = person.views.get(plan.side)
    return view.digest if view and plan.calls else ""


def audited(plan: StepPlan) -> dict[str, dict[str, object]]:
    """Its fields as the audit log has them."""
    fields: dict[str, dict[str, object]] = {}
    for name, change in plan.fields.items():
        fields[name] = {
            "before": value_to_json(change.before),
            "after": value_to_json(change.after),
        }
        if change.lost:
            fields[name]["lost"] = value_to_json(change.lost)
    return fields
