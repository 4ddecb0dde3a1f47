"""Unsubscribes of semantics §7: the person's word is marked in the other app, and kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.memory.app import Quirks
from sync.models import Run
from tests.stories.bench import TAGS, Bench, add, has, person, rule

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

MARK = "PieSync Unsubscribes"
STATUSES = ("subscribed", "unsubscribed", "cleaned", "pending")
#: A marketing app.
MARKETING = Quirks(statuses=STATUSES, archives=True, unique_emails=True)


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    """A is a CRM, B a marketing app."""
    with Bench(b=MARKETING).placed() as placed:
        placed.load(sync_unsubscribes=["b-to-a"], new_status="subscribed")
        yield placed


def met(bench: Bench, *tags: str) -> str:
    bench.a.add(person("Ann", "ann@x.org", tags=tags))
    bench.a.add(person("Zoe", "zoe@x.org", tags=tags))
    bench.sync()
    return bench.id("b", "Ann")


def assert_quiet(bench: Bench) -> None:
    run = bench.sync()
    assert (run.state, bench.verbs(run)) == (Run.State.DONE, [])


def test_a_contact_unsubscribed_in_a_marketing_app_is_marked_in_the_other(bench: Bench) -> None:
    ann = met(bench)
    bench.b.unsubscribe(ann)
    run = bench.sync()
    assert bench.segments("a", "Ann") == [MARK]
    assert bench.segments("a", "Zoe") == []
    assert bench.verbs(run) == ["mark"]
    assert run.counts["a"]["marked"] == 1
    assert_quiet(bench)


def test_without_the_option_nothing_is_marked(bench: Bench) -> None:
    bench.load(sync_unsubscribes=[])
    ann = met(bench)
    bench.b.unsubscribe(ann)
    bench.sync()
    assert bench.segments("a", "Ann") == []


def test_who_is_unsubscribed_already_at_the_first_meeting_is_marked(bench: Bench) -> None:
    bench.b.add(person("Ann", "ann@x.org", status="unsubscribed"))
    bench.b.add(person("Bob", "bob@x.org", status="unsubscribed"))
    bench.a.add(person("Ann", "ann@x.org"))
    run = bench.sync()
    assert bench.segments("a", "Ann") == [MARK]
    assert bench.segments("a", "Bob") == [MARK], "made with it, in the same call"
    assert bench.writes(run) == 2
    assert_quiet(bench)


@pytest.mark.parametrize("status", ["cleaned", "pending"])
def test_only_the_persons_own_word_is_marked(bench: Bench, status: str) -> None:
    bench.b.add(person("Ann", "ann@x.org", status=status))
    bench.a.add(person("Ann", "ann@x.org"))
    bench.sync()
    assert bench.segments("a", "Ann") == []


def test_subscribed_again_by_the_person_takes_our_mark_off(bench: Bench) -> None:
    ann = met(bench)
    bench.b.unsubscribe(ann)
    bench.sync()
    bench.b.subscribe(ann)
    run = bench.sync()
    assert bench.segments("a", "Ann") == []
    assert bench.verbs(run) == ["unmark"]
    assert_quiet(bench)


def test_a_mark_that_was_there_before_is_not_ours_and_stays(bench: Bench) -> None:
    ann = met(bench)
    bench.tag("a", "Ann", MARK)
    bench.sync()
    bench.b.unsubscribe(ann)
    bench.sync()
    bench.b.subscribe(ann)
    bench.sync()
    assert bench.segments("a", "Ann") == [MARK]


def test_the_mark_is_put_on_once_and_not_enforced(bench: Bench) -> None:
    ann = met(bench)
    bench.b.unsubscribe(ann)
    bench.sync()
    bench.untag("a", "Ann", MARK)
    bench.edit("a", "Ann", notes="Called us")
    bench.sync()
    assert bench.segments("a", "Ann") == []
    assert bench.b.contacts()[ann].status == "unsubscribed", "nor does that subscribe anybody"


def test_updates_go_on_for_who_is_unsubscribed(bench: Bench) -> None:
    ann = met(bench)
    bench.b.unsubscribe(ann)
    bench.edit("a", "Ann", job_title="Boss")
    bench.sync()
    assert bench.text("b", "Ann", "job_title") == "Boss"
    assert bench.b.contacts()[ann].status == "unsubscribed"


@pytest.mark.parametrize("how", ["archived", "deleted"])
def test_deleted_after_unsubscribing_is_no_subscription(bench: Bench, how: str) -> None:
    """Our mark goes when the person subscribes again, not when the record goes."""
    bench.load(sync_deletions=["b-to-a"])
    ann = met(bench)
    bench.b.unsubscribe(ann)
    bench.sync()
    (bench.b.archive if how == "archived" else bench.b.remove)(ann)
    bench.sync()
    assert bench.segments("a", "Ann") == ["PieSync Trash", MARK]
    (bench.b.restore if how == "archived" else bench.b.revive)(ann)
    bench.sync()
    assert bench.segments("a", "Ann") == [MARK]
    bench.b.subscribe(ann)
    bench.sync()
    assert bench.segments("a", "Ann") == []
    assert_quiet(bench)


def test_unsubscribed_and_deleted_between_two_runs_bears_both_marks(bench: Bench) -> None:
    bench.load(sync_deletions=["b-to-a"])
    ann = met(bench)
    bench.b.unsubscribe(ann)
    bench.b.archive(ann)
    bench.sync()
    assert bench.segments("a", "Ann") == ["PieSync Trash", MARK]


def test_the_mark_stays_when_the_pair_leaves_every_rule(bench: Bench) -> None:
    bench.load(rules=[rule("Clients", "a", [has("Client")])])
    ann = met(bench, "Client")
    bench.b.unsubscribe(ann)
    bench.sync()
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert bench.record("Ann").state == "excluded"
    assert bench.segments("a", "Ann") == [MARK]


def test_while_excluded_nobody_is_marked_and_afterwards_they_are(bench: Bench) -> None:
    """Of an excluded pair updates stop and only effects are taken back (§3)."""
    bench.load(rules=[rule("Clients", "a", [has("Client")])])
    ann = met(bench, "Client")
    bench.untag("a", "Ann", "Client")
    bench.sync()
    bench.b.unsubscribe(ann)
    bench.sync()
    assert bench.segments("a", "Ann") == []
    bench.tag("a", "Ann", "Client")
    bench.sync()
    assert bench.segments("a", "Ann") == ["Client", MARK]
    assert_quiet(bench)


def test_rules_do_not_see_the_marks(bench: Bench) -> None:
    echo = rule("Echo", "a", [has(MARK)], [add("Out")])
    bench.load(rules=[rule("All", "a"), echo])
    ann = met(bench)
    bench.b.unsubscribe(ann)
    bench.sync()
    bench.sync()
    assert bench.segments("a", "Ann") == [MARK]
    assert bench.segments("b", "Ann") == []


def test_both_directions_where_both_apps_know_consent(db: None) -> None:
    with Bench(a=MARKETING, b=MARKETING).placed() as bench:
        bench.load(sync_unsubscribes=["a-to-b", "b-to-a"], new_status="subscribed")
        ann = met(bench)
        bench.b.unsubscribe(ann)
        bench.a.unsubscribe(bench.id("a", "Zoe"))
        bench.sync()
        assert (bench.segments("a", "Ann"), bench.segments("b", "Ann")) == ([MARK], [])
        assert (bench.segments("a", "Zoe"), bench.segments("b", "Zoe")) == ([], [MARK])
        assert bench.contact("a", "Ann").status == "subscribed", "nor is anybody unsubscribed"
        assert_quiet(bench)


def test_the_mark_stays_until_the_person_subscribes_whatever_the_app_calls_them(
    bench: Bench,
) -> None:
    ann = met(bench)
    bench.b.unsubscribe(ann)
    bench.sync()
    bench.b._set_status(ann, "cleaned")
    bench.sync()
    assert bench.segments("a", "Ann") == [MARK]
    bench.b._set_status(ann, "pending")
    bench.sync()
    assert bench.segments("a", "Ann") == [MARK]
    bench.b.subscribe(ann)
    bench.sync()
    assert bench.segments("a", "Ann") == []


def test_a_contact_that_is_made_as_unsubscribed_has_not_unsubscribed(db: None) -> None:
    statuses = ("subscribed", "pending", "unsubscribed", "cleaned")
    with Bench(a=TAGS, b=Quirks(statuses=statuses)).placed() as bench:
        bench.load(new_status="unsubscribed", sync_unsubscribes=["b-to-a"])
        bench.a.add(person("Ann", "ann@x.org"))
        bench.sync()
        bench.edit("a", "Ann", notes="new")
        bench.sync()
        assert bench.segments("a", "Ann") == []
        bench.b.subscribe(bench.id("b", "Ann"))
        bench.sync()
        bench.b.unsubscribe(bench.id("b", "Ann"))
        bench.sync()
        assert bench.segments("a", "Ann") == ["PieSync Unsubscribes"]
