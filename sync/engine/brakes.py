"""When a run must not go on without a person. Sees counts only."""

from __future__ import annotations

from rules.setup import Brakes


def shrunken(gone: int, pairs: int, is_empty: bool, brakes: Brakes) -> bool:
    """Has a side that had contacts become empty, or smaller by the limit for marks?

    ``gone``: pairs whose contact on that side vanished since the last run.
    """
    least, share = brakes.marks
    return is_empty or (gone > least and gone > share * pairs)
