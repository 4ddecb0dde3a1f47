"""A run that was held: why, what it was about to do, and the three ways to go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from connections.models import Connection
from sync.models import Run
from tests.stories.bench import Bench, person
from tests.sync.desk.deciding import carried_out, queries_of, text_of

pytestmark = pytest.mark.sqlite_only

WAYS = ("start", "check", "leave")


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    """Twelve pairs, and a sync that may overwrite two of them without asking."""
    with Bench().placed() as placed:
        placed.load(brakes={"overwrites": [3, 0.2]})
        for number in range(12):
            placed.a.add(person(f"P{number:02}", f"p{number}@x.org", company="Old"))
        placed.sync()
        yield placed


def edit(bench: Bench, count: int, company: str = "New") -> None:
    for number in range(count):
        bench.edit("a", f"P{number:02}", company=company)


def held(bench: Bench, count: int = 10) -> Run:
    edit(bench, count)
    run = bench.sync()
    assert run.state == Run.State.HELD
    return run


def overview(bench: Bench) -> str:
    return reverse("admin:connections_connection_change", args=[bench.connection().pk])


def of_run(run: Run) -> str:
    return reverse("admin:sync_run_change", args=[run.pk])


def press(client: Client, bench: Bench, way: str) -> Any:
    return client.post(reverse(f"admin:connection_{way}", args=[bench.connection().pk]))


def companies(bench: Bench) -> list[str]:
    return sorted({x.text("company") for x in bench.b.contacts().values()})


# --- what is shown


def test_both_pages_say_which_limit_was_passed_and_what_it_would_do(
    desk: Client, bench: Bench
) -> None:
    run = held(bench)
    for url in (overview(bench), of_run(run)):
        answer = desk.get(url)
        page = text_of(answer)
        hold = answer.context["hold"]
        assert hold.reasons == "It would clear or overwrite values of 10 contacts of 12 pairs."
        assert "--approve" not in page.partition("Latest runs")[0], "commands are for terminals"
        limits = {limit.what: (limit.number, limit.is_over) for limit in hold.limits}
        assert limits == {
            "marked": (0, False),
            "losing a value that is cleared or overwritten": (10, True),
            "made or changed": (10, False),
        }
        assert "at least 3, and more than 20 % of 12 pairs" in page
        assert "<strong>10, over the limit</strong>" in page
        assert "<del>Old</del> → <ins>New</ins>" in page
        for way in WAYS:
            assert (
                f'action="{reverse(f"admin:connection_{way}", args=[run.connection_id])}"' in page
            )
        assert "up to 11 losing a value that is cleared or overwritten, 11 made or changed" in page
    [group] = desk.get(overview(bench)).context["hold"].examples
    assert (group.text, len(group.steps), group.more) == ("Changed in B", 3, 7)


def test_a_side_that_is_empty_is_the_reason(desk: Client, bench: Bench) -> None:
    for number in range(12):
        bench.b.remove(bench.id("b", f"P{number:02}"))
    run = bench.sync()
    hold = desk.get(of_run(run)).context["hold"]
    [limit] = [limit for limit in hold.limits if limit.is_over]
    assert (limit.what, limit.number) == ("no longer in B", 12)
    assert hold.reasons.startswith("12 of 12 contacts are no longer in B")


def test_who_may_not_see_people_sees_numbers_and_no_example(bench: Bench, viewer: Client) -> None:
    user = User.objects.get(username="viewer")
    user.user_permissions.remove(*Permission.objects.filter(codename="see_people"))
    run = held(bench)
    for url in (overview(bench), of_run(run)):
        page = text_of(viewer.get(url))
        assert "10, over the limit" in page
        assert "P00" not in page and "Old" not in page


# --- the ways to go on


def test_going_on_does_what_it_showed(desk: Client, bench: Bench) -> None:
    run = held(bench)
    answer = press(desk, bench, "start")
    following = Run.objects.get(state="queued")
    assert answer.headers["Location"] == of_run(following)
    assert following.limits["overwrites"] == 11
    assert f"{following}</a> is on its way" in text_of(desk.get(of_run(run)))
    assert carried_out(bench).state == "done"
    assert companies(bench) == ["New", "Old"]
    assert "It does not wait for an answer any more" in text_of(desk.get(of_run(run)))
    assert desk.get(overview(bench)).context["hold"] is None


def test_going_on_is_held_again_when_it_would_do_more(desk: Client, bench: Bench) -> None:
    held(bench)
    edit(bench, 12, "Newer")
    press(desk, bench, "start")
    assert carried_out(bench).state == "held"
    assert companies(bench) == ["Old"]
    assert desk.get(overview(bench)).context["hold"].limits[1].number == 12


def test_checking_again_reads_both_sides_in_full(desk: Client, bench: Bench) -> None:
    held(bench)
    edit(bench, 10, "Old")
    press(desk, bench, "check")
    run = carried_out(bench)
    assert (run.full, run.state, bench.writes(run)) == (True, "done", 0)


def test_leaving_it_takes_both_sides_as_agreed(desk: Client, bench: Bench) -> None:
    held(bench)
    press(desk, bench, "leave")
    run = carried_out(bench)
    assert (run.kind, run.state, str(run.requested_by)) == ("by hand", "done", "boss")
    assert companies(bench) == ["Old"]
    assert bench.writes(bench.sync()) == 0
    assert desk.get(overview(bench)).context["hold"] is None


@pytest.mark.parametrize("way", WAYS)
def test_pressing_twice_is_one_run_and_said(desk: Client, bench: Bench, way: str) -> None:
    held(bench)
    for other in (way, *WAYS):
        answer = press(desk, bench, other)
        assert answer.headers["Location"] == of_run(Run.objects.get(state="queued"))
    assert "It is decided already" in text_of(desk.get(answer.headers["Location"]))


@pytest.mark.parametrize("way", WAYS)
def test_pressing_when_nothing_is_held_any_more_does_nothing(
    desk: Client, bench: Bench, way: str
) -> None:
    held(bench)
    edit(bench, 9, "Old")
    assert bench.sync().state == Run.State.DONE, "it went on by itself"
    before = Run.objects.count()
    assert press(desk, bench, way).headers["Location"] == overview(bench)
    assert "No run is held any more" in text_of(desk.get(overview(bench)))
    assert Run.objects.count() == before


def test_what_is_decided_too_late_for_the_worker_is_refused(desk: Client, bench: Bench) -> None:
    held(bench)
    press(desk, bench, "leave")
    edit(bench, 9, "Old")
    assert bench.sync().state == Run.State.DONE
    edit(bench, 1, "Newest")
    assert carried_out(bench).state == "refused"
    bench.sync()
    assert "Newest" in companies(bench)


# --- who may


def test_who_may_not_operate_sees_no_button(viewer: Client, bench: Bench) -> None:
    run = held(bench)
    for url in (overview(bench), of_run(run)):
        page = text_of(viewer.get(url))
        assert "Somebody with the right to operate decides it." in page
        assert "That is right: go on" not in page
    for way in WAYS:
        assert press(viewer, bench, way).status_code == 403


def test_a_paused_connection_says_what_to_do_first(desk: Client, bench: Bench) -> None:
    run = held(bench)
    Connection.objects.update(state="paused")
    assert "pair is paused, so nothing is written: resume it first." in text_of(
        desk.get(of_run(run))
    )
    for way in WAYS:
        press(desk, bench, way)
    assert not Run.objects.filter(state="queued").exists()


def test_as_many_queries_for_many_steps_as_for_few(desk: Client, bench: Bench) -> None:
    few = [queries_of(desk, url) for url in (of_run(held(bench, 4)), overview(bench))]
    many = [queries_of(desk, url) for url in (of_run(held(bench, 12)), overview(bench))]
    assert many == few
