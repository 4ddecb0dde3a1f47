"""One run of one connection, from open to close: observe, recover, plan, apply, remember.

A run is claimed by its row: at most one of a connection is *running*. The accounts are leased
for slices of the work, so that a large first run never starves the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from django.db.models import Q

from connections.accounts import open_account
from connections.models import Account, Connection
from connections.observe import observe
from connectors.connector import Connector
from connectors.errors import AppError, AskStaff, SignInAgain, TryAgain
from rules.rows import setup_of
from rules.setup import Setup
from sync import counts
from sync.apply import Side, apply
from sync.brakes import shrunken_sides
from sync.claim import claim
from sync.host import Host
from sync.leases import Busy, Held, LeaseLost
from sync.ledger import Ledger
from sync.memory import collected_rarely
from sync.models import Planned, Run, Step, SyncRecord
from sync.pilot import records_of
from sync.planning import plan
from sync.recover import recover
from sync.steps import WRITING, discard
from sync.work import Work

#: How long a slice of work may hold the accounts while others wait.
SLICE = timedelta(seconds=20)
#: So often what a run's own writes brought to light (a contact changed meanwhile) is planned
#: again within the same run; the rest waits for the next.
ROUNDS = 4
#: After so many writes to a side its changes are read once more, so that the next run does not
#: have to listen to the echo of this one.
ECHO = 50

Open = Callable[[Account], Connector]
Report = Callable[[Run], None]


def perform(
    run_id: int, *, host: Host, open_account: Open = open_account, report: Report = lambda run: None
) -> Run:
    """Carry out a queued run. Never raises what an app answers: it is the run's ``why``."""
    run = Run.objects.select_related("connection").get(pk=run_id)
    if not claim(run, host):
        return run
    journey = Journey(run, host, open_account, report)
    try:
        with collected_rarely():
            journey.go()
    except Refusal as refusal:
        journey.close(Run.State.REFUSED, str(refusal))
    except (Busy, LeaseLost) as error:
        journey.close(Run.State.BUSY, str(error))
    except AppError as error:
        journey.close(_blame(journey, error), str(error))
    return run


class Refusal(Exception):
    """The run does not start; the message says why and what to do."""


def _blame(journey: Journey, error: AppError) -> Run.State:
    """Put a fault that only a person can mend where that person will look for it."""
    connection = journey.connection
    if isinstance(error, SignInAgain) and journey.at_work is not None:
        account = connection.container(journey.at_work).account
        Account.objects.filter(pk=account.pk).update(attention=str(error))
    elif isinstance(error, AskStaff):
        Connection.objects.filter(pk=connection.pk).update(attention=str(error))
    else:
        return Run.State.FAILED
    return Run.State.REFUSED


