from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from connections.models import Connection
from connectors.fields import STANDARD, Field, FieldType
from connectors.memory import store
from connectors.memory.app import MemoryApp, Quirks
from tests.sync.desk.conftest import container
from tests.sync.desk.mapping.page import Page

A = (
    *(STANDARD[name] for name in ("first_name", "last_name", "emails", "phones", "addresses")),
    Field("custom:Size", "Size", FieldType.CHOICE, options=("S", "L")),
    Field("custom:Colour", "Colour", FieldType.CHOICE, options=("S", "L")),
)
B = (
    *(STANDARD[name] for name in ("full_name", "emails", "phones", "addresses")),
    Field("custom:Size", "Size", FieldType.CHOICE, options=("Small", "Large")),
    Field("custom:Text", "Text"),
    Field("custom:Mobile", "Mobile", FieldType.PHONE),
    Field("custom:Score", "Score", FieldType.NUMBER, writable=False),
)
Joined = Callable[..., Page]


@pytest.fixture
def joined(desk: Client, var: Path) -> Iterator[Joined]:
    """The page, in an administrator's browser, of a draft between "one" and "two", two memory apps
    with these fields, that has no line yet."""

    def joined(a: tuple[Field, ...] = A, b: tuple[Field, ...] = B) -> Page:
        for name, fields in (("one", a), ("two", b)):
            store.placed[name] = MemoryApp(timezone.now, Quirks(fields=fields))
        made = Connection.objects.create(name="pair", a=container("one"), b=container("two"))
        return Page(desk, made)

    yield joined
    store.placed.clear()


@pytest.fixture
def page(joined: Joined) -> Page:
    return joined()
