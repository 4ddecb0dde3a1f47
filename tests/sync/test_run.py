from __future__ import annotations

import pytest
from django_q.models import OrmQ
from pytest_django import DjangoCaptureOnCommitCallbacks

from connections.models import Account, Connection
from connectors.contact import Entry, entries
from connectors.errors import Refused, SignInAgain, TryAgain, Unanswered
from connectors.memory.app import Quirks
from sync.host import this_process
from sync.leases import TTL
from sync.models import Lease, Planned, Run, Step, SyncRecord
from sync.queue import ask_for_run
from sync.run import perform
from sync.tasks import perform_run
from tests.sync.conftest import Pair, PickyApp, connect, person


def test_a_first_run_links_creates_and_remembers(pair: Pair) -> None:
    pair.a.add(person("Ann", "ann@x.org"))
    pair.b.add(person("Ann", "ANN@x.org", company="Ajax"))
    pair.b.add(person("Bob", "bob@x.org"))
    run = pair.sync()
    assert (run.state, run.why) == (Run.State.DONE, "")
    assert pair.shown("a") == pair.shown("b") == ["Ann", "Bob"]
    assert pair.shown("a", "company") == ["", "Ajax"]
    assert pair.states() == [("Ann", "in_sync", ""), ("Bob", "in_sync", "")]
    assert pair.steps(run) == [
        ("link", "", "Ann", "done"),
        ("update", "a", "Ann", "done"),
        ("create", "a", "Bob", "done"),
    ]


def test_a_second_run_with_nothing_changed_writes_nothing_and_makes_one_request_a_side(
    pair: Pair,
) -> None:
    for number in range(30):
        pair.a.add(person(f"A{number}", f"a{number}@x.org"))
    pair.sync()
    before = (pair.a.requests, pair.b.requests)
    run = pair.sync()
    assert pair.steps(run) == []
    assert (pair.a.requests - before[0], pair.b.requests - before[1]) == (1, 1)


def test_a_preview_writes_nothing_and_says_what_the_run_then_does(pair: Pair) -> None:
    pair.a.add(person("Ann", "ann@x.org"))
    pair.a.add(person("Ann again", "ann@x.org"))
    pair.a.add(person("Eve"))
    pair.b.add(person("Anna", "ann@x.org"))
    pair.b.add(person("Bob", "bob@x.org"))
    preview = pair.sync(kind=Run.Kind.PREVIEW)
    assert SyncRecord.objects.count() == 0
    assert pair.shown("b") == ["Anna", "Bob"]
    run = pair.sync()
    done = {k: v for k, v in run.counts.items() if k not in "ab"}
    assert {k: v for k, v in preview.counts.items() if k not in "ab"} == done
    for side in "ab":
        assert {**preview.counts[side], "requests": 0} == {**run.counts[side], "requests": 0}
    verbs = [step[:3] for step in pair.steps(run)]
    assert [step[:3] for step in pair.steps(preview)] == verbs


def test_a_preview_of_a_draft_leaves_it_a_draft(pair: Pair) -> None:
    Connection.objects.update(state=Connection.State.DRAFT)
    pair.a.add(person("Ann", "ann@x.org"))
    assert pair.sync().state == Run.State.REFUSED
    preview = pair.sync(kind=Run.Kind.PREVIEW)
    assert preview.state == Run.State.DONE
    assert Connection.objects.get().state == Connection.State.DRAFT
    assert pair.sync(approved=True).state == Run.State.DONE
    assert Connection.objects.get().state == Connection.State.ACTIVE


def test_a_pilot_syncs_only_the_chosen_and_starts_nothing_else(pair: Pair) -> None:
    Connection.objects.update(state=Connection.State.DRAFT)
    pair.a.add(person("Ann", "ann@x.org"))
    pair.a.add(person("Bob", "bob@x.org"))
    run = pair.sync(approved=True, only="ann@x.org")
    assert run.state == Run.State.DONE
    assert pair.shown("b") == ["Ann"]
    assert Connection.objects.get().state == Connection.State.DRAFT
    assert Planned.objects.get().first_done_at is None
    assert pair.sync(approved=True).state == Run.State.DONE
    assert pair.shown("b") == ["Ann", "Bob"]


def test_a_pilot_of_nobody_is_refused(pair: Pair) -> None:
    run = pair.sync(only="nobody@x.org")
    assert (run.state, run.why) == (
        Run.State.REFUSED,
        "Neither side has a contact 'nobody@x.org'. Give an e-mail, a:ID or b:ID.",
    )


def test_a_paused_connection_writes_nothing(pair: Pair) -> None:
    Connection.objects.update(state=Connection.State.PAUSED)
    pair.a.add(person("Ann", "ann@x.org"))
    run = pair.sync()
    assert run.state == Run.State.REFUSED
    assert run.why == "pair is paused. Nothing is written until `resume pair`."
    assert pair.shown("b") == []


