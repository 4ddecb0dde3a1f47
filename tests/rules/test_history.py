"""Whatever two configurations are: the history says what loading said, and leads back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from connections.models import Connection
from connectors.memory.app import MemoryApp
from rules.configuration.going_back import go_back, what_going_back_changes
from rules.configuration.loading import load
from rules.history import told
from rules.models import Revision
from tests.rules.drawing import Apps
from tests.rules.test_round_trip import begin_anew, configurations, file_of, without_new_keys

pytestmark = pytest.mark.sqlite_only


@given(drawn=configurations())
@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_history_tells_what_loading_told_and_leads_back(
    varied: dict[str, MemoryApp], drawn: tuple[Apps, dict[str, Any], dict[str, Any]]
) -> None:
    of, first, second = drawn
    begin_anew(varied, of)
    made = load(file_of(first), {}).changes
    changed = load(file_of(second), {}).changes
    revisions = list(Revision.objects.all())

    found = [change for save in told(revisions, with_first=True) for change in save.changes or ()]
    said = [change for change in (*changed, *made) if change.startswith("connection pair: ")]
    assert [f"connection pair: {change}" for change in found] == said

    row, begin = Connection.objects.get(), revisions[-1]
    state = row.state
    foreseen = what_going_back_changes(row, begin.text)
    outcome = go_back(row, begin.text, None)
    assert outcome.changes == foreseen.changes
    assert [without_new_keys(setup) for _, setup in outcome.setups] == [
        without_new_keys(setup) for _, setup in foreseen.setups
    ]
    row.refresh_from_db()
    assert row.state == state
    if outcome.changes:
        assert _without_state(Revision.objects.latest("pk").text) == _without_state(begin.text)
    assert what_going_back_changes(row, begin.text).changes == ()


def _without_state(text: str) -> str:
    return re.sub(r"(?m)^  state: .*\n", "", text)
