"""*Leave as it is*: what a run was about to do is not done, and both sides count as agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connections import bulk
from connectors.contact import Contact
from rules.setup import Setup
from sync.engine.as_shown import as_shown
from sync.engine.base import agree
from sync.engine.both_ways import Joint, as_it_is, joints_of
from sync.engine.person import Cause
from sync.ledger import Ledger, remembered
from sync.models import Run, Step, SyncRecord
from sync.steps import of_person
from sync.views import views_of
from sync.work import CHUNK

LEFT = Cause("left as it is")
_WHY = "Left as it is: both sides were taken as agreed."
_ROW = ("state", "cause", "reason", "base", "effects")


def leave(run: Run, setup: Setup, ledger: Ledger) -> None:
    """Instead of carrying out the run's planned steps, agree on what both sides show."""
    steps = Step.objects.filter(run=run, result=Step.Result.PLANNED)
    ids = sorted(set(steps.values_list("sync_record", flat=True)) - {None})
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        rows = list(SyncRecord.objects.filter(pk__in=part))
        planned = list(steps.filter(sync_record__in=part).order_by("pk"))
        with ledger.commit():
            _agree(rows, planned, setup)
            bulk.insert([of_person(run, "release", _WHY, ledger.now, row) for row in rows])
            steps.filter(sync_record__in=part).delete()


def _agree(rows: Sequence[SyncRecord], planned: Sequence[Step], setup: Setup) -> None:
    ids = {id for row in rows for id in (row.a_id, row.b_id) if id}
    views = views_of(ids)
    joints = {joint.target: joint for joint in joints_of(setup)}
    effects: dict[int | None, dict[str, Any]] = {}
    for step in planned:
        effects.setdefault(step.sync_record_id, {}).update(_not_ours(step))
    for row in rows:
        if row.a_id is None or row.b_id is None:
            row.state, row.cause, row.reason = SyncRecord.State.EXCLUDED, LEFT, _WHY
            continue
        contacts = {"a": views[row.a_id].contact, "b": views[row.b_id].contact}
        people = {side: contact for side, contact in contacts.items() if contact}
        shown = _memberships(effects.get(row.pk, {}), people, joints)
        if len(people) == 2:
            ops = {
                line.key: as_shown(line, people, row.base.get(line.key), setup)
                for line in setup.lines
            }
            row.base = agree(row.base, ops)
        row.effects = remembered(row.effects, {**effects.get(row.pk, {}), **shown})
    bulk.update(list(rows), _ROW)


def _memberships(
    planned: Mapping[str, Any], people: Mapping[str, Contact], joints: Mapping[str, Joint]
) -> dict[str, Any]:
    return {
        target: as_it_is(joints[target], people, effect)
        for target, effect in planned.items()
        if target in joints and effect
    }


def _not_ours(step: Step) -> dict[str, Any]:
    """Its effects as if they had been carried out and taken over by a person."""
    return {
        target: {**effect, "ours": False} if effect and "ours" in effect else effect
        for target, effect in step.effects.items()
    }
