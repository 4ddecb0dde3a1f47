"""What is old is dropped, and never what undo, links, or what is open still need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db.models import Model

from connections.models import Connection, Record
from connectors.errors import Refused
from sync.host import this_process
from sync.leases import Held
from sync.models import Apart, Run, Step, SyncRecord
from sync.watch import retention
from sync.watch.retention import LATEST, forget
from tests.sync.conftest import Pair, connect, person

YEAR = 365


@pytest.fixture
def aged(pair: Pair) -> Pair:
    """Ann was made in b, and so many runs happened since, all of it a year and a day ago."""
    pair.a.add(person("Ann", "ann@example.org"))
    assert pair.sync().state == "done"
    quiet = {"connection": pair.connection, "state": Run.State.DONE, "finished_at": pair.clock()}
    for _ in range(LATEST + 1):
        Run.objects.create(**quiet)
    pair.clock.sleep((YEAR + 1) * 24 * 3600)
    return pair


def ran(pair: Pair) -> list[int]:
    return list(Run.objects.filter(connection=pair.connection).values_list("pk", flat=True))


def test_old_runs_and_steps_are_dropped_and_links_stay(aged: Pair) -> None:
    row = SyncRecord.objects.get()
    dropped = forget(YEAR, aged.host)
    assert (dropped.steps, dropped.runs, dropped.is_all) == (1, 2, True)
    assert not Step.objects.exists()
    assert len(ran(aged)) == LATEST
    kept = SyncRecord.objects.get()
    assert (kept.pk, kept.a_id, kept.b_id, kept.base) == (row.pk, row.a_id, row.b_id, row.base)
    quiet = aged.sync()
    assert (quiet.state, aged.steps(quiet)) == ("done", [])


def test_what_is_younger_stays(aged: Pair) -> None:
    before = ran(aged), Step.objects.count()
    assert not forget(YEAR + 2, aged.host).anything
    assert not forget(0, aged.host).anything
    assert (ran(aged), Step.objects.count()) == before


def test_undo_says_that_the_steps_were_dropped(aged: Pair) -> None:
    first = ran(aged)[-1]
    Run.objects.exclude(pk=first).update(finished_at=aged.clock())
    Run.objects.filter(pk=first).update(kind=Run.Kind.PREVIEW)  # the shown one: the row stays
    forget(YEAR, aged.host)
    Run.objects.filter(pk=first).update(kind=Run.Kind.SYNC)
    undo = aged.sync(kind=Run.Kind.UNDO, task={"undo": first})
    assert (undo.state, "were dropped" in undo.why) == ("refused", True)


def test_a_run_that_is_about_to_be_undone_stays(aged: Pair) -> None:
    first = ran(aged)[-1]
    asked = Run.objects.create(connection=aged.connection, kind=Run.Kind.UNDO, task={"undo": first})
    assert forget(YEAR, aged.host).steps == 0
    asked.finished_at = aged.clock()
    asked.save()
    assert forget(YEAR, aged.host).steps == 1


@pytest.mark.parametrize("result", ["sent", "unknown", "planned"])
def test_a_step_stays_whose_outcome_is_not_known(aged: Pair, result: str) -> None:
    Step.objects.update(result=result)
    runs = forget(YEAR, aged.host).runs
    assert (Step.objects.count(), runs) == (1, 1)


def test_what_an_undone_run_made_stays_in_the_trash_inbox(aged: Pair) -> None:
    first = ran(aged)[-1]
    aged.sync(kind=Run.Kind.UNDO, task={"undo": first})
    aged.clock.sleep(2 * YEAR * 24 * 3600)
    forget(YEAR, aged.host)
    assert list(Step.objects.values_list("verb", "run")) == [("create", first)]


def test_how_a_connection_stands_is_still_known(pair: Pair) -> None:
    """The last that went well, a hold and what was said about it, however many failed since."""
    good = pair.sync()
    old = {"connection": pair.connection, "finished_at": pair.clock()}
    held = Run.objects.create(state=Run.State.HELD, **old)
    left = Run.objects.create(
        kind=Run.Kind.BY_HAND, state=Run.State.DONE, task={"leave": "held"}, **old
    )
    for _ in range(2 * LATEST):
        Run.objects.create(state=Run.State.FAILED, **old)
    preview = Run.objects.create(kind=Run.Kind.PREVIEW, state=Run.State.DONE, **old)
    pair.clock.sleep((YEAR + 1) * 24 * 3600)
    assert forget(YEAR, pair.host).runs == LATEST + 1
    assert good.pk not in ran(pair)
    assert {held.pk, left.pk, preview.pk} <= set(ran(pair))
    assert Run.objects.filter(state=Run.State.FAILED).count() == LATEST


def test_runs_under_way_are_left_alone(aged: Pair) -> None:
    Run.objects.update(state=Run.State.QUEUED, finished_at=None)
    assert not forget(YEAR, aged.host).anything


def test_it_goes_on_where_it_was_stopped(aged: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "CHUNK", 1)
    template = Step.objects.get()
    for _ in range(3):
        template.pk = None
        template.save()
    goes = 0
    while not forget(YEAR, aged.host, is_over=lambda: True).is_all:
        goes += 1
    assert goes > 4
    assert (Step.objects.count(), len(ran(aged))) == (0, LATEST)


def test_killed_at_any_statement_it_is_through_the_next_time(
    aged: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each transaction leaves everything whole."""

    class Killed(BaseException):
        pass

    def dying(after: int) -> Callable[..., Any]:
        left = iter(range(after))

        def delete(self: Model, *args: Any, **options: Any) -> Any:
            if next(left, None) is None:
                raise Killed
            return alive(self, *args, **options)

        return delete

    alive = Model.delete
    with monkeypatch.context() as patch:
        patch.setattr(Run, "delete", dying(1))
        with pytest.raises(Killed):
            forget(YEAR, aged.host)
    assert len(ran(aged)) == LATEST + 1
    forget(YEAR, aged.host)
    assert len(ran(aged)) == LATEST


