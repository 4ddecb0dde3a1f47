"""What a run would do, counted before anything is written, and what a person allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from connections.models import Connection, Record
from connectors.contact import Value, value_from_json
from connectors.fields import field_named, normals
from rules.setup import Brakes, Setup, other
from sync.engine.brakes import Tally, shrunken, too_many, with_leeway, with_limits
from sync.models import Run, Step, SyncRecord

#: How a sync ends that came so far as to know what there is to do.
_ENDED = (Run.State.DONE, Run.State.HELD)
UNTOUCHED = "Nothing was written."


def shrunken_sides(
    connection: Connection, setup: Setup, approved: Mapping[str, int]
) -> tuple[list[str], Tally]:
    """Why the run is to be held: sides that had contacts and are empty or much smaller."""
    reasons, gone_by_side, marks = [], {}, 0
    for side in "ab":
        pairs = SyncRecord.objects.filter(connection=connection, a__isnull=False, b__isnull=False)
        pairs = pairs.exclude(state=SyncRecord.State.DELETED_OPPOSITE)
        gone = pairs.filter(Q(**{f"{side}__gone_at__isnull": False})).count()
        gone_by_side[side] = gone
        marks += gone if setup.marks_deletions(other(side)) else 0
        if not gone or gone <= approved.get(f"gone_{side}", -1):
            continue
        total = pairs.count()
        alive = Record.objects.filter(container=connection.container(side), gone_at=None)
        if shrunken(gone, total, is_empty=not alive.exists(), brakes=setup.brakes):
            reasons.append(
                f"{gone} of {total} contacts are no longer in {side.upper()} "
                f"({connection.container(side)}). Nothing was changed in {other(side).upper()}."
            )
    return reasons, Tally(marks, 0, marks, gone_by_side["a"], gone_by_side["b"])


def tally_of(run: Run) -> Tally:
    """What the run's planned steps would do, in people."""
    steps = Step.objects.filter(run=run, result=Step.Result.PLANNED)
    marked: set[Any] = set()
    overwritten: set[Any] = set()
    changed: set[Any] = set()
    rows = steps.values_list("verb", "sync_record_id", "a_remote", "b_remote", "fields")
    for verb, row, a, b, fields in rows.iterator():
        who = row or (a, b)
        changed.add(who)
        if verb == "mark":
            marked.add(who)
        elif verb != "create" and any(
            gives_way(name, value_from_json(change["before"]), value_from_json(change["after"]))
            for name, change in fields.items()
        ):
            overwritten.add(who)
    return Tally(len(marked), len(overwritten), len(changed))


def gives_way(name: str, before: Value, after: Value) -> bool:
    """Is anything there before that is not there afterwards?"""
    if isinstance(before, str) and isinstance(after, str):
        return bool(before) and before != after
    field = field_named(name)
    return bool(normals(field, before) - normals(field, after))


def reasons_to_hold(run: Run, tally: Tally, setup: Setup) -> list[str]:
    pairs = pairs_of(run.connection)
    return too_many(tally, pairs, setup.brakes, run.limits)


def pairs_of(connection: Connection) -> int:
    rows = SyncRecord.objects.filter(connection=connection, a__isnull=False, b__isnull=False)
    return rows.count()


def waiting_hold(connection: Connection) -> Run | None:
    """The held run about which a person is asked: the latest sync that came to an end of its own,
    unless it was left as it is since."""
    runs = Run.objects.filter(connection=connection, finished_at__isnull=False)
    ended = runs.filter(kind=Run.Kind.SYNC, only="", state__in=_ENDED).first()
    if ended is None or ended.state != Run.State.HELD:
        return None
    left = runs.filter(kind=Run.Kind.BY_HAND, state=Run.State.DONE, pk__gt=ended.pk)
    return None if left.filter(task__has_key="leave").exists() else ended


def why_held(connection: Connection, reasons: Sequence[str]) -> str:
    """What a held run says to those who read it on a terminal."""
    name = connection.name
    return (
        f"{' '.join(reasons)} {UNTOUCHED} If that is right, go on with `sync {name} --approve`; to "
        f"read both sides in full again, `sync {name} --check-again`; to take both sides as "
        f"agreed, `sync {name} --leave-as-it-is`."
    )


def reasons_of(run: Run) -> str:
    """Of a held run the same without the commands."""
    return run.why.partition(f" {UNTOUCHED}")[0]


def approved_limits(connection: Connection) -> dict[str, int]:
    """What a person approves who lets the connection go on now: what the held run showed, or a
    preview made since. Nothing ({}) where there was nothing to look at."""
    runs = Run.objects.filter(connection=connection, finished_at__isnull=False, only="")
    ended = runs.filter(kind=Run.Kind.SYNC, state__in=_ENDED).first()
    preview = runs.filter(kind=Run.Kind.PREVIEW, state=Run.State.DONE, task={}).first()
    limits: Counter[str] = Counter()
    if ended is not None and ended.state == Run.State.HELD:
        limits |= Counter(with_leeway(ended.tally))
    if preview is not None and (ended is None or preview.pk > ended.pk):
        brakes = Brakes.from_json(connection.brakes)
        limits |= Counter(with_limits(preview.tally, pairs_of(connection), brakes))
    return dict(limits)


def standing_limits(connection: Connection) -> dict[str, int]:
    """What was approved and has not been carried out yet, since the run was held again, or ended
    before it was done."""
    runs = Run.objects.filter(connection=connection, finished_at__isnull=False, only="")
    latest = runs.filter(kind=Run.Kind.SYNC).first()
    return latest.limits if latest is not None and latest.state != Run.State.DONE else {}
