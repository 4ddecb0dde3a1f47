"""What follows from a change of rules, mappings or options (semantics §2): all contacts are planned
again, from the mirror."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.contact import entries
from connectors.errors import TryAgain
from connectors.memory.app import Quirks
from sync.models import Run
from tests.stories.bench import TAGS, Bench, add, has, person, rule, set_field

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

ALL = [rule("All in A", "a"), rule("All in B", "b")]


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench().placed() as placed:
        placed.load(rules=ALL)
        yield placed


def met(bench: Bench, count: int = 12) -> None:
    for number in range(count):
        tags = ["Client"] if number % 2 else []
        bench.a.add(person(f"P{number:02}", f"p{number}@x.org", tags=tags, job_title="Boss"))
    bench.sync()
    assert len(bench.b.contacts()) == count


def requests(bench: Bench) -> tuple[int, int]:
    return bench.a.requests, bench.b.requests


def spent(bench: Bench, before: tuple[int, int]) -> tuple[int, int]:
    now = requests(bench)
    return now[0] - before[0], now[1] - before[1]


# --- planned again from the mirror ---------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"rules": [rule("Clients", "a", [has("Client")])]},
        {"winner": "b"},
        {"never_blank": True},
        {"mappings": [{"a": "notes", "b": "notes", "on": False}]},
        {"sync_deletions": ["b-to-a"]},
        {"region": "BE"},
    ],
    ids=lambda change: next(reversed(change)),
)
def test_the_apps_are_not_read_again(bench: Bench, change: dict[str, Any]) -> None:
    """One request a side asks what is new; whoever it names, all are planned."""
    met(bench)
    bench.load(**change)
    before = requests(bench)
    assert bench.sync().state == Run.State.DONE
    assert spent(bench, before) == (1, 1)


def test_a_changed_rule_is_planned_for_everybody_and_its_writes_are_all_there_is(
    bench: Bench,
) -> None:
    met(bench)
    clients = rule("Clients", "a", [has("Client")], [add("From CRM")])
    bench.load(rules=[*ALL, clients])
    before = requests(bench)
    run = bench.sync()
    assert bench.verbs(run) == ["act"] * 6
    assert {first for first in bench.names("b") if bench.segments("b", first)} == {
        f"P{number:02}" for number in range(12) if number % 2
    }
    assert spent(bench, before) == (1, 1 + 1), "six writes go out in one call"
    before = requests(bench)
    assert bench.verbs(bench.sync()) == []
    assert spent(bench, before) == (1, 1)


def test_a_rule_that_excludes_says_so_for_everybody(bench: Bench) -> None:
    met(bench)
    bench.load(rules=[rule("Clients", "a", [has("Client")])])
    run = bench.sync()
    assert run.counts["excluded"] == {"no rule": 6}
    assert run.counts["in_sync"] == 6
    assert bench.writes(run) == 0
    assert len(bench.b.contacts()) == 12, "nothing is deleted"
    bench.load(rules=ALL)
    run = bench.sync()
    assert run.counts["in_sync"] == 12
    assert bench.writes(run) == 0


def test_a_changed_mapping_is_planned_for_everybody(db: None) -> None:
    with Bench(b=Quirks()).placed() as bench:
        lines = [
            {"a": "first_name", "arrow": "<->", "b": "first_name"},
            {"a": "emails", "arrow": "<->", "b": "emails"},
        ]
        bench.load(default_mapping=False, mappings=lines)
        met(bench)
        assert bench.text("b", "P01", "job_title") == ""
        more = [*lines, {"a": "job_title", "arrow": "->", "b": "notes"}]
        bench.load(mappings=more, brakes={"changes": [50, 1]})
        before = requests(bench)
        run = bench.sync()
        assert run.state == Run.State.DONE
        assert {bench.text("b", first, "notes") for first in bench.names("b")} == {"Boss"}
        assert spent(bench, before)[0] == 1


def test_a_changed_option_is_planned_for_everybody(bench: Bench) -> None:
    for number in range(5):
        bench.a.add(person(f"P{number}", notes="No address"))
    bench.sync()
    assert bench.names("b") == []
    bench.load(avoid_duplicates=False)
    before = requests(bench)
    bench.sync()
    assert len(bench.b.contacts()) == 5
    assert spent(bench, before) == (1, 2)


def test_otherwise_only_what_changed_is_planned(bench: Bench) -> None:
    """Steps and states of the others are not touched: a name or an interval changes nothing."""
    met(bench)
    bench.load(interval=30)
    stamp = bench.record("P01").updated_at
    bench.edit("a", "P02", job_title="Chief")
    run = bench.sync()
    assert bench.verbs(run) == ["update"]
    assert bench.record("P01").updated_at == stamp
    bench.load(winner="b")
    bench.sync()
    assert bench.record("P01").updated_at > stamp


# --- saved during a run --------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["changes", "write"])
def test_a_configuration_saved_during_a_run_takes_effect_with_the_next(
    bench: Bench, moment: str
) -> None:
    met(bench)
    bench.a.add(person("New", "new@x.org", tags=["Client"]))
    clients = rule("Clients", "a", [has("Client")], [add("From CRM")])

    def save(when: str, call: str) -> None:
        if (when, call) == ("before", moment):
            bench.b.interrupt = lambda moment, call: None
            bench.load(rules=[*ALL, clients])

    bench.b.interrupt = save
    run = bench.sync()
    assert "New" in bench.names("b")
    assert bench.segments("b", "New") == []
    assert [rule["name"] for rule in run_setup(run)["rules"]] == ["All in A", "All in B"]
    run = bench.sync()
    assert bench.segments("b", "New") == ["From CRM"]
    assert bench.segments("b", "P01") == ["From CRM"], "and for everybody"
    assert len(run_setup(run)["rules"]) == 3


def run_setup(run: Run) -> dict[str, Any]:
    setup: dict[str, Any] = Run.objects.values_list("setup", flat=True).get(pk=run.pk)
    return setup


def test_paused_during_a_run_the_next_does_not_start(bench: Bench) -> None:
    met(bench)
    bench.edit("a", "P01", job_title="Chief")

    def pause(when: str, call: str) -> None:
        if (when, call) == ("before", "changes"):
            bench.b.interrupt = lambda moment, call: None
            bench.load(state="paused")

    bench.b.interrupt = pause
    bench.sync()
    before = requests(bench)
    assert bench.sync().state == Run.State.REFUSED
    assert spent(bench, before) == (0, 0)
    assert bench.connection().state == "paused"


# --- the first run, pilots, failing sides --------------------------------------------------


def test_the_first_run_reads_both_sides_in_full_before_it_writes(db: None) -> None:
    """A match on the last page of b is found before anybody is made there."""
    calls: list[tuple[str, str]] = []
    with Bench(a=Quirks(page=2), b=Quirks(page=2)).placed() as bench:
        bench.load()
        for number in range(7):
            bench.a.add(person(f"P{number}", f"p{number}@x.org"))
            bench.b.add(person(f"P{6 - number}", f"p{6 - number}@x.org"))
        for side in "ab":

            def note(moment: str, call: str, side: str = side) -> None:
                if moment == "before":
                    calls.append((side, call))

            bench.apps[side].interrupt = note
        bench.edit("a", "P0", job_title="Boss")
        run = bench.sync()
        assert run.counts["linked"] == 7
        first_write = next(at for at, (_, call) in enumerate(calls) if call == "write")
        assert {side for side, call in calls[:first_write] if call == "changes"} == {"a", "b"}
        assert len(bench.b.contacts()) == 7


def test_a_pilot_carries_out_rules_and_marks_for_the_chosen_only(bench: Bench) -> None:
    clients = rule("Clients", "a", [has("Client")], [add("From CRM")])
    bench.load(state="draft", rules=[*ALL, clients])
    for first in ("Ann", "Bob"):
        bench.a.add(person(first, f"{first.lower()}@x.org", tags=["Client"]))
    run = bench.sync(approved=True, only="ann@x.org")
    assert run.state == Run.State.DONE
    assert bench.names("b") == ["Ann"]
    assert bench.segments("b", "Ann") == ["From CRM"]
    assert bench.connection().state == "draft"
    assert bench.states() == [("Ann", "in_sync", "")]
    bench.sync(approved=True)
    assert bench.names("b") == ["Ann", "Bob"]
    assert bench.verbs(bench.sync()) == []


@pytest.mark.parametrize("broken", ["a", "b"])
def test_if_reading_one_side_fails_what_the_other_showed_is_kept_and_nothing_is_planned(
    bench: Bench, broken: str
) -> None:
    met(bench)
    other = "b" if broken == "a" else "a"
    bench.edit(other, "P01", job_title="Chief")
    bench.apps[other].remove(bench.id(other, "P02"))

    def fail(moment: str, call: str) -> None:
        raise TryAgain("The app is out of order.")

    bench.apps[broken].interrupt = fail
    run = bench.sync()
    assert run.state == Run.State.FAILED
    assert bench.verbs(run) == []
    bench.apps[broken].interrupt = lambda moment, call: None
    shown = bench.apps[other].requests
    run = bench.sync()
    assert bench.apps[other].requests == shown + 1
    assert bench.text(broken, "P01", "job_title") == "Chief"
    assert bench.record("P02").state == "deleted_opposite"


def test_a_lost_delta_token_means_a_full_reading_that_writes_nothing(bench: Bench) -> None:
    met(bench)
    clients = rule("Clients", "a", [has("Client")], [add("From CRM")])
    bench.load(rules=[*ALL, clients], sync_deletions=["a-to-b", "b-to-a"])
    bench.sync()
    for side in "ab":
        container = bench.connection().container(side)
        container.cursor = "lost"
        container.save()
    before = bench.a.number, bench.b.number
    run = bench.sync()
    assert (run.state, bench.verbs(run)) == (Run.State.DONE, [])
    assert (bench.a.number, bench.b.number) == before


# --- lines and rules that come and go ------------------------------------------------------


def test_a_winner_changed_later_rewrites_nothing_by_itself(bench: Bench) -> None:
    bench.a.add(person("Ann", "ann@x.org", job_title="Boss"))
    bench.b.add(person("Ann", "ann@x.org", job_title="Chief"))
    bench.sync()
    bench.load(winner="b")
    assert bench.verbs(bench.sync()) == []
    assert bench.text("a", "Ann", "job_title") == bench.text("b", "Ann", "job_title") == "Boss"


def test_an_option_for_marks_ticked_later_marks_who_is_deleted_already(bench: Bench) -> None:
    met(bench)
    bench.b.remove(bench.id("b", "P01"))
    bench.sync()
    bench.load(sync_deletions=["b-to-a"])
    run = bench.sync()
    assert bench.verbs(run) == ["mark"]
    assert bench.segments("a", "P01") == ["Client", "PieSync Trash"]


def test_an_option_for_marks_unticked_leaves_the_marks(bench: Bench) -> None:
    met(bench)
    bench.load(sync_deletions=["b-to-a"])
    bench.b.remove(bench.id("b", "P01"))
    bench.sync()
    bench.load(sync_deletions=[])
    run = bench.sync()
    assert bench.writes(run) == 0
    assert "PieSync Trash" in bench.segments("a", "P01")


def test_set_by_a_rule_instead_of_a_line_the_value_is_kept_apart(db: None) -> None:
    with Bench(a=TAGS, b=TAGS).placed() as bench:
        lines = [
            {"a": "first_name", "arrow": "<->", "b": "first_name"},
            {"a": "emails", "arrow": "<->", "b": "emails"},
            {"a": "nickname", "arrow": "<->", "b": "nickname"},
        ]
        bench.load(default_mapping=False, mappings=lines)
        bench.a.add(person("Ann", "ann@x.org", nickname="Annie"))
        bench.sync()
        bosses = rule("Bosses", "a", (), [set_field("nickname", "Boss")], undo=True)
        bench.load(mappings=lines[:2], rules=[bosses])
        bench.sync()
        assert bench.text("b", "Ann", "nickname") == "Boss"
        assert bench.text("a", "Ann", "nickname") == "Annie"
        bench.edit("a", "Ann", emails=entries(["ann@x.org", "new@x.org"]))
        bench.sync()
        assert bench.text("b", "Ann", "nickname") == "Boss"
