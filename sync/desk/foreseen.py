"""What the preview of a connection shows, for its page: how many, whom for example, and whether
it is still true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from connections.models import Connection
from rules.rows import setup_of
from rules.setup import Setup
from sync.counts import Totals
from sync.desk.words import changes
from sync.engine.person import NO_CAUSE
from sync.models import Run, Step, SyncRecord

State = SyncRecord.State

#: So many contacts are shown of each kind.
EXAMPLES = 3

#: What can happen to a contact of a side, by the verb of the step that says so, in order.
ON_A_SIDE = {
    "create": "made new",
    "update": "changed",
    "act": "given what a rule puts on or sets",
    "revert": "relieved of what a rule had put on",
    "mark": "marked",
    "unmark": "relieved of a mark",
}
#: What happens to both at once, or to none.
BETWEEN = {
    "link": "paired: the same person on both sides",
    "merge": "taking the place of one that is no more",
    "hold": "held back, in part or wholly",
    "exclude": "left out",
    "fail": "not to be understood",
}


@dataclass(frozen=True, slots=True)
class Cell:
    number: int
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """``cells``: of side A, and of side B."""

    text: str
    cells: tuple[Cell, Cell]


@dataclass(frozen=True, slots=True)
class Examples:
    """``steps``: each with its change in words. ``more``: how many are not shown; ``kind``: what
    these are (``foreseen_people``)."""

    text: str
    steps: Sequence[tuple[Step, SafeString]]
    more: int
    kind: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """``is_current``: made of what the connection is told to do now. ``numbers``: steps by verb and
    side."""

    run: Run
    is_current: bool
    rows: Sequence[Row] = ()
    linked: Cell | None = None
    conflicts: Cell | None = None
    examples: Sequence[Examples] = ()
    numbers: Mapping[tuple[str, str], int] = field(default_factory=dict)
    in_sync: int = 0

    @property
    def is_nothing(self) -> bool:
        return not self.rows and not (self.linked and self.linked.number)

    @property
    def steps(self) -> int:
        return sum(self.numbers.values())


def latest_preview(connection: Connection) -> Run | None:
    """Under way or ended; those of an undo are none."""
    runs = Run.objects.filter(connection=connection, kind=Run.Kind.PREVIEW, task={})
    return runs.first()


def is_current(connection: Connection, preview: Run | None) -> bool:
    """Did it end well, and is the connection told to do the same since?"""
    if preview is None or preview.state != Run.State.DONE or not preview.setup:
        return False
    return Setup.from_json(preview.setup).digest() == setup_of(connection).digest()


def foreseen(connection: Connection, run: Run, *, with_people: bool) -> Foreseen:
    """Of a preview that has ended well. ``with_people``: examples are shown."""
    numbers = numbers_of(run)
    return Foreseen(
        run=run,
        is_current=is_current(connection, run),
        rows=list(_rows(run, numbers)),
        linked=Cell(run.counts["linked"], _steps_of(run, verb__exact="link")),
        conflicts=Cell(run.counts["conflicts"], _steps_of(run, conflict__exact=1)),
        examples=list(_examples(Step.objects.filter(run=run), numbers)) if with_people else (),
        numbers=numbers,
        in_sync=run.counts["in_sync"],
    )


def examples_of(run: Run) -> list[Examples]:
    """Of what a held run was about to do."""
    planned = Step.objects.filter(run=run, result=Step.Result.PLANNED)
    return list(_examples(planned, _by_verb(planned)))


def _rows(run: Run, numbers: Mapping[tuple[str, str], int]) -> Iterator[Row]:
    for verb, text in ON_A_SIDE.items():
        cells = tuple(
            Cell(numbers.get((verb, side), 0), _steps_of(run, verb__exact=verb, side__exact=side))
            for side in "ab"
        )
        if any(cell.number for cell in cells):
            yield Row(text, (cells[0], cells[1]))


def numbers_of(run: Run) -> dict[tuple[str, str], int]:
    """Its steps by verb and side."""
    return _by_verb(Step.objects.filter(run=run))


def _by_verb(steps: QuerySet[Step]) -> dict[tuple[str, str], int]:
    grouped = steps.order_by().values_list("verb", "side").annotate(number=Count("pk"))
    return {(verb, side): number for verb, side, number in grouped}


def left_by(counts: Mapping[str, Any]) -> Totals:
    """Who would stay as they are, by state and cause. ``counts``: of the run, which tell the cause
    of those only who are left out or failed."""
    causes: dict[tuple[str, str], int] = {
        (state, cause): number
        for state in (State.EXCLUDED, State.FAILED)
        for cause, number in counts[state].items()
    }
    wholly: dict[tuple[str, str], int] = {
        (state, NO_CAUSE): counts.get(word, 0)
        for word, state in (
            ("duplicates", State.DUPLICATE),
            ("to_review", State.TO_REVIEW),
            ("deleted_opposite", State.DELETED_OPPOSITE),
            ("apart", State.APART),
        )
    }
    return Counter({**causes, **wholly})


def _examples(steps: QuerySet[Step], numbers: Mapping[tuple[str, str], int]) -> Iterator[Examples]:
    for verb, text in {**ON_A_SIDE, **BETWEEN}.items():
        for side in ("a", "b", ""):
            number = numbers.get((verb, side), 0)
            if not number:
                continue
            few = steps.filter(verb=verb, side=side).order_by("at", "pk")[:EXAMPLES]
            where = f" in {side.upper()}" if side else ""
            yield Examples(
                f"{text.capitalize()}{where}",
                [(step, changes(step)) for step in few],
                max(0, number - EXAMPLES),
                f"{verb}-{side}",
            )


def _steps_of(run: Run, **query: Any) -> str:
    asked = urlencode({"run__id__exact": run.pk, **query})
    return f"{reverse('admin:sync_step_changelist')}?{asked}"
