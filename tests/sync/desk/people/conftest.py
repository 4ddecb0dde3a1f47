"""The chain is made once a module: what a test does to the tables is undone after it. What it does
in the apps stays, so whoever a test adds or removes there has a name of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from connections.models import Connection
from tests.sync.desk.people.chains import make_chain


@pytest.fixture(scope="module")
def chain(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[Sequence[Connection]]:
    var = tmp_path_factory.mktemp("var")
    with django_db_blocker.unblock(), override_settings(VAR_DIR=var), transaction.atomic():
        yield make_chain()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def db(chain: Sequence[Connection]) -> Iterator[None]:
    """In place of pytest-django's, which would close the connection that the rows are on."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
