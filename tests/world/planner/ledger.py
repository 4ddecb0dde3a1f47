"""Where decisions are written down, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from sync.ledger import Ledger, Person
from sync.models import Run, SyncRecord
from tests.world.planner.tables import Tables


class KeptLedger(Ledger):
    """The product's own, but for where it stores."""

    def __init__(self, run: Run, now: datetime, tables: Tables) -> None:
        super().__init__(run, now, nullcontext)
        self.tables = tables

    def decided(self, person: Person) -> SyncRecord:
        """The sync record of this person as decided."""
        return self._settle(person)

    def store(self, persons: Sequence[Person], side: str, upto: int | None) -> None:
        for person in persons:
            row = self.decided(person)
            self.tables.store(row, person.spare)
            assert person.decision is not None
            for changed, stamps in person.decision.level.items():
                mirror = self.tables.mirrors[changed]
                mirror.raise_stamps(person.views[changed].id, stamps)
            self.tables.steps += self._steps(person, row)
        if upto is not None:
            setattr(self.tables.planned, f"{side}_number", upto)

    def look_again(self, rows: Any, at: Any) -> None:
        """No write is ever in doubt."""
