"""Full readings of many accounts do not come all at once because their first ones did."""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32


def spread(period: timedelta, since: datetime) -> timedelta:
    """Between four fifths and the whole of a period that began then; for another beginning
    another part, and the same for the same."""
    part = crc32(since.isoformat().encode()) % 1000 / 1000
    return period * (0.8 + 0.2 * part)
