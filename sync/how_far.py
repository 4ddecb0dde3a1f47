"""How far a run under way is, in words: everything comes from its row, so that whoever comes later
or looks again sees the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from sync.models import Run

#: A rate of less than this says nothing yet.
ENOUGH = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class HowFar:
    """``doing``: what it does just now; ``amount``, ``rate`` and ``left`` say how much of that is
    done, how fast, and how long it takes still. ``before``: what was done until then. ``waits``:
    what it is waiting for, and ``goes_on`` when that ends. Each may be empty. ``share``: of a
    hundred; None while that is not known."""

    doing: str
    amount: str = ""
    rate: str = ""
    left: str = ""
    before: str = ""
    waits: str = ""
    goes_on: str = ""
    share: int | None = None

    def __str__(self) -> str:
        """In a line."""
        if self.waits:
            return " ".join(filter(None, (self.waits, self.goes_on)))
        parts = filter(None, (self.amount, self.left))
        return ": ".join(filter(None, (self.doing, ", ".join(parts))))


def how_far(run: Run, now: datetime) -> HowFar:
    """Of a run that has not ended."""
    if run.state == Run.State.QUEUED:
        return HowFar("waits for a worker", waits=run.waits)
    done, of = _amounts(run)
    per_second = _rate(run, now)
    waits = _is_waiting(run, now)
    return HowFar(
        doing=run.phase or "starting",
        amount=_amount(run, done, of),
        rate=_in_words(per_second),
        left=_left(run, per_second),
        before=_before(run),
        waits=run.waits if waits else "",
        goes_on=_goes_on(run, now) if waits else "",
        share=min(100, 100 * done // of) if of else None,
    )


def _amounts(run: Run) -> tuple[int, int]:
    """What is done of how many (0: not known): of writing both sides together."""
    if run.stage == Run.Stage.WRITING:
        return run.done, run.total
    return run.phase_done, max(run.phase_of, run.phase_done) if run.phase_of else 0


def _amount(run: Run, done: int, of: int) -> str:
    if not run.stage:
        return ""
    verb = Run.Stage(run.stage).label
    if of:
        return f"{done:,} of {of:,} contacts {verb}"
    return f"{done:,} contact{'' if done == 1 else 's'} {verb}" if done else ""


def _rate(run: Run, now: datetime) -> float:
    """Contacts a second since it does this, waits included; 0 while that is not known."""
    if run.phase_at is None or not run.phase_done or now - run.phase_at < ENOUGH:
        return 0
    return run.phase_done / (now - run.phase_at).total_seconds()


def _in_words(per_second: float) -> str:
    if not per_second:
        return ""
    if per_second >= 10:
        return f"{per_second:,.0f} a second"
    return f"{per_second:.1f} a second" if per_second >= 1 else f"{per_second * 60:.0f} a minute"


def _left(run: Run, per_second: float) -> str:
    rest = run.phase_of - run.phase_done
    if not per_second or rest <= 0:
        return ""
    seconds = rest / per_second
    if seconds < 60:
        return "less than a minute left"
    minutes = seconds / 60
    return f"about {minutes:.0f} min left" if minutes < 90 else f"about {minutes / 60:.0f} h left"


def _before(run: Run) -> str:
    """What it did in the stages before this one."""
    amounts = {
        Run.Stage.READING: run.read,
        Run.Stage.PLANNING: run.looked_at,
        Run.Stage.WRITING: run.done,
    }
    stages = [stage for stage, number in amounts.items() if number and stage != run.stage]
    parts = [f"{amounts[stage]:,} {stage.label}" for stage in stages]
    return f"{', '.join(parts)} so far" if parts else ""


def _is_waiting(run: Run, now: datetime) -> bool:
    return bool(run.waits) and (run.waits_until is None or run.waits_until > now)


def _goes_on(run: Run, now: datetime) -> str:
    if run.waits_until is None:
        return ""
    seconds = (run.waits_until - now).total_seconds()
    if seconds < 90:
        return f"It goes on in {seconds:.0f} s."
    return f"It goes on at {timezone.localtime(run.waits_until):%H:%M}."
