"""The audit log as a file: what it holds, who may have it, and what is written down about it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connections.models import Connection
from sync import audit
from sync.desk.exports import Counted
from sync.models import Export, Run, Step
from tests.sync.desk.conftest import synced

EXPORT = reverse("admin:sync_step_export")


@pytest.fixture
def log(connection: Connection) -> Run:
    run = synced(connection)
    step = Step.objects.get(verb="update")
    step.fields = {"job_title": {"before": "Engineer", "after": "=1+1", "lost": "@x"}}
    step.why = 'Tab\tand "quote", and\na line'
    step.save()
    return run


def exported(desk: Client, query: str = "") -> str:
    answer: Any = desk.post(f"{EXPORT}{query}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def printed(*arguments: str) -> str:
    out = io.StringIO()
    call_command("audit", "pair", *arguments, "--csv", stdout=out)
    return out.getvalue()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def signed_in(*roles: str) -> Client:
    user = User.objects.create_user("someone", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=roles))
    client = Client()
    client.force_login(user)
    return client


def test_the_file_is_what_the_command_prints(desk: Client, log: Run) -> None:
    assert exported(desk) == printed()
    assert exported(desk, f"?connection__id__exact={log.connection_id}") == printed()
    assert exported(desk, f"?run__id__exact={log.pk}") == printed("--run", str(log.pk))
    assert len(rows_of(printed())) > 3


def test_it_holds_what_the_list_is_filtered_to(desk: Client, log: Run) -> None:
    assert {row["verb"] for row in rows_of(exported(desk, "?verb__exact=create"))} == {"create"}
    assert {row["name"] for row in rows_of(exported(desk, "?q=ada"))} == {"Ada"}
    assert rows_of(exported(desk, "?field=birthday")) == []
    assert rows_of(exported(desk, "?at_to=2020-01-01")) == []


def test_it_holds_all_pages_and_all_that_a_list_would_not_look_through(
    desk: Client, log: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.desk.steps.LOOK", 0)
    monkeypatch.setattr("sync.desk.long_lists.MOST", 1)
    assert exported(desk) == exported(desk, "?p=1") == printed()


def test_no_cell_is_a_formula(desk: Client, log: Run) -> None:
    (row,) = rows_of(exported(desk, "?verb__exact=update"))
    assert (row["before"], row["after"], row["lost"]) == ("Engineer", "'=1+1", "'@x")
    assert row["why"] == Step.objects.get(verb="update").why


@pytest.mark.parametrize("size", [1, 2, 3, 500])
def test_parts_of_any_size_are_the_whole_in_order(
    log: Run, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Also where several have the same time, as those of one round of a run have."""
    Step.objects.exclude(verb="create").update(at=log.started_at)
    monkeypatch.setattr(audit, "PART", size)
    steps = Step.objects.filter(logged=True)
    assert list(audit.one_by_one(steps)) == list(steps.order_by("at", "pk"))


def test_it_is_read_and_sent_part_by_part(
    desk: Client, log: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "PART", 1)
    answer: Any = desk.post(EXPORT)
    lines: Iterator[bytes] = iter(answer.streaming_content)
    next(lines)
    with CaptureQueriesContext(database) as queries:
        next(lines)
    assert 1 <= len(queries) <= 2, "no more than what this step takes"
    assert all(" LIMIT 1" in query["sql"] for query in queries)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="audit-')
    assert "no-store" in answer.headers["Cache-Control"]
    # To the end: the test client would close it amid a statement of another test.
    assert list(lines)


def test_each_is_written_down_where_staff_can_see_it(desk: Client, log: Run) -> None:
    number = len(rows_of(exported(desk, "?verb__exact=update&q=ada")))
    export = Export.objects.get()
    assert (export.who, export.asked) == ("boss", "What was done: Changed; Search: ada")
    assert (export.rows, export.ended_at is not None) == (number, True)
    exported(desk)
    shown = desk.get(reverse("admin:sync_export_changelist")).content.decode()
    assert "What was done: Changed; Search: ada" in shown
    assert "Everything" in shown


def test_one_that_is_broken_off_is_written_down_with_what_left(desk: Client, log: Run) -> None:
    export = Export.objects.create(who="boss", asked="Everything")
    lines = Counted(export, audit.csv_lines(Step.objects.filter(logged=True)))
    for _ in range(3):
        next(lines)
    lines.close()  # as the server does when the browser is gone
    export.refresh_from_db()
    assert (export.rows, export.ended_at) == (2, None)
    page = desk.get(reverse("admin:sync_export_changelist")).content.decode()
    assert "Broken off" in page


def test_who_made_it_is_known_after_their_name_is_gone(desk: Client, log: Run) -> None:
    exported(desk)
    User.objects.filter(username="boss").delete()
    assert Export.objects.get().who == "boss"


@pytest.mark.parametrize(
    ("roles", "status"),
    [
        (["Viewers"], 403),
        (["Viewers", "Sees personal data"], 403),
        (["Operators"], 200),
        (["Administrators"], 200),
        ([], 403),
    ],
)
def test_it_is_a_right_of_its_own(log: Run, roles: list[str], status: int) -> None:
    client = signed_in(*roles)
    assert client.post(EXPORT).status_code == status
    assert Export.objects.exists() == (status == 200)
    if roles:
        shown = client.get(reverse("admin:sync_step_changelist")).content.decode()
        assert ("Export as CSV" in shown) == (status == 200)


def test_who_may_not_see_people_exports_none(log: Run) -> None:
    client = signed_in("Viewers")
    operators = Group.objects.get(name="Operators")
    user = User.objects.get(username="someone")
    user.user_permissions.set(operators.permissions.filter(codename="export_audit"))
    assert user.has_perm("sync.export_audit")
    assert client.post(EXPORT).status_code == 403


def test_a_link_makes_none(desk: Client, log: Run) -> None:
    assert desk.get(EXPORT).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="boss"))
    assert strict.post(EXPORT).status_code == 403
    assert not Export.objects.exists()


def test_a_filter_that_makes_no_sense_makes_none(desk: Client, log: Run) -> None:
    answer = desk.post(f"{EXPORT}?at_from=yesterday")
    assert (answer.status_code, Export.objects.exists()) == (302, False)


def test_what_was_exported_is_not_told_to_those_who_may_not_see_people(
    desk: Client, log: Run
) -> None:
    exported(desk, "?q=ada")
    shown = signed_in("Viewers").get(reverse("admin:sync_export_changelist")).content.decode()
    assert "boss" in shown
    shown = re.sub(r'value="\w+"|nonce="[^"]+"', "", shown)  # by chance such a token has anything
    assert "ada" not in shown.lower().replace("metadata", "")


@pytest.mark.parametrize("verb", ["add", "change", "delete"])
def test_nobody_changes_what_was_written_down(desk: Client, log: Run, verb: str) -> None:
    exported(desk)
    export = Export.objects.get()
    arguments = [] if verb == "add" else [export.pk]
    address = reverse(f"admin:sync_export_{verb}", args=arguments)
    answer = desk.post(address, {"who": "x", "post": "yes"})
    assert answer.status_code == 403
    assert list(Export.objects.values()) == [
        {field.attname: getattr(export, field.attname) for field in Export._meta.concrete_fields}
    ]
