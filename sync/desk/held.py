"""A run that stopped before it wrote, and asks a person: why, what it was about to do, and how it
may go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from connections.models import Connection, Record
from connections.rights import OPERATE, sees_people
from rules.setup import Brakes, Setup
from sync.brakes import pairs_of, reasons_of, waiting_hold
from sync.desk import verbs
from sync.desk.deciding import why_not_now
from sync.desk.foreseen import Examples, examples_of
from sync.desk.places import OVERVIEW, url_of
from sync.engine.brakes import Tally, shrunken, too_many, with_leeway
from sync.models import Run

#: By brake what is counted.
_COUNTED: Mapping[str, str] = {
    "marks": "marked",
    "overwrites": "losing a value that is cleared or overwritten",
    "changes": "made or changed",
}


@dataclass(frozen=True, slots=True)
class Limit:
    """``number``: of the contacts of which ``what`` is said; ``limit``: how many there may be,
    in words; ``is_over``: this is why it is held."""

    what: str
    number: int
    limit: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class Hold:
    """``waits``: somebody has to decide still; ``following``: the run that was asked for to go on.
    ``approved``: what an approval lets it do; ``why_not``: why nobody decides just now."""

    run: Run
    reasons: str
    waits: bool
    following: Run | None
    limits: Sequence[Limit]
    approved: str
    examples: Sequence[Examples]
    why_not: str


def hold_of(connection: Connection, run: Run, user: Any) -> Hold:
    """``run``: one that was held. ``user`` may not see whom it is about."""
    waits = waiting_hold(connection) == run
    return Hold(
        run,
        reasons_of(run),
        waits,
        _under_way(connection),
        list(_limits(connection, run)) if run.tally else (),
        _approved(run),
        examples_of(run) if sees_people(user) else (),
        why_not_now(connection)
        or ("" if user.has_perm(OPERATE) else "Somebody with the right to operate decides it."),
    )


def _approved(run: Run) -> str:
    limits = with_leeway(run.tally)
    return ", ".join(f"{limits[x]} {what}" for x, what in _COUNTED.items() if limits.get(x))


def _limits(connection: Connection, run: Run) -> Iterator[Limit]:
    brakes = Setup.from_json(run.setup).brakes if run.setup else Brakes.from_json(connection.brakes)
    pairs = pairs_of(connection)
    for name, what in _COUNTED.items():
        number, (least, share) = run.tally.get(name, 0), getattr(brakes, name)
        alone = replace(Tally(), **{name: number})
        at_least = "more than" if name == "marks" else "at least"
        limit = f"{at_least} {least}, and more than {share * 100:g} % of {pairs} pairs"
        if name == "changes":
            limit += f"; or more than {brakes.most:,}"
        yield Limit(what, number, limit, bool(too_many(alone, pairs, brakes, {})))
    for side in "ab":
        if number := run.tally.get(f"gone_{side}", 0):
            container = connection.container(side)
            is_empty = not Record.objects.filter(container=container, gone_at=None).exists()
            least, share = brakes.marks
            yield Limit(
                f"no longer in {side.upper()}",
                number,
                f"more than {least}, and more than {share * 100:g} % of {pairs} pairs; or all",
                shrunken(number, pairs, is_empty, brakes),
            )


# --- what is decided ---


def approve(request: HttpRequest, connection: Connection) -> HttpResponse:
    """It goes on if it would do no more than what was shown and a little."""
    return _decided(request, connection, Run.Kind.SYNC, approved=True)


def check_again(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Read both sides in full, and plan anew."""
    return _decided(request, connection, Run.Kind.SYNC, full=True)


def leave(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Take both sides as agreed instead."""
    return _decided(request, connection, Run.Kind.BY_HAND, task={"leave": "held"})


def _decided(request: HttpRequest, connection: Connection, kind: str, **asked: Any) -> HttpResponse:
    """Pressing twice, or after somebody else did, does nothing and says so."""
    if run := _under_way(connection):
        messages.info(request, f"It is decided already: {run} is on its way.")
        return redirect(verbs.page_of(run))
    if why := why_not_now(connection):
        messages.error(request, why)
        return redirect(url_of(connection, OVERVIEW))
    if waiting_hold(connection) is None:
        messages.info(request, "No run is held any more, so there was nothing to decide.")
        return redirect(url_of(connection, OVERVIEW))
    return redirect(verbs.page_of(verbs.run(request, connection, kind, **asked)))


def _under_way(connection: Connection) -> Run | None:
    """What somebody decided about a held run, and is not done yet."""
    runs = Run.objects.filter(connection=connection, only="")
    open_runs = runs.filter(state__in=(Run.State.QUEUED, Run.State.RUNNING))
    decided = open_runs.filter(kind=Run.Kind.SYNC, approved=True)
    decided |= open_runs.filter(kind=Run.Kind.SYNC, full=True)
    decided |= open_runs.filter(kind=Run.Kind.BY_HAND, task__has_key="leave")
    return decided.first()
