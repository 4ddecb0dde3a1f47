"""The first page: what needs a person, connections, numbers by day, accounts, the worker."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connections.accounts import open_account
from connections.models import Account, Beginning, Connection, Container
from connectors.connector import Update
from sync.days import day_of
from sync.desk.asking import requests_at
from sync.desk.charts import charts_at
from sync.models import Day, Heartbeat, Run, SyncRecord
from sync.queue import ask_for_run
from tests.sync.desk.conftest import synced

FIRST = "admin:index"


def text_of(client: Client, address: str = "") -> str:
    answer = client.get(address or reverse(FIRST))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def needs_of(client: Client) -> list[tuple[str, str, str]]:
    """Kind, name and text of what needs a person."""
    needs = client.get(reverse(FIRST)).context["needs"]
    return [(need.label, need.name, need.text) for need in needs]


def active(connection: Connection) -> Connection:
    """As if it had run and been in order until now."""
    synced(connection)
    Connection.objects.filter(pk=connection.pk).update(state="active")
    Heartbeat.objects.create(name="here/7", at=timezone.now())
    return connection


def ended(connection: Connection, state: str, why: str, **values: Any) -> Run:
    return Run.objects.create(
        connection=connection, state=state, why=why, finished_at=timezone.now(), **values
    )


def with_rights(*names: str) -> Client:
    user = User.objects.create_user("somebody", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(user)
    return client


def more(connection: Connection, number: int) -> list[Connection]:
    """Other connections of the same accounts' books."""
    made, books = [], Container.objects.count()
    for place in range(number):
        a, b = (
            Container.objects.create(
                account=side.account, remote_id=f"{books + place}", name=f"book {place}"
            )
            for side in (connection.a, connection.b)
        )
        made.append(Connection(name=f"more {place:03}", a=a, b=b, state="active"))
    return Connection.objects.bulk_create(made)


# --- What needs a person -------------------------------------------------------------------


def test_when_all_is_well_it_says_so(desk: Client, connection: Connection) -> None:
    active(connection)
    shown = text_of(desk)
    assert "Nothing needs you.</strong> The connection is active. The latest sync ended" in shown
    assert "What needs you" not in shown


def test_an_account_comes_first_with_the_remedy_and_the_way_there(
    desk: Client, connection: Connection
) -> None:
    active(connection)
    account = connection.a.account
    Account.objects.filter(pk=account.pk).update(attention="It was revoked. Authorise it again.")
    ended(connection, "refused", "It was revoked. Authorise it again.")
    # What it stops is not told a second time.
    assert needs_of(desk) == [
        ("Account", "one", "It was revoked. Authorise it again. 1 connection waits for it.")
    ]
    url = reverse("admin:connections_account_change", args=[account.pk])
    assert f'<a class="desk-button" href="{url}">Put it right' in text_of(desk)


def test_an_authorisation_that_is_about_to_end_is_told_in_time(
    desk: Client, connection: Connection
) -> None:
    active(connection)
    for days, told in ((9, 0), (2, 1)):
        Account.objects.filter(name="one").update(ends_at=timezone.now() + timedelta(days=days))
        assert len(needs_of(desk)) == told
    assert needs_of(desk)[0][2].startswith("Its authorisation ends on")


def test_a_held_run_waits_until_it_is_decided(desk: Client, connection: Connection) -> None:
    active(connection)
    why = "It would mark 9 contacts. Nothing was written. If that is right, go on with `sync x`."
    held = ended(connection, "held", why)
    assert needs_of(desk) == [("Held", "pair", "It would mark 9 contacts. Nothing was written.")]
    Run.objects.create(
        connection=connection, kind="by hand", task={"leave": True}, state="done",
        finished_at=held.finished_at,
    )  # fmt: skip
    assert needs_of(desk) == []


def test_what_is_paused_is_not_failing(desk: Client, connection: Connection) -> None:
    active(connection)
    ended(connection, "failed", "It sleeps.")
    assert [label for label, *_ in needs_of(desk)] == ["Failing"]
    Connection.objects.update(state="paused")
    assert needs_of(desk) == []


def test_a_failing_connection_says_how_often_and_since_when(
    desk: Client, connection: Connection
) -> None:
    active(connection)
    ended(connection, "failed", "Long ago.")
    ended(connection, "done", "")
    first = ended(connection, "failed", "It sleeps.")
    ended(connection, "failed", "It sleeps.")
    assert first.finished_at
    since = f"{first.finished_at:%Y-%m-%d at %H:%M}"
    assert needs_of(desk) == [("Failing", "pair", f"It sleeps. It failed 2 times since {since}.")]


