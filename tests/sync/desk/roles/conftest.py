"""Rows and people are made once a module, since all its tests only look: what a test or a request
does is undone after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from tests.sync.desk.roles.everybody import BLIND, ROLES, Rows, Visitor, make_rows


@pytest.fixture(scope="module")
def rows(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Rows]:
    var = tmp_path_factory.mktemp("var")
    with django_db_blocker.unblock(), override_settings(VAR_DIR=var), transaction.atomic():
        yield make_rows()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def visitors(rows: Rows) -> Mapping[str, Visitor]:
    return {role: Visitor.of(role) for role in (*ROLES, BLIND)}


@pytest.fixture(autouse=True)
def db(rows: Rows) -> Iterator[None]:
    """In place of pytest-django's, which would close the connection that the rows are on."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
