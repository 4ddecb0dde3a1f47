"""What a page shows of that which would be deleted."""

from __future__ import annotations

from typing import Any


def without_contents(found: list[Any]) -> list[Any]:
    """Django's nested lists of what would be deleted, as far as it was asked for. What goes with
    it is in the counts: by name it would be thousands of contacts."""
    return [item for item in found if not isinstance(item, list)]