def test_characters_that_no_database_keeps_are_one_contacts_fault(pair: Pair) -> None:
    pair.a.add(person("Nul", "nul@x.org", notes="a\x00b"))
    pair.a.add(person("Ann", "ann@x.org"))
    run = pair.sync()
    assert (run.state, run.counts["failed"]) == (Run.State.DONE, {"unreadable": 1})
    assert pair.shown("b") == ["Ann"]


def test_an_edit_flows_and_a_conflict_follows_the_winner(pair: Pair) -> None:
    id = pair.a.add(person("Ann", "ann@x.org", company="Ajax"))
    pair.sync()
    [there] = pair.b.contacts()
    pair.a.edit(id, {"company": "Beta", "notes": "from a"})
    pair.b.edit(there, {"company": "Gamma", "job_title": "Head"})
    run = pair.sync()
    assert run.counts["conflicts"] == 1
    for app in (pair.a, pair.b):
        [contact] = app.contacts().values()
        assert [contact.text(x) for x in ("company", "notes", "job_title")] == [
            "Beta",
            "from a",
            "Head",
        ]
    step = Step.objects.get(run=run, side="b")
    assert step.fields["company"] == {"before": "Gamma", "after": "Beta", "lost": "Gamma"}


def test_a_deleted_contact_is_not_made_again_and_its_counterpart_stays(pair: Pair) -> None:
    pair.a.add(person("Ann", "ann@x.org"))
    pair.a.add(person("Bob", "bob@x.org"))
    pair.sync()
    pair.b.remove(next(iter(pair.b.contacts())))
    run = pair.sync()
    assert pair.steps(run) == [("delete", "b", "Ann", "done")]
    assert pair.shown("a") == ["Ann", "Bob"]
    assert pair.steps(pair.sync()) == []
    assert pair.states() == [("Ann", "deleted_opposite", "deleted"), ("Bob", "in_sync", "")]


def test_deleted_on_both_sides_one_after_the_other_is_agreed(pair: Pair) -> None:
    id = pair.a.add(person("Ann", "ann@x.org"))
    pair.a.add(person("Bob", "bob@x.org"))
    pair.sync()
    there = next(id for id, contact in pair.b.contacts().items() if contact.name == "Ann")
    pair.b.remove(there)
    pair.sync()
    pair.a.remove(id)
    pair.sync()
    assert SyncRecord.objects.get(title="Ann").reason == "Deleted on both sides."


def test_an_empty_side_holds_the_run_until_a_person_says_so(pair: Pair) -> None:
    for number in range(3):
        pair.a.add(person(f"A{number}", f"a{number}@x.org"))
    pair.sync()
    for id in list(pair.b.contacts()):
        pair.b.remove(id)
    run = pair.sync()
    assert run.state == Run.State.HELD
    assert run.why.startswith("3 of 3 contacts are no longer in B (two · Contacts).")
    assert pair.steps(run) == []
    assert pair.sync(approved=True).state == Run.State.DONE
    assert {state for _, state, _ in pair.states()} == {"deleted_opposite"}


def test_a_duplicate_takes_its_place_when_the_paired_one_vanishes(pair: Pair) -> None:
    first = pair.a.add(person("Ann", "ann@x.org"))
    pair.a.add(person("Zoe", "zoe@x.org"))
    pair.sync()
    pair.a.add(person("Ann Two", "ann@x.org"))
    pair.sync()
    assert ("Ann Two", "duplicate", "address in use") in pair.states()
    pair.a.remove(first)
    pair.sync()
    assert pair.states() == [("Ann Two", "in_sync", ""), ("Zoe", "in_sync", "")]
    assert pair.shown("b") == ["Ann Two", "Zoe"]


def test_a_contact_deleted_and_made_anew_between_two_runs_keeps_its_counterpart(pair: Pair) -> None:
    first = pair.a.add(person("Ann", "ann@x.org"))
    pair.a.add(person("Zoe", "zoe@x.org"))
    pair.sync()
    pair.a.remove(first)
    pair.a.add(person("Ann", "ann@x.org", company="Ajax"))
    pair.sync()
    assert pair.states() == [("Ann", "in_sync", ""), ("Zoe", "in_sync", "")]
    assert pair.shown("b", "company") == ["", "Ajax"]


def test_a_held_address_flows_when_its_holder_is_gone(pair: Pair) -> None:
    ann = pair.a.add(person("Ann", "ann@x.org"))
    pair.sync()
    holder = pair.b.add(person("Nobody"))
    pair.b.edit(holder, {"emails": entries(["new@x.org"])})
    pair.a.edit(ann, {"emails": entries(["ann@x.org", "new@x.org"]), "notes": "n"})
    pair.sync()
    assert ("Ann", "in_sync", "held") in pair.states()
    assert pair.shown("b", "notes") == ["", "n"]
    pair.b.remove(holder)
    pair.sync()
    assert ("Ann", "in_sync", "") in pair.states()
    [there] = pair.b.contacts().values()
    assert there.texts("emails") == ("ann@x.org", "new@x.org")


