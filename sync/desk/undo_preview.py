"""What the preview of an undo shows: contact by contact what would be put back, and what would be
left and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from sync.desk.words import changes
from sync.models import Run, Step

#: So many steps are shown; all are a click away.
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Undone:
    """A contact. ``back``: by side what would be put back; ``left``: what would not, and what
    becomes of the pair."""

    name: str
    back: Sequence[tuple[str, SafeString]]
    left: Sequence[str]


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """``back``: by side in how many contacts values would be put back; ``parted`` and
    ``rejoined``: pairs; ``left``: values that would stay as they are."""

    run: Run
    back: Mapping[str, int]
    parted: int
    rejoined: int
    left: int
    people: Sequence[Undone]
    steps: int
    all_steps: str

    @property
    def is_cut(self) -> bool:
        return self.steps > SHOWN

    @property
    def is_nothing(self) -> bool:
        return not (any(self.back.values()) or self.parted or self.rejoined)


def undo_preview(run: Run, *, with_people: bool) -> UndoPreview:
    """``run``: a preview that has ended well."""
    steps = Step.objects.filter(run=run).order_by("a_remote", "b_remote", "pk")
    query = urlencode({"run__id__exact": run.pk})
    return UndoPreview(
        run,
        {side: run.counts[side]["updated"] for side in "ab"},
        parted=steps.filter(verb="apart").count(),
        rejoined=steps.filter(verb="link").count(),
        left=steps.filter(verb="undo", fields={}).count(),
        people=_people(list(steps[:SHOWN])) if with_people else (),
        steps=steps.count(),
        all_steps=f"{reverse('admin:sync_step_changelist')}?{query}",
    )


def _people(steps: Sequence[Step]) -> list[Undone]:
    found = []
    for _, part in groupby(steps, lambda step: (step.a_remote, step.b_remote)):
        mine = list(part)
        back = [(step.side.upper(), changes(step)) for step in mine if step.fields]
        left = [step.why for step in mine if step.why and not step.fields]
        found.append(Undone(mine[0].name or "(without a name)", back, left))
    return found
