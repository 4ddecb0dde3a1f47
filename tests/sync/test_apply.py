"""Carrying out planned steps: what it asks the database."""

from __future__ import annotations

from tests.query_plans import asked
from tests.sync.conftest import Pair, person


def test_steps_of_a_call_are_not_looked_for_among_all_that_are_left(pair: Pair) -> None:
    """With each page of a first sync of 100,000 that would be a hundred thousand rows."""
    pair.a.add(person("Ann", "ann@x.org"))
    with asked() as found:
        pair.sync()
    assert pair.shown("b") == ["Ann"]
    plans = [plan for sql, plan in found.plans.items() if 'NOT "sync_step"."leads"' in sql]
    assert plans
    assert all("sync_record_id" in plan for plan in plans), plans
