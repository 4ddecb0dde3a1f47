from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from connectors.fields import Field, FieldType
from connectors.memory import store
from connectors.memory.app import MemoryApp, Quirks

#: Fields that the app "one" has beside the standard ones.
CUSTOM = (
    Field("custom:Size", "Size"),
    Field("custom:Shoes", "Shoes", FieldType.NUMBER),
    Field("custom:Score", "Score", FieldType.NUMBER, writable=False),
)


@pytest.fixture
def apps(db: None, var: Path) -> Iterator[dict[str, MemoryApp]]:
    """Three memory apps; ``one`` and ``two`` have custom fields."""
    for name in ("one", "two"):
        store.placed[name] = MemoryApp(timezone.now, Quirks(custom=CUSTOM))
    store.placed["three"] = MemoryApp(timezone.now)
    yield store.placed
    store.placed.clear()
