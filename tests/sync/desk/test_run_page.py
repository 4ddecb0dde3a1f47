"""The page of a run: what it did, by cause, with what can be done about it; and as many as the
command says."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from connections.models import Connection
from sync.desk import run_groups
from sync.desk.run_groups import Group as Told
from sync.host import this_process
from sync.models import Run, Step
from sync.queue import ask_for_run
from sync.run import perform
from tests.sync.desk.conftest import synced

REFUSED = "The app takes the e-mail address for invalid."


def page_of(desk: Client, run: Run) -> Any:
    answer = desk.get(reverse("admin:sync_run_change", args=[run.pk]))
    assert answer.status_code == 200
    return answer


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def groups_of(desk: Client, run: Run) -> list[Told]:
    groups = page_of(desk, run).context["groups"]
    return [*groups.faults, *groups.left, *groups.done]


@pytest.fixture
def ruled(connection: Connection) -> Connection:
    """A rule puts something on everybody that syncs."""
    rule = connection.rules.create(name="Clients", side="a")
    rule.actions.create(kind="set field", field="notes", value="Noble")
    return connection


def test_its_numbers_are_those_of_the_command(desk: Client, ruled: Connection) -> None:
    out = io.StringIO()
    call_command("sync", "pair", "--approve", "--json", stdout=out)
    said = json.loads(out.getvalue())
    said = said[0] if isinstance(said, list) else said
    run = Run.objects.get(pk=said["run"])
    shown = text_of(page_of(desk, run))
    for side in "ab":
        part, place = said[side], ruled.container(side)
        numbers = [part[word] for word in ("created", "updated", "marked", "requests")]
        assert f" {side.upper()} {place} {' '.join(map(str, numbers))} ".replace("  ", " ") in shown
    assert f"{said['linked']} paired with the same person" in shown
    assert f"In {said['conflicts']} step a value gave way" in shown
    assert f"{said['in_sync']} in sync" in shown


def test_each_group_leads_to_as_many_steps_as_it_tells(desk: Client, ruled: Connection) -> None:
    run = synced(ruled)
    groups = groups_of(desk, run)
    assert {(group.text, group.because, group.number) for group in groups} == {
        ("Made new in B", "", 1),
        ("Changed in B", "", 1),
        ("Paired", "", 1),
        ("Put on or set in B", "Clients", 2),
    }
    for group in groups:
        assert desk.get(group.url).context["cl"].result_count == group.number, group.url


def test_what_was_refused_is_told_by_what_the_app_answered_with_the_remedy(
    desk: Client, ruled: Connection
) -> None:
    run = synced(ruled)
    Step.objects.filter(verb="act").update(result=Step.Result.REFUSED, why=REFUSED)
    Step.objects.filter(verb="update").update(result=Step.Result.FAILED, why="It is away.")
    Step.objects.filter(verb="create").update(result=Step.Result.SENT, why="")
    faults = page_of(desk, run).context["groups"].faults
    assert {(fault.text, fault.because, fault.number) for fault in faults} == {
        ("Put on or set in B", REFUSED, 2),
        ("Made new in B", "", 1),
        ("Changed in B", "It is away.", 1),
    }
    refused = faults[0]
    assert refused.number == 2, "what is most comes first"
    assert refused.told and "Change the contact" in refused.told.remedy
    assert "Field mapping" in [way.label for way in refused.ways]
    for fault in faults:
        assert desk.get(fault.url).context["cl"].result_count == fault.number, fault.url


def test_who_was_left_out_is_told_apart_with_the_way_to_the_reasons(
    desk: Client, connection: Connection
) -> None:
    connection.rules.all().delete()
    rule = connection.rules.create(name="Nobility", side="a")
    rule.conditions.create(kind="field", op="is", field="job_title", value="Countess")
    run = synced(connection)
    (left,) = page_of(desk, run).context["groups"].left
    assert (left.text, left.number, [way.label for way in left.ways]) == (
        "Left out in A", 1, ["Health"],
    )  # fmt: skip


def test_changes_come_first_field_by_field(desk: Client, ruled: Connection) -> None:
    shown = page_of(desk, synced(ruled))
    assert all(step.touched for step, _, _ in shown.context["steps"])
    assert "<del>Engineer</del> → <ins>Countess</ins>" in shown.content.decode()


def test_a_very_large_run_is_not_counted_through(
    desk: Client, ruled: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = synced(ruled)
    Step.objects.filter(verb="create").update(result=Step.Result.REFUSED, why=REFUSED)
    monkeypatch.setattr(run_groups, "GROUPED", 3)
    groups = page_of(desk, run).context["groups"]
    assert (len(groups.faults), groups.left, groups.done) == (1, [], [])


def test_who_may_not_see_people_reads_what_apps_answered_and_no_name(ruled: Connection) -> None:
    run = synced(ruled)
    Step.objects.filter(verb="act").update(result=Step.Result.REFUSED, why=REFUSED)
    user = User.objects.create_user("someone", is_staff=True)
    user.groups.set(Group.objects.filter(name="Viewers"))
    client = Client()
    client.force_login(user)
    shown = text_of(page_of(client, run))
    assert REFUSED in shown
    assert "Countess" not in shown
    assert "Ben" not in shown


def test_a_preview_says_what_it_would_do(desk: Client, ruled: Connection) -> None:
    run = perform(ask_for_run(ruled, kind="preview").pk, host=this_process())
    shown = text_of(page_of(desk, run))
    assert "What it would do" in shown
    for group in groups_of(desk, run):
        assert desk.get(group.url).context["cl"].result_count == group.number, group.url