def test_two_contacts_never_get_the_same_address_in_one_run(pair: Pair) -> None:
    ann = pair.a.add(person("Ann", "ann@x.org"))
    bob = pair.a.add(person("Bob", "bob@x.org"))
    pair.sync()
    for id, own in ((ann, "ann@x.org"), (bob, "bob@x.org")):
        pair.a.edit(id, {"emails": entries([own, "both@x.org"])})
    pair.sync()
    held = [text for c in pair.b.contacts().values() for text in c.texts("emails")]
    assert sorted(held) == ["ann@x.org", "bob@x.org", "both@x.org"]
    assert pair.writes(pair.sync()) == 0


def test_one_bad_contact_does_not_stop_the_others(pair: Pair) -> None:
    pair.b.quirks = Quirks(batch=1)
    for name in ("Ann", "Bad", "Cid"):
        pair.a.add(person(name, f"{name.lower()}@x.org"))
    pair.b.errors["Bad"] = TryAgain("The app stumbled.")
    run = pair.sync()
    assert run.state == Run.State.DONE
    assert pair.shown("b") == ["Ann", "Cid"]
    assert run.counts["failed"] == {"try again": 1}


def test_a_refused_contact_is_tried_again_only_when_it_changed(pair: Pair) -> None:
    bad = pair.a.add(person("Bad", "bad@x.org"))
    pair.b.errors["Bad"] = Refused("Not this one.")
    assert pair.sync().counts["failed"] == {"refused": 1}
    assert pair.steps(pair.sync()) == []
    pair.a.edit(bad, {"first_name": "Good"})
    assert pair.sync().counts["failed"] == {}
    assert pair.shown("b") == ["Good"]


def test_a_refusal_on_one_side_is_not_forgotten_when_the_other_side_is_written(pair: Pair) -> None:
    here = pair.a.add(person("Ann", "ann@x.org", company="Ajax"))
    pair.sync()
    [there] = pair.b.contacts()
    pair.a.edit(here, {"company": "Beta"})
    pair.b.edit(there, {"notes": "n"})
    pair.a.errors["Ann"] = Refused("No notes here.")
    run = pair.sync()
    assert run.counts["failed"] == {"refused": 1}
    assert pair.shown("b", "company") == ["Beta"]


def test_refused_credentials_mark_the_account_and_keep_what_the_other_side_showed(
    pair: Pair,
) -> None:
    pair.a.add(person("Ann", "ann@x.org"))

    def refusing(moment: str, call: str) -> None:
        raise SignInAgain("The password is refused.")

    pair.b.interrupt = refusing
    run = pair.sync()
    assert run.state == Run.State.REFUSED
    assert Account.objects.get(name="two").attention == run.why
    assert Account.objects.get(name="one").attention == ""
    assert pair.connection.a.records.count() == 1
    pair.b.interrupt = lambda moment, call: None
    assert pair.sync().state == Run.State.DONE
    assert Account.objects.get(name="two").attention == ""


def test_an_account_in_use_makes_the_run_busy(pair: Pair) -> None:
    pair.sync()
    end = pair.clock() + 2 * TTL
    Lease.objects.filter(account=pair.connection.a.account).update(owner="elsewhere/x", until=end)
    run = pair.sync()
    assert run.state == Run.State.BUSY
    Lease.objects.update(owner="", until=None)
    assert pair.sync().state == Run.State.DONE


def test_a_second_run_of_the_same_connection_is_busy_with_a_full_answer(pair: Pair) -> None:
    running = ask_for_run(pair.connection)
    Run.objects.filter(pk=running.pk).update(
        state=Run.State.RUNNING, owner=pair.host.owner, alive_at=pair.clock()
    )
    run = perform(ask_for_run(pair.connection).pk, host=pair.host)
    assert (run.state, run.why) == (
        Run.State.BUSY,
        "Another run of this connection is under way.",
    )
    assert run.finished_at is not None
    assert run.counts["a"] == {"requests": 0, "created": 0, "updated": 0, "marked": 0}