class Journey:
    """A run under way."""

    def __init__(self, run: Run, host: Host, open_account: Open, report: Report) -> None:
        self.run, self.host, self.report = run, host, report
        self.connection = Connection.objects.select_related("a__account", "b__account").get(
            pk=run.connection_id
        )
        self.open_account = open_account
        self.sides: dict[str, Side] = {}
        #: The side whose app is being spoken to, to know whose fault an error is.
        self.at_work: str | None = None
        self.spoken_at = self.host.now()
        self.ledger: Ledger | None = None

    @property
    def is_preview(self) -> bool:
        return self.run.kind == Run.Kind.PREVIEW

    def go(self) -> None:
        self._may_start()
        setup = setup_of(self.connection)
        if not setup.lines:
            raise Refusal("No field mapping is on. Switch on at least one line.")
        Run.objects.filter(pk=self.run.pk).update(setup=setup.to_json())
        planned, _ = Planned.objects.get_or_create(connection=self.connection)
        containers = {side: self.connection.container(side) for side in "ab"}
        held = Held([c.account_id for c in containers.values()], self.host)
        self._say("waiting for the accounts")
        held.wait(30)
        try:
            with self._opened():
                self._observe(held)
                reasons = [] if self.run.approved else shrunken_sides(self.connection, setup)
                if reasons and not self.is_preview:
                    self.close(Run.State.HELD, _held(self.connection, reasons))
                    return
                self._rounds(setup, planned, held)
                self._finish(planned, held)
        finally:
            held.release()

    def _may_start(self) -> None:
        connection, name = self.connection, self.connection.name
        if self.is_preview:
            return
        if connection.state == Connection.State.PAUSED:
            raise Refusal(f"{name} is paused. Nothing is written until `resume {name}`.")
        if connection.state == Connection.State.DRAFT and not self.run.approved:
            raise Refusal(f"{name} is a draft. Look at its preview, then start it with --approve.")
        if connection.state == Connection.State.DRAFT and not self.run.only:
            connection.state = Connection.State.ACTIVE
            connection.save(update_fields=["state"])

    @contextmanager
    def _opened(self) -> Iterator[None]:
        try:
            for side in "ab":
                self.at_work = side
                container = self.connection.container(side)
                self.sides[side] = Side(side, container, self.open_account(container.account))
            yield
        finally:
            for part in self.sides.values():
                part.connector.close()

    def _observe(self, held: Held, sides: str = "ab") -> None:
        """Read both sides. When one fails, what the other showed is kept."""
        failures: list[tuple[str, AppError]] = []
        for side in sides:
            self.at_work = side
            part = self.sides[side]
            self._say(f"reading {part.container}")
            try:
                observe(part.container, part.connector, self.host.now, held.commit)
            except AppError as error:
                failures.append((side, error))
        for self.at_work, failure in failures:
            raise failure

    def _rounds(self, setup: Setup, planned: Planned, held: Held) -> None:
        everything = planned.setup_digest != setup.digest()
        only = records_of(self.connection, self.run.only) if self.run.only else None
        if only is not None and not only:
            raise Refusal(
                f"Neither side has a contact {self.run.only!r}. Give an e-mail, a:ID or b:ID."
            )
        if not self.is_preview:
            # Once, while the mirror is fresh: of what is sent later it does not tell.
            for side in self.sides.values():
                self.at_work = side.name
                recover(self.connection, setup, side, self.host.now, held.commit)
        for _ in range(ROUNDS):
            self._say("planning")
            self.ledger = Ledger(self.run, self.host.now(), held.commit)
            work = Work(planned, everything, only)
            plan(self.connection, setup, work, self.ledger, self.host.now())
            if self.is_preview:
                return
            if only is None:
                Planned.objects.filter(pk=planned.pk).update(setup_digest=setup.digest())
                everything = False
            self._apply(setup, held)
            planned.refresh_from_db()
            if not self._is_due(only):
                return

    def _is_due(self, only: frozenset[int] | None) -> bool:
        due = SyncRecord.objects.filter(connection=self.connection, due_at__lte=self.host.now())
        if only is not None:
            due = due.filter(Q(a__in=only) | Q(b__in=only))
        return due.exists()

    def _apply(self, setup: Setup, held: Held) -> None:
        steps = Step.objects.filter(run=self.run, result=Step.Result.PLANNED, verb__in=WRITING)
        self.run.total = self.run.done + steps.count()
        for side in self.sides.values():
            self.at_work = side.name
            while steps.filter(side=side.name).exists():
                self._write_slice(setup, side, held)
                held.release()
                self.host.sleep(0.1)
                held.wait(300)

    def _write_slice(self, setup: Setup, side: Side, held: Held) -> None:
        self._say(f"writing {side.container}")
        end = self.host.now() + SLICE

        def rest() -> bool:
            return self.host.now() > end

        for count in apply(self.run, setup, side, self.host.now, held.commit, rest):
            self.run.done += count
            self._say(f"writing {side.container}", quietly=True)

    def _finish(self, planned: Planned, held: Held) -> None:
        if not self.is_preview:
            self._listen_to_echo(held)
            if planned.first_done_at is None and not self.run.only:
                Planned.objects.filter(pk=planned.pk).update(first_done_at=self.host.now())
            Connection.objects.filter(pk=self.connection.pk).update(attention="")
            accounts = [part.container.account_id for part in self.sides.values()]
            Account.objects.filter(pk__in=accounts).exclude(attention="").update(attention="")
        self.close(Run.State.DONE, "")

    def _listen_to_echo(self, held: Held) -> None:
        """Spares the next run the sight of our own writes; when it fails, it merely does not."""
        written = Step.objects.filter(run=self.run, result=Step.Result.DONE, verb__in=WRITING)
        for side in self.sides:
            if written.filter(side=side).count() > ECHO:
                with suppress(TryAgain):
                    self._observe(held, side)

    def close(self, state: Run.State, why: str) -> None:
        """Write down how it ended. Steps that were not sent are dropped: they are planned again."""
        if not self.is_preview:
            unsent = Step.objects.filter(run=self.run, result=Step.Result.PLANNED)
            discard(unsent, self.host.now())
        requests = {side: part.connector.requests for side, part in self.sides.items()}
        standing = counts.totals(self.connection)
        if self.is_preview and self.ledger is not None:
            standing.update(self.ledger.moved)
        self.run.state, self.run.why, self.run.finished_at = state, why, self.host.now()
        self.run.phase, self.run.counts = "", counts.of_run(self.run, requests, standing)
        self.run.save(
            update_fields=["state", "why", "finished_at", "phase", "counts", "done", "total"]
        )
        self.report(self.run)

    def _say(self, phase: str, quietly: bool = False) -> None:
        """Tell what is being done; ``quietly`` not more often than people can read."""
        now = self.host.now()
        if quietly and now - self.spoken_at < timedelta(seconds=0.5):
            return
        self.spoken_at = now
        self.run.phase, self.run.alive_at = phase[:60], now
        self.run.save(update_fields=["phase", "alive_at", "done", "total"])
        self.report(self.run)


def _held(connection: Connection, reasons: list[str]) -> str:
    return (
        f"{' '.join(reasons)} If that is right, go on with `sync {connection.name} --approve`; "
        "if not, put the contacts back in the app and sync again."
    )
