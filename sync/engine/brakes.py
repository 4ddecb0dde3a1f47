"""When a run must not go on without a person. Sees counts only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from rules.setup import Brakes

#: How much more than was approved may be done: contacts change while a person looks.
LEEWAY = 0.1


@dataclass(frozen=True, slots=True)
class Tally:
    """What a run would do, in contacts: ``gone_a`` and ``gone_b`` are pairs whose contact of
    that side vanished since the last run."""

    marks: int = 0
    overwrites: int = 0
    changes: int = 0
    gone_a: int = 0
    gone_b: int = 0

    def to_json(self) -> dict[str, int]:
        return asdict(self)


def too_many(tally: Tally, pairs: int, brakes: Brakes, approved: Mapping[str, int]) -> list[str]:
    """Why the run is to be held, in sentences. ``approved``: counts that a person allowed."""
    reasons = []
    for name, limit, what in (
        ("marks", brakes.marks, "mark {0} contacts"),
        ("overwrites", brakes.overwrites, "clear or overwrite values of {0} contacts"),
        ("changes", brakes.changes, "create or change {0} contacts"),
    ):
        count = getattr(tally, name)
        least, share = limit
        # Marks: more than so many; the others: at least so many.
        enough = count > least if name == "marks" else count >= least
        is_much = (enough and count > share * pairs) or (name == "changes" and count > brakes.most)
        if is_much and count > approved.get(name, -1):
            reasons.append(f"It would {what.format(count)} of {pairs} pairs.")
    return reasons


def shrunken(gone: int, pairs: int, is_empty: bool, brakes: Brakes) -> bool:
    """Has a side that had contacts become empty, or smaller by the limit for marks?

    ``gone``: pairs whose contact on that side vanished since the last run.
    """
    least, share = brakes.marks
    return is_empty or (gone > least and gone > share * pairs)


def with_leeway(tally: Mapping[str, int]) -> dict[str, int]:
    """The limits of the plan after a person approved these counts."""
    return {name: math.ceil(count * (1 + LEEWAY)) for name, count in tally.items()}


def with_limits(tally: Mapping[str, int], pairs: int, brakes: Brakes) -> dict[str, int]:
    """What a first run may do that was shown by a preview: that, and as much as any run may."""
    limits = {
        "marks": brakes.marks, "overwrites": brakes.overwrites, "changes": brakes.changes,
    }  # fmt: skip
    return {
        name: tally.get(name, 0) + max(least, math.ceil(share * pairs))
        for name, (least, share) in limits.items()
    }
