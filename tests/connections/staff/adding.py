"""What several processes do at the same time; knows nothing of Django's settings."""

from __future__ import annotations

from connections.staff.cache import SharedFiles


def wins(place: str, keys: int) -> int:
    """How many of the keys this process was the first to add."""
    shared = SharedFiles(place, {"OPTIONS": {"MAX_ENTRIES": 10 * keys}})
    return sum(shared.add(f"key{number}", True, 60) for number in range(keys))
