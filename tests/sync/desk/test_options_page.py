"""The page of direction and options: what is offered, with its direction in words; what is wrong,
where; and what is saved."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connections.models import Connection
from connectors.memory import store
from connectors.memory.app import MemoryApp
from rules.configuration.loading import load
from rules.models import Revision
from sync.desk.options_form import OptionsForm
from tests.rules.conftest import VARIED
from tests.sync.desk.conftest import synced

FILE = """
accounts:
  - {name: crm, app: memory, credentials: {name: crm}}
  - {name: news, app: memory, credentials: {name: news}}
connections:
  - name: pair of apps
    a: {account: crm}
    b: {account: news}
    new_status: subscribed
"""


@pytest.fixture
def pair(db: None, var: Path) -> Iterator[Connection]:
    """Between crm and news, of which only news knows consent."""
    store.placed["news"] = MemoryApp(timezone.now, VARIED["news"])
    load(FILE, {})
    yield Connection.objects.get(name="pair of apps")
    store.placed.clear()


def page(connection: Connection) -> str:
    return reverse("admin:connection_options", args=[connection.pk])


def shown(client: Client, connection: Connection) -> str:
    answer = client.get(page(connection))
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def entered(connection: Connection, **changes: Any) -> dict[str, Any]:
    """What a browser would send; a box that is not ticked is not sent."""
    connection.refresh_from_db()
    form = OptionsForm(None, connection)
    values = {field.html_name: field.value() for field in form} | changes
    return {name: value for name, value in values.items() if value not in (None, False)}


def test_what_is_saved_unchanged_stays_as_it_is(desk: Client, connection: Connection) -> None:
    Connection.objects.update(
        sync_deletions=["b-to-a"],
        region="BE",
        brakes={"marks": [7, 0.125], "most": 30},
        never_blank=True,
    )
    before = Connection.objects.values().get()
    answer = desk.post(page(connection), entered(connection), follow=True)
    assert "are like that already" in answer.content.decode()
    assert Connection.objects.values().get() == before
    assert not Revision.objects.exists()


def test_everything_that_is_entered_is_saved(desk: Client, connection: Connection) -> None:
    answer = desk.post(
        page(connection),
        {
            "name": "twins", "direction": "b-to-a", "winner": "b", "never_blank": "on",
            "sync_deletions": ["b-to-a", "a-to-b"], "region": "be", "interval": "15",
            "keep_gone": "30",
            "marks_least": "7", "marks_percent": "12.5", "overwrites_least": "10",
            "overwrites_percent": "20", "changes_least": "50", "changes_percent": "20",
            "most": "30", "_go_on": "1",
        },
    )  # fmt: skip
    assert answer.headers["Location"] == reverse("admin:connection_rules", args=[connection.pk])
    connection.refresh_from_db()
    assert (connection.name, connection.direction, connection.winner) == ("twins", "b-to-a", "b")
    assert (connection.avoid_duplicates, connection.never_blank) == (False, True)
    assert connection.sync_deletions == ["a-to-b", "b-to-a"]
    assert (connection.region, connection.interval, connection.keep_gone) == ("BE", 15, 30)
    assert connection.brakes == {"marks": [7, 0.125], "most": 30}
    (revision,) = Revision.objects.all()
    assert revision.by and revision.by.username == "boss"


def test_directions_and_marks_are_told_with_the_names_of_the_sides(
    desk: Client, connection: Connection
) -> None:
    text = shown(desk, connection)
    assert "Both ways: one ↔ two" in text
    assert "two follows one. In one nothing is changed, whatever happens in two." in text
    assert "When a contact is deleted in two, put the tag “PieSync Trash” on it in one." in text


def test_only_what_is_possible_is_there_to_tick_and_why_is_said(
    desk: Client, pair: Connection
) -> None:
    form = desk.get(page(pair)).context["form"]
    assert [tick.value for tick in form.unsubscribes.ticks] == ["b-to-a"]
    text = shown(desk, pair)
    assert "put the tag “PieSync Unsubscribes” on it in crm." in text
    assert "Why only this one?" in text
    assert "crm does not know who unsubscribed" in text
    data = entered(pair, sync_unsubscribes=["a-to-b"])
    answer = desk.post(page(pair), data)
    assert answer.context["form"].errors["sync_unsubscribes"]
    pair.refresh_from_db()
    assert pair.sync_unsubscribes == []


def test_what_was_ticked_and_is_not_possible_any_more_can_be_unticked(
    desk: Client, pair: Connection
) -> None:
    Connection.objects.update(sync_unsubscribes=["a-to-b"])
    assert "This is not possible any more." in shown(desk, pair)
    desk.post(page(pair), entered(pair, interval="7"))
    pair.refresh_from_db()
    assert (pair.interval, pair.sync_unsubscribes) == (7, ["a-to-b"])
    desk.post(page(pair), entered(pair, sync_unsubscribes=[]))
    pair.refresh_from_db()
    assert pair.sync_unsubscribes == []


def test_a_status_is_asked_for_only_where_an_app_asks_for_consent(
    desk: Client, pair: Connection, connection: Connection
) -> None:
    assert "new_status" not in desk.get(page(connection)).context["form"].fields
    offered = desk.get(page(pair)).context["form"].fields["new_status"].choices
    assert {value for value, _ in offered} <= {"", "subscribed", "pending", "unsubscribed"}
    answer = desk.post(page(pair), entered(pair, new_status=""))
    assert "say with which status" in str(answer.context["form"].errors["new_status"])
    assert 'href="#at_new_status"' in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", " ", "Give it a name."),
        ("name", "else", "Another connection is named else already."),
        ("region", "QQ", "This is no country"),
        ("interval", "0", "Give it from 1 minute to 10080"),
        ("interval", "10081", "Give it from 1 minute to 10080"),
        ("direction", "sideways", "Select a valid choice"),
        ("marks_percent", "101", "Give a percentage from 0 to 100."),
        ("most", "", "Give a number from 0 to 999999."),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_saved(
    desk: Client, connection: Connection, field: str, value: str, said: str
) -> None:
    Connection.objects.create(name="else", a=connection.b, b=connection.b)
    answer = desk.post(page(connection), entered(connection, never_blank="on", **{field: value}))
    assert answer.status_code == 200
    assert said in str(answer.context["form"].errors[field])
    assert f'href="#at_{field}"' in answer.content.decode()
    assert f'id="at_{field}"' in answer.content.decode()
    assert not Connection.objects.get(name="pair").never_blank


def test_the_effect_on_contacts_is_shown_before_an_active_connection_is_changed(
    desk: Client, connection: Connection
) -> None:
    synced(connection)
    data = entered(connection, direction="a-to-b")
    answer = desk.post(page(connection), data)
    assert "Nothing is saved yet." in answer.content.decode()
    connection.refresh_from_db()
    assert connection.direction == "two-way"
    again = desk.post(page(connection), {**data, "_again": "1"})
    assert again.context["form"]["direction"].value() == "a-to-b"
    word, value = answer.context["confirmed"]
    assert desk.post(page(connection), {**data, word: value}).status_code == 302
    connection.refresh_from_db()
    assert connection.direction == "a-to-b"


def test_what_changes_nothing_for_contacts_is_saved_at_once(
    desk: Client, connection: Connection
) -> None:
    synced(connection)
    answer = desk.post(page(connection), entered(connection, interval="30", most="9"))
    assert answer.headers["Location"] == reverse(
        "admin:connections_connection_change", args=[connection.pk]
    )
    connection.refresh_from_db()
    assert (connection.interval, connection.brakes) == (30, {"most": 9})


def test_who_may_only_look_sees_it_and_cannot_change_it(
    viewer: Client, connection: Connection
) -> None:
    text = shown(viewer, connection)
    assert '<fieldset class="options-all" disabled>' in text
    assert '<button class="desk-button desk-primary">Save' not in text
    assert viewer.post(page(connection), entered(connection)).status_code == 403
    nobody = Client()
    nobody.force_login(User.objects.create_user("nobody", is_staff=True))
    assert nobody.get(page(connection)).status_code == 403
