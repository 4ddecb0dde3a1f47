"""The connection page: how it stands, and what its buttons do."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import DjangoCaptureOnCommitCallbacks

from connections.accounts import open_account
from connections.models import Account, Connection, FieldMapping
from connectors.connector import Create
from rules.editing import Edit, WrittenRule, judged, keep
from sync.desk.standing import counts_of
from sync.host import this_process
from sync.models import Run
from sync.queue import ask_for_run
from sync.run import perform
from tests.sync.desk.conftest import container, person, synced
from tests.sync.desk.test_rule_list import VIP

VERBS = ("sync", "check", "leave", "preview", "start", "pause", "resume")


def page(connection: Connection) -> str:
    return reverse("admin:connections_connection_change", args=[connection.pk])


def press(client: Client, word: str, connection: Connection) -> Any:
    return client.post(reverse(f"admin:connection_{word}", args=[connection.pk]))


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.parametrize(
    ("word", "kind", "approved"),
    [("sync", "sync", False), ("preview", "preview", False), ("start", "sync", True)],
)
def test_a_button_makes_a_run_and_rings(
    desk: Client,
    connection: Connection,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    word: str,
    kind: str,
    approved: bool,
) -> None:
    Connection.objects.update(state="active")  # of a draft see test_first_run
    old = Run.objects.create(connection=connection, state="held", finished_at=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        answer = press(desk, word, connection)
    (run,) = Run.objects.exclude(pk=old.pk)
    assert (run.kind, run.state, run.approved) == (kind, "queued", approved)
    assert run.requested_by and run.requested_by.username == "boss"
    follows = {
        "preview": reverse("admin:connection_preview", args=[connection.pk]),
        "sync": reverse("admin:sync_run_change", args=[run.pk]),
    }
    assert answer.headers["Location"] == follows[kind]
    assert OrmQ.objects.count() == 1


def test_pressing_twice_is_one_run(desk: Client, connection: Connection) -> None:
    for _ in range(2):
        press(desk, "sync", connection)
        press(desk, "preview", connection)
    assert sorted(Run.objects.values_list("kind", flat=True)) == ["preview", "sync"]


def test_pause_and_resume(desk: Client, connection: Connection) -> None:
    Connection.objects.update(state="active")
    for word, state in (("pause", "paused"), ("resume", "active")):
        assert press(desk, word, connection).status_code == 302
        connection.refresh_from_db()
        assert connection.state == state


def test_pausing_a_draft_is_refused_in_words(desk: Client, connection: Connection) -> None:
    press(desk, "pause", connection)
    assert "is a draft, which writes nothing" in text_of(desk, page(connection))


def test_a_link_does_nothing(desk: Client, connection: Connection) -> None:
    for word in ("sync", "check", "leave", "pause", "resume"):
        answer = desk.get(reverse(f"admin:connection_{word}", args=[connection.pk]))
        assert answer.status_code == 405, word
    assert not Run.objects.exists()


def test_a_post_from_elsewhere_is_refused(connection: Connection) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("boss"))
    for word in VERBS:
        assert press(client, word, connection).status_code == 403, word
    assert not Run.objects.exists()


def test_who_may_only_look_sees_no_button_and_cannot_post(
    viewer: Client, connection: Connection
) -> None:
    held(connection)
    before = Run.objects.count()
    shown = text_of(viewer, page(connection))
    for word in VERBS:
        assert press(viewer, word, connection).status_code == 403, word
        address = reverse(f"admin:connection_{word}", args=[connection.pk])
        assert f'action="{address}"' not in shown, word
    assert Run.objects.count() == before


def test_an_operator_needs_one_permission(viewer: Client, connection: Connection) -> None:
    user = User.objects.get(username="viewer")
    user.user_permissions.add(Permission.objects.get(codename="operate_connection"))
    assert press(viewer, "preview", connection).status_code == 302
    assert Run.objects.count() == 1


def test_the_page_tells_how_it_stands(desk: Client, connection: Connection) -> None:
    synced(connection)
    shown = text_of(desk, page(connection))
    assert "<b>2</b><span>In sync</span>" in shown
    assert "B: 1 created, B: 1 updated, 1 linked, 1 conflict" in shown


def test_attention_and_remedy_stand_on_top(desk: Client, connection: Connection) -> None:
    Account.objects.filter(name="one").update(attention="It is gone. Enter the password again.")
    shown = text_of(desk, page(connection))
    assert "<strong>one:</strong> It is gone. Enter the password again." in shown
    account = Account.objects.get(name="one")
    mended = reverse("admin:connections_account_change", args=[account.pk])
    assert f'<a href="{mended}">To the account</a>' in shown
    assert "Needs attention" in text_of(desk, reverse("admin:connections_connection_changelist"))


def test_what_has_run_is_not_deleted_and_the_page_says_why(
    desk: Client, connection: Connection
) -> None:
    delete = reverse("admin:connections_connection_delete", args=[connection.pk])
    assert delete in text_of(desk, page(connection))
    synced(connection)
    shown = text_of(desk, page(connection))
    assert delete not in shown
    assert "It cannot be deleted: it has run, and its audit log stays." in shown
    assert desk.post(delete, {"post": "yes"}).status_code == 403
    assert Connection.objects.exists()


def test_a_draft_is_deleted_with_its_preview(desk: Client, connection: Connection) -> None:
    perform(ask_for_run(connection, kind="preview").pk, host=this_process())
    delete = reverse("admin:connections_connection_delete", args=[connection.pk])
    assert desk.post(delete, {"post": "yes"}).status_code == 302
    assert not Connection.objects.exists()


def test_the_page_tells_what_the_connection_is_made_of(
    desk: Client, connection: Connection
) -> None:
    Connection.objects.update(direction="a-to-b", sync_deletions=["b-to-a"], interval=20)
    connection.mappings.filter(a="notes").update(on=False)
    FieldMapping.objects.create(connection=connection, a="custom:Gone", b="custom:Here")
    keep(judged(connection, Edit(rules=[VIP, WrittenRule("Back", "b")])), None)
    shown = text_of(desk, page(connection))
    assert "one → two." in shown
    assert "IF in one: has the tag Friend THEN in two: add the tag VIP" in shown
    assert "Every contact of two is synced." in shown
    assert "Left out: a has no field custom:Gone any more." in shown
    assert "1 line is switched off." in shown
    assert "put the tag “PieSync Trash” on it in one." in shown
    assert "It syncs every 20 minutes." in shown
    arrows = {line.arrow for line in desk.get(page(connection)).context["lines"]}
    assert arrows == {"→"}


def test_the_overview_is_only_looked_at(desk: Client, connection: Connection) -> None:
    assert desk.post(page(connection), {"name": "other"}).status_code == 405
    assert Connection.objects.get().name == "pair"
    wrong = reverse("admin:connections_connection_changelist") + "x/change/"
    assert desk.get(wrong).status_code == 404


def test_a_draft_says_what_it_waits_for(desk: Client, connection: Connection) -> None:
    assert "Go on with: Direction and options" in text_of(desk, page(connection))
    for interval in (6, 7):
        keep(judged(connection, Edit(options={"interval": interval})), None)
        connection.refresh_from_db()
    assert "Go on with: Preview" in text_of(desk, page(connection))
    perform(ask_for_run(connection, kind="preview").pk, host=this_process())
    assert "Go on with: Start" in text_of(desk, page(connection))


def held(connection: Connection) -> Run:
    synced(connection)
    return Run.objects.create(
        connection=connection,
        kind="sync",
        state="held",
        why="It would mark 9 contacts.",
        finished_at=timezone.now(),
    )


@pytest.mark.parametrize(
    ("word", "asked"),
    [
        ("start", {"kind": "sync", "approved": True, "full": False, "task": {}}),
        ("check", {"kind": "sync", "approved": False, "full": True, "task": {}}),
        ("leave", {"kind": "by hand", "approved": False, "full": False, "task": {"leave": "held"}}),
    ],
)
def test_a_held_run_is_told_with_its_reason_and_goes_on_by_a_button(
    desk: Client, connection: Connection, word: str, asked: dict[str, Any]
) -> None:
    run = held(connection)
    shown = text_of(desk, page(connection))
    assert "It would mark 9 contacts." in shown
    assert reverse("admin:sync_run_change", args=[run.pk]) in shown
    assert reverse(f"admin:connection_{word}", args=[connection.pk]) in shown
    for _ in range(2):
        press(desk, word, connection)
    made = Run.objects.filter(state="queued").values("kind", "approved", "full", "task")
    assert list(made) == [asked]


def test_what_was_left_as_it_is_waits_for_nobody_any_more(
    desk: Client, connection: Connection
) -> None:
    held(connection)
    press(desk, "leave", connection)
    Run.objects.filter(state="queued").update(state="done", finished_at=timezone.now())
    assert "It would mark 9 contacts." not in text_of(desk, page(connection)).partition("Latest")[0]


def test_an_open_run_is_shown_as_it_goes_on(desk: Client, connection: Connection) -> None:
    synced(connection)
    Run.objects.create(
        connection=connection, kind="sync", state="running", phase="writing two · Contacts",
        stage="writing", done=30, total=120,
    )  # fmt: skip
    shown = text_of(desk, page(connection))
    assert "writing two · Contacts …" in shown
    assert "30 of 120 contacts written" in shown


def test_a_worker_that_is_not_heard_is_told(desk: Client, connection: Connection) -> None:
    assert "The background worker is not running" in text_of(desk, page(connection))


def test_the_list_begins_with_what_needs_a_person_and_says_how_to_begin(
    desk: Client, connection: Connection
) -> None:
    address = reverse("admin:connections_connection_changelist")
    more = Connection.objects.create(name="zulu", a=container("three"), b=container("four"))
    Account.objects.filter(name="four").update(attention="Enter the password again.")
    listed = [row.name for row in desk.get(address).context["cl"].result_list]
    assert listed == ["zulu", "pair"]
    assert "There is no connection yet." not in text_of(desk, address)
    more.delete()
    connection.delete()
    assert "There is no connection yet." in text_of(desk, address)


def test_the_page_needs_as_many_queries_for_many_rules_as_for_few(
    desk: Client, connection: Connection
) -> None:
    synced(connection)
    keep(judged(connection, Edit(rules=[VIP])), None)
    few = _queries(desk, page(connection))
    rules = [replace(VIP, name=f"rule {number}") for number in range(30)]
    keep(judged(connection, Edit(rules=rules)), None)
    assert _queries(desk, page(connection)) == few


def test_lists_need_as_many_queries_for_three_as_for_one(
    desk: Client, connection: Connection
) -> None:
    synced(connection)
    addresses = [
        reverse("admin:index"),
        *(
            reverse(f"admin:{name}_changelist")
            for name in (
                "connections_connection", "connections_account", "connections_container",
                "sync_run", "sync_step", "sync_syncrecord",
            )
        ),
    ]  # fmt: skip
    few = [_queries(desk, address) for address in addresses]
    for number in range(2):
        more = Connection.objects.create(
            name=f"more{number}",
            a=container(f"a{number}", person("Eve")),
            b=container(f"b{number}", person("Fay")),
        )
        for line in connection.mappings.all():
            line.pk, line.connection = None, more
            line.save()
        synced(more)
    assert [_queries(desk, address) for address in addresses] == few


def _queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(database) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_each_count_leads_to_just_those_sync_records(desk: Client, connection: Connection) -> None:
    connector = open_account(connection.a.account)
    connector.write(connection.a.remote_id, [Create("no-mail", {"first_name": "Dee"})])
    synced(connection)
    counts = {count.label: count for count in counts_of(connection)}
    assert counts["Excluded: no e-mail"].number == 1
    for count in counts.values():
        listed = desk.get(count.url).context["cl"].result_list
        assert len(listed) == count.number, count.label
