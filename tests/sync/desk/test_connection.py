"""The connection page: how it stands, and what its buttons do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_q.models import OrmQ
from pytest_django import DjangoCaptureOnCommitCallbacks

from connections.accounts import open_account
from connections.models import Account, Connection
from connectors.connector import Create
from rules.models import Revision
from sync.desk.standing import counts_of
from sync.host import this_process
from sync.models import Run
from sync.queue import ask_for_run
from sync.run import perform
from tests.sync.desk.conftest import container, person, synced

VERBS = ("sync", "preview", "start", "pause", "resume")


def page(connection: Connection) -> str:
    return reverse("admin:connections_connection_change", args=[connection.pk])


def press(client: Client, word: str, connection: Connection) -> Any:
    return client.post(reverse(f"admin:connection_{word}", args=[connection.pk]))


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def form_of(client: Client, address: str) -> dict[str, Any]:
    """What a browser would send if nothing was changed."""
    answer = client.get(address)
    data: dict[str, Any] = {}
    forms = [answer.context["adminform"].form]
    for inline in answer.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = value
    return data


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
    with django_capture_on_commit_callbacks(execute=True):
        answer = press(desk, word, connection)
    (run,) = Run.objects.all()
    assert (run.kind, run.state, run.approved) == (kind, "queued", approved)
    assert run.requested_by and run.requested_by.username == "boss"
    assert answer.headers["Location"] == reverse("admin:sync_run_change", args=[run.pk])
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


@pytest.mark.parametrize("word", VERBS)
def test_a_link_does_nothing(desk: Client, connection: Connection, word: str) -> None:
    answer = desk.get(reverse(f"admin:connection_{word}", args=[connection.pk]))
    assert answer.status_code == 405
    assert not Run.objects.exists()


@pytest.mark.parametrize("word", VERBS)
def test_a_post_from_elsewhere_is_refused(connection: Connection, word: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("boss"))
    assert press(client, word, connection).status_code == 403
    assert not Run.objects.exists()


@pytest.mark.parametrize("word", VERBS)
def test_who_may_only_look_sees_no_button_and_cannot_post(
    viewer: Client, connection: Connection, word: str
) -> None:
    assert press(viewer, word, connection).status_code == 403
    shown = text_of(viewer, page(connection))
    assert reverse(f"admin:connection_{word}", args=[connection.pk]) not in shown
    assert not Run.objects.exists()


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
    assert "Needs attention" in text_of(desk, reverse("admin:connections_connection_changelist"))


def test_sides_are_fixed_and_nothing_is_deleted_once_it_has_run(
    desk: Client, connection: Connection
) -> None:
    assert {"a", "b"} <= set(desk.get(page(connection)).context["adminform"].form.fields)
    synced(connection)
    assert not {"a", "b"} & set(desk.get(page(connection)).context["adminform"].form.fields)
    delete = reverse("admin:connections_connection_delete", args=[connection.pk])
    assert desk.post(delete, {"post": "yes"}).status_code == 403
    assert Connection.objects.exists()


def test_a_draft_is_deleted_with_its_preview(desk: Client, connection: Connection) -> None:
    perform(ask_for_run(connection, kind="preview").pk, host=this_process())
    delete = reverse("admin:connections_connection_delete", args=[connection.pk])
    assert desk.post(delete, {"post": "yes"}).status_code == 302
    assert not Connection.objects.exists()


def test_adding_makes_a_draft_with_the_default_mapping(
    desk: Client, connection: Connection
) -> None:
    new = container("three", person("Cem"))
    type(new).objects.filter(pk=new.pk).update(catalogue_data={}, catalogue_at=None)
    answer = desk.post(
        reverse("admin:connections_connection_add"),
        {"name": "other", "a": connection.a_id, "b": new.pk, "direction": "two-way",
         "winner": "a", "interval": "5", "region": "be"},
    )  # fmt: skip
    made = Connection.objects.get(name="other")
    assert answer.headers["Location"] == page(made)
    assert (made.state, made.region) == ("draft", "BE")
    lines = ("a", "arrow", "b", "default")
    assert list(made.mappings.values_list(*lines)) == list(connection.mappings.values_list(*lines))
    assert [revision.name for revision in Revision.objects.all()] == ["other"]


@pytest.mark.parametrize(
    ("sides", "said"),
    [
        (("a", "a"), "Both sides are one · Contacts. Give one another container."),
        (("b", "a"), "two · Contacts and one · Contacts are joined by connection pair already."),
    ],
)
def test_impossible_sides_are_refused(
    desk: Client, connection: Connection, sides: tuple[str, str], said: str
) -> None:
    a, b = (connection.container(side).pk for side in sides)
    data = {"name": "x", "a": a, "b": b, "direction": "two-way", "winner": "a", "interval": "5"}
    answer = desk.post(reverse("admin:connections_connection_add"), data)
    assert said in answer.content.decode()
    assert Connection.objects.count() == 1


def test_a_line_that_cannot_work_is_told_at_the_top_and_at_the_line(
    desk: Client, connection: Connection
) -> None:
    data = form_of(desk, page(connection))
    names = {data[key]: key for key in data if re.fullmatch(r"mappings-\d+-b", key)}
    data[names["last_name"]] = "first_name"
    answer = desk.post(page(connection), data)
    shown = answer.content.decode()
    assert "Please correct the error" in shown
    assert "first_name of B is written by another line already." in shown


def test_switching_a_line_off_is_saved_and_kept_as_a_revision(
    desk: Client, connection: Connection
) -> None:
    data = form_of(desk, page(connection))
    names = {data[key]: key for key in data if re.fullmatch(r"mappings-\d+-a", key)}
    del data[names["notes"].replace("-a", "-on")]
    assert desk.post(page(connection), data).status_code == 302
    assert list(connection.mappings.filter(on=False).values_list("a", flat=True)) == ["notes"]
    (revision,) = Revision.objects.all()
    assert revision.by and revision.by.username == "boss"


def test_other_sides_of_a_draft_bring_their_own_mapping(
    desk: Client, connection: Connection
) -> None:
    connection.mappings.filter(a="notes").delete()
    data = form_of(desk, page(connection)) | {"b": container("three").pk}
    assert desk.post(page(connection), data).status_code == 302
    connection.refresh_from_db()
    assert connection.b_id == data["b"]
    assert connection.mappings.filter(a="notes").exists()


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
