"""The brakes: a run stops before writing, and asks a person (semantics §9)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from connectors.errors import Refused
from sync.brakes import waiting_hold
from sync.models import Run, Step
from tests.stories.bench import TAGS, Bench, Quirks, person

pytestmark = pytest.mark.sqlite_only

MARKETING = Quirks(segments=frozenset({"tag"}), statuses=("subscribed", "unsubscribed"))


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=TAGS, b=MARKETING).placed() as placed:
        yield placed


def book(bench: Bench, count: int, **options: Any) -> None:
    """So many pairs in sync, without anything to overwrite in notes."""
    bench.load(new_status="subscribed", **options)
    for number in range(count):
        bench.a.add(person(f"P{number}", f"p{number}@x.org", company="Old"))
    assert bench.sync().state == Run.State.DONE


def newcomers(bench: Bench, count: int) -> None:
    for number in range(count):
        bench.a.add(person(f"N{number}", f"n{number}@x.org"))


def edit(bench: Bench, count: int, **fields: str) -> None:
    for number in range(count):
        bench.edit("a", f"P{number}", **fields)


def is_held(bench: Bench, run: Run) -> bool:
    assert run.state in (Run.State.HELD, Run.State.DONE), run.why
    sent = Step.objects.filter(run=run, leads=True).exclude(result=Step.Result.PLANNED)
    assert run.state == Run.State.DONE or not sent.exists(), "a held run writes nothing"
    return run.state == Run.State.HELD


# --- each limit, at, under and over --------------------------------------------------------


@pytest.mark.parametrize(
    ("pairs", "marks", "held"),
    [(20, 5, False), (20, 6, True), (119, 6, True), (120, 6, False)],
)
def test_more_than_5_marks_and_more_than_5_percent(
    bench: Bench, pairs: int, marks: int, held: bool
) -> None:
    book(bench, pairs, sync_unsubscribes=["b-to-a"])
    for number in range(marks):
        bench.b.unsubscribe(bench.id("b", f"P{number}"))
    run = bench.sync()
    assert is_held(bench, run) is held
    marked = sum(bench.segments("a", f"P{n}") == ["PieSync Unsubscribes"] for n in range(pairs))
    assert marked == (0 if held else marks)


@pytest.mark.parametrize(
    ("pairs", "overwritten", "held"),
    [(30, 9, False), (30, 10, True), (50, 10, False), (50, 11, True)],
)
def test_overwrites_in_more_than_20_percent_and_at_least_10(
    bench: Bench, pairs: int, overwritten: int, held: bool
) -> None:
    book(bench, pairs)
    edit(bench, overwritten, company="New")
    assert is_held(bench, bench.sync()) is held


def test_clearing_counts_as_overwriting_and_filling_does_not(bench: Bench) -> None:
    book(bench, 20)
    edit(bench, 12, notes="filled")
    assert not is_held(bench, bench.sync())
    edit(bench, 12, notes="")
    run = bench.sync()
    assert is_held(bench, run)
    assert run.why.startswith("It would clear or overwrite values of 12 contacts of 20 pairs.")


@pytest.mark.parametrize(
    ("pairs", "changes", "held"),
    [(20, 49, False), (20, 50, True), (250, 50, False), (249, 50, True)],
)
def test_changes_of_more_than_20_percent_and_at_least_50(
    bench: Bench, pairs: int, changes: int, held: bool
) -> None:
    book(bench, pairs)
    newcomers(bench, changes)
    run = bench.sync()
    assert is_held(bench, run) is held
    assert len(bench.names("b")) == pairs + (0 if held else changes)


@pytest.mark.parametrize(("most", "held"), [(5, False), (4, True)])
def test_never_more_than_the_most(bench: Bench, most: int, held: bool) -> None:
    """2,000 unless the connection says otherwise."""
    book(bench, 10, brakes={"most": most})
    newcomers(bench, 5)
    assert is_held(bench, bench.sync()) is held


def test_a_side_that_had_contacts_and_is_empty(bench: Bench) -> None:
    book(bench, 2)
    for name in ("P0", "P1"):
        bench.b.remove(bench.id("b", name))
    run = bench.sync()
    assert is_held(bench, run)
    assert run.why.startswith("2 of 2 contacts are no longer in B (")


@pytest.mark.parametrize(("gone", "held"), [(5, False), (6, True)])
def test_a_side_that_is_smaller_by_the_limit_for_marks(bench: Bench, gone: int, held: bool) -> None:
    book(bench, 20, sync_deletions=["b-to-a"])
    for number in range(gone):
        bench.b.remove(bench.id("b", f"P{number}"))
    assert is_held(bench, bench.sync()) is held


def test_the_limits_are_settings_of_the_connection(bench: Bench) -> None:
    book(bench, 20, brakes={"changes": [3, 0.0], "overwrites": [2, 0.5], "marks": [0, 0.0]})
    newcomers(bench, 3)
    assert is_held(bench, bench.sync())


# --- while it is held ----------------------------------------------------------------------


def test_while_held_each_interval_plans_again_and_goes_on_when_under_the_limits(
    bench: Bench,
) -> None:
    book(bench, 20)
    edit(bench, 10, company="New")
    assert is_held(bench, bench.sync())
    assert is_held(bench, bench.sync())
    edit(bench, 5, company="Old")
    assert not is_held(bench, bench.sync())
    assert [bench.text("b", f"P{n}", "company") for n in (4, 5)] == ["Old", "New"]
    assert bench.writes(bench.sync()) == 0


def test_its_steps_stay_to_be_looked_at_until_the_next_run(bench: Bench) -> None:
    book(bench, 20)
    edit(bench, 10, company="New")
    run = bench.sync()
    assert run.tally["overwrites"] == 10
    assert {step.fields["company"]["after"] for step in bench.steps(run)} == {"New"}
    bench.sync(approved=True)
    assert bench.steps(run) == []


# --- approving -----------------------------------------------------------------------------


def test_approving_raises_the_limits_by_10_percent_and_holds_again_beyond(bench: Bench) -> None:
    book(bench, 30)
    edit(bench, 10, company="New")
    assert is_held(bench, bench.sync())
    edit(bench, 12, company="Newer")
    run = bench.sync(approved=True)
    assert is_held(bench, run), "12 are more than 10 and 10 %"
    edit(bench, 13, company="Newest")
    assert not is_held(bench, bench.sync(approved=True)), "13 are not more than 12 and 10 %"
    assert bench.text("b", "P12", "company") == "Newest"


def test_what_was_approved_and_held_again_still_stands_at_the_next_interval(bench: Bench) -> None:
    book(bench, 30)
    edit(bench, 10, company="New")
    assert is_held(bench, bench.sync())
    edit(bench, 12, company="New")
    assert is_held(bench, bench.sync(approved=True))
    edit(bench, 1, company="Old")
    assert not is_held(bench, bench.sync()), "11 are what was approved"
    edit(bench, 12, company="Other")
    assert is_held(bench, bench.sync()), "an approval is for one plan"


def test_approving_without_anything_to_look_at_approves_nothing(bench: Bench) -> None:
    book(bench, 20)
    edit(bench, 10, company="New")
    assert is_held(bench, bench.sync(approved=True))


def test_an_approved_empty_side_is_believed(bench: Bench) -> None:
    book(bench, 10, sync_deletions=["b-to-a"])
    for number in range(10):
        bench.b.remove(bench.id("b", f"P{number}"))
    assert is_held(bench, bench.sync())
    assert not is_held(bench, bench.sync(approved=True))
    assert bench.segments("a", "P0") == ["PieSync Trash"]


def test_a_run_approved_from_a_preview_may_do_what_that_showed(bench: Bench) -> None:
    book(bench, 20)
    edit(bench, 20, company="New")
    assert bench.sync(kind=Run.Kind.PREVIEW).state == Run.State.DONE
    assert not is_held(bench, bench.sync(approved=True))


def test_it_is_held_by_the_empty_side_all_the_same(bench: Bench) -> None:
    book(bench, 3)
    bench.sync(kind=Run.Kind.PREVIEW)
    for number in range(3):
        bench.b.remove(bench.id("b", f"P{number}"))
    assert is_held(bench, bench.sync(approved=True))


# --- the first run -------------------------------------------------------------------------


def test_the_first_run_is_limited_by_its_preview_and_the_limits(bench: Bench) -> None:
    bench.load(state="draft", new_status="subscribed")
    newcomers(bench, 60)
    assert bench.sync(kind=Run.Kind.PREVIEW).counts["b"]["created"] == 60
    for number in range(51):
        bench.a.add(person(f"M{number}", f"m{number}@x.org"))
    run = bench.sync(approved=True)
    assert is_held(bench, run), "111 are more than the 60 of the preview and 50"
    assert is_held(bench, bench.sync()), "nor does the next interval do it"
    for number in range(2):
        bench.a.remove(bench.id("a", f"M{number}"))
    assert not is_held(bench, bench.sync()), "109 are not"
    assert len(bench.names("b")) == 109


@pytest.mark.parametrize("state", ["draft", "active"])
def test_without_a_preview_the_first_run_is_free(bench: Bench, state: str) -> None:
    bench.load(state=state, new_status="subscribed")
    newcomers(bench, 60)
    assert not is_held(bench, bench.sync(approved=state == "draft"))
    assert len(bench.names("b")) == 60


def test_the_preview_of_an_undo_does_not_take_the_place_of_that_of_the_connection(
    bench: Bench,
) -> None:
    book(bench, 1)
    preview = bench.sync(kind=Run.Kind.PREVIEW)
    first = Run.objects.order_by("pk")[0]
    bench.sync(kind=Run.Kind.PREVIEW, task={"undo": first.pk})
    assert Run.objects.filter(pk=preview.pk).exists()


# --- check again, leave as it is -----------------------------------------------------------


def test_check_again_observes_the_side_in_full_and_plans_anew(bench: Bench) -> None:
    book(bench, 3)
    ids = [bench.id("b", f"P{number}") for number in range(3)]
    for id in ids:
        bench.b.remove(id)
    assert is_held(bench, bench.sync())
    for id in ids:
        bench.b.people[id].pop()  # they are there after all, and no change tells of it
    assert is_held(bench, bench.sync())
    run = bench.sync(full=True)
    assert not is_held(bench, run)
    assert bench.writes(run) == 0
    assert run.counts["in_sync"] == 3


def test_leave_as_it_is_takes_both_sides_as_agreed(bench: Bench) -> None:
    book(bench, 20)
    edit(bench, 10, company="New")
    newcomers(bench, 2)
    assert is_held(bench, bench.sync())
    left = bench.sync(kind=Run.Kind.BY_HAND, task={"leave": True})
    assert left.state == Run.State.DONE
    assert bench.writes(left) == 0
    run = bench.sync()
    assert (run.state, bench.writes(run)) == (Run.State.DONE, 0)
    assert bench.text("b", "P0", "company") == "Old"
    assert len(bench.names("b")) == 20, "nor is anybody made"
    bench.edit("a", "P0", company="Newer")
    bench.edit("a", "N0", company="Newer")
    bench.sync()
    assert bench.text("b", "P0", "company") == "Newer", "the next change flows"
    bench.load(never_blank=True)
    bench.sync()
    assert len(bench.names("b")) == 20, "who was left out stays so until a person says"
    call_command("review", "pair", "--create", "n0@x.org", stdout=io.StringIO())
    assert "N0" in bench.names("b")


def test_leave_as_it_is_puts_no_marks(bench: Bench) -> None:
    book(bench, 10, sync_deletions=["b-to-a"])
    for number in range(10):
        bench.b.remove(bench.id("b", f"P{number}"))
    assert is_held(bench, bench.sync())
    bench.sync(kind=Run.Kind.BY_HAND, task={"leave": True})
    run = bench.sync()
    assert (run.state, bench.writes(run)) == (Run.State.DONE, 0)
    assert bench.segments("a", "P0") == []


def test_what_is_held_no_more_is_not_left_as_it_is(bench: Bench) -> None:
    book(bench, 20)
    edit(bench, 10, company="New")
    assert is_held(bench, bench.sync())
    edit(bench, 5, company="Old")
    assert not is_held(bench, bench.sync()), "it went on by itself"
    edit(bench, 1, company="Newest")
    left = bench.sync(kind=Run.Kind.BY_HAND, task={"leave": "held"})
    assert left.state == Run.State.REFUSED
    assert left.why == "No run of pair is held any more, so nothing was left as it was."
    bench.sync()
    assert bench.text("b", "P0", "company") == "Newest"


def test_a_hold_waits_on_though_a_later_run_could_not_read_the_apps(bench: Bench) -> None:
    book(bench, 20)
    edit(bench, 10, company="New")
    held = bench.sync()
    Run.objects.create(connection=bench.connection(), state="failed", finished_at=bench.now())
    assert waiting_hold(bench.connection()) == held
    bench.sync(kind=Run.Kind.BY_HAND, task={"leave": "held"})
    assert waiting_hold(bench.connection()) is None


def test_the_command_leaves_and_checks_again(bench: Bench) -> None:
    book(bench, 20)
    edit(bench, 10, company="New")
    run = bench.sync()
    for option in ("--approve", "--check-again", "--leave-as-it-is"):
        assert f"`sync pair {option}`" in run.why
    with pytest.raises(SystemExit) as stop:
        call_command("sync", "pair", "--check-again", stdout=io.StringIO())
    assert stop.value.code == 2
    call_command("sync", "pair", "--leave-as-it-is", stdout=io.StringIO())
    call_command("sync", "pair", stdout=io.StringIO())
    assert bench.text("b", "P0", "company") == "Old"


# --- undo ----------------------------------------------------------------------------------


def test_an_undo_is_held_by_the_empty_side_only(bench: Bench) -> None:
    book(bench, 20)
    edit(bench, 20, company="New")
    bench.sync()
    run = bench.sync(approved=True)
    undone = bench.sync(kind=Run.Kind.UNDO, task={"undo": run.pk})
    assert undone.state == Run.State.DONE
    assert bench.text("b", "P0", "company") == "Old"
    for number in range(20):
        bench.b.remove(bench.id("b", f"P{number}"))
    again = bench.sync(kind=Run.Kind.UNDO, task={"undo": undone.pk})
    assert again.state == Run.State.HELD


def test_one_bad_contact_does_not_make_a_run_larger(bench: Bench) -> None:
    """What failed is no reason to hold what the others wait for."""
    book(bench, 20)

    def refuse(moment: str, call: str) -> None:
        if (moment, call) == ("before", "write"):
            raise Refused("No.")

    bench.b.interrupt = refuse
    edit(bench, 1, company="New")
    bench.sync()
    bench.b.interrupt = lambda moment, call: None
    newcomers(bench, 3)
    assert not is_held(bench, bench.sync())
