"""Matching, semantics §4, beyond what test_first_match.py shows: with rules, look-alikes, heirs of
nobody, and what happens to pairs afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.contact import Contact, Entry, entries
from connectors.memory.app import Quirks
from sync.models import Run, SyncRecord
from tests.stories.bench import Bench, add, has, person, rule

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

PHONE = (Entry("+32 475 11 22 33", "mobile"),)
SAME_PHONE = (Entry("0475 11.22.33"),)


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench().placed() as placed:
        placed.load()
        yield placed


def assert_quiet(bench: Bench) -> None:
    run = bench.sync()
    assert (run.state, bench.verbs(run)) == (Run.State.DONE, [])


def paired(bench: Bench) -> set[tuple[str, str]]:
    rows = SyncRecord.objects.exclude(a=None).exclude(b=None).select_related("a", "b")
    return {(row.a.remote_id, row.b.remote_id) for row in rows if row.a and row.b}


def created(contact: Contact, day: str) -> Contact:
    return Contact(contact.fields, contact.segments, contact.status, f"{day}T00:00:00+00:00")


# --- the pair is the identity --------------------------------------------------------------


@pytest.mark.parametrize("side", ["a", "b"])
def test_a_changed_address_never_breaks_the_pair_nor_makes_a_second(
    bench: Bench, side: str
) -> None:
    bench.a.add(person("Ann", "ann@old.org"))
    bench.sync()
    pair = paired(bench)
    bench.edit(side, "Ann", emails=entries(["ann@new.org"]))
    bench.sync()
    assert bench.texts("a", "Ann", "emails") == bench.texts("b", "Ann", "emails") == ["ann@new.org"]
    assert paired(bench) == pair
    assert_quiet(bench)


def test_the_pair_survives_although_another_contact_has_the_old_address_now(bench: Bench) -> None:
    bench.a.add(person("Ann", "ann@old.org"))
    bench.sync()
    pair = paired(bench)
    bench.edit("a", "Ann", emails=entries(["ann@new.org"]))
    bench.b.add(person("Bob", "ann@new.org"))
    bench.a.add(person("Cid", "ann@old.org"))
    bench.sync()
    bench.sync()
    assert pair <= paired(bench)
    assert bench.names("a").count("Ann") == bench.names("b").count("Ann") == 1


def test_two_pairs_may_exchange_their_names_and_stay_pairs(bench: Bench) -> None:
    bench.a.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Bob", "bob@x.org"))
    bench.sync()
    pairs = paired(bench)
    ann, bob = bench.id("a", "Ann"), bench.id("a", "Bob")
    bench.a.edit(ann, {"first_name": "Bob"})
    bench.a.edit(bob, {"first_name": "Ann"})
    bench.sync()
    assert paired(bench) == pairs
    assert bench.texts("b", "Bob", "emails") == ["ann@x.org"]
    assert_quiet(bench)


# --- the match key -------------------------------------------------------------------------


def test_the_primary_address_counts_before_the_others(bench: Bench) -> None:
    addresses = (Entry("old@x.org"), Entry("ann@x.org", primary=True))
    bench.a.add(Contact({"first_name": "Ann", "emails": addresses}))
    bench.b.add(person("Ann", "ann@x.org", "old@x.org"))
    bench.sync()
    assert len(paired(bench)) == 1
    assert_quiet(bench)


def test_addresses_are_trimmed_and_case_folded(bench: Bench) -> None:
    bench.a.add(person("Ann", "  ANN@X.org "))
    bench.b.add(person("Ann", "ann@x.ORG"))
    run = bench.sync()
    assert bench.verbs(run) == ["link"]
    assert_quiet(bench)


def test_addresses_that_point_to_different_contacts_go_to_review_from_either_side(
    bench: Bench,
) -> None:
    bench.b.add(person("Ann", "ann@x.org", "ann@home.org"))
    bench.a.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Ann", "ann@home.org"))
    before = bench.a.contacts(), bench.b.contacts()
    run = bench.sync()
    assert run.counts["to_review"] >= 1
    assert bench.writes(run) == 0
    assert (bench.a.contacts(), bench.b.contacts()) == before
    assert_quiet(bench)


def test_it_is_settled_by_itself_once_the_addresses_point_to_one(bench: Bench) -> None:
    bench.a.add(person("Ann", "ann@x.org", "ann@home.org"))
    bench.b.add(person("Ann", "ann@x.org"))
    other = bench.b.add(person("Ann", "ann@home.org"))
    bench.sync()
    assert paired(bench) == set()
    bench.b.remove(other)
    bench.sync()
    assert len(paired(bench)) == 1
    assert bench.texts("b", "Ann", "emails") == ["ann@x.org", "ann@home.org"]
    assert_quiet(bench)


@pytest.mark.parametrize("side", ["a", "b"])
def test_of_several_on_a_side_the_namesake_pairs_on_either_side(bench: Bench, side: str) -> None:
    other = "b" if side == "a" else "a"
    bench.apps[side].add(person("Bob", "team@x.org"))
    ann = bench.apps[side].add(person("ann", "team@x.org"))
    twin = bench.apps[other].add(person("Ann ", "team@x.org"))
    bench.sync()
    assert paired(bench) == {(ann, twin) if side == "a" else (twin, ann)}
    assert ("Bob", "duplicate") in {state[:2] for state in bench.states()}
    assert_quiet(bench)


@pytest.mark.parametrize("side", ["a", "b"])
def test_of_several_namesakes_the_oldest_pairs_by_the_apps_creation_date(
    bench: Bench, side: str
) -> None:
    other = "b" if side == "a" else "a"
    bench.apps[side].add(created(person("Ann", "ann@x.org"), "2020-01-01"))
    oldest = bench.apps[side].add(created(person("Ann", "ann@x.org"), "2010-01-01"))
    twin = bench.apps[other].add(person("Ann", "ann@x.org"))
    bench.sync()
    assert paired(bench) == {(oldest, twin) if side == "a" else (twin, oldest)}


def test_of_several_on_both_sides_the_oldest_pair_and_nobody_is_made(bench: Bench) -> None:
    bench.a.add(created(person("Ann", "ann@x.org"), "2020-01-01"))
    one = bench.a.add(created(person("Ann", "ann@x.org"), "2010-01-01"))
    two = bench.b.add(created(person("Ann", "ann@x.org"), "2010-01-01"))
    bench.b.add(created(person("Ann", "ann@x.org"), "2020-01-01"))
    bench.sync()
    assert (one, two) in paired(bench)
    assert bench.names("a") == bench.names("b") == ["Ann", "Ann"]
    assert_quiet(bench)


def test_duplicates_are_left_alone(bench: Bench) -> None:
    bench.a.add(person("Ann", "team@x.org"))
    bench.a.add(person("Bob", "team@x.org"))
    bench.b.add(person("Ann", "team@x.org"))
    bench.sync()
    assert ("Bob", "duplicate", "address in use") in bench.states()
    bench.edit("a", "Bob", notes="Mine")
    bench.tag("a", "Bob", "VIP")
    run = bench.sync()
    assert bench.writes(run) == 0
    assert bench.text("b", "Ann", "notes") == ""


# --- addresses of others -------------------------------------------------------------------


def test_nobody_is_made_with_an_address_that_lives_on_the_other_side(bench: Bench) -> None:
    """Neither as the second of its addresses, nor although its owner there is excluded."""
    bench.load(rules=[rule("Clients", "a", [has("Client")])])
    bench.b.add(person("Bob", "bob@x.org", "shared@x.org"))
    bench.a.add(person("Ann", "ann@x.org", "shared@x.org"))
    bench.a.add(person("Eve", "eve@x.org", "shared@x.org", tags=["Client"]))
    bench.sync()
    assert len(bench.b.contacts()) == 1
    assert_quiet(bench)


def test_an_address_that_arrives_there_while_the_run_is_under_way_is_not_made_again(
    bench: Bench,
) -> None:
    bench.a.add(person("Ann", "ann@x.org"))
    bench.b.add(person("Zoe", "zoe@x.org"))
    bench.sync()
    bench.a.add(person("Cid", "cid@x.org"))
    bench.edit("b", "Zoe", emails=entries(["zoe@x.org", "cid@x.org"]))
    bench.sync()
    holders = [c.text("first_name") for c in bench.b.contacts().values()
               if "cid@x.org" in c.texts("emails")]  # fmt: skip
    assert holders == ["Zoe"]


@pytest.mark.parametrize("side", ["a", "b"])
def test_nobody_is_given_an_address_that_another_contact_of_that_side_holds(
    bench: Bench, side: str
) -> None:
    other = "b" if side == "a" else "a"
    bench.a.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Bob", "bob@x.org"))
    bench.sync()
    ours = bench.texts(other, "Ann", "emails")
    bench.edit(side, "Ann", emails=entries(["ann@x.org", "bob@x.org"]), job_title="Boss")
    run = bench.sync()
    assert bench.texts(other, "Ann", "emails") == ours
    assert bench.text(other, "Ann", "job_title") == "Boss", "the rest flows"
    assert "duplicate" in bench.record("Ann").reason
    assert "hold" in bench.verbs(run)
    assert_quiet(bench)


def test_at_a_first_match_neither(bench: Bench) -> None:
    bench.b.add(person("Bob", "bob@x.org"))
    bench.b.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Bob", "bob@x.org"))
    bench.sync()
    bench.a.add(person("Ann", "ann@x.org", job_title="Boss"))
    bench.edit("a", "Bob", emails=entries(["bob@x.org", "ann@x.org"]))
    bench.sync()
    assert bench.texts("b", "Ann", "emails") == ["ann@x.org"]
    assert bench.texts("b", "Bob", "emails") == ["bob@x.org"]


# --- rules and matching --------------------------------------------------------------------


def test_contacts_that_no_rule_wants_do_not_stand_in_the_way(bench: Bench) -> None:
    bench.load(rules=[rule("Clients", "a", [has("Client")])])
    bench.a.add(created(person("Ann", "ann@x.org"), "2010-01-01"))
    wanted = bench.a.add(created(person("Ann", "ann@x.org", tags=["Client"]), "2020-01-01"))
    twin = bench.b.add(person("Ann", "ann@x.org"))
    bench.sync()
    assert paired(bench) == {(wanted, twin)}
    assert ("Ann", "excluded", "no rule") in bench.states()
    assert_quiet(bench)


def test_nor_when_a_counterpart_is_to_be_made(bench: Bench) -> None:
    bench.load(rules=[rule("Clients", "a", [has("Client")], [add("From CRM")])])
    bench.a.add(created(person("Bob", "team@x.org"), "2010-01-01"))
    bench.a.add(created(person("Ann", "team@x.org", tags=["Client"]), "2020-01-01"))
    bench.sync()
    assert bench.names("b") == ["Ann"]
    assert bench.segments("b", "Ann") == ["From CRM"]


def test_who_begins_to_be_wanted_meets_then(bench: Bench) -> None:
    bench.load(rules=[rule("Clients", "a", [has("Client")])])
    bench.a.add(person("Ann", "ann@x.org", job_title="Boss"))
    bench.b.add(person("Ann", "ann@x.org", notes="Tea"))
    run = bench.sync()
    assert bench.writes(run) == 0
    assert paired(bench) == set()
    bench.tag("a", "Ann", "Client")
    run = bench.sync()
    assert "link" in bench.verbs(run)
    assert bench.text("b", "Ann", "job_title") == "Boss"
    assert bench.text("a", "Ann", "notes") == "Tea"
    assert_quiet(bench)


# --- without an address --------------------------------------------------------------------


def test_contacts_without_address_are_excluded_with_that_reason(bench: Bench) -> None:
    bench.a.add(person("Ann", phones=PHONE))
    bench.b.add(person("Ann", phones=PHONE))
    run = bench.sync()
    assert run.counts["excluded"] == {"no e-mail": 2}
    assert SyncRecord.objects.filter(reason__contains="no e-mail address").count() == 2
    assert bench.writes(run) == 0
    assert_quiet(bench)


def test_it_is_asked_at_the_first_meeting_only(bench: Bench) -> None:
    bench.load(avoid_duplicates=False)
    bench.a.add(person("Ann", notes="Old"))
    bench.sync()
    bench.load(avoid_duplicates=True)
    bench.edit("a", "Ann", notes="New")
    bench.a.add(person("Bob"))
    bench.sync()
    assert bench.text("b", "Ann", "notes") == "New"
    assert bench.names("b") == ["Ann"]


def test_switched_off_later_they_sync_then(bench: Bench) -> None:
    bench.a.add(person("Ann", notes="Tea"))
    bench.sync()
    assert bench.names("b") == []
    bench.load(avoid_duplicates=False)
    bench.sync()
    assert bench.text("b", "Ann", "notes") == "Tea"
    assert_quiet(bench)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"phones": PHONE}, {"phones": SAME_PHONE}),
        ({"company": "Ajax "}, {"company": "AJAX"}),
    ],
    ids=["phone and name", "name and company"],
)
def test_look_alikes_are_proposed_and_never_merged_silently(
    bench: Bench, mine: dict[str, object], theirs: dict[str, object]
) -> None:
    bench.load(avoid_duplicates=False, region="BE")
    bench.a.add(person("Ann", **mine))  # type: ignore[arg-type]
    bench.b.add(person("ANN", **theirs))  # type: ignore[arg-type]
    run = bench.sync()
    assert bench.writes(run) == 0
    assert [state[1:] for state in bench.states()] == [("to_review", "looks alike")] * 2
    assert "Ann" in SyncRecord.objects.get(b__isnull=False).reason
    assert_quiet(bench)


@pytest.mark.parametrize("side", ["a", "b"])
def test_a_look_alike_that_has_an_address_is_proposed_too(bench: Bench, side: str) -> None:
    other = "b" if side == "a" else "a"
    bench.load(avoid_duplicates=False)
    bench.apps[side].add(person("Ann", phones=PHONE))
    bench.apps[other].add(person("Ann", "ann@x.org", phones=PHONE))
    run = bench.sync()
    assert bench.writes(run) == 0
    assert (bench.names("a"), bench.names("b")) == (["Ann"], ["Ann"])
    assert run.counts["to_review"] >= 1
    assert_quiet(bench)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"phones": PHONE}, {"company": "Ajax"}),
        ({"company": "Ajax"}, {"company": "Acme"}),
        ({}, {}),
    ],
)
def test_without_a_proposal_they_are_created(
    bench: Bench, mine: dict[str, object], theirs: dict[str, object]
) -> None:
    bench.load(avoid_duplicates=False)
    bench.a.add(person("Ann", **mine))  # type: ignore[arg-type]
    bench.b.add(person("Ann", **theirs))  # type: ignore[arg-type]
    bench.sync()
    assert bench.names("a") == bench.names("b") == ["Ann", "Ann"]
    assert_quiet(bench)


def test_a_look_alike_of_somebody_who_is_paired_is_no_proposal(bench: Bench) -> None:
    bench.load(avoid_duplicates=False)
    bench.a.add(person("Ann", "ann@x.org", phones=PHONE))
    bench.sync()
    bench.a.add(person("Ann", phones=PHONE))
    bench.sync()
    assert bench.names("b") == ["Ann", "Ann"]


# --- what a first match makes of two -------------------------------------------------------


@pytest.mark.parametrize(("winner", "title"), [("a", "Boss"), ("b", "Chief")])
def test_an_empty_value_of_the_winner_never_erases(bench: Bench, winner: str, title: str) -> None:
    bench.load(winner=winner, never_blank=False)
    bench.a.add(person("Ann", "ann@x.org", job_title="Boss", phones=PHONE))
    bench.b.add(person("Ann", "ann@x.org", job_title="Chief", notes="Tea"))
    bench.sync()
    for side in "ab":
        assert bench.text(side, "Ann", "job_title") == title
        assert bench.text(side, "Ann", "notes") == "Tea"
        assert bench.texts(side, "Ann", "phones") == ["+32 475 11 22 33"]
    assert_quiet(bench)


def test_an_app_that_knows_addresses_as_unique_is_never_asked_twice(db: None) -> None:
    with Bench(b=Quirks(unique_emails=True)).placed() as bench:
        bench.load()
        bench.a.add(person("Ann", "team@x.org"))
        bench.a.add(person("Bob", "team@x.org"))
        bench.a.add(person("Cid", "cid@x.org", "team@x.org"))
        run = bench.sync()
        assert run.counts["failed"] == {}
        assert bench.names("b") == ["Ann"]
        assert_quiet(bench)
