"""The world without connectors and without a database: what planning decides is carried out by
the apps at once, and what the product remembers of it is kept in memory.

Who meets whom, what is planned and what is remembered is decided by the product's own code
(``sync.planning``, ``sync.engine``, the ledger's and the settlement's view of one person); only
its tables are others (``tables.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace

from rules.building import build
from rules.lines import lines_of
from rules.written import WrittenRule
from sync.engine.draft import Taken
from sync.engine.person import View
from sync.engine.restored import Done
from sync.engine.undo import plan_undo
from sync.ledger import Person
from sync.models import Run, Step, SyncRecord
from sync.planning import plan
from sync.sketch import Sketch
from sync.views import memory_of
from sync.work import Work
from tests.world.app import WatchedApp
from tests.world.building import catalogue_of, quirks_of
from tests.world.history import Event
from tests.world.planner.ledger import KeptLedger
from tests.world.planner.tables import Tables
from tests.world.planner.unrest import unrest
from tests.world.planner.writing import Writing
from tests.world.runs import Told
from tests.world.world import World

#: Plans within one run, as in ``sync.run``; and runs until it has to be quiet.
ROUNDS, SETTLING = 4, 6
_MARKS = ("PieSync Trash", "PieSync Unsubscribes")


class PlannerWorld(World):
    """Beside the events of ``history.py`` there is ("break", n): the next run is broken off after
    n writes; what it had planned besides is planned again. What needs rows is left to the full
    stack: there are no cursors and no Trash inbox, and options stay as they are."""

    def _open(self, turned: bool) -> None:
        setting = self.setting
        quirks = {side: quirks_of(setting, side) for side in setting.apps}
        self.apps = {
            side: WatchedApp(
                side, self.clock.now, quirks[side], self.journal, setting.picky.get(side, "")
            )
            for side in setting.apps
        }
        self.connections = {"ab": None}
        self.tables = Tables(self.apps, turned)
        self.catalogues = {side: catalogue_of(quirks[side]) for side in setting.apps}
        self.lines = lines_of(setting.all_lines, self.catalogues["a"], self.catalogues["b"])
        self._keys: dict[tuple[str, str], str] = {}
        self._rules_known = 0
        self._break = -1
        #: What a run left undone, although nothing kept it from it.
        self.restless: list[str] = []
        self._looked_through: tuple[int, int] | None = None
        self._write_rules(setting.rules)
        self._planned_under = self.setup
        self.tables.planned.setup_digest = "under the first setup"

    def happen(self, event: Event) -> None:
        if event[0] == "break":
            self._break = event[1]
        elif event[0] not in ("forget", "bin", "option", "line"):
            super().happen(event)

    def settle(self) -> bool:
        self._break = -1
        return any(self.run().is_idle and self.run().is_idle for _ in range(SETTLING))

    # --- the setup ---

    def _write_rules(self, rules: tuple[WrittenRule, ...]) -> None:
        """Rules of the same name and side stay the same rules, however changed."""
        keys = {}
        for rule in rules:
            name = (rule.name, rule.side)
            self._rules_known += name not in self._keys
            keys[name] = self._keys.get(name, f"{self._rules_known}")
        self._keys = keys
        setting = self.setting
        options = {
            "direction": setting.direction,
            "winner": setting.winner,
            "avoid_duplicates": setting.avoid_duplicates,
            "never_blank": setting.never_blank,
            "region": "",
            "new_status": setting.new_status,
            "sync_deletions": setting.sync_deletions,
            "sync_unsubscribes": setting.sync_unsubscribes,
            "brakes": {},
        }
        written = [(keys[rule.name, rule.side], rule) for rule in rules]
        self.setup = build("ab", options, self.lines, written, self.catalogues, _MARKS)

    # --- runs ---

    def run(self, kind: str = Run.Kind.SYNC, of: str = "ab", undoes: Told | None = None) -> Told:
        told = self._told(kind)
        told.undoes = undoes.number if undoes else 0
        self.journal.run = told.number
        is_whole = self._rounds(Run(pk=told.number, kind=kind), undoes)
        self.journal.run = 0
        if is_whole and not undoes:
            self._look_for_unrest(told)
        self._close(told, is_whole)
        return told

    def _look_for_unrest(self, told: Told) -> None:
        """Unless nothing happened since the last look."""
        state = (len(self.journal.entries), len(self.ruled))
        if state != self._looked_through:
            self.restless += [f"I2: after run {told.number} {text}" for text in unrest(self)]
        self._looked_through = state

    def _told(self, kind: str) -> Told:
        """A run begins: it looks at both apps."""
        self.clock.tick(1)
        now = self.clock.now()
        told = Told(len(self.runs) + 1, now, now, kind, approved=True, rules=self.rules)
        told.setting = self.setting
        told.first = len(self.journal.entries)
        told.looked = dict.fromkeys(self.apps, now)
        self.runs.append(told)
        for mirror in self.tables.mirrors.values():
            mirror.look(now)
        self.clock.tick(1)
        return told

    def _close(self, told: Told, is_whole: bool) -> None:
        told.state = Run.State.DONE if is_whole else "killed"
        told.last, told.ended = len(self.journal.entries), self.clock.now()
        self.clock.tick(1)

    def _work(self) -> Work:
        return Work(
            self.tables.planned,
            self.setup is not self._planned_under,
            widened=self.setup.widened_since(self._planned_under),
        )

    def _rounds(self, run: Run, undoes: Told | None) -> bool:
        """Was all carried out that was planned?"""
        work = self._work()
        for number in range(ROUNDS):
            ledger = KeptLedger(run, self.clock.now(), self.tables)
            if undoes is None:
                plan(self.tables, self.setup, work, ledger, self.clock.now())
                self._planned_under = self.setup
            elif number == 0:
                self._plan_undo(undoes, ledger)
            work = replace(work, everything=False, widened=frozenset())
            for app in self.apps.values():
                writing = Writing(self.tables, app, self.setup, self.clock.now(), self._break)
                writing.carry_out(run)
                self._break = writing.left
            if self._break == 0:
                return False
            if undoes or not any(self._is_due(row) for row in self.tables.records.values()):
                return True
        return True

    def _is_due(self, row: SyncRecord) -> bool:
        return row.due_at is not None and row.due_at <= self.clock.now()

    def undo(self, back: int) -> None:
        done = [run for run in self.runs if run.is_done and run.kind == Run.Kind.SYNC]
        if len(done) >= back:
            self.run(Run.Kind.UNDO, undoes=done[-back])

    def preview(self) -> None:
        told = self._told(Run.Kind.PREVIEW)
        promised = [
            (steps[0].verb == "create", side, *(_remote(person, of) for of in "ab"))
            for person in self.sketched()
            for side in "ab"
            if (steps := [x for x in person.steps if x.calls and x.side == side])
        ]
        self.previews.append((told.number, promised))
        self._close(told, is_whole=True)

    def sketched(self, everything: bool = False) -> list[Person]:
        """What the next run would decide, or one of everybody; nothing of it is kept."""
        stored = self.tables.records
        self.tables.records = {pk: copy(row) for pk, row in stored.items()}
        persons: list[Person] = []
        work = self._work()
        work = replace(work, everything=work.everything or everything)
        now = self.clock.now()
        plan(self.tables, self.setup, work, Sketch(persons.append), now)
        self.tables.records = stored
        return persons

    def _plan_undo(self, undone: Told, ledger: KeptLedger) -> None:
        """``sync.undoing``"""
        steps: dict[int, list[Step]] = {}
        for step in self.tables.steps:
            row = step.sync_record
            is_there = row is not None and row.pk in self.tables.records
            if step.run_id == undone.number and step.result == Step.Result.DONE and is_there:
                steps.setdefault(row.pk, []).append(step)
        for pk, mine in steps.items():
            row = self.tables.records[pk]
            ids = {"a": row.a_id, "b": row.b_id}
            views = {side: self.tables.view(id) for side, id in ids.items() if id}
            done = [Done(x.verb, x.side, x.fields, tuple(x.effects)) for x in mine]
            memory = memory_of(row)
            decision = plan_undo(
                done, views, memory, self.setup, "the run", self._taken(done, views)
            )
            person = Person(row, views, memory, decision, is_whole=False)
            ledger.store([person], "", None)

    def _taken(self, done: Sequence[Done], views: dict[str, View]) -> Taken:
        taken = {}
        for side, mirror in self.tables.mirrors.items():
            own = views[side].id if side in views else 0
            others = [x for x in mirror.views.values() if x.alive and x.id != own]
            taken[side] = frozenset(email for view in others for email in view.emails)
        return taken


def _remote(person: Person, side: str) -> str:
    return person.views[side].remote_id if side in person.views else ""