# --- contacts that are gone ---


@pytest.fixture
def lonely(pair: Pair) -> Pair:
    """Of Ann, Ben and Cid only Ann was ever in both; all are gone, for 31 days."""
    ann = pair.a.add(person("Ann", "ann@example.org"))
    pair.sync()
    Connection.objects.update(direction="b-to-a")
    others = [pair.a.add(person(name)) for name in ("Ben", "Cid")]
    pair.sync()
    for id in (ann, *others):
        pair.a.remove(id)
    pair.a.add(person("Dan"))
    assert pair.sync().state == "done"
    pair.clock.sleep(31 * 24 * 3600)
    return pair


def known() -> set[str]:
    return set(Record.objects.values_list("title", flat=True))


def test_unmatched_contacts_are_forgotten_and_pairs_are_not(lonely: Pair) -> None:
    assert known() == {"Ann", "Ben", "Cid", "Dan"}
    assert not forget(YEAR, lonely.host).anything
    Connection.objects.update(keep_gone=30)
    assert forget(YEAR, lonely.host).contacts == 2
    assert known() == {"Ann", "Dan"}
    assert [title for title, *_ in lonely.states()] == ["Ann", "Dan"]
    assert lonely.sync().state == "done"


def test_they_go_with_the_log_where_nothing_else_is_said(lonely: Pair) -> None:
    assert forget(30, lonely.host).contacts == 2


def test_the_most_patient_connection_of_a_container_is_listened_to(lonely: Pair) -> None:
    Connection.objects.update(keep_gone=30)
    other = connect("other", "one", "three", keep_gone=40)
    assert forget(YEAR, lonely.host).contacts == 0
    Connection.objects.filter(pk=other.pk).update(keep_gone=0)
    assert forget(YEAR, lonely.host).contacts == 0
    assert forget(0, lonely.host).contacts == 0
    Connection.objects.filter(pk=other.pk).update(keep_gone=20)
    assert forget(YEAR, lonely.host).contacts == 2


def test_a_contact_stays_that_is_still_there_or_that_somebody_spoke_of(lonely: Pair) -> None:
    here = Record.objects.filter(container=lonely.connection.a)
    ben, cid = here.get(title="Ben"), here.get(title="Cid")
    Record.objects.filter(pk=ben.pk).update(gone_at=None)
    there = Record.objects.get(title="Ann", container=lonely.connection.b)
    Apart.objects.create(connection=lonely.connection, a=cid, b=there)
    assert forget(30, lonely.host).contacts == 0


def test_an_account_in_use_has_its_turn_another_time(lonely: Pair) -> None:
    run = Held([lonely.connection.a.account_id], this_process())
    run.host = type(run.host)(lonely.clock, lonely.clock.sleep, "another run", lambda owner: False)
    run.take()
    assert forget(30, lonely.host).contacts == 0
    run.release()
    assert forget(30, lonely.host).contacts == 2


# --- the command, and sessions ---


def test_the_command(aged: Pair, capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    Run.objects.update(finished_at=this_process().now() - timedelta(days=10))
    call_command("forget")
    assert "Dropped 0 steps, 0 runs" in capsys.readouterr().out
    call_command("forget", "--days", "9")
    assert "Dropped 1 steps, 2 runs" in capsys.readouterr().out


def test_sessions_that_ended_are_dropped(pair: Pair) -> None:
    now = pair.clock()
    for days in (-1, 1):
        Session.objects.create(
            session_key=str(days), session_data="", expire_date=now + timedelta(days=days)
        )
    assert forget(0, pair.host).sessions == 1
    assert Session.objects.get().session_key == "1"


def test_a_refused_step_is_old_as_well(pair: Pair) -> None:
    pair.b.errors["Ann"] = Refused("No.")
    pair.a.add(person("Ann", "ann@example.org"))
    pair.sync()
    pair.clock.sleep((YEAR + 1) * 24 * 3600)
    assert forget(YEAR, pair.host).steps == 1
