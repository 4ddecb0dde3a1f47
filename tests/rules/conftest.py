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


#: What the apps of ``varied`` can do: enough for every word of a rule.
VARIED = {
    "crm": Quirks(
        segments=frozenset({"tag", "bucket"}),
        custom=(
            Field("custom:Size", "Size", FieldType.CHOICE, options=("S", "L")),
            Field("custom:Shoes", "Shoes", FieldType.NUMBER),
            Field("custom:Score", "Score", FieldType.NUMBER, writable=False),
            Field("custom:Since", "Since", FieldType.DATE),
            Field("custom:Seen", "Seen", FieldType.DATETIME),
            Field("custom:Active", "Active", FieldType.BOOLEAN),
            Field("custom:Hobbies", "Hobbies", FieldType.CHOICES, options=("Chess", "Go")),
            Field("custom:Segment", "Segment"),
        ),
    ),
    "news": Quirks(
        segments=frozenset({"tag", "group"}),
        statuses=("subscribed", "unsubscribed", "pending", "cleaned"),
        custom=(Field("custom:Segment", "Segment"), Field("custom:Level", "Level")),
    ),
    "book": Quirks(segments=frozenset({"category", "label"})),
    "plain": Quirks(segments=frozenset(), tells_deletions=False),
}


@pytest.fixture
def varied(db: None, var: Path) -> Iterator[dict[str, MemoryApp]]:
    """Memory apps named as in ``VARIED``."""
    for name, quirks in VARIED.items():
        store.placed[name] = MemoryApp(timezone.now, quirks)
    yield store.placed
    store.placed.clear()


@pytest.fixture
def apps(db: None, var: Path) -> Iterator[dict[str, MemoryApp]]:
    """Three memory apps; ``one`` and ``two`` have custom fields."""
    for name in ("one", "two"):
        store.placed[name] = MemoryApp(timezone.now, Quirks(custom=CUSTOM))
    store.placed["three"] = MemoryApp(timezone.now)
    yield store.placed
    store.placed.clear()
