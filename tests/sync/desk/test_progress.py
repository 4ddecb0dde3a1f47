"""A run that is watched: everything comes from its row, asked for again and again."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connections.models import Connection
from sync.models import Heartbeat, Run
from sync.queue import ask_for_run
from tests.sync.desk.conftest import synced


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def page(run: Run) -> str:
    return reverse("admin:sync_run_change", args=[run.pk])


def progress(run: Run) -> str:
    return reverse("admin:run_progress", args=[run.pk])


@pytest.fixture
def running(connection: Connection) -> Run:
    now = timezone.now()
    return Run.objects.create(
        connection=connection,
        state=Run.State.RUNNING,
        phase="writing two · Contacts",
        stage=Run.Stage.WRITING,
        started_at=now - timedelta(minutes=5),
        phase_at=now - timedelta(seconds=100),
        phase_done=1200,
        phase_of=4000,
        done=1200,
        total=4000,
        read=12300,
        looked_at=12300,
    )


def test_counts_rate_and_remaining_time(desk: Client, running: Run) -> None:
    shown = text_of(desk.get(page(running)))
    assert "writing two · Contacts …</span>" in shown
    assert "<b>1,200 of 4,000 contacts written</b>" in shown
    assert 'value="30"' in shown
    assert "about 4 min left · 12 a second · 12,300 read, 12,300 looked at so far" in shown
    assert "begun 5 min ago" in shown


def test_what_is_shown_again_is_what_the_row_has_by_then(desk: Client, running: Run) -> None:
    desk.get(page(running))
    Run.objects.update(done=2000, phase_done=2000)
    for address in (progress(running), page(running)):
        assert "2,000 of 4,000 contacts written" in text_of(desk.get(address))


def test_what_it_waits_for_is_told_and_until_when(desk: Client, running: Run) -> None:
    until = timezone.now() + timedelta(minutes=10)
    why = "It waits for two · Contacts. Its requests of this minute are used up."
    Run.objects.update(waits=why, waits_until=until)
    desk.cookies["zone"] = "Asia/Kathmandu"
    there = until.astimezone(ZoneInfo("Asia/Kathmandu"))
    assert f"{why} It goes on at {there:%H:%M}." in text_of(desk.get(progress(running)))


def test_a_queued_run_says_who_is_before_it_and_whether_a_worker_is_there(
    desk: Client, connection: Connection
) -> None:
    runs = [ask_for_run(connection, kind=kind) for kind in ("sync", "undo", "preview")]
    shown = text_of(desk.get(page(runs[2])))
    assert "waits for a worker …" in shown
    assert "2 runs wait before it" in shown
    assert "The background worker is not running" in shown
    Heartbeat.objects.create(name="here/1", at=timezone.now())
    shown = text_of(desk.get(page(runs[0])))
    assert "before it" not in shown
    assert "The background worker is not running" not in shown


def test_only_news_is_read_out(desk: Client, running: Run) -> None:
    """What changes each time (numbers) would be read out each time."""
    first = text_of(desk.get(page(running)))
    assert '<p class="desk-read-out" id="progress-said" role="status">Writing two' in first
    (mark,) = re.findall(r'"said": "(\w+)"', first)
    Run.objects.update(done=1300, phase_done=1300)
    assert "hx-swap-oob" not in text_of(desk.get(progress(running), {"said": mark}))
    Run.objects.update(waits="It waits. Account two is in use by connection other.")
    news = text_of(desk.get(progress(running), {"said": mark}))
    assert (
        '<p hx-swap-oob="innerHTML:#progress-said">It waits. Account two is in use by connection '
        "other.</p>" in news
    )


def test_the_page_can_be_looked_at_again_without_scripts(desk: Client, running: Run) -> None:
    assert '<noscript><p class="desk-links"><a href="">' in text_of(desk.get(page(running)))


def test_lists_and_the_connection_tell_it_in_a_line(desk: Client, running: Run) -> None:
    line = "writing two · Contacts: 1,200 of 4,000 contacts written, about 4 min left"
    for address in (
        reverse("admin:sync_run_changelist"),
        reverse("admin:connections_connection_change", args=[running.connection_id]),
        reverse("admin:index"),
    ):
        assert line in text_of(desk.get(address)), address


def test_a_failed_run_is_not_said_to_have_had_nothing_to_do(
    desk: Client, connection: Connection
) -> None:
    run = synced(connection)
    Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED, why="It sleeps.")
    for side in "ab":
        run.counts[side].update(created=0, updated=0)
    Run.objects.update(counts={**run.counts, "linked": 0, "conflicts": 0})
    shown = text_of(desk.get(reverse("admin:connections_connection_change", args=[connection.pk])))
    assert "nothing to do" not in shown
    assert "<td>It sleeps.</td>" in shown
