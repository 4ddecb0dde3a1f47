"""One run of one connection, from open to close: observe, recover, plan, apply, remember.

A run is claimed by its row: at most one of a connection is *running*. The accounts are leased
for slices of the work, so that a large first run never starves the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from connections.accounts import open_account
from connections.models import Account, Connection
from connectors.errors import AppError, AskStaff, SignInAgain, SwitchedOff, TryAgain
from rules.rows import setup_of
from rules.setup import Setup
from sync import counts, days, totals
from sync.apply import Side, apply
from sync.brakes import reasons_to_hold, shrunken_sides, tally_of, waiting_hold, why_held
from sync.by_hand import Unanswerable, prepare
from sync.claim import claim, unclaim
from sync.host import Host
from sync.leases import TURN, Busy, Held, LeaseLost
from sync.leaving import leave
from sync.ledger import Ledger
from sync.memory import collected_rarely
from sync.models import Planned, Run, Step, SyncRecord
from sync.pilot import NotThere, chosen
from sync.planning import plan
from sync.putting_back import put_back
from sync.recover import recover
from sync.register import Register
from sync.sides import Open, Sides
from sync.steps import discard
from sync.telling import Report, Telling, in_use
from sync.trash import delete
from sync.turns import Later, take
from sync.undoing import calls_of, reason_against, undo
from sync.work import Work, number_of, work_under

#: How long a slice of work may hold the accounts while others wait.
SLICE = timedelta(seconds=20)
#: So often what a run's own writes brought to light (a contact changed meanwhile) is planned
#: again within the same run; the rest waits for the next.
ROUNDS = 4
#: After so many writes to a side its changes are read once more, so that the next run does not
#: have to listen to the echo of this one.
ECHO = 50

_CLOSED = (
    "state", "why", "finished_at", "phase", "stage", "counts", "tally", "done", "total", "read",
    "looked_at",
)  # fmt: skip


def perform(
    run_id: int,
    *,
    host: Host,
    open_account: Open = open_account,
    report: Report = lambda run: None,
    patient: bool = False,
) -> Run:
    """Carry out a queued run. Never raises what an app answers: it is the run's ``why``.
    ``patient``: while another run of the connection, or of an account of it, is under way, it
    stays queued."""
    run = Run.objects.select_related("connection").get(pk=run_id)
    if not claim(run, host, patient):
        return run
    journey = Journey(run, host, open_account, report, patient)
    try:
        with collected_rarely():
            journey.go()
    except (Refusal, Unanswerable) as refusal:
        journey.close(Run.State.REFUSED, str(refusal))
    except Later as later:
        unclaim(run, f"It waits. {in_use(later.busy)}")
    except Busy as busy:
        journey.close(Run.State.BUSY, in_use(busy))
    except LeaseLost as error:
        journey.close(Run.State.BUSY, str(error))
    except AppError as error:
        journey.close(_blame(journey, error), str(error))
    return run


class Hold(Exception):
    """The run stops before it writes, and asks a person."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class Refusal(Exception):
    """The run does not start; the message says why and what to do."""


def _blame(journey: Journey, error: AppError) -> Run.State:
    """Put a fault that only a person can mend where that person will look for it."""
    connection = journey.connection
    at_work = journey.sides.at_work
    if isinstance(error, SignInAgain | SwitchedOff) and at_work is not None:
        account = connection.container(at_work).account
        Account.objects.filter(pk=account.pk).update(attention=str(error))
    elif isinstance(error, AskStaff):
        Connection.objects.filter(pk=connection.pk).update(attention=str(error))
    else:
        return Run.State.FAILED
    return Run.State.REFUSED