def test_a_stopped_connection_shows_what_to_do(desk: Client, connection: Connection) -> None:
    active(connection)
    Connection.objects.update(attention="The book is gone. Choose another.")
    ended(connection, "refused", "The book is gone.")
    assert needs_of(desk) == [("Stopped", "pair", "The book is gone. Choose another.")]


def test_contacts_that_wait_are_counted_with_the_way_to_them(
    desk: Client, connection: Connection
) -> None:
    active(connection)
    SyncRecord.objects.filter(title="Ada").update(state="to_review", cause="several")
    SyncRecord.objects.filter(title="Ben").update(state="failed", cause="refused")
    assert needs_of(desk) == [
        ("To review", "1 contact", "left for you to decide:"),
        ("Failed", "1 contact", "could not be synced:"),
    ]
    for need in desk.get(reverse(FIRST)).context["needs"]:
        (link,), name = need.links, {"To review": "Ada"}.get(need.label, "Ben")
        listed = desk.get(need.button.url).context["cl"].result_list
        assert [row.title for row in listed] == [name]
        queue = text_of(desk, link.url)
        assert name in queue and {"Ada": "Ben", "Ben": "Ada"}[name] not in queue


def test_of_many_of_a_kind_the_first_are_shown(desk: Client, connection: Connection) -> None:
    active(connection)
    for other in more(connection, 9):
        ended(other, "failed", "It sleeps.")
    needs = desk.get(reverse(FIRST)).context["needs"]
    assert [need.name for need in needs] == [f"more 00{n}" for n in range(5)] + [
        "4 more connections"
    ]
    listed = desk.get(needs[-1].button.url).context["cl"].result_list
    assert len(listed) == 9


def test_drafts_and_set_ups_begun_are_gone_on_with(desk: Client, connection: Connection) -> None:
    begun = Beginning.objects.create(app_a="memory", app_b="memory")
    shown = text_of(desk)
    for name, pk in (
        ("connection_begin", begun.pk),
        ("connections_connection_change", connection.pk),
    ):
        assert f'href="{reverse(f"admin:{name}", args=[pk])}" aria-label="Go on' in shown


# --- Connections ---------------------------------------------------------------------------


def test_connections_by_state_lead_to_just_those(desk: Client, connection: Connection) -> None:
    active(connection)
    others = more(connection, 5)
    Connection.objects.filter(pk__in=[others[0].pk, others[1].pk]).update(state="paused")
    Connection.objects.filter(pk=others[2].pk).update(state="draft")
    ended(others[3], "failed", "It sleeps.")
    counts = desk.get(reverse(FIRST)).context["counts"]
    assert [(count.label, count.number) for count in counts] == [
        ("Need a person", 1), ("Active", 3), ("Paused", 2), ("Draft", 1)
    ]  # fmt: skip
    for count in counts:
        assert len(desk.get(count.url).context["cl"].result_list) == count.number, count.label


def test_those_that_need_somebody_come_first_then_those_that_ran_last(
    desk: Client, connection: Connection
) -> None:
    active(connection)
    others = more(connection, 12)
    for other in others[::-1]:
        ended(other, "done", "")
    ended(others[7], "held", "It would mark 9.")
    answer = desk.get(reverse(FIRST))
    names = [line.row.name for line in answer.context["lines"]]
    assert names == ["more 007", "more 000", "more 001", "more 002", "more 003", "more 004"]
    assert "All 13 connections" in answer.content.decode()


# --- Numbers by day ------------------------------------------------------------------------


def test_the_numbers_are_those_of_the_commands(desk: Client, connection: Connection) -> None:
    Connection.objects.update(state="active")
    out = io.StringIO()
    for word in ([], ["--preview"]):
        call_command("sync", "pair", "--json", *word, stdout=out)
    connector = open_account(connection.a.account)
    (one,) = next(connector.changes(connection.a.remote_id, "", lambda ids: {})).received[:1]
    write = Update(one.id, one.version, one.raw, {"job_title": "Duchess"})
    connector.write(connection.a.remote_id, [write])
    call_command("sync", "pair", "--json", stdout=out)
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    done = [answer for answer in answers if answer["kind"] == "sync"]
    changed = sum(x[s]["created"] + x[s]["updated"] for x in done for s in "ab")
    conflicts = sum(x["conflicts"] for x in done)
    requests = {s: sum(x[s]["requests"] for x in answers) for s in "ab"}
    charts = {chart.name: chart for chart in desk.get(reverse(FIRST)).context["charts"].charts}
    assert changed >= 3
    assert (charts["Changes"].total, charts["Changes"].today) == (str(changed), str(changed))
    assert charts["Conflicts"].total == str(conflicts) == "1"
    assert charts["Requests"].total == str(sum(requests.values()))
    asked = desk.get(reverse(FIRST)).context["requests"].accounts
    assert {line.account.name: line.today for line in asked} == {
        "one": str(requests["a"]), "two": str(requests["b"])
    }  # fmt: skip


