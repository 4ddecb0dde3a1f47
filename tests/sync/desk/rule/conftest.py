from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from connections.joining import begin_mapping
from connections.models import Connection
from connectors.memory import store
from connectors.memory.app import MemoryApp
from tests.rules.conftest import VARIED
from tests.sync.desk.conftest import container
from tests.sync.desk.rule.ruled import EVERYTHING, FRIENDS, keep_rules


@pytest.fixture
def varied(db: None, var: Path) -> Iterator[Connection]:
    """A draft between crm and news, which have a word of every kind, with nobody in them."""
    store.placed.update({name: MemoryApp(timezone.now, VARIED[name]) for name in ("crm", "news")})
    made = Connection.objects.create(
        name="varied", a=container("crm"), b=container("news"), new_status="subscribed"
    )
    begin_mapping(made)
    yield made
    store.placed.clear()


@pytest.fixture
def friends(varied: Connection) -> Connection:
    """With the rules FRIENDS and EVERYTHING."""
    keep_rules(varied, FRIENDS, EVERYTHING)
    return varied
