"""Living through a history: the real engine between apps, with what happens to all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from connections.accounts import open_account
from connections.models import Account, Connection, Container, FieldMapping
from connectors import connector
from connectors.errors import SignInAgain, TryAgain, Unanswered
from connectors.memory.store import placed
from connectors.sandbox.sandbox import Sandbox
from rules.written import DEFAULT_RULES, WrittenRule
from sync.host import Host
from sync.models import Run, Step
from sync.queue import ask_for_run
from sync.run import perform
from sync.trash import trash_of
from tests.connectors.wire import ORIGIN, Wired
from tests.world.app import Journal, WatchedApp
from tests.world.building import (
    build_connection,
    build_container,
    build_real_container,
    empty_tables,
    quirks_of,
    write_rules,
)
from tests.world.clock import Clock
from tests.world.deeds import do
from tests.world.entrance import Entrance, Struck
from tests.world.history import USERS, Event, History, Setting
from tests.world.processes import Killed, Process
from tests.world.rows import is_anything_outstanding, remembered, wrong_rows
from tests.world.runs import Told
from tests.world.standing import FACTS, SETTINGS, StandInApp

#: Seconds between the runs after the last event: longer than any app's lag, then longer than
#: any pause before another try.
SETTLING = (400, 20_000, 400, 20_000, 400, 20_000, 400, 400)
#: Among real apps also longer than a day, or a week, until one is read in full.
SETTLING_OF_REAL = (900, 700_000, 900, 700_000, 900, 900, 900)
#: So many of these rounds at least, until every delay is over.
LEAST, LEAST_OF_REAL = 2, 3
#: Seconds that a process sleeps at least.
NAP = 5
#: Seconds that a call to an app takes.
CALL = 0.25


class World:
    """``turned``: the apps tell of everybody in the other order."""

    def __init__(self, history: History, turned: bool = False) -> None:
        self.setting = history.setting
        #: All settings that there ever were.
        self.settings: list[Setting] = [self.setting]
        self.clock = Clock()
        self.journal = Journal()
        self.apps: dict[str, WatchedApp | StandInApp] = {}
        self.runs: list[Told] = []
        #: What really took place, how often: each event that changed something, each fault that
        #: met its call or commit, and how runs ended (``census.py``).
        self.met: Counter[str] = Counter()
        #: What was wrong with the rows after a run.
        self.complaints: list[str] = []
        self.previews: list[tuple[int, list[tuple[Any, ...]]]] = []
        self.rules: tuple[WrittenRule, ...] = self.setting.rules
        #: From which entry of the journal on the rules were others.
        self.ruled: list[tuple[int, tuple[WrittenRule, ...]]] = [(0, self.rules)]
        self._faults: list[Event] = []
        self._dead: set[str] = set()
        self._events = 0
        self._process: Process | None = None
        self._open(turned)

    def _open(self, turned: bool) -> None:
        """The apps, and the rows of the connections between them."""
        setting = self.setting
        names = sorted(setting.real.values())
        self._sandbox = names and Sandbox(now=self.clock.now, sleep=self.clock.tick, apps=names)
        empty_tables()
        containers = {side: self._container(side, turned) for side in setting.apps}
        self.connections = {
            name: build_connection(name, containers, setting) for name in setting.connections
        }
        if setting.rules != DEFAULT_RULES:
            self._write_rules(setting.rules)

    @property
    def connection(self) -> Connection:
        """The first, or only one."""
        return self.connections["ab"]

    def _container(self, side: str, turned: bool) -> Container:
        if real := self.setting.real.get(side):
            app = StandInApp(
                side, real, self._sandbox, self.clock, self.journal, self.setting.quirks(side)
            )
            self.apps[side] = app
            return build_real_container(side, real, app.partner, app.credentials)
        quirks = quirks_of(self.setting, side)
        picky = self.setting.picky.get(side, "")
        turned = turned != (side in self.setting.turned)
        watched = WatchedApp(side, self.clock.now, quirks, self.journal, picky, turned)
        self.apps[side] = placed[f"world-{side}"] = watched
        return build_container(side, quirks)

    def _opened(self, account: Account, in_world: connector.World) -> connector.Connector:
        """Real connectors find the stand-ins in this process."""
        real = {app.app: app for app in self.apps.values() if isinstance(app, StandInApp)}
        wires = {ORIGIN: Wired(Entrance(self._sandbox, real))}
        return open_account(account, replace(in_world, settings=SETTINGS, wires=wires))

    @property
    def has_undone(self) -> bool:
        return any(run.undoes for run in self.runs)

    @property
    def has_turned(self) -> bool:
        """Was the direction ever another?"""
        return len({setting.direction for setting in self.settings}) > 1

    @property
    def kept_filled(self) -> bool:
        """Was there ever the option never to blank a field?"""
        return any(setting.never_blank for setting in self.settings)

    # --- events ---

    def live(self, events: Sequence[Event]) -> None:
        for event in events:
            self.happen(event)

    def happen(self, event: Event) -> None:
        if event[0] not in USERS | {"at", "commit"}:
            self.met[" ".join(event[: 1 + (event[0] == "option")])] += 1
        match event:
            case ("tick", seconds):
                self.clock.tick(seconds)
            case ("run", *of):
                self.run(of=of[0] if of else "ab")
            case ("preview",):
                self.preview()
            case ("undo", back):
                self.undo(back)
            case ("bin",):
                self.empty_trash()
            case ("rules", rules):
                self.rule(rules)
            case ("option", name, value):
                kept = list(value) if isinstance(value, tuple) else value
                Connection.objects.filter(pk=self.connection.pk).update(**{name: kept})
                self._set(**{name: value})
            case ("line", name, on):
                FieldMapping.objects.filter(connection=self.connection, a=name).update(on=on)
                off = set(self.setting.off) - {name} if on else {*self.setting.off, name}
                self._set(off=tuple(sorted(off)))
            case ("at", *_) | ("commit", *_):
                self._faults.append(event)
            case ("forget", side):
                Container.objects.filter(name=side).update(cursor="forgotten")
            case _:
                self._user(event)

    def rule(self, rules: tuple[WrittenRule, ...]) -> None:
        self._write_rules(rules)
        self.rules = rules
        self.ruled.append((len(self.journal.entries), rules))

    def _write_rules(self, rules: tuple[WrittenRule, ...]) -> None:
        segments = {side: FACTS[app].segment for side, app in self.setting.real.items()}
        write_rules(self.connection, rules, segments)

    def _set(self, **changes: Any) -> None:
        self.setting = replace(self.setting, **changes)
        self.settings.append(self.setting)
        for name in self.connections:
            self.connections[name].refresh_from_db()

    def _write_rules(self, rules: tuple[WrittenRule, ...]) -> None:
        segments = {side: FACTS[app].segment for side, app in self.setting.real.items()}
        write_rules(self.connection, rules, segments)

    def take_all_rules_back(self) -> None:
        """Every rule is switched off and takes back what it did; everything syncs."""
        off = tuple(replace(rule, on=False, take_back=True) for rule in self.rules if rule.actions)
        self.rule((*DEFAULT_RULES, *off))

    def _user(self, event: Event) -> None:
        self._events += 1
        self.journal.event, run = self._events, self.journal.run
        before = len(self.journal.entries)
        try:
            do(self.apps[event[1]], event)
        finally:
            self.journal.event, self.journal.run = 0, run
        self.met[event[0]] += len(self.journal.entries) > before

    def settle(self) -> bool:
        """No more faults; runs until nothing is written any more. Does it ever end?

        It has ended when a round, after every delay is over, had nothing to do and left all that
        is remembered as it was, so that the next could not do otherwise; where something is to be
        done at a later time, when two rounds on end had nothing to do.
        """
        self._faults = []
        rounds: list[bool] = []
        least = LEAST_OF_REAL if self.setting.real else LEAST
        for seconds in SETTLING_OF_REAL if self.setting.real else SETTLING:
            self.clock.tick(seconds)
            before = remembered()
            told = [self.run(of=name) for name in self.connections]
            rounds.append(all(run.is_idle for run in told))
            if len(rounds) < least or not rounds[-1]:
                continue
            stands_still = remembered() == before and not is_anything_outstanding()
            if stands_still or (len(rounds) > least and rounds[-2]):
                return True
        return False

    # --- runs ---

    def run(
        self,
        kind: str = Run.Kind.SYNC,
        of: str = "ab",
        undoes: Told | None = None,
        task: dict[str, Any] | None = None,
    ) -> Told:
        """One run in a process of its own, with the faults that were ordered for it. While
        another is under way that one stands still."""
        faults, self._faults = self._faults, []
        now = self.clock.now()
        told = Told(
            len(self.runs) + 1, now, now, kind, of, first=len(self.journal.entries),
            faults=bool(faults), approved=self._was_held(of), undoes=undoes.number if undoes else 0,
            rules=self.rules, within=self.journal.run, silence=self._silence(of),
            setting=self.setting,
        )  # fmt: skip
        self.runs.append(told)
        process = Process(f"process {told.number}", lambda moment: at_commit(moment))

        def at_commit(moment: str) -> None:
            told.commits += moment == "before"
            for _, number, when, what in (f for f in faults if f[0] == "commit"):
                if (number, when) == (told.commits, moment):
                    self.met[f"{what} {moment} a commit"] += 1
                    self._die(process, what)

        def at_call(side: str, moment: str, call: str) -> None:
            process.check()
            if call == "catalogue":
                return  # asked for at times that the wall's clock decides
            if moment == "before":
                self.clock.tick(CALL)
                told.calls += 1
                told.requests[side] = told.requests.get(side, 0) + (call != "token")
                self.met["access renewed"] += call == "token"
                if call == "changes":
                    told.looked[side] = self.clock.now()
            told.moments.append((told.calls, moment))
            told.writes += (moment, call) == ("before", "write")
            numbers = [0, told.calls, *([f"write {told.writes}"] if call == "write" else [])]
            here = [("at", number, moment) for number in numbers]
            for fault in [f for f in faults if f[:3] in here]:
                faults.remove(fault)
                self._strike(process, side, moment, fault[3:])

        outer = {side: app.interrupt for side, app in self.apps.items()}
        for side, app in self.apps.items():
            app.interrupt = lambda moment, call, side=side: at_call(side, moment, call)
        self.journal.run, waiting, self._process = told.number, self._process, process
        task = {"undo": undoes.row} if undoes else task
        row = ask_for_run(self.connections[of], kind=kind, approved=told.approved, task=task)
        told.row = row.pk
        host = Host(self.clock.now, self._sleep, process.name, lambda owner: owner in self._dead)
        try:
            with process.running():
                run = perform(row.pk, host=host, open_account=self._opened)
                told.state, told.why = run.state, run.why
        except Killed:
            pass
        self.met[f"a run is {told.state}"] += 1
        told.last, told.ended = len(self.journal.entries), self.clock.now()
        self.journal.run, self._process = told.within, waiting
        for side, app in self.apps.items():
            app.interrupt = outer[side]
        self.complaints += (f"{text} after run {told.number}" for text in wrong_rows(self.apps))
        return told

    def _sleep(self, seconds: float) -> None:
        """Longer than asked: who waits for an account need not look so often."""
        self.clock.tick(max(seconds, NAP))

    def _silence(self, of: str) -> dict[str, int]:
        apps = {side: self.apps[side] for side in of}
        return {
            side: app.facts.silence if isinstance(app, StandInApp) else 1
            for side, app in apps.items()
        }

    def _was_held(self, of: str) -> bool:
        syncs = [run for run in self.runs if run.of == of and run.kind == Run.Kind.SYNC]
        return bool(syncs) and syncs[-1].state == Run.State.HELD

    def undo(self, back: int) -> None:
        done = [run for run in self.runs if run.is_done and run.kind == Run.Kind.SYNC]
        if len(done) >= back:
            self.run(Run.Kind.UNDO, undoes=done[-back])

    def empty_trash(self) -> None:
        """Of apps that let contacts be deleted from outside."""
        there = [x.key for x in trash_of(self.connection) if x.side not in self.setting.real]
        if there:
            self.run(Run.Kind.BY_HAND, task={"delete": there})

    def preview(self) -> None:
        told = self.run(Run.Kind.PREVIEW)
        steps = Step.objects.filter(run=told.row, leads=True, result=Step.Result.PLANNED)
        promised = [(x.verb == "create", x.side, x.a_remote, x.b_remote) for x in steps]
        self.previews.append((told.number, promised))

    def _strike(self, process: Process, side: str, moment: str, what: Event) -> None:
        is_user = what[0] in USERS
        self.met[f"{'edit' if is_user else what[0]} {moment} a call"] += 1
        match what:
            case ("kill" | "vanish" as how,):
                self._die(process, how)
            case ("lost" | "short" | "busy" | "ill" | "locked" as how,):
                if isinstance(self.apps[side], StandInApp):
                    raise Struck(how)
                if moment == "after" or how in ("lost", "short"):
                    raise Unanswered("No answer came.")
                if how == "locked":
                    raise SignInAgain("The password is another.")
                raise TryAgain("Come back later.", after=30 if how == "busy" else None)
            case ("stall", seconds):
                self.clock.tick(seconds)
                self._overlap(process, "ab")
            case ("overlap", of):
                self._overlap(process, of)
            case _:
                self._user(what)

    def _overlap(self, process: Process, of: str) -> None:
        with process.waiting():
            self.run(of=of)

    def _die(self, process: Process, how: str) -> None:
        if how == "kill":
            self._dead.add(process.name)
        process.die()