class Journey:
    """A run under way."""

    def __init__(
        self, run: Run, host: Host, open_account: Open, report: Report, patient: bool
    ) -> None:
        self.run, self.host, self.report, self.patient = run, host, report, patient
        self.connection = Connection.objects.select_related("a__account", "b__account").get(
            pk=run.connection_id
        )
        self.telling = Telling(run, host, report)
        self.sides = Sides(self.connection, host, open_account, self.telling)
        self.ledger: Ledger | None = None
        #: Pairs whose contact of that side vanished since the last run.
        self.gone = {"a": 0, "b": 0}

    @property
    def is_preview(self) -> bool:
        return self.run.kind == Run.Kind.PREVIEW

    def go(self) -> None:
        self._may_start()
        planned, _ = Planned.objects.get_or_create(connection=self.connection)
        containers = {side: self.connection.container(side) for side in "ab"}
        held = Held([c.account_id for c in containers.values()], self.host)
        take(held, self.run, self.telling, self.patient)
        try:
            with self.sides.opened(held):
                self.sides.refresh_catalogues()
                setup = self._setup()
                self._take_word(planned)
                self.sides.observe(held, in_full=self.run.full)
                if self.sides.asks_what_vanished(setup, planned):
                    setup = self._setup()
                self._check_sides(setup)
                self._rounds(setup, planned, held)
                self._finish(planned, held)
        except Hold as hold:
            self._hold(hold.reasons)
        finally:
            held.release()

    def _may_start(self) -> None:
        connection, name = self.connection, self.connection.name
        if "undo" in self.run.task and (why := reason_against(connection, self.run.task)):
            raise Refusal(why)
        if self.is_preview or self.run.kind == Run.Kind.UNDO:
            return
        if self.run.task.get("leave") == "held" and not waiting_hold(connection):
            raise Refusal(f"No run of {name} is held any more, so nothing was left as it was.")
        if connection.state == Connection.State.PAUSED:
            raise Refusal(f"{name} is paused. Nothing is written until `resume {name}`.")
        if connection.state == Connection.State.DRAFT and not self.run.approved:
            raise Refusal(f"{name} is a draft. Look at its preview, then start it with --approve.")
        if connection.state == Connection.State.DRAFT and not self.run.only:
            connection.state = Connection.State.ACTIVE
            connection.save(update_fields=["state"])

    def _take_word(self, planned: Planned) -> None:
        """What apps said until now is about to be read. What they say from now on is for the next
        run, be it read by this one or not."""
        if self.run.kind == Run.Kind.SYNC and not self.run.only:
            Planned.objects.filter(pk=planned.pk, told_at__isnull=False).update(told_at=None)

    def _setup(self) -> Setup:
        setup = setup_of(self.connection)
        if not setup.lines:
            raise Refusal("No field mapping is on. Switch on at least one line.")
        Run.objects.filter(pk=self.run.pk).update(setup=setup.to_json())
        return setup

    def _check_sides(self, setup: Setup) -> None:
        """Is a side empty, or much smaller, that had contacts?"""
        reasons, tally = shrunken_sides(self.connection, setup, self.run.limits)
        self.gone = {"a": tally.gone_a, "b": tally.gone_b}
        if reasons and not self.is_preview and self.run.kind != Run.Kind.BY_HAND:
            self.run.tally = tally.to_json()
            raise Hold(reasons)

    def _check_plan(self, setup: Setup, is_first: bool) -> None:
        """Would it do more than a connection may without a person?"""
        tally = replace(tally_of(self.run), gone_a=self.gone["a"], gone_b=self.gone["b"])
        self.run.tally = tally.to_json()
        free = self.is_preview or self.run.kind != Run.Kind.SYNC
        if free or (is_first and not self.run.limits):
            return
        if reasons := reasons_to_hold(self.run, tally, setup):
            raise Hold(reasons)

    def _hold(self, reasons: Sequence[str]) -> None:
        """What was planned stays to be looked at until the next run plans afresh."""
        steps = Step.objects.filter(run=self.run, result=Step.Result.PLANNED)
        rows = SyncRecord.objects.filter(pk__in=steps.values("sync_record"))
        rows.update(due_at=self.host.now())
        self.close(Run.State.HELD, why_held(self.connection, reasons))

    def _rounds(self, setup: Setup, planned: Planned, held: Held) -> None:
        work = self._work(setup, planned)
        moved_on: frozenset[int] | None = None
        if not self.is_preview:
            # Once, while the mirror is fresh: of what is sent later it does not tell.
            for side in self.sides.each():
                recover(self.connection, setup, side, self.host.now, held.commit)
        for number in range(ROUNDS):
            self.telling.begins("planning", Run.Stage.PLANNING, number_of(self.connection, work))
            self.ledger = Ledger(self.run, self.host.now(), held.commit)
            if number == 0 and self.run.kind == Run.Kind.BY_HAND:
                with held.commit():
                    work = prepare(self.connection, self.run.task, self.ledger, work)
            self._plan(setup, work, self.ledger, moved_on)
            if number == 0:
                self._check_plan(setup, planned.first_done_at is None)
            if self.is_preview:
                return
            if self.run.task.get("leave"):
                leave(self.run, setup, self.ledger)
            if work.only is None:
                Planned.objects.filter(pk=planned.pk).update(
                    setup_digest=setup.digest(), setup=setup.to_json()
                )
                work = replace(work, everything=False, widened=frozenset())
            if number == 0 and work.create:  # then take off what marked it as left behind
                rows = SyncRecord.objects.filter(connection=self.connection)
                made = rows.filter(Q(a__in=work.create) | Q(b__in=work.create)).exclude(effects={})
                self.ledger.look_again([row.pk for row in made], self.host.now())
            calls = calls_of(self.run) if "undo" in self.run.task else {}
            self._apply(setup, held)
            planned.refresh_from_db()
            kept = calls_of(self.run) if calls else {}
            moved_on = frozenset(row for pk, row in calls.items() if pk not in kept)
            if not moved_on and not self._is_due(work.only):
                return

    def _work(self, setup: Setup, planned: Planned) -> Work:
        try:
            only = chosen(self.connection, self.run.only) if self.run.only else None
        except NotThere as key:
            why = f"Neither side has a contact {str(key)!r}. Give an e-mail, a:ID or b:ID."
            raise Refusal(why) from None
        if self.run.task and "leave" not in self.run.task:
            only = frozenset()  # what is to be planned is in the task
        return work_under(setup, planned, only)

    def _plan(
        self, setup: Setup, work: Work, ledger: Ledger, moved_on: frozenset[int] | None
    ) -> None:
        """``moved_on``: of an undo, sync records whose contacts changed under it."""
        task = self.run.task
        if "undo" in task:
            undo(self.connection, setup, task, ledger, moved_on)
        elif "put back" in task:
            put_back(self.connection, setup, task["put back"], ledger)
        elif "delete" in task:
            for side in {side for _, side in task["delete"]}:
                self._may_delete(side)
            delete(self.connection, task["delete"], ledger)
        else:
            tell = self.telling.goes_on
            plan(Register(self.connection), setup, work, ledger, self.host.now(), tell)

    def _may_delete(self, side: str) -> None:
        part = self.sides.parts[side]
        if not part.connector.capabilities.deletes:
            raise Refusal(
                f"{part.container} lets nobody delete contacts from outside. Delete them there."
            )

    def _is_due(self, only: frozenset[int] | None) -> bool:
        due = SyncRecord.objects.filter(connection=self.connection, due_at__lte=self.host.now())
        if only is not None:
            due = due.filter(Q(a__in=only) | Q(b__in=only))
        return due.exists()

    def _apply(self, setup: Setup, held: Held) -> None:
        steps = Step.objects.filter(run=self.run, result=Step.Result.PLANNED, leads=True)
        self.run.total = self.run.done + steps.count()
        for side in self.sides.each():
            goes_on = steps.filter(side=side.name).exists()
            while goes_on:
                self._write_slice(setup, side, held)
                goes_on = steps.filter(side=side.name).exists()
                held.release()
                self.host.sleep(TURN if goes_on else 0.1)
                held.wait(300, self.telling.waits_for_account)

    def _write_slice(self, setup: Setup, side: Side, held: Held) -> None:
        left = self.run.total - self.run.done
        self.telling.begins(f"writing {side.container}", Run.Stage.WRITING, left)
        end = self.host.now() + SLICE

        def rest() -> bool:
            return self.host.now() > end

        now = self.host.now
        for count in apply(self.run, setup, side, now, held.commit, rest):
            self.telling.goes_on(count)

    def _finish(self, planned: Planned, held: Held) -> None:
        if not self.is_preview:
            self._listen_to_echo(held)
            is_whole = self.run.kind == Run.Kind.SYNC and not self.run.only
            if planned.first_done_at is None and is_whole:
                Planned.objects.filter(pk=planned.pk).update(first_done_at=self.host.now())
            Connection.objects.filter(pk=self.connection.pk).update(attention="")
            accounts = [part.container.account_id for part in self.sides.each()]
            Account.objects.filter(pk__in=accounts).exclude(attention="").update(attention="")
        self.close(Run.State.DONE, "")

    def _listen_to_echo(self, held: Held) -> None:
        """Spares the next run the sight of our own writes; when it fails, it merely does not."""
        written = Step.objects.filter(run=self.run, result=Step.Result.DONE, leads=True)
        for side in self.sides.parts:
            if written.filter(side=side).count() > ECHO:
                with suppress(TryAgain):
                    self.sides.observe(held, side)

    def close(self, state: Run.State, why: str) -> None:
        """Write down how it ended. Steps that were not sent are dropped: they are planned again."""
        if not self.is_preview and state != Run.State.HELD:
            unsent = Step.objects.filter(run=self.run, result=Step.Result.PLANNED)
            discard(unsent, self.host.now())
        standing = counts.totals(self.connection)
        if self.is_preview and self.ledger is not None:
            standing.update(self.ledger.moved)
        self.run.state, self.run.why, self.run.finished_at = state, why, self.host.now()
        self.run.phase = self.run.stage = ""
        self.run.counts = counts.of_run(self.run, self.sides.requests, standing)
        ours = Run.objects.filter(pk=self.run.pk, owner=self.run.owner, finished_at=None)
        with transaction.atomic():
            if ours.update(**{name: getattr(self.run, name) for name in _CLOSED}):
                days.add(self.run, self.sides.waited)
                totals.add(self.run, self.sides.statuses)
            else:  # taken for dead meanwhile, and closed by whoever goes on with its work
                self.run.refresh_from_db()
        self.report(self.run)
