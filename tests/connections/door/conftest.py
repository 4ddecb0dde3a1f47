"""The desk beside the stand-ins of the apps, and a person who goes from one to the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from tests.connections.door.person import Person, doors
from tests.stories.town import urls


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[Sandbox, str]]:
    with closing(Sandbox()) as sandbox, serving(sandbox) as server:
        yield sandbox, server.url


@pytest.fixture
def apps(served: tuple[Sandbox, str], settings: Any) -> Sandbox:
    sandbox, url = served
    settings.CONNECTORS = {**settings.CONNECTORS, **urls(url), **doors(sandbox, url)}
    for app in sandbox.apps.values():
        if app.oauth:
            app.oauth.quirks = app.oauth.rules.quirks
        app.faults.clear()
    sandbox.calls.clear()
    return sandbox


@pytest.fixture
def somebody(db: None, var: Path, apps: Sandbox) -> Callable[[str], Person]:
    """Signed in at the desk: an administrator of this name."""

    def signed_in(name: str) -> Person:
        user = User.objects.filter(username=name).first() or User.objects.create_superuser(name)
        client = Client()
        client.force_login(user)
        return Person(client, user)

    return signed_in


@pytest.fixture
def boss(somebody: Callable[[str], Person]) -> Person:
    return somebody("boss")
