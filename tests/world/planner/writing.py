"""What is planned is written at once, and settled (``sync.apply``, ``sync.settle``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from connectors.connector import Received, Written
from connectors.contact import Contact
from connectors.errors import AppError
from connectors.fields import STANDARD, normals
from connectors.memory import keeping
from rules.setup import Setup, other
from sync.engine.person import View
from sync.models import Run, Step, SyncRecord
from sync.settle import Settlement
from sync.steps import STATUS, Sent, befores_of, segments_of, stamps_of, values_of
from tests.world.app import WatchedApp
from tests.world.planner.tables import Tables


@dataclass(frozen=True)
class _Record:
    """What a settlement asks of a row of the mirror."""

    pk: int
    remote_id: str
    digest: str


@dataclass
class Writing:
    """Of one side in one run. ``left``: after so many calls it is broken off, -1 for never."""

    tables: Tables
    app: WatchedApp
    setup: Setup
    now: datetime
    left: int = -1

    def carry_out(self, run: Run) -> None:
        """All that was planned; what is not written is forgotten, and planned again."""
        planned = [
            step
            for step in self.tables.steps
            if (step.run_id, step.side, step.result) == (run.pk, self.side, Step.Result.PLANNED)
        ]
        dropped: list[Step] = []
        for _, group in groupby(planned, key=lambda step: step.sync_record.pk):
            steps = list(group)
            if self.left == 0 or self._is_stale(steps):
                dropped += steps
            else:
                self.left -= 1
                self._call(steps)
        for step in dropped:
            step.sync_record.due_at = self.now
        ids = set(map(id, dropped))
        self.tables.steps = [step for step in self.tables.steps if id(step) not in ids]

    @property
    def side(self) -> str:
        return self.app.side

    def _target(self, row: SyncRecord) -> View | None:
        pk = getattr(row, f"{self.side}_id")
        return self.tables.view(pk) if pk else None

    def _is_stale(self, steps: Sequence[Step]) -> bool:
        """Is the contact another one by now, or has somebody else one of its new addresses?"""
        target = self._target(steps[0].sync_record)
        if steps[0].verb == "create":
            is_other = target is not None
        else:
            is_other = target is None or target.digest != steps[0].target_digest
        before, after = (
            normals(STANDARD["emails"], values.get("emails", ""))
            for values in (befores_of(steps), values_of(steps))
        )
        mirror = self.tables.mirrors[self.side]
        own = {target.id} if target else set()
        return is_other or any(set(mirror.holders("email", x)) - own for x in after - before)

    def _call(self, steps: Sequence[Step]) -> None:
        row, mirror = steps[0].sync_record, self.tables.mirrors[self.side]
        target = self._target(row)
        settlement = Settlement(self.setup, self.side, self.now)
        sent = Sent(steps, row, None, target)
        try:
            remote = self._write(steps, target)
        except AppError as error:
            settlement._failed(sent, error)
            if settlement.outdated and target:  # read again at once, and planned again
                mirror.lose(target.id, self.now)
                row.due_at = self.now
            return
        shown = keeping.shown(self.app.current(remote).contact, self.app.quirks)
        numbers = {name: number for step in steps for name, number in step.stamps.items()}
        view = mirror.take(remote, shown, self.now, stamps_of(numbers))
        record = _Record(view.id, remote, view.digest)
        answer = Written(remote, Received(remote, "", shown))
        settlement._done(sent, answer, record, target.contact if target else None)
        for pk, stamps in settlement._raised.items():
            self.tables.mirrors[other(self.side)].raise_stamps(pk, stamps)

    def _write(self, steps: Sequence[Step], target: View | None) -> str:
        """The id of the contact."""
        add, remove = segments_of(steps)
        if target is not None:
            version = str(self.app.current(target.remote_id).number)
            self.app.update(target.remote_id, version, values_of(steps), add, remove)
            return target.remote_id
        status = next((x.fields[STATUS]["after"] for x in steps if STATUS in x.fields), "")
        contact = Contact(values_of(steps), add, status)
        made, _ = self.app.create(contact, str(steps[0].sync_record.marker))
        return made
