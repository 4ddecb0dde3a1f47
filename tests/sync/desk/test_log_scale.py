"""With many rows a page asks as few questions as with few, and none of them goes through all steps
or all sync records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client

from sync.desk import long_lists, steps
from tests.query_plans import Asked, asked
from tests.sync.desk.grown import Size, grow
from tests.sync.desk.grown_pages import pages

pytestmark = pytest.mark.django_db

FEW = Size(connections=3, records=350, steps=2000, runs=70)
MANY = Size(connections=12, records=1200, steps=8000, runs=300)
#: A log so long that it is not looked through in one go.
LOOK = 1000


@pytest.fixture(scope="module")
def measured(
    django_db_setup: None, django_db_blocker: Any
) -> Iterator[tuple[Mapping[str, Asked], Mapping[str, Asked]]]:
    """What each page asks, with few rows and with many; rows are made once for all tests."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "LOOK", LOOK)
        patch.setattr(long_lists, "MOST", 1000)
        yield _measured(FEW), _measured(MANY)


def _measured(size: Size) -> Mapping[str, Asked]:
    with transaction.atomic():
        grow(size)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("ANALYZE")
        desk = Client()
        desk.force_login(User.objects.create_superuser("boss"))
        found = {name: _asked(desk, address) for name, address in pages(deep=10).items()}
        transaction.set_rollback(True)
    return found


def _asked(desk: Client, address: str) -> Asked:
    with asked() as queries:
        assert desk.get(address).status_code == 200, address
    return queries


def test_many_rows_take_no_more_questions_than_few(
    measured: tuple[Mapping[str, Asked], Mapping[str, Asked]],
) -> None:
    few, many = measured
    numbers = {name: (few[name].number, many[name].number) for name in many}
    assert {name: pair for name, pair in numbers.items() if pair[1] > pair[0]} == {}
    assert max(number for _, number in numbers.values()) < 40


def test_no_page_goes_through_all_steps_or_sync_records(
    measured: tuple[Mapping[str, Asked], Mapping[str, Asked]],
) -> None:
    _, many = measured
    assert {name: found.scans for name, found in many.items() if found.scans} == {}
