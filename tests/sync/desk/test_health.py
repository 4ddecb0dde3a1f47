"""The health of a connection: the numbers of the command, what they mean, and what to do."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connections.models import Account, Connection, Container, Record
from sync.desk.remedies import remedy_of
from sync.models import Run, SyncRecord
from sync.report import answer as json_answer
from tests.query_plans import asked
from tests.sync.desk.conftest import person, synced
from tests.sync.desk.people.chains import come

State = SyncRecord.State


@pytest.fixture
def connection(connection: Connection) -> Connection:
    """Active, with contacts in every state that a first run of it can lead to."""
    come(connection.a, person("Eve"), person("Eve"), person("Fay"))
    come(connection.a, person("Dee").with_fields({"emails": ""}))
    come(connection.b, person("Fay").with_fields({"first_name": "Gil"}), person("Fay"))
    come(connection.b, person("Fay").with_fields({"first_name": "Hal"}))
    synced(connection)
    Connection.objects.filter(pk=connection.pk).update(state=Connection.State.ACTIVE)
    connection.refresh_from_db()
    return connection


def health(connection: Connection) -> str:
    return reverse("admin:connection_health", args=[connection.pk])


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def in_words(groups: Any) -> dict[str, Any]:
    """As ``sync --json`` counts."""
    told: dict[str, Any] = {
        "in_sync": 0,
        "excluded": {},
        "duplicates": 0,
        "to_review": 0,
        "failed": {},
        "deleted_opposite": 0,
        "apart": 0,
    }
    words = {State.DUPLICATE: "duplicates"}
    for group in groups:
        word = words.get(group.state, group.state)
        told[word] = group.number
        if word in ("excluded", "failed"):
            told[word] = {label_to_cause(group.state, row): row.number for row in group.rows}
    return told


def label_to_cause(state: str, row: Any) -> str:
    causes = SyncRecord.objects.filter(state=state).values_list("cause", flat=True)
    return next(cause for cause in causes if remedy_of(state, cause) == row.told)


def test_the_numbers_are_those_of_the_command(desk: Client, connection: Connection) -> None:
    failed = SyncRecord.objects.filter(title="Ben")
    failed.update(state=State.FAILED, cause="refused", reason="No.")
    run = synced(connection)
    counted = json_answer(run)
    groups = desk.get(health(connection)).context["groups"]
    told = in_words(groups)
    assert told == {word: counted[word] for word in told}
    assert told["failed"] == {"refused": 1}
    assert told["excluded"] == {"no e-mail": 1}
    assert told["duplicates"] and told["in_sync"]


def test_each_number_leads_to_just_those_contacts(desk: Client, connection: Connection) -> None:
    SyncRecord.objects.filter(title="Ben").update(cause="held")
    rows = [row for group in desk.get(health(connection)).context["groups"] for row in group.rows]
    assert len(rows) > 3
    for row in rows:
        listed = desk.get(row.url).context["cl"].result_list
        assert len(listed) == row.number, row.told.label


def test_each_cause_is_told_with_the_remedy_and_the_way_to_it(
    desk: Client, connection: Connection
) -> None:
    text = text_of(desk.get(health(connection)))
    options = reverse("admin:connection_options", args=[connection.pk])
    told = remedy_of(State.EXCLUDED, "no e-mail")
    assert f"{told.means} {told.remedy} <span" in text
    assert f'<a href="{options}">Direction and options</a>' in text
    assert "Nobody is failed, deleted opposite, to review, apart." in text


def test_who_was_not_answered_is_sent_to_the_accounts(
    desk: Client, viewer: Client, connection: Connection
) -> None:
    SyncRecord.objects.filter(title="Ben").update(state=State.FAILED, cause="try again")
    (row,) = (
        row
        for group in desk.get(health(connection)).context["groups"]
        if group.state == State.FAILED
        for row in group.rows
    )
    accounts = [connection.a.account, connection.b.account]
    assert [way.label for way in row.ways] == [account.name for account in accounts]
    page = reverse("admin:connections_account_change", args=[accounts[0].pk])
    assert page in text_of(desk.get(health(connection)))
    User.objects.get(username="viewer").user_permissions.remove(
        Permission.objects.get(codename="view_account")
    )
    assert page not in text_of(viewer.get(health(connection)))


def test_how_and_when_each_side_was_read_is_told(desk: Client, connection: Connection) -> None:
    now = timezone.now()
    Container.objects.filter(pk=connection.a_id).update(
        read_at=now - timedelta(minutes=5), full_at=now - timedelta(days=9), cursor="x"
    )
    Container.objects.filter(pk=connection.b_id).update(cursor="")
    a, b = desk.get(health(connection)).context["readings"]
    assert (a.last, a.in_full) == ("5 min ago", (now - timedelta(days=9)).strftime("%Y-%m-%d"))
    assert a.how == "Only what changed since is asked for."
    assert b.how == "Everything is asked for each time."


def test_when_the_next_sync_is_due_is_told(desk: Client, connection: Connection) -> None:
    def told() -> str:
        return str(desk.get(health(connection)).context["next"])

    assert told() == "The next sync is due in 5 min."
    Run.objects.update(finished_at=timezone.now() - timedelta(hours=1))
    assert told() == "The next sync is due now."
    Run.objects.create(connection=connection, state="queued")
    assert told() == "A sync is waiting or under way just now."
    Connection.objects.update(state="paused")
    assert "nothing is synced until it is resumed" in told()
    Connection.objects.update(state="draft")
    assert "nothing is synced until it is started" in told()


def test_the_requests_of_the_latest_runs_are_told(desk: Client, connection: Connection) -> None:
    run = synced(connection)
    told = {row[0].pk: row[1] for row in desk.get(health(connection)).context["runs"]}
    assert told[run.pk] == [run.counts["a"]["requests"], run.counts["b"]["requests"]]
    assert sum(told[run.pk]) > 0


def test_what_is_held_for_everybody_is_told(desk: Client, connection: Connection) -> None:
    connection.mappings.create(a="custom:gone", b="notes", arrow="->")
    rule = connection.rules.create(name="Clients", side="a")
    rule.conditions.create(kind="field", op="is", field="custom:gone", value="x")
    text = text_of(desk.get(health(connection)))
    assert "is left out: a has no field custom:gone any more." in text
    assert "In the rule <strong>Clients</strong>" in text


def test_what_stops_it_comes_first(desk: Client, connection: Connection) -> None:
    Account.objects.filter(name="one").update(attention="Enter the password again.")
    text = text_of(desk.get(health(connection)))
    assert "needs attention" in text
    assert text.index("Enter the password again.") < text.index("In sync")


def test_edits_where_it_only_writes_are_counted_and_named(
    desk: Client, viewer: Client, connection: Connection
) -> None:
    drift = reverse("admin:connection_health_drift", args=[connection.pk])
    assert drift not in text_of(desk.get(health(connection))), "both sides are read"
    Connection.objects.filter(pk=connection.pk).update(direction="a-to-b")
    assert f'hx-get="{drift}"' in text_of(desk.get(health(connection)))
    assert "Nobody:" in text_of(desk.get(drift))
    SyncRecord.objects.filter(title="Ada").update(drift=["job_title", "first_name|last_name"])
    text, emptied = text_of(desk.get(drift)), text_of(viewer.get(drift))
    ada = Record.objects.get(title="Ada", container=connection.a)
    page = reverse("admin:person", args=[ada.pk])
    assert f'<a href="{page}">Ada</a>: Job title, First name and Last name' in text
    for shown in (text, emptied):
        assert "1 contact was edited on the side that is only written." in shown
    assert "Ada" not in emptied


def test_before_anything_was_read_it_says_what_comes(desk: Client, connection: Connection) -> None:
    SyncRecord.objects.all().delete()
    Run.objects.all().delete()
    Container.objects.update(read_at=None, full_at=None)
    text = text_of(desk.get(health(connection)))
    assert "No contact is known yet" in text and "It has not run yet." in text
    assert "It is read with the first run, or the preview." in text


def test_it_takes_as_many_queries_for_many_as_for_few_and_no_scan(
    desk: Client, connection: Connection
) -> None:
    def cost() -> int:
        with asked() as queries:
            assert desk.get(health(connection)).status_code == 200
        assert queries.scans == {}
        return queries.number

    desk.get(health(connection))
    few = cost()
    come(connection.a, *(person(f"P{n}") for n in range(12)))
    for _ in range(3):
        synced(connection)
    assert cost() == few


def test_names_are_on_it_for_nobody(viewer: Client, connection: Connection) -> None:
    text = text_of(viewer.get(health(connection)))
    assert "Ada" not in text and "Ben" not in text
