"""Sync records: how contacts stand, by state and cause, and whom a search finds."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from connections.models import Connection, Key
from sync.counts import totals
from sync.desk.standing import people_url
from sync.models import SyncRecord
from tests.sync.desk.conftest import synced

LIST = "admin:sync_syncrecord_changelist"
State = SyncRecord.State


@pytest.fixture
def stands(connection: Connection) -> Connection:
    """Ada in sync and Ben refused; others besides."""
    synced(connection)
    SyncRecord.objects.filter(title="Ben").update(
        state=State.FAILED, cause="refused", reason="The app takes the address for invalid."
    )
    for name, cause in (("Chloé Dubois", "no e-mail"), ("Dirk", "no rule"), ("Elif", "")):
        SyncRecord.objects.create(
            connection=connection,
            state=State.EXCLUDED,
            cause=cause,
            title=name,
            name_key=name.lower().replace("é", "e"),
        )
    return connection


def found(desk: Client, **query: Any) -> list[str]:
    answer = desk.get(reverse(LIST), query)
    assert answer.status_code == 200
    return sorted(row.title for row in answer.context["cl"].result_list)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Ada", "Ben", "Chloé Dubois", "Dirk", "Elif"]),
        ({"state__exact": "excluded"}, ["Chloé Dubois", "Dirk", "Elif"]),
        ({"state__exact": "excluded", "cause": "no e-mail"}, ["Chloé Dubois"]),
        ({"state__exact": "excluded", "cause": "none"}, ["Elif"]),
        ({"state__exact": "excluded", "cause": ""}, ["Chloé Dubois", "Dirk", "Elif"]),
        ({"state__exact": "failed", "cause": "refused"}, ["Ben"]),
        ({"cause": "refused"}, ["Ben"]),
        ({"q": "chloe"}, ["Chloé Dubois"]),
        ({"q": "ben@example.org"}, ["Ben"]),
        ({"q": "ben", "state__exact": "in_sync"}, []),
    ],
)
def test_by_state_cause_and_search(
    desk: Client, stands: Connection, query: dict[str, str], names: list[str]
) -> None:
    assert found(desk, **query) == names
    assert found(desk, connection__id__exact=stands.pk, **query) == names
    assert found(desk, connection__id__exact=stands.pk + 1, **query) == []


def test_the_list_behind_a_number_has_as_many_rows(desk: Client, stands: Connection) -> None:
    numbers = totals(stands)
    assert len(numbers) == 5
    for (state, cause), number in numbers.items():
        answer = desk.get(people_url(stands.pk, state, cause))
        assert answer.context["cl"].result_count == number, (state, cause)


def test_who_is_in_no_app_any_more_is_found_by_name(desk: Client, stands: Connection) -> None:
    Key.objects.all().delete()
    assert found(desk, q="ad") == ["Ada"]


def test_each_state_offers_its_own_causes(desk: Client, stands: Connection) -> None:
    def causes(state: str) -> list[str]:
        answer = desk.get(reverse(LIST), {"state__exact": state})
        specs = {spec.title: spec for spec in answer.context["cl"].filter_specs}
        return [value for value, _ in specs["cause"].lookup_choices] if "cause" in specs else []

    assert {"no e-mail", "no rule", "none"} <= set(causes("excluded"))
    assert "refused" in causes("failed")
    assert "refused" not in causes("excluded")
    assert causes("") == []


def test_who_may_not_see_people_reads_the_cause(stands: Connection) -> None:
    user = User.objects.create_user("someone", is_staff=True)
    user.groups.set(Group.objects.filter(name="Viewers"))
    client = Client()
    client.force_login(user)
    shown = client.get(reverse(LIST)).content.decode()
    assert "refused by the app" in shown
    assert "takes the address" not in shown
