"""Which fields a step changed, as bits of one number, so that an index can tell.

Fields are without number (custom ones), bits are not: a bit says that a field may be among those
changed. What it leaves is looked at for certain.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from zlib import crc32

BITS = 62


@lru_cache(maxsize=4096)
def bit_of(field: str) -> int:
    return 1 << crc32(field.encode()) % BITS


def touched(fields: Iterable[str]) -> int:
    bits = 0
    for field in fields:
        bits |= bit_of(field)
    return bits