def test_what_a_worker_finds_busy_waits_and_has_its_turn_afterwards(
    pair: Pair, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    running, asked = ask_for_run(pair.connection), ask_for_run(pair.connection)
    host = this_process()
    Run.objects.filter(pk=running.pk).update(
        state=Run.State.RUNNING, owner=host.owner, alive_at=host.now()
    )
    perform_run(asked.pk)
    asked.refresh_from_db()
    assert asked.state == Run.State.QUEUED
    Run.objects.filter(pk=running.pk).update(state=Run.State.QUEUED)
    with django_capture_on_commit_callbacks(execute=True):
        perform_run(running.pk)
    assert OrmQ.objects.get().func() == "sync.tasks.perform_run"
    perform_run(asked.pk)
    asked.refresh_from_db()
    assert asked.state == Run.State.DONE


def test_a_one_way_sync_never_writes_its_source(pair: Pair) -> None:
    Connection.objects.update(direction=Connection.Direction.A_TO_B, winner="b")
    ann = pair.a.add(person("Ann", "ann@x.org", company="Ajax"))
    pair.b.add(person("Anna", "ann@x.org", notes="only here", phones=entries(["+3221234567"])))
    pair.b.add(person("Bob", "bob@x.org"))
    number = pair.a.number
    pair.sync()
    [there] = [id for id, contact in pair.b.contacts().items() if contact.name == "Anna"]
    pair.b.edit(there, {"company": "Edited"})
    pair.sync()
    assert pair.a.number == number
    assert SyncRecord.objects.get(title="Ann").drift == ["company"]
    pair.a.edit(ann, {"company": "Beta", "first_name": "Annie"})
    pair.sync()
    assert pair.a.number == number + 1
    contact = pair.b.contacts()[there]
    assert [contact.text(name) for name in ("first_name", "company", "notes")] == [
        "Annie",
        "Beta",
        "only here",
    ]
    assert ("Bob", "excluded", "direction") in pair.states()


def test_a_value_that_the_app_cuts_does_not_shorten_the_source(pair: Pair) -> None:
    pair.b.quirks = Quirks(limits={"notes": 5, "phones": 1})
    phones = (Entry("+3221234567", "work"), Entry("+3221234568", "home"))
    ann = pair.a.add(person("Ann", "ann@x.org", notes="a long note", phones=phones))
    pair.sync()
    assert pair.shown("b", "notes") == ["a lon"]
    assert pair.writes(pair.sync()) == 0
    pair.a.edit(ann, {"notes": "a long story"})
    pair.sync()
    assert pair.writes(pair.sync()) == 0
    assert pair.shown("a", "notes") == ["a long story"]
    [contact] = pair.a.contacts().values()
    assert contact.get("phones") == phones


def test_a_person_without_an_address_is_left_out_until_it_has_one(pair: Pair) -> None:
    eve = pair.a.add(person("Eve"))
    assert pair.sync().counts["excluded"] == {"no e-mail": 1}
    pair.a.edit(eve, {"emails": entries(["eve@x.org"])})
    assert pair.sync().counts["excluded"] == {}
    assert pair.shown("b") == ["Eve"]


def test_a_ring_of_three_connections_settles(apps: dict[str, PickyApp], pair: Pair) -> None:
    others = [connect("two-three", "two", "three"), connect("three-one", "three", "one")]
    ring = [pair.connection, *others]
    three = apps["three"]
    pair.a.add(person("Ann", "ann@x.org", company="Ajax"))

    def rounds(number: int) -> list[int]:
        written = []
        for _ in range(number):
            before = sum(app.number for app in (pair.a, pair.b, three))
            for connection in ring:
                pair.clock.sleep(60)
                perform(ask_for_run(connection).pk, host=pair.host)
            written.append(sum(app.number for app in (pair.a, pair.b, three)) - before)
        return written

    assert rounds(2)[-1] == 0
    for name, app in (("A", pair.a), ("B", pair.b), ("C", three)):
        [id] = app.contacts()
        app.edit(id, {"company": name})
    assert rounds(3)[-1] == 0
    companies = {c.text("company") for app in apps.values() for c in app.contacts().values()}
    assert len(companies) == 1


def test_a_lost_answer_is_settled_by_the_next_run(pair: Pair) -> None:
    pair.a.add(person("Ann", "ann@x.org"))

    def losing(moment: str, call: str) -> None:
        if (moment, call) == ("after", "write"):
            raise Unanswered("The line went dead.")

    pair.b.interrupt = losing
    assert pair.sync().state == Run.State.FAILED
    assert Step.objects.get().result == Step.Result.UNKNOWN
    pair.b.interrupt = lambda moment, call: None
    run = pair.sync()
    assert run.state == Run.State.DONE
    assert pair.writes(run) == 0
    assert pair.shown("b") == ["Ann"]
    assert pair.states() == [("Ann", "in_sync", "")]


@pytest.mark.parametrize("only", ["", "ann@x.org"])
def test_no_mapping_line_refuses_the_run(pair: Pair, only: str) -> None:
    pair.connection.mappings.update(on=False)
    assert pair.sync(only=only).why == "No field mapping is on. Switch on at least one line."