def days_of(connection: Connection, numbers: Sequence[int]) -> list[date]:
    """The last days, today the last, with so many changes each."""
    today = day_of(timezone.now())
    days = [today - timedelta(days=len(numbers) - 1 - place) for place in range(len(numbers))]
    for day, number in zip(days, numbers, strict=True):
        Day.objects.create(connection=connection, day=day, changed=number, requests_a=2 * number)
    return days


def test_bars_are_as_high_as_the_numbers_and_stand_on_their_days(connection: Connection) -> None:
    days_of(connection, [5] * 5 + [0] * 28 + [10, 40])  # the first five are too long ago
    charts = charts_at(timezone.now())
    assert charts is not None
    drawing = charts.charts[0].drawing
    assert charts.charts[0].total == "50"
    heights = [sum(bar.height for bar in column.bars) for column in drawing.columns]
    assert heights == [0] * 28 + [15, 60]
    assert [column.x for column in drawing.columns] == list(range(0, 300, 10))
    today = day_of(timezone.now())
    assert drawing.label == f"Changes by day. Most: 40 on {today:%a} {today.day} {today:%b}."
    assert drawing.columns[-1].title.endswith(": 40 contacts made or changed")


def test_the_same_numbers_stand_in_a_table(desk: Client, connection: Connection) -> None:
    days = days_of(connection, [1, 1234])
    shown = text_of(desk)
    assert f'<th scope="row">{days[1]:%a} {days[1].day} {days[1]:%b}</th><td>1,234</td>' in shown
    charts = charts_at(timezone.now())
    assert charts is not None
    assert len(charts.table) == 30
    assert charts.table[0] == (days[1], ["1,234", "0", "0", "0", "2,468"])


def test_days_of_another_zone_than_ones_own_are_said_to_be_so(
    desk: Client, connection: Connection
) -> None:
    days_of(connection, [1])
    assert "Days are those of" not in text_of(desk)
    desk.cookies["zone"] = "Asia/Kathmandu"
    assert "Days are those of UTC." in text_of(desk)


def test_nothing_is_drawn_before_anything_was_done(desk: Client, connection: Connection) -> None:
    assert "The last 30 days" not in text_of(desk)


# --- Accounts ------------------------------------------------------------------------------


def test_an_account_asks_for_all_its_connections_on_either_side(connection: Connection) -> None:
    other = Connection.objects.create(
        name="other",
        a=Container.objects.create(account=connection.b.account, remote_id="x", name="x"),
        b=Container.objects.create(account=connection.a.account, remote_id="y", name="y"),
    )
    today = day_of(timezone.now())
    Day.objects.create(connection=connection, day=today, requests_a=1, requests_b=20, waited_b=70)
    Day.objects.create(connection=other, day=today, requests_a=300, requests_b=4000, waited_a=50)
    Day.objects.create(
        connection=other, day=today - timedelta(days=1), requests_b=50_000, waited_b=9
    )
    asked = requests_at(timezone.now())
    assert asked is not None
    told = [(x.account.name, x.today, x.total, x.waited) for x in asked.accounts]
    assert told == [("one", "4,001", "54,001", ""), ("two", "320", "320", "2 min")]
    assert [numbers for _, numbers in asked.table[:3]] == [
        ["4,001", "320"], ["50,000", "0"], ["0", "0"]
    ]  # fmt: skip


def test_limits_stand_beside_the_requests(
    desk: Client, connection: Connection, settings: Any
) -> None:
    Account.objects.filter(name="one").update(app="google")
    settings.CONNECTORS = {**settings.CONNECTORS, "GOOGLE_READS_PER_MINUTE": "77"}
    shown = text_of(desk)
    assert "77 reads a minute · 30 writes a minute" in shown
    assert "no limit is set" in shown


def test_accounts_that_need_a_person_come_first_then_those_that_ask_most(
    desk: Client, connection: Connection
) -> None:
    days_of(connection, [5])
    for number in range(9):
        Account.objects.create(name=f"idle {number}", app="memory")
    Account.objects.filter(name="idle 7").update(attention="Enter the password.")
    context = desk.get(reverse(FIRST)).context
    names = [line.account.name for line in context["requests"].accounts]
    assert names == ["idle 7", "one", "idle 0", "idle 1", "idle 2", "idle 3"]
    assert "All 11 accounts" in text_of(desk)


