"""What a run under way tells of itself, in its row: for those who watch it, who may come and go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock, get_ident

from connections.models import Account
from connections.threads import leaving_no_connection
from sync.host import Host
from sync.leases import Busy
from sync.models import Run

Report = Callable[[Run], None]

#: People read no faster than this.
SELDOM = timedelta(seconds=0.5)
#: A wait for an app that takes longer is told.
LONG = 2.0

_TOLD = (
    "phase", "stage", "phase_at", "phase_done", "phase_of", "waits", "waits_until",
    "done", "total", "read", "looked_at", "alive_at",
)  # fmt: skip
#: By what is counted, the column of the run as a whole.
_COUNTED: Mapping[str, str] = {
    Run.Stage.READING: "read",
    Run.Stage.PLANNING: "looked_at",
    Run.Stage.WRITING: "done",
}


class Telling:
    """``report`` is told whenever there is something new, as a terminal shows it."""

    def __init__(self, run: Run, host: Host, report: Report) -> None:
        self._run, self._host, self._report = run, host, report
        self._told_at = host.now()
        self._thread = get_ident()
        self._lock = Lock()

    def begins(self, phase: str, stage: str = "", of: int = 0) -> None:
        """What is done from now on, until the next; ``of``: with how many contacts, if known. It
        may be said again after a pause."""
        run = self._run
        if (run.phase, run.stage) != (phase[:60], stage):
            run.phase, run.stage, run.phase_at = phase[:60], stage, self._host.now()
            run.phase_done, run.phase_of = 0, of
        self._save()

    def goes_on(self, number: int) -> None:
        """It has done its work with so many contacts more."""
        run = self._run
        run.phase_done += number
        if column := _COUNTED.get(run.stage):
            setattr(run, column, getattr(run, column) + number)
        if self._host.now() - self._told_at >= SELDOM:
            self._save()

    def waits_for_app(self, place: str, seconds: float, why: str) -> None:
        """Before the app of ``place`` is asked again. Threads of a connector come here, too, one
        or several with the same wait."""
        if seconds < LONG:
            return
        with self._lock:
            until = self._host.now() + timedelta(seconds=seconds)
            known = self._run.waits_until
            if self._run.waits and known and until <= known:
                return
            self._wait(f"It waits for {place}. {why}", until)

    def waits_for_account(self, busy: Busy) -> None:
        self._wait(f"It waits. {in_use(busy)}", None)

    def _wait(self, why: str, until: datetime | None) -> None:
        run = self._run
        run.waits, run.waits_until, run.alive_at = why[:500], until, self._host.now()
        with leaving_no_connection(self._thread):
            Run.objects.filter(pk=run.pk).update(
                waits=run.waits, waits_until=until, alive_at=run.alive_at
            )
        self._report(run)

    def _save(self) -> None:
        run = self._run
        run.waits, run.waits_until = "", None
        self._told_at = run.alive_at = self._host.now()
        run.save(update_fields=_TOLD)
        self._report(run)


def in_use(busy: Busy) -> str:
    """A sentence: which account is in use, and by which connection."""
    account = Account.objects.filter(pk=busy.account).values_list("name", flat=True).first()
    runs = Run.objects.filter(state=Run.State.RUNNING, owner=busy.owner)
    user = runs.values_list("connection__name", flat=True).first()
    return f"Account {account} is in use by {f'connection {user}' if user else 'another run'}."
