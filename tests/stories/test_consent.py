"""Consent of semantics §7: a ratchet. No path writes *subscribed* over another status."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.contact import entries
from connectors.memory.app import Quirks
from rules.configuration.problems import ConfigurationError
from sync.models import Run
from tests.stories.bench import Bench, add, has, person, rule

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

STATUSES = ("subscribed", "unsubscribed", "cleaned", "pending")
#: Of those who did not, or not yet, say yes.
CLOSED = ["unsubscribed", "cleaned", "pending"]
MARKETING = Quirks(statuses=STATUSES, archives=True)


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    """A is a CRM, B a marketing app."""
    with Bench(b=MARKETING).placed() as placed:
        placed.load(new_status="subscribed")
        yield placed


def status(bench: Bench, first: str) -> str:
    return bench.contact("b", first).status


# --- who is made, and with which status ----------------------------------------------------


@pytest.mark.parametrize("chosen", ["subscribed", "pending", "unsubscribed"])
def test_a_new_contact_gets_the_status_that_the_connection_says(bench: Bench, chosen: str) -> None:
    bench.load(new_status=chosen)
    bench.a.add(person("Ann", "ann@x.org"))
    run = bench.sync()
    assert status(bench, "Ann") == chosen
    [made] = bench.steps(run)
    assert made.fields["status"] == {"before": "", "after": chosen}, "the audit log says so"
    assert bench.verbs(bench.sync()) == []


def test_there_is_no_default_status(db: None) -> None:
    with Bench(b=MARKETING).placed() as bench:
        with pytest.raises(ConfigurationError, match="There is no default"):
            bench.load()
        bench.load(direction="b-to-a")  # makes nobody there


def test_without_a_status_nobody_is_made_and_the_reason_is_told(bench: Bench) -> None:
    connection = bench.connection()
    connection.new_status = ""
    connection.save()
    bench.a.add(person("Ann", "ann@x.org"))
    bench.b.add(person("Bob", "bob@x.org"))
    bench.b.add(person("Eve", "eve@x.org", job_title="Boss"))
    bench.a.add(person("Eve", "eve@x.org"))
    run = bench.sync()
    assert bench.names("b") == ["Bob", "Eve"]
    assert run.counts["excluded"] == {"no status": 1}
    assert "new_status" in bench.record("Ann").reason
    assert bench.names("a") == ["Ann", "Bob", "Eve"], "A does not ask for consent"
    assert bench.text("a", "Eve", "job_title") == "Boss", "nor does who is there already"
    bench.load(new_status="pending")
    bench.sync()
    assert status(bench, "Ann") == "pending"


# --- nobody is subscribed again by any path ------------------------------------------------


@pytest.mark.parametrize("word", CLOSED)
@pytest.mark.parametrize("winner", ["a", "b"])
def test_not_by_a_first_match(bench: Bench, word: str, winner: str) -> None:
    bench.load(winner=winner)
    bench.a.add(person("Ann", "ann@x.org", job_title="Boss"))
    bench.b.add(person("Ann", "ann@x.org", status=word))
    bench.sync()
    assert bench.text("b", "Ann", "job_title") == "Boss"
    assert status(bench, "Ann") == word


@pytest.mark.parametrize("word", CLOSED)
def test_not_by_an_update_or_a_rule(bench: Bench, word: str) -> None:
    clients = rule("Clients", "a", [has("Client")], [add("Newsletter")], undo=True)
    bench.load(rules=[rule("All", "a"), clients])
    bench.a.add(person("Ann", "ann@x.org"))
    bench.sync()
    bench.b._set_status(bench.id("b", "Ann"), word)
    bench.edit("a", "Ann", job_title="Boss", emails=entries(["ann@x.org", "new@x.org"]))
    bench.tag("a", "Ann", "Client")
    bench.sync()
    assert bench.segments("b", "Ann") == ["Newsletter"]
    assert bench.texts("b", "Ann", "emails") == ["ann@x.org", "new@x.org"]
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert bench.segments("b", "Ann") == []
    assert status(bench, "Ann") == word


@pytest.mark.parametrize("word", CLOSED)
def test_not_by_undo(bench: Bench, word: str) -> None:
    bench.a.add(person("Ann", "ann@x.org", job_title="Boss"))
    made = bench.sync()
    bench.edit("a", "Ann", job_title="Chief")
    changed = bench.sync()
    bench.b._set_status(bench.id("b", "Ann"), word)
    bench.sync()
    for run in (changed, made):
        undone = bench.sync(kind=Run.Kind.UNDO, task={"undo": run.pk})
        assert undone.state == Run.State.DONE
        assert status(bench, "Ann") == word
    assert bench.text("b", "Ann", "job_title") == "Boss"
    bench.sync()
    assert status(bench, "Ann") == word


def test_not_by_a_merge_with_an_heir(bench: Bench) -> None:
    bench.a.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Zoe", "zoe@x.org"))
    bench.sync()
    bench.b.remove(bench.id("b", "Ann"))
    bench.b.add(person("Ann", "ann@x.org", status="unsubscribed"))
    bench.sync()
    assert status(bench, "Ann") == "unsubscribed"


def test_unsubscribed_at_the_source_is_not_subscribed_at_the_target(db: None) -> None:
    """Two marketing apps: the status is moved by nothing at all."""
    with Bench(a=MARKETING, b=MARKETING).placed() as bench:
        bench.load(new_status="pending")
        bench.a.add(person("Ann", "ann@x.org", status="subscribed"))
        bench.sync()
        assert status(bench, "Ann") == "pending"
        bench.edit("a", "Ann", notes="changed")
        bench.sync()
        assert status(bench, "Ann") == "pending"
        assert bench.contact("a", "Ann").status == "subscribed"


def test_creating_onto_an_archived_address_is_refused_and_reported(bench: Bench) -> None:
    gone = bench.b.add(person("Ann", "ann@x.org"))
    bench.b.archive(gone)
    bench.b.add(person("Zoe", "zoe@x.org"))
    bench.a.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Bob", "bob@x.org"))
    run = bench.sync()
    assert bench.names("b") == ["Bob", "Zoe"], "one refused contact stops nobody"
    assert run.counts["failed"] == {"refused": 1}
    assert "archived or is not subscribed" in bench.record("Ann").reason
    [step] = [step for step in bench.steps(run) if step.result == "refused"]
    assert (step.verb, step.name) == ("create", "Ann")
    assert bench.verbs(bench.sync()) == [], "nor is it tried again and again"


@pytest.mark.parametrize("word", CLOSED)
def test_creating_onto_an_address_that_said_no_meanwhile_is_refused(
    bench: Bench, word: str
) -> None:
    """Somebody signed up and off again while the run was under way."""
    bench.a.add(person("Ann", "ann@x.org"))

    def sign_off(moment: str, call: str) -> None:
        if (moment, call) == ("before", "write"):
            bench.b.interrupt = lambda moment, call: None
            bench.b.add(person("Ann", "ann@x.org", status=word))

    bench.b.interrupt = sign_off
    run = bench.sync()
    assert bench.names("b") == ["Ann"]
    assert status(bench, "Ann") == word
    assert run.counts["failed"] == {"refused": 1}
    bench.sync()
    assert bench.names("b") == ["Ann"], "now it is seen, and paired with"
    assert status(bench, "Ann") == word
    assert bench.record("Ann").state == "in_sync"
