"""How far a container was read, as text and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contactually.cursor import DAY, Cursor, read_cursor

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
IDS = st.frozensets(
    st.integers(0, 10**20).map(lambda number: f"contact_{number}")
    | st.sampled_from(["contact_", "contact_007", "contact_-1", "person_3", "odd id\n", ""])
)


@given(IDS, st.none() | st.datetimes().map(lambda time: time.replace(tzinfo=UTC)))
def test_it_reads_back(ids, mark):
    cursor = Cursor(mark, NOW, NOW + DAY, ids)
    assert read_cursor(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "x", "[]", "5", "null", "{}", '{"mark": 5}'])
def test_what_is_none_is_a_lost_one(text):
    assert read_cursor(text) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("numbers", ""),
        ("numbers", "QUJD"),
        ("numbers", "ä"),
        ("others", None),
        ("at", "yesterday"),
        ("due", "2026-11-23T09:00:00"),
        ("mark", "2026"),
    ],
)
def test_a_spoiled_one_is_a_lost_one(name, value):
    told = json.loads(str(Cursor(NOW, NOW, NOW, frozenset({"contact_1"}))))
    assert read_cursor(json.dumps({**told, name: value})) is None


def test_a_hundred_thousand_ids_take_little_room():
    numbers = range(10_000, 10_000 + 100_000 * 7, 7)
    ids = frozenset(f"contact_{number + number % 5}" for number in numbers)
    assert len(str(Cursor(NOW, NOW, NOW, ids))) < 100_000


def test_a_sweep_is_due_after_a_day_or_when_our_clock_was_put_back():
    cursor = Cursor(NOW, NOW, NOW + DAY, frozenset())
    due = {
        hours: cursor.is_sweep_due(NOW + timedelta(hours=hours)) for hours in (-48, -1, 0, 23, 24)
    }
    assert due == {-48: True, -1: True, 0: False, 23: False, 24: True}


def test_the_bound_moves_with_our_clock_and_never_back():
    mark = NOW - timedelta(days=400)
    cursor = Cursor(mark, NOW, NOW + DAY, frozenset())
    assert cursor.bound(NOW + timedelta(minutes=5)) == mark + timedelta(minutes=5)
    assert cursor.bound(NOW - timedelta(minutes=5)) == mark
    assert Cursor(None, NOW, NOW, frozenset()).bound(NOW) is None
