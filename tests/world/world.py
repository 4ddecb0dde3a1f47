"""Living through a history: the real engine between two apps, with what happens to both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from connections.catalogues import catalogue_to_json
from connections.models import Account, Connection, Container, FieldMapping
from connections.vault import seal
from connectors.connector import Catalogue
from connectors.errors import TryAgain, Unanswered
from connectors.fields import STANDARD, Field
from connectors.memory.app import Quirks
from connectors.memory.connector import CONTAINER
from connectors.memory.store import placed
from sync.host import Host
from sync.models import Run, Step
from sync.queue import ask_for_run
from sync.run import perform
from tests.world.app import Journal, WatchedApp
from tests.world.clock import Clock
from tests.world.history import Event, History
from tests.world.processes import Killed, Process
from tests.world.words import UNMAPPED, contact_of, edited, person_of

_TABLES = (
    "sync_step", "sync_run", "sync_syncrecord", "sync_planned", "sync_lease",
    "connections_key", "connections_record", "connections_fieldmapping",
    "connections_connection", "connections_container", "connections_account",
)  # fmt: skip
_CATALOGUE = Catalogue((*STANDARD.values(), Field(UNMAPPED, "Shoe size")))
#: Seconds between the runs after the last event: longer than any app's lag, then longer than
#: any pause before another try.
SETTLING = (400, 20_000, 400, 20_000, 400, 20_000, 400, 400)
#: Seconds that a call to an app takes.
CALL = 0.25


@dataclass
class Told:
    """What a run looked like from outside. ``looked``: by side when its changes were asked."""

    number: int
    started: datetime
    kind: str
    state: str = "killed"
    looked: dict[str, datetime] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    #: How long the journal was at its start and end.
    first: int = 0
    last: int = 0
    commits: int = 0
    calls: int = 0
    faults: bool = False
    why: str = ""

    @property
    def is_idle(self) -> bool:
        """It wrote nothing, and asked each side once what is new."""
        return (
            self.state == Run.State.DONE
            and self.first == self.last
            and self.requests == {"a": 1, "b": 1}
        )


class World:
    def __init__(self, history: History) -> None:
        self.setting = setting = history.setting
        self.clock = Clock()
        self.journal = Journal()
        self.apps: dict[str, WatchedApp] = {}
        self.runs: list[Told] = []
        self.previews: list[tuple[int, list[tuple[Any, ...]]]] = []
        self._faults: list[Event] = []
        self._dead: set[str] = set()
        self._events = 0
        _empty_tables()
        containers = {side: self._container(side) for side in "ab"}
        self.connection = Connection.objects.create(
            name="world", state=Connection.State.ACTIVE, direction=setting.direction,
            winner=setting.winner, avoid_duplicates=setting.avoid_duplicates,
            never_blank=setting.never_blank, **containers,
        )  # fmt: skip
        FieldMapping.objects.bulk_create(
            FieldMapping(connection=self.connection, position=i, a=name, b=name)
            for i, name in enumerate(setting.fields)
        )

    def _container(self, side: str) -> Container:
        quirks = Quirks(**self.setting.quirks(side))
        app = WatchedApp(side, self.clock.now, quirks, self.journal)
        self.apps[side] = placed[f"world-{side}"] = app
        account = Account.objects.create(
            name=side, app="memory", sealed=seal({"name": f"world-{side}"})
        )
        return Container.objects.create(
            account=account, remote_id=CONTAINER, name=side,
            catalogue_data=catalogue_to_json(_CATALOGUE),
        )  # fmt: skip

    # --- events ---

    def live(self, events: Sequence[Event]) -> None:
        for event in events:
            self.happen(event)

    def happen(self, event: Event) -> None:
        match event:
            case ("tick", seconds):
                self.clock.tick(seconds)
            case ("run",):
                self.run()
            case ("preview",):
                self.preview()
            case ("at", *_) | ("commit", *_):
                self._faults.append(event)
            case ("forget", side):
                Container.objects.filter(name=side).update(cursor="forgotten")
            case _:
                self._user(event)

    def _user(self, event: Event) -> None:
        what, side, pid, *rest = event
        app = self.apps[side]
        id = self._id_of(side, pid)
        self._events += 1
        self.journal.event = self._events
        try:
            if what == "add":
                if id is None:
                    app.add(contact_of(pid, rest[0]))
            elif id is None:
                pass  # there is nobody to edit
            elif what == "delete":
                app.remove(id)
            else:
                before = app.contacts()[id].get(rest[0])
                after = edited(what, pid, before, *rest)
                if after != before:
                    app.edit(id, {rest[0]: after})
        finally:
            self.journal.event = 0

    def _id_of(self, side: str, pid: int) -> str | None:
        contacts = self.apps[side].contacts()
        return next((id for id, c in contacts.items() if person_of(c) == pid), None)

    def settle(self) -> bool:
        """No more faults; runs until nothing is written any more. Does it ever end?

        It has ended when two runs on end had nothing to do, the first of them so late that
        every delay and every pause before another try is over.
        """
        self._faults = []
        for number, seconds in enumerate(SETTLING):
            self.clock.tick(seconds)
            self.run()
            if number >= 2 and all(run.is_idle for run in self.runs[-2:]):
                return True
        return False

    # --- runs ---

    def run(self, kind: str = Run.Kind.SYNC) -> Told:
        """One run in a process of its own, with the faults that were ordered for it."""
        told = Told(len(self.runs) + 1, self.clock.now(), kind, first=len(self.journal.entries))
        faults, self._faults = self._faults, []
        told.faults = bool(faults)
        self.runs.append(told)
        process = Process(f"process {told.number}", lambda moment: at_commit(moment))

        def at_commit(moment: str) -> None:
            told.commits += moment == "before"
            for _, number, when, what in (f for f in faults if f[0] == "commit"):
                if (number, when) == (told.commits, moment):
                    self._die(process, what)

        def at_call(side: str, moment: str, call: str) -> None:
            process.check()
            if moment == "before":
                self.clock.tick(CALL)
                told.calls += 1
                if call == "changes":
                    told.looked[side] = self.clock.now()
            for fault in [f for f in faults if f[:3] == ("at", told.calls, moment)]:
                faults.remove(fault)
                self._strike(process, fault[3:])

        for side, app in self.apps.items():
            app.interrupt = lambda moment, call, side=side: at_call(side, moment, call)
        before = {side: app.requests for side, app in self.apps.items()}
        self.journal.run = told.number
        held = bool(self.runs[:-1]) and self.runs[-2].state == Run.State.HELD
        row = ask_for_run(self.connection, kind=kind, approved=held)
        host = Host(
            self.clock.now, self.clock.tick, process.name, lambda owner: owner in self._dead
        )
        try:
            with process.running():
                run = perform(row.pk, host=host)
                told.state, told.why = run.state, run.why
        except Killed:
            pass
        told.requests = {side: app.requests - before[side] for side, app in self.apps.items()}
        told.last = len(self.journal.entries)
        self.journal.run = 0
        for app in self.apps.values():
            app.interrupt = _quiet
        return told

    def preview(self) -> None:
        told = self.run(Run.Kind.PREVIEW)
        steps = Step.objects.filter(run__kind=Run.Kind.PREVIEW, verb__in=("create", "update"))
        promised = [
            (step.verb, step.side, tuple(sorted(step.fields)), step.a_remote, step.b_remote)
            for step in steps.filter(result=Step.Result.PLANNED)
        ]
        self.previews.append((told.number, promised))

    def _strike(self, process: Process, what: Event) -> None:
        if what[0] in ("kill", "vanish"):
            self._die(process, what[0])
        elif what[0] == "lost":
            raise Unanswered("No answer came.")
        elif what[0] == "busy":
            raise TryAgain("Too many requests.", after=30)
        else:
            self._user(what)

    def _die(self, process: Process, how: str) -> None:
        if how == "kill":
            self._dead.add(process.name)
        process.die()


def _quiet(moment: str, call: str) -> None:
    """Nothing happens at this call."""


def _empty_tables() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"DELETE FROM {table}")