# --- The worker ----------------------------------------------------------------------------


def test_the_worker_is_told_by_name_with_what_it_does(desk: Client, connection: Connection) -> None:
    now = timezone.now()
    Heartbeat.objects.create(name="web-1/2231", at=now - timedelta(seconds=20))
    Heartbeat.objects.create(name="web-2/17", at=now - timedelta(minutes=20))
    Run.objects.create(
        connection=connection, state="running", phase="reading two", stage="reading", read=3,
        phase_done=3,
    )  # fmt: skip
    for _ in range(2):
        ask_for_run(connection)
    shown = text_of(desk)
    assert "</b> on web-1, process group 2231" in shown
    assert "web-2" not in shown
    assert "Sync of pair</a>: reading two: 3 contacts read" in shown
    assert "<b>2</b> runs</a>, the oldest asked for 0 s ago" in shown
    assert "do not keep up" not in shown
    Run.objects.filter(state="queued").update(requested_at=now - timedelta(minutes=6))
    assert "do not keep up" in text_of(desk)


def test_of_a_silent_worker_it_is_told_when_it_was_heard_last(
    desk: Client, connection: Connection
) -> None:
    Heartbeat.objects.create(name="web-2/17", at=timezone.now() - timedelta(minutes=20))
    shown = text_of(desk)
    assert "The background worker is not running" in shown
    assert "<b>20 min ago</b> on web-2, process group 17" in shown


# --- Who sees what, and at what cost -------------------------------------------------------


def test_who_may_see_connections_only_sees_nothing_of_accounts_and_runs(
    connection: Connection,
) -> None:
    active(connection)
    Account.objects.filter(name="one").update(attention="It was revoked.")
    ended(connection, "refused", "It was revoked.")
    SyncRecord.objects.update(state="to_review")
    client = with_rights("view_connection")
    shown = text_of(client)
    assert needs_of(client) == [("Stopped", "pair", "It was revoked.")]
    assert "pair" in shown
    for of_others in (
        "Accounts and their requests",
        "The worker",
        "connections/account",
        "sync/run",
    ):
        assert of_others not in shown, of_others


def test_who_may_not_see_connections_sees_none_of_it(connection: Connection) -> None:
    active(connection)
    Account.objects.filter(name="one").update(attention="It was revoked.")
    shown = text_of(with_rights("view_account", "view_run", "view_syncrecord"))
    assert "your rights do not include seeing connections" in shown
    for of_others in ("pair", "revoked", "The last 30 days"):
        assert of_others not in shown, of_others


def test_who_may_not_see_people_does_not_see_whom_a_run_was_of(connection: Connection) -> None:
    active(connection)
    ended(connection, "refused", "Neither side has zoe@example.org.", only="zoe@example.org")
    assert "zoe" not in text_of(with_rights("view_connection", "view_run"))
    User.objects.all().delete()
    assert "zoe" in text_of(with_rights("view_connection", "see_people"))


def test_who_may_only_look_is_not_told_to_put_it_right(
    viewer: Client, connection: Connection
) -> None:
    active(connection)
    Account.objects.filter(name="one").update(attention="It was revoked.")
    shown = text_of(viewer)
    assert "See the account" in shown
    assert "Put it right" not in shown


@pytest.mark.sqlite_only
def test_two_hundred_connections_need_as_many_queries_as_a_few(
    desk: Client, connection: Connection
) -> None:
    active(connection)
    few = more(connection, 3)
    _in_trouble(few)
    before = _queries(desk)
    Connection.objects.filter(pk__in=[row.pk for row in few]).delete()
    many = more(connection, 200)
    _in_trouble(many)
    Day.objects.bulk_create(
        Day(connection=row, day=day_of(timezone.now()), changed=1, requests_b=1) for row in many
    )
    Account.objects.bulk_create(Account(name=f"n{n}", app="memory") for n in range(50))
    assert _queries(desk) == before


def _in_trouble(rows: Sequence[Connection]) -> None:
    """Of each kind one at least, and some that run and wait."""
    now = timezone.now()
    for place, row in enumerate(rows):
        state = ("failed", "held", "refused")[place % 3]
        Run.objects.create(connection=row, state=state, why="Why.", finished_at=now)
        Run.objects.create(connection=row, state="running", phase="planning")
        Run.objects.create(connection=row)
    SyncRecord.objects.bulk_create(
        SyncRecord(connection=row, state=state) for row in rows for state in ("to_review", "failed")
    )


def _queries(client: Client) -> int:
    text_of(client)
    with CaptureQueriesContext(database) as queries:
        text_of(client)
    return len(queries)
