"""Direction and states of a connection, semantics §2: what a one-way sync may do, and pausing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.memory.app import Quirks
from sync.models import Run
from tests.stories.bench import TAGS, Bench, add, has, person, rule, set_field

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

TRASH = "PieSync Trash"


def one_way(source: str) -> str:
    return "a-to-b" if source == "a" else "b-to-a"


def other(side: str) -> str:
    return "b" if side == "a" else "a"


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench().placed() as placed:
        yield placed


def assert_unwritten(bench: Bench, side: str) -> None:
    """No call ever wrote to this app: who is in it was put there by people."""
    assert not any(step.leads and step.side == side for run in Run.objects.all()
                   for step in bench.steps(run))  # fmt: skip


@pytest.mark.parametrize("source", ["a", "b"])
def test_the_source_app_is_never_written(bench: Bench, source: str) -> None:
    target = other(source)
    rules = [rule("All", source), rule("Back", target, [has("VIP")], [add("Seen")], undo=True)]
    bench.load(direction=one_way(source), winner=target, rules=rules, avoid_duplicates=False)
    here, there = bench.apps[source], bench.apps[target]
    here.add(person("Ann", "ann@x.org", job_title="Boss"))
    there.add(person("Ann", "ann@x.org", "ann@home.org", job_title="Chief", notes="Tea"))
    there.add(person("Bob", "bob@x.org", tags=["VIP"]))
    there.add(person("Eve"))
    before = here.number
    bench.sync()
    bench.tag(target, "Ann", "VIP")
    bench.edit(target, "Ann", notes="Coffee", first_name="Anna")
    bench.sync()
    there.remove(bench.id(target, "Bob"))
    bench.sync()
    assert here.number == before
    assert_unwritten(bench, source)
    assert bench.names(source) == ["Ann"]


@pytest.mark.parametrize("source", ["a", "b"])
def test_rules_over_the_target_side_are_ignored_and_no_error(bench: Bench, source: str) -> None:
    target = other(source)
    rules = [
        rule("Clients", source, [has("Client")]),
        rule("Everything there", target, (), [add("From the target")]),
    ]
    bench.load(direction=one_way(source), rules=rules)
    bench.apps[source].add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.apps[source].add(person("Bob", "bob@x.org"))
    bench.apps[target].add(person("Bob", "bob@x.org", job_title="Boss"))
    bench.apps[target].add(person("Cid", "cid@x.org"))
    run = bench.sync()
    assert run.state == Run.State.DONE
    assert bench.names(target) == ["Ann", "Bob", "Cid"]
    assert bench.names(source) == ["Ann", "Bob"]
    assert bench.segments(source, "Ann") == ["Client"]
    states = {(title, state, cause) for title, state, cause in bench.states()}
    assert ("Bob", "excluded", "no rule") in states, "no rule of the source wants him"
    assert ("Ann", "in_sync", "") in states


@pytest.mark.parametrize("source", ["a", "b"])
def test_the_mark_of_a_deletion_is_written_into_the_source_only_when_ticked(
    bench: Bench, source: str
) -> None:
    target = other(source)
    bench.load(direction=one_way(source), sync_deletions=[one_way(source)])
    for first in ("Ann", "Bob", "Zoe"):
        bench.apps[source].add(person(first, f"{first.lower()}@x.org"))
    bench.sync()
    before = bench.apps[source].number
    bench.apps[target].remove(bench.id(target, "Ann"))
    bench.sync()
    assert bench.segments(source, "Ann") == []
    assert bench.apps[source].number == before

    bench.load(sync_deletions=[one_way(target)])
    ghost = bench.id(target, "Bob")
    bench.apps[target].remove(ghost)
    bench.sync()
    assert bench.segments(source, "Bob") == [TRASH]
    assert bench.text(source, "Bob", "first_name") == "Bob"
    bench.apps[target].revive(ghost)
    bench.sync()
    assert bench.segments(source, "Bob") == [], "and taken off again"


def test_the_mark_of_an_unsubscribe_is_written_into_the_source_only_when_ticked(db: None) -> None:
    marketing = Quirks(statuses=("subscribed", "unsubscribed"))
    with Bench(b=marketing).placed() as bench:
        bench.load(direction="a-to-b", new_status="subscribed")
        bench.a.add(person("Ann", "ann@x.org"))
        bench.sync()
        bench.b.unsubscribe(bench.id("b", "Ann"))
        before = bench.a.number
        bench.sync()
        assert bench.a.number == before
        bench.load(sync_unsubscribes=["b-to-a"])
        bench.sync()
        assert bench.segments("a", "Ann") == ["PieSync Unsubscribes"]


def test_a_deletion_in_the_source_is_marked_in_the_target(bench: Bench) -> None:
    bench.load(direction="a-to-b", sync_deletions=["a-to-b"])
    bench.a.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Zoe", "zoe@x.org"))
    bench.sync()
    bench.a.remove(bench.id("a", "Ann"))
    bench.sync()
    assert bench.segments("b", "Ann") == [TRASH]


def test_a_target_that_lost_a_contact_does_not_get_it_again(bench: Bench) -> None:
    bench.load(direction="a-to-b")
    bench.a.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Zoe", "zoe@x.org"))
    bench.sync()
    bench.b.remove(bench.id("b", "Ann"))
    bench.sync()
    bench.edit("a", "Ann", job_title="Boss")
    bench.sync()
    assert bench.names("b") == ["Zoe"]


def test_narrowed_to_one_way_what_was_put_into_the_source_stays(bench: Bench) -> None:
    """Taking it back would write the source."""
    back = rule("VIPs", "b", [has("VIP")], [add("VIP in B")], undo=True)
    bench.load(rules=[rule("All", "a"), back])
    bench.b.add(person("Ann", "ann@x.org", tags=["VIP"]))
    bench.sync()
    assert bench.segments("a", "Ann") == ["VIP in B"]
    before = bench.a.number
    bench.load(direction="a-to-b")
    bench.sync()
    bench.untag("b", "Ann", "VIP")
    bench.sync()
    assert bench.segments("a", "Ann") == ["VIP in B"]
    assert bench.a.number == before


def test_widened_again_the_rules_over_the_other_side_work(bench: Bench) -> None:
    rules = [rule("All", "a"), rule("VIPs", "b", [has("VIP")], [add("VIP in B")])]
    bench.load(direction="a-to-b", rules=rules)
    bench.a.add(person("Ann", "ann@x.org"))
    bench.sync()
    bench.tag("b", "Ann", "VIP")
    bench.sync()
    assert bench.segments("a", "Ann") == []
    bench.load(direction="two-way")
    bench.sync()
    assert bench.segments("a", "Ann") == ["VIP in B"]


def test_two_default_rules_without_conditions_or_actions_everything_syncs(bench: Bench) -> None:
    bench.load()
    connection = bench.connection()
    assert [(r.side, r.conditions.count(), r.actions.count()) for r in connection.rules.all()] == [
        ("a", 0, 0),
        ("b", 0, 0),
    ]
    bench.a.add(person("Ann", "ann@x.org"))
    bench.b.add(person("Bob", "bob@x.org"))
    bench.sync()
    assert bench.names("a") == bench.names("b") == ["Ann", "Bob"]


def test_rules_of_a_beside_the_default_rule_of_b_only_limit_what_is_created_in_b(
    bench: Bench,
) -> None:
    bench.load(rules=[rule("Clients", "a", [has("Client")]), rule("Everything", "b")])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.a.add(person("Bob", "bob@x.org"))
    bench.a.add(person("Cid", "cid@x.org", job_title="Boss"))
    bench.b.add(person("Cid", "cid@x.org"))
    bench.sync()
    assert bench.names("b") == ["Ann", "Cid"]
    assert bench.text("b", "Cid", "job_title") == "Boss"
    bench.untag("a", "Ann", "Client")
    bench.edit("a", "Ann", job_title="Chief")
    bench.sync()
    assert bench.text("b", "Ann", "job_title") == "Chief"


# --- paused --------------------------------------------------------------------------------


def test_paused_neither_mapping_nor_rule_nor_mark_writes(bench: Bench) -> None:
    clients = rule("Clients", "a", [has("Client")], [add("From CRM")], undo=True)
    bench.load(rules=[rule("All", "a"), clients], sync_deletions=["b-to-a"])
    for first in ("Ann", "Bob", "Zoe"):
        bench.a.add(person(first, f"{first.lower()}@x.org"))
    bench.sync()
    bench.load(state="paused")
    bench.tag("a", "Ann", "Client")
    bench.edit("a", "Ann", job_title="Boss")
    bench.b.remove(bench.id("b", "Bob"))
    bench.a.add(person("Cid", "cid@x.org"))
    before = bench.a.number, bench.b.number
    run = bench.sync()
    assert run.state == Run.State.REFUSED
    assert "paused" in run.why
    assert (bench.a.number, bench.b.number) == before
    bench.load(state="active")
    bench.sync()
    assert bench.segments("b", "Ann") == ["From CRM"]
    assert bench.text("b", "Ann", "job_title") == "Boss"
    assert bench.segments("a", "Bob") == [TRASH]
    assert bench.names("b") == ["Ann", "Cid", "Zoe"]


def test_paused_nothing_is_written_but_what_a_person_undoes(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org", job_title="Boss"))
    bench.sync()
    bench.edit("a", "Ann", job_title="Chief")
    run = bench.sync()
    bench.load(state="paused")
    undone = bench.sync(kind=Run.Kind.UNDO, task={"undo": run.pk})
    assert undone.state == Run.State.DONE
    assert bench.text("b", "Ann", "job_title") == "Boss"


# --- needs attention -----------------------------------------------------------------------


def test_a_field_set_by_a_rule_flows_only_as_far_as_the_direction(db: None) -> None:
    with Bench(b=TAGS).placed() as bench:
        rules = [rule("Bosses", "a", [has("Boss")], [set_field("nickname", "Boss")])]
        bench.load(
            direction="a-to-b",
            rules=rules,
            default_mapping=False,
            mappings=[
                {"a": "first_name", "arrow": "->", "b": "first_name"},
                {"a": "emails", "arrow": "->", "b": "emails"},
            ],
        )
        bench.a.add(person("Ann", "ann@x.org", tags=["Boss"]))
        before = bench.a.number
        bench.sync()
        assert bench.text("b", "Ann", "nickname") == "Boss"
        assert bench.a.number == before
