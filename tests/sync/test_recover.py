from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from connectors.errors import Unanswered
from connectors.memory.app import Quirks, quiet
from sync.claim import INTERRUPTED, bury_dead
from sync.leases import TTL
from sync.models import Day, Lease, Run, Step
from tests.sync.conftest import Pair, person

WAYS = {
    "by its chosen id": Quirks(chosen_ids=True, markers=False),
    "by its marker": Quirks(markers=True),
    "by its address": Quirks(markers=False),
}


class Killed(BaseException):
    """kill -9"""


def at(moment: str, call: str, what: BaseException) -> Callable[[str, str], None]:
    def interrupt(now: str, name: str) -> None:
        if (now, name) == (moment, call):
            raise what

    return interrupt


def lose(pair: Pair, moment: str, what: BaseException | None = None) -> None:
    """A sync whose writes to b get no answer, or that ends there."""
    pair.b.interrupt = at(moment, "write", what or Unanswered("The line went dead."))
    if isinstance(what, Killed):
        with pytest.raises(Killed):
            pair.sync()
        running = Run.objects.filter(state=Run.State.RUNNING)
        running.update(alive_at=pair.clock() - timedelta(hours=1))
    else:
        assert pair.sync().state == Run.State.FAILED
    pair.b.interrupt = quiet


