"""How far a container was read: what the next reading needs to know. Pure."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

#: Between two complete sweeps; until the next try of one that did not come out even.
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
_NUMBERED = re.compile(r"contact_([1-9]\d{0,17})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """``mark``: by the app's clock, everything that changed until then was read; None where
    nothing tells. ``at``: by our own clock, when that was. ``due``: by our own clock, when the
    next complete sweep is. ``ids``: of the contacts that readings named."""

    mark: datetime | None
    at: datetime
    due: datetime
    ids: frozenset[str]

    def is_sweep_due(self, now: datetime) -> bool:
        """Also where our clock was put back: a due time is never more than a day away."""
        return self.mark is None or not now < self.due <= now + DAY

    def bound(self, now: datetime) -> datetime | None:
        """What the app's clock shows by now at the least. Time passes alike for both, though
        their clocks may differ."""
        return self.mark and self.mark + max(now - self.at, timedelta(0))

    def __str__(self) -> str:
        numbers, others = _pack(self.ids)
        return json.dumps(
            {
                "mark": self.mark.isoformat() if self.mark else "",
                "at": self.at.isoformat(),
                "due": self.due.isoformat(),
                "others": others,
                "numbers": numbers,
            }
        )


def read_cursor(text: str) -> Cursor | None:
    """None for none, or one that cannot be read."""
    try:
        told = json.loads(text)
        ids = _unpack(told["numbers"], told["others"])
        at, due = (datetime.fromisoformat(told[name]) for name in ("at", "due"))
        mark = datetime.fromisoformat(told["mark"]) if told["mark"] else None
        if not (at.tzinfo and due.tzinfo and (mark is None or mark.tzinfo)):
            return None
        return Cursor(mark, at, due, ids)
    except (ValueError, TypeError, KeyError, zlib.error):
        return None


def _pack(ids: Collection[str]) -> tuple[str, list[str]]:
    """About a byte an id: the distances of their numbers, compressed; those of another form
    as they are."""
    found = {id_: _NUMBERED.fullmatch(id_) for id_ in ids}
    numbers = sorted(int(match[1]) for match in found.values() if match)
    steps = (str(two - one) for one, two in zip([0, *numbers], numbers, strict=False))
    packed = zlib.compress(" ".join(steps).encode(), 9)
    return base64.b64encode(packed).decode(), sorted(id_ for id_ in ids if not found[id_])


def _unpack(packed: str, others: list[str]) -> frozenset[str]:
    number = 0
    ids = list(others)
    for step in zlib.decompress(base64.b64decode(packed, validate=True)).decode().split():
        number += int(step)
        ids.append(f"contact_{number}")
    return frozenset(ids)
