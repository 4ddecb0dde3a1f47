"""Runs, steps and sync records: seen and searched by people, changed by nobody."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connections.models import Account, Connection
from sync.host import this_process
from sync.models import Heartbeat, Run, Step, SyncRecord
from sync.queue import ask_for_run
from sync.run import perform
from sync.steps import of_person
from tests.sync.desk.conftest import synced


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.parametrize("name", ["run", "step", "syncrecord"])
def test_nobody_adds_changes_or_deletes(desk: Client, connection: Connection, name: str) -> None:
    synced(connection)
    model = {"run": Run, "step": Step, "syncrecord": SyncRecord}[name]
    before = list(model.objects.values())
    pk = before[0]["id"]
    answers = [
        desk.post(reverse(f"admin:sync_{name}_add"), {}),
        desk.post(reverse(f"admin:sync_{name}_change", args=[pk]), {"name": "x"}),
        desk.post(reverse(f"admin:sync_{name}_delete", args=[pk]), {"post": "yes"}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert list(model.objects.values()) == before


def test_nobody_is_deleted_whom_the_log_names(desk: Client, connection: Connection) -> None:
    boss, otto = User.objects.get(username="boss"), User.objects.create_user("otto")
    perform(ask_for_run(connection, by=boss, approved=True).pk, host=this_process())
    address = reverse("admin:auth_user_delete", args=[boss.pk])
    assert desk.post(address, {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [boss.pk, otto.pk], "post": "yes"}
    desk.post(reverse("admin:auth_user_changelist"), chosen)
    assert set(User.objects.all()) == {boss, otto}
    desk.post(reverse("admin:auth_user_delete", args=[otto.pk]), {"post": "yes"})
    assert set(User.objects.all()) == {boss}


def test_no_connection_is_deleted_that_has_a_log(desk: Client, connection: Connection) -> None:
    """Also one that never ran by itself."""
    run = ask_for_run(connection, kind=Run.Kind.BY_HAND)
    address = reverse("admin:connections_connection_delete", args=[connection.pk])
    assert desk.get(address).status_code == 200
    of_person(run, "apart", "They are different people.", timezone.now()).save()
    assert desk.post(address, {"post": "yes"}).status_code == 403
    assert Step.objects.exists()


def test_the_audit_log_shows_before_after_and_what_gave_way(
    desk: Client, connection: Connection
) -> None:
    run = synced(connection)
    address = f"{reverse('admin:sync_step_changelist')}?run__id__exact={run.pk}"
    shown = text_of(desk, address)
    assert "<del>Engineer</del> → <ins>Countess</ins>" in shown
    assert "gave way: Engineer" in shown
    step = Step.objects.get(verb="update")
    assert "gave way: Engineer" in text_of(desk, reverse("admin:sync_step_change", args=[step.pk]))


@pytest.mark.parametrize(("query", "found"), [("ada", ["link", "update"]), ("ben", ["create"])])
def test_steps_are_searched_by_name(
    desk: Client, connection: Connection, query: str, found: list[str]
) -> None:
    synced(connection)
    answer = desk.get(reverse("admin:sync_step_changelist"), {"q": query})
    assert sorted(step.verb for step in answer.context["cl"].result_list) == found


def test_steps_of_a_preview_are_seen_only_as_its_own(desk: Client, connection: Connection) -> None:
    run = perform(ask_for_run(connection, kind="preview").pk, host=this_process())
    assert run.steps.exists()
    every = desk.get(reverse("admin:sync_step_changelist"))
    its = desk.get(reverse("admin:sync_step_changelist"), {"run__id__exact": run.pk})
    assert len(every.context["cl"].result_list) == 0
    assert len(its.context["cl"].result_list) == run.steps.count()
    shown = text_of(desk, reverse("admin:sync_run_change", args=[run.pk]))
    assert "Nothing was written. This would be done:" in shown


def test_progress_is_asked_for_until_the_run_has_ended(
    desk: Client, connection: Connection
) -> None:
    run = ask_for_run(connection, kind="preview")
    progress = reverse("admin:run_progress", args=[run.pk])
    assert f'hx-get="{progress}"' in text_of(desk, reverse("admin:sync_run_change", args=[run.pk]))
    answer = desk.get(progress)
    assert "waits for a worker" in answer.content.decode()
    assert "HX-Refresh" not in answer.headers
    perform(run.pk, host=this_process())
    answer = desk.get(progress)
    assert answer.headers["HX-Refresh"] == "true"
    assert "hx-get" not in answer.content.decode()


def test_progress_is_not_for_strangers(connection: Connection) -> None:
    run = ask_for_run(connection)
    client = Client()
    client.force_login(User.objects.create_user("guest", is_staff=True))
    assert client.get(reverse("admin:run_progress", args=[run.pk])).status_code == 403


def test_a_sync_record_shows_both_sides(desk: Client, connection: Connection) -> None:
    synced(connection)
    row = SyncRecord.objects.get(title="Ada")
    shown = text_of(desk, reverse("admin:sync_syncrecord_change", args=[row.pk]))
    assert (
        '<td data-side="A"><span>Countess</span></td><td data-side="B"><span>Countess</span>'
        in shown
    )


def test_the_first_page_begins_with_what_needs_a_person(
    desk: Client, connection: Connection
) -> None:
    Account.objects.filter(name="one").update(attention="Enter the password again.")
    shown = text_of(desk, reverse("admin:index"))
    assert shown.index("Enter the password again.") < shown.index("pair</a>")


def test_the_first_page_tells_when_no_worker_is_running(
    desk: Client, connection: Connection
) -> None:
    missing = "The background worker is not running"
    assert missing in text_of(desk, reverse("admin:index"))
    Heartbeat.objects.create(name="x", at=timezone.now())
    assert missing not in text_of(desk, reverse("admin:index"))


def test_an_empty_desk_says_where_to_begin(desk: Client) -> None:
    add = reverse("admin:connections_connection_add")
    assert f'href="{add}">Set up a connection' in text_of(desk, reverse("admin:index"))


def test_who_may_see_nothing_sees_nothing(connection: Connection) -> None:
    client = Client()
    client.force_login(User.objects.create_user("guest", is_staff=True))
    assert "pair" not in text_of(client, reverse("admin:index"))


def test_tables_of_the_queue_and_of_sign_in_are_not_shown() -> None:
    shown = {model._meta.app_label for model in admin.site._registry}
    assert shown == {"auth", "connections", "rules", "sync"}