@pytest.mark.parametrize("quirks", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("what", [None, Killed()], ids=["answer lost", "killed"])
@pytest.mark.parametrize(("moment", "writes"), [("before", 2), ("after", 0)])
def test_no_contact_is_made_twice_or_lost(
    pair: Pair, quirks: Quirks, what: BaseException | None, moment: str, writes: int
) -> None:
    pair.b.quirks = quirks
    pair.a.add(person("Ann", "ann@x.org"))
    pair.a.add(person("Bob", "bob@x.org"))
    lose(pair, moment, what)
    run = pair.sync()
    assert (run.state, pair.writes(run)) == (Run.State.DONE, writes)
    assert pair.shown("b") == ["Ann", "Bob"]
    assert pair.states() == [("Ann", "in_sync", ""), ("Bob", "in_sync", "")]
    assert pair.steps(pair.sync()) == []


def test_who_stood_still_between_intent_and_call_does_not_call(pair: Pair) -> None:
    """Its machine was asleep, or cut off from the database, and another has its accounts."""
    pair.a.add(person("Ann", "ann@x.org"))

    def stand_still(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if many and sql.startswith('UPDATE "sync_step"') and "sent" in params[0]:
            pair.clock.sleep(2 * TTL.total_seconds())
            bury_dead(pair.clock(), replace(pair.host, is_dead=lambda owner: True))
            Lease.objects.update(owner="them", fence=F("fence") + 1, until=pair.clock() + TTL / 2)
        return result

    with connection.execute_wrapper(stand_still):
        run = pair.sync()
    assert pair.shown("b") == []
    assert (run.state, run.why) == (Run.State.FAILED, INTERRUPTED)
    assert Day.objects.get().broken == 1
    Lease.objects.update(owner="", until=None)
    assert pair.sync().state == Run.State.DONE
    assert pair.shown("b") == ["Ann"]


def test_an_edit_made_after_a_create_whose_answer_was_lost_survives(pair: Pair) -> None:
    pair.a.add(person("Ann", "ann@x.org", company="Ajax"))
    lose(pair, "after")
    [there] = pair.b.contacts()
    pair.b.edit(there, {"company": "Beta"})
    pair.sync()
    assert pair.shown("a", "company") == pair.shown("b", "company") == ["Beta"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_update_whose_answer_was_lost_is_looked_up(pair: Pair, moment: str) -> None:
    ann = pair.a.add(person("Ann", "ann@x.org", company="Ajax"))
    pair.sync()
    pair.a.edit(ann, {"company": "Beta"})
    lose(pair, moment)
    assert Step.objects.get(verb="update").result == Step.Result.UNKNOWN
    run = pair.sync()
    assert pair.writes(run) == (1 if moment == "before" else 0)
    assert pair.shown("a", "company") == pair.shown("b", "company") == ["Beta"]
    assert pair.steps(pair.sync()) == []
    assert pair.connection.b.records.get().pending == {}


def test_our_own_write_whose_answer_was_lost_is_not_taken_for_a_persons_edit(pair: Pair) -> None:
    ann = pair.a.add(person("Ann", "ann@x.org", company="Ajax"))
    pair.sync()
    pair.a.edit(ann, {"company": "Beta"})
    lose(pair, "after")
    pair.a.edit(ann, {"company": "Gamma"})
    pair.sync()
    assert pair.shown("a", "company") == pair.shown("b", "company") == ["Gamma"]
    assert Step.objects.filter(conflict=True).count() == 0


def test_while_a_create_may_be_late_nothing_is_made(pair: Pair) -> None:
    pair.b.quirks = Quirks(markers=False, lag=200)
    pair.a.add(person("Ann", "ann@x.org"))
    lose(pair, "after")
    for _ in range(2):
        run = pair.sync()
        assert (run.state, pair.writes(run)) == (Run.State.DONE, 0)
        assert Step.objects.get().result == Step.Result.UNKNOWN
    pair.clock.sleep(200)
    pair.sync()
    assert pair.shown("b") == ["Ann"]
    assert pair.states() == [("Ann", "in_sync", "")]


def test_what_cannot_be_looked_up_goes_to_review_and_stays_there(pair: Pair) -> None:
    pair.connection.avoid_duplicates = False
    pair.connection.save()
    pair.b.quirks = Quirks(markers=False)
    pair.a.add(person("Eve"))
    lose(pair, "before")
    for name in ("Ann", "Bob", "Cid"):
        pair.sync()
        pair.a.add(person(name))
    assert pair.shown("b") == ["Ann", "Bob"]
    assert ("Eve", "to_review", "unknown outcome") in pair.states()
    assert Step.objects.get(name="Eve").result == Step.Result.UNKNOWN


def test_a_contact_that_is_gone_before_its_create_was_answered_leaves_no_second_one(
    pair: Pair,
) -> None:
    ann = pair.a.add(person("Ann", "ann@x.org"))
    pair.a.add(person("Zoe", "zoe@x.org"))
    lose(pair, "after")
    pair.a.remove(ann)
    pair.sync()
    assert pair.shown("b") == ["Ann", "Zoe"]
    assert ("Ann", "deleted_opposite", "deleted") in pair.states()
    assert pair.steps(pair.sync()) == []


def test_a_contact_that_is_gone_before_its_create_was_sent_is_forgotten(pair: Pair) -> None:
    ann = pair.a.add(person("Ann", "ann@x.org"))
    pair.a.add(person("Zoe", "zoe@x.org"))
    lose(pair, "before")
    pair.a.remove(ann)
    pair.sync()
    assert pair.shown("b") == ["Zoe"]
    assert pair.states() == [("Zoe", "in_sync", "")]


def test_a_second_round_of_a_run_does_not_make_again_what_is_in_doubt(pair: Pair) -> None:
    """The mirror is as old as the run: what it sent itself is not in it yet."""
    pair.b.quirks = Quirks(markers=False, batch=1)
    pair.a.add(person("Ann", "ann@x.org"))
    bob = pair.a.add(person("Bob", "bob@x.org"))
    pair.sync()
    pair.a.edit(bob, {"company": "Ajax"})
    pair.a.add(person("New", "new@x.org"))
    pair.b.unanswered = {"New"}
    there = next(id for id, contact in pair.b.contacts().items() if contact.name == "Bob")

    def meanwhile(moment: str, call: str) -> None:
        if (moment, call) == ("before", "write"):
            pair.b.interrupt = quiet
            pair.b.edit(there, {"notes": "edited meanwhile"})

    pair.b.interrupt = meanwhile
    for _ in range(3):
        pair.sync()
    assert pair.shown("b") == ["Ann", "Bob", "New"]
    assert pair.shown("a", "notes") == ["", "", "edited meanwhile"]
