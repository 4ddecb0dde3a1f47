"""The people of one chunk, brought together with what is remembered of them, and decided upon."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from connections.days import in_configured_zone
from connections.mirror import key_value
from connectors.fields import STANDARD, normals
from rules.setup import Setup, other
from sync.engine.draft import NOBODY, Taken, addresses_from
from sync.engine.match import HEIRS, Match, match
from sync.engine.oscillation import to_and_fro
from sync.engine.person import Decision, Memory, StepPlan, View
from sync.engine.plan import in_scope, plan_alone, plan_new, plan_pair
from sync.leaving import LEFT
from sync.ledger import Person
from sync.models import SyncRecord
from sync.neighbours import Neighbourhood
from sync.register import Register
from sync.so_far import SoFar
from sync.views import first_memory, memory_of, on_paper
from sync.work import Work


class Meeting:
    """``so_far``: what this very plan has decided already."""

    def __init__(
        self,
        register: Register,
        setup: Setup,
        side: str,
        work: Work,
        so_far: SoFar,
        now: datetime,
    ) -> None:
        self.register, self.setup, self.side, self.work = register, setup, side, work
        self.there = other(side)
        self.so_far, self.met = so_far, so_far.met
        self.address_fields = {of: addresses_from(setup, of) for of in "ab"}
        #: Rules about days go by those of the configured time zone.
        self.now = in_configured_zone(now)
        #: Sync records of whom it is not known yet whether a write was carried out: nothing new
        #: is planned for them.
        self.open_rows: set[int] = set()
        #: Has somebody changed of whom nothing is planned?
        self.leaves_some_alone = False
        #: Sync records of whom something was planned that was never sent.
        self.abandoned: set[int | None] = set()

    def persons(self, ids: Sequence[int]) -> list[Person]:
        ids = [id for id in ids if id not in self.met and id not in self.so_far.parted]
        known = self._known(ids)
        self._leave_open_ones(known)
        left_alone = {id for id in ids if self._is_left_alone(known.get(id))}
        self.leaves_some_alone |= bool(left_alone)
        ids = [id for id in ids if id not in left_alone]
        ids = self._unsettled(ids, known)
        views = self._views(ids)
        opposite = self._views([self._opposite(known[id]) for id in ids if _is_pair(known.get(id))])
        pairs = [
            Person(
                row, {self.side: view, self.there: opposite[self._opposite(row)]}, memory_of(row)
            )
            for id, view in views.items()
            if (row := known.get(id)) and _is_pair(row)
        ]
        self._note(pairs)
        self._find_heirs(pairs)
        persons = [*pairs, *self._strangers(views, known)]
        self._decide_pairs(persons)
        for person in persons:
            if person.is_bereaved:  # who is left may be paired with somebody new
                members = {view.id for view in person.views.values()}
                self.met -= members
                self.so_far.parted |= members
        return persons

    def _strangers(
        self, views: Mapping[int, View], known: Mapping[int, SyncRecord]
    ) -> list[Person]:
        """Those without a counterpart, together with the one they turn out to have."""
        alone = {id: view for id, view in views.items() if not _is_pair(known.get(id))}
        if not alone:
            return []
        visible = [view for view in alone.values() if view.alive and not view.fault]
        proposing = not self.setup.avoid_duplicates
        near = self.register.near(self.side, visible, self.so_far, proposing)
        persons = []
        for id, view in alone.items():
            if id not in self.met:  # else paired with somebody earlier in this chunk
                persons.append(self._meet(view, known.get(id), near))
                self._note(persons[-1:])
        return persons

    def _note(self, persons: Iterable[Person]) -> None:
        for person in persons:
            if person.is_pair or person.makes_counterpart:
                self.met.update(view.id for view in person.views.values())

    # --- who is there ---

    def _known(self, ids: Sequence[int]) -> dict[int, SyncRecord]:
        rows = self.register.rows(self.side, ids)
        known = {getattr(row, f"{self.side}_id"): row for row in rows}
        for id in self.so_far.alone.keys() & set(ids):
            known.pop(id, None)
            if row := self.so_far.alone[id]:
                known[id] = row
        return known

    def _is_left_alone(self, row: SyncRecord | None) -> bool:
        """Of two who are apart nothing is planned, nor while a write is in doubt."""
        if row is None:
            return False
        return row.pk in self.open_rows or (_is_pair(row) and row.state == SyncRecord.State.APART)

    def _opposite(self, row: SyncRecord) -> int:
        opposite: int = getattr(row, f"{self.there}_id")
        return opposite

    def _leave_open_ones(self, known: dict[int, SyncRecord]) -> None:
        rows = [row.pk for row in known.values() if row.pk]
        self.open_rows.update(self.register.in_doubt(rows))
        self.abandoned = self.register.abandoned(rows)

    def _unsettled(self, ids: Sequence[int], known: dict[int, SyncRecord]) -> list[int]:
        """Those with something to do: not planned as they are, or due by themselves."""
        open_ids = []
        for id, digest, is_gone in self.register.seen(ids):
            row = known.get(id)
            if row is None:
                is_open = not is_gone
            elif self.work.everything or self._is_due(row):
                is_open = True
            else:
                is_open = getattr(row, f"{self.side}_digest") != digest
            if is_open:
                open_ids.append(id)
        return open_ids

    def _is_due(self, row: SyncRecord) -> bool:
        """By itself, without a change."""
        is_time = row.due_at is not None and row.due_at <= self.now
        return is_time or row.pk in self.abandoned

    def _views(self, ids: Sequence[int]) -> dict[int, View]:
        views = self.register.views(ids)
        if on_trial := views.keys() & self.work.paper.keys():
            for id, number in self.register.numbers(on_trial).items():
                views[id] = on_paper(views[id], self.work.paper[id], number + 1)
        return views

    # --- somebody without a counterpart: who is it? ---

    def _meet(self, view: View, row: SyncRecord | None, near: Neighbourhood) -> Person:
        memory = memory_of(row) if row else Memory()
        person = Person(row, {self.side: view}, memory)
        if view.gone or view.fault or view.id in self.work.create:
            person.existed = False
            person.decision = self._new(view, memory)
            return person
        result = self._match(view, near)
        if result.found is not None and self._may_meet(view, result.found):
            self._join(person, result.found, near)
            return person
        existed = result.found is not None or result.state in ("duplicate", "to_review", "apart")
        person.existed = existed
        person.decision = plan_alone(
            self.side, view, memory, self.setup, self.now, existed
        ) or self._unmatched(view, memory, result)
        return person

    def _match(self, view: View, near: Neighbourhood) -> Match:
        if answered := self.work.pairs.get(view.id):
            return Match(found=self._views([answered])[answered])
        neighbours = near.of(view, self.met)
        rivals = [
            rival
            for rival in neighbours.here
            if rival.id in neighbours.paired
            or rival.id in neighbours.bereaved
            or self._is_rival(rival, existed=bool(neighbours.there))
        ]
        return match(view, replace(neighbours, here=rivals), self.setup.avoid_duplicates)

    def _is_rival(self, rival: View, existed: bool) -> bool:
        """Somebody with the same address whom no rule wants does not stand in the way."""
        memory = Memory()
        return not plan_alone(self.side, rival, memory, self.setup, self.now, existed)

    def _may_meet(self, view: View, found: View) -> bool:
        sides = {self.side: view, self.there: found}
        return in_scope(sides, Memory(), self.setup, self.now)

    def _join(self, person: Person, found: View, near: Neighbourhood) -> None:
        row, theirs = person.row, near.rows.get(found.id)
        person.row = near.survivors.get(found.id) or row or theirs
        person.spare = [x for x in (row, theirs) if x is not None and x is not person.row]
        person.views[self.there] = found
        person.joined = "link"

    def _unmatched(self, view: View, memory: Memory, result: Match) -> Decision:
        if not result.state and memory.cause == LEFT:
            return Decision("excluded", LEFT, memory.reason, matched=memory.matched)
        if not result.state:
            return self._new(view, memory)
        verb = {"excluded": "exclude", "duplicate": "duplicate", "apart": "apart"}.get(
            result.state, "hold"
        )
        is_news = (memory.state, memory.cause) != (result.state, result.cause)
        step = StepPlan(verb, self.side, why=result.reason, cause=self.side)
        return Decision(result.state, result.cause, result.reason, (step,) if is_news else ())

    def _new(self, view: View, memory: Memory) -> Decision:
        """Its own addresses are nobody's there; those that other fields of it bring may be."""
        taken = NOBODY
        if view.contact and (addresses := self._brought(self.there, view)):
            taken = {**NOBODY, self.there: self._in_use(self.there, dict.fromkeys(addresses, 0))}
        return plan_new(self.side, view, memory, self.setup, self.now, taken)

    # --- pairs ---

    def _find_heirs(self, persons: Sequence[Person]) -> None:
        """Before a deletion is concluded: did somebody take the deleted contact's place?"""
        bereft = {side: [x for x in persons if x.is_newly_bereft(side)] for side in "ab"}
        for side, of_side in bereft.items():
            heirs = self.register.heirs(side, [person.views[side] for person in of_side])
            for person in of_side:
                self._inherit(person, side, heirs.of(person.views[side], self.met))

    def _inherit(self, person: Person, side: str, heirs: Sequence[View]) -> None:
        if len(heirs) == 1:
            (heir,) = heirs
            person.spare = self.register.rows(side, [heir.id])
            person.views[side], person.joined = heir, "merge"
            self.met.add(heir.id)
        elif heirs:
            names = " · ".join(view.contact.title for view in heirs if view.contact)
            reason = f"Deleted in {side.upper()}, where several have its address now: {names}."
            memory = person.memory
            is_news = (memory.state, memory.reason) != ("to_review", reason)
            steps = (StepPlan("hold", side, why=reason, cause=side),) if is_news else ()
            person.decision = Decision(
                "to_review", HEIRS, reason, steps, matched=memory.matched, halted=memory.halted
            )

    def _decide_pairs(self, persons: Sequence[Person]) -> None:
        pairs = [person for person in persons if person.is_pair and person.decision is None]
        taken = self._addresses_in_use(pairs)
        for person in pairs:
            person.memory = self._first_or_widened(person)
            person.decision = self._decide(person, person.memory, taken)
        self._halt(pairs, taken)

    def _decide(self, person: Person, memory: Memory, taken: Taken) -> Decision:
        a, b = person.views["a"], person.views["b"]
        return plan_pair(a, b, memory, self.setup, self.now, taken)

    def _halt(self, pairs: Sequence[Person], taken: Taken) -> None:
        """Hold what would go to and fro, and let the rest go on."""
        writing = {
            person.row.pk: person
            for person in pairs
            if person.row and person.row.pk and not person.joined and _calls(person.decision)
        }
        history = self.register.written(writing, self.now) if writing else {}
        for pk, person in writing.items():
            assert person.decision is not None
            halted = to_and_fro(person.decision.steps, history.get(pk, ()), self.setup)
            if halted:
                known = tuple(dict.fromkeys((*person.memory.halted, *sorted(halted))))
                person.decision = self._decide(person, replace(person.memory, halted=known), taken)

    def _first_or_widened(self, person: Person) -> Memory:
        """What is remembered, without what has to start as a first match."""
        memory = person.memory
        if person.joined:
            return first_memory(person.row, person.views)
        if widened := self.work.widened & memory.base.keys():
            kept = {key: rows for key, rows in memory.base.items() if key not in widened}
            return replace(memory, base=kept)
        return memory

    def _addresses_in_use(self, pairs: Sequence[Person]) -> Taken:
        """By side, the addresses that other contacts of that side hold, of those that a pair has
        on one side only and may therefore be about to get."""
        moving: dict[str, dict[str, int]] = {"a": {}, "b": {}}
        for person in pairs:
            for side, view in person.views.items():
                theirs = person.views[other(side)]
                coming = {*theirs.emails, *self._brought(side, theirs)}
                moving[side].update(dict.fromkeys(coming - set(view.emails), view.id))
        return {side: self._in_use(side, addresses) for side, addresses in moving.items()}

    def _in_use(self, side: str, addresses: Mapping[str, int]) -> frozenset[str]:
        """Of these addresses of contacts, by their ids, those that another one of that side has."""
        holders = self.register.holders(side, addresses)
        return frozenset(
            address for address, id in addresses.items() if holders[key_value(address)] - {id}
        )

    def _brought(self, side: str, theirs: View) -> frozenset[str]:
        """The addresses that fields other than its addresses bring to this side."""
        names = self.address_fields[side]
        if not names or theirs.contact is None:
            return frozenset()
        found = (normals(STANDARD["emails"], theirs.contact.get(name)) for name in names)
        return frozenset().union(*found)


def _calls(decision: Decision | None) -> bool:
    return decision is not None and any(step.calls for step in decision.steps)


def _is_pair(row: SyncRecord | None) -> bool:
    return row is not None and row.a_id is not None and row.b_id is not None
