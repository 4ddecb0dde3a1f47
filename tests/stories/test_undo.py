"""Undo of a run, a contact or one step: semantics §8.

On PostgreSQL too: what chooses rows, or has to outlive a kill. What is decided about one value is
the engine's, wherever the rows are.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connections.models import Connection
from connectors.contact import Address, Entry
from connectors.errors import Unanswered
from connectors.fields import Field
from sync.models import Run, Step, SyncRecord
from tests.stories.bench import TAGS, Bench, Quirks, add, has, person, rule, set_field

SEGMENT = "custom:Segment"
CUSTOM = Quirks(segments=frozenset({"tag", "label"}), custom=(Field(SEGMENT, "Segment"),))


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=TAGS, b=CUSTOM).placed() as placed:
        yield placed


def undo(bench: Bench, run: Run, **task: object) -> Run:
    done = bench.sync(kind=Run.Kind.UNDO, task={"undo": run.pk, **task})
    assert done.state == Run.State.DONE, done.why
    return done


def is_quiet(bench: Bench) -> bool:
    run = bench.sync()
    return run.state == Run.State.DONE and bench.writes(run) == 0 and not bench.steps(run)


def reasons(bench: Bench, run: Run) -> list[str]:
    return [step.why for step in bench.steps(run) if not step.fields]


def in_sync(bench: Bench, **fields: object) -> None:
    """Ann on both sides, her creation long done."""
    bench.load()
    bench.a.add(person("Ann", "ann@x.org", **fields))  # type: ignore[arg-type]
    bench.sync()


def test_it_puts_back_what_the_run_changed_and_the_next_run_is_quiet(bench: Bench) -> None:
    in_sync(bench, company="Old", phones=(Entry("+32475112233", "mobile"),))
    bench.edit("a", "Ann", company="New", phones=(Entry("+32475998877", "mobile"),))
    run = bench.sync()
    undone = undo(bench, run)
    assert bench.text("b", "Ann", "company") == "Old"
    assert bench.texts("b", "Ann", "phones") == ["+32475112233"]
    assert bench.text("a", "Ann", "company") == "New", "what people edit is not the run's"
    assert bench.writes(undone) == 1
    assert is_quiet(bench)


def test_it_puts_back_both_sides(bench: Bench) -> None:
    in_sync(bench, company="Old", notes="old")
    bench.edit("a", "Ann", company="New")
    bench.edit("b", "Ann", notes="new")
    run = bench.sync()
    assert bench.writes(run) == 2
    undo(bench, run)
    assert bench.text("b", "Ann", "company") == "Old"
    assert bench.text("a", "Ann", "notes") == "old"
    assert is_quiet(bench)


@pytest.mark.sqlite_only
def test_the_field_flows_again_when_someone_changes_it(bench: Bench) -> None:
    in_sync(bench, company="Old")
    bench.edit("a", "Ann", company="New")
    undo(bench, bench.sync())
    bench.edit("a", "Ann", company="Newer")
    bench.sync()
    assert bench.text("b", "Ann", "company") == "Newer"


@pytest.mark.sqlite_only
@pytest.mark.parametrize("side", ["a", "b"])
def test_the_side_that_was_put_back_flows_again_too(bench: Bench, side: str) -> None:
    in_sync(bench, company="Old", phones=(Entry("+32475112233"),))
    bench.edit("a", "Ann", phones=(Entry("+32475112233"), Entry("+32475998877")))
    undo(bench, bench.sync())
    assert bench.texts("b", "Ann", "phones") == ["+32475112233"]
    bench.edit(
        side, "Ann", phones=(*bench.contact(side, "Ann").get("phones"), Entry("+3292250000"))
    )  # type: ignore[arg-type]
    bench.sync()
    other = "b" if side == "a" else "a"
    assert "+3292250000" in bench.texts(other, "Ann", "phones")
    assert is_quiet(bench)


@pytest.mark.sqlite_only
def test_it_is_refused_per_field_where_the_value_changed_since(bench: Bench) -> None:
    in_sync(bench, company="Old", notes="old")
    bench.edit("a", "Ann", company="New", notes="new")
    run = bench.sync()
    bench.edit("b", "Ann", company="Edited since")
    undone = undo(bench, run)
    assert bench.text("b", "Ann", "company") == "Edited since"
    assert bench.text("b", "Ann", "notes") == "old"
    assert reasons(bench, undone) == ["company was changed since; it is left as it is."]


@pytest.mark.sqlite_only
def test_an_edit_that_was_not_synced_yet_is_not_lost_by_it(bench: Bench) -> None:
    in_sync(bench, company="Old", notes="old")
    bench.edit("a", "Ann", company="New")
    run = bench.sync()
    bench.edit("a", "Ann", notes="of a")
    bench.edit("b", "Ann", job_title="of b")
    undo(bench, run)
    bench.sync()
    assert bench.text("b", "Ann", "notes") == "of a"
    assert bench.text("a", "Ann", "job_title") == "of b"
    assert bench.text("b", "Ann", "company") == "Old"


@pytest.mark.sqlite_only
def test_address_parts_and_sub_values_are_put_back(bench: Bench) -> None:
    home = Address(street="Korenmarkt 1", city="Ghent")
    bench.load(
        mappings=[
            {"a": "addresses", "arrow": "<->", "b": "addresses", "on": False},
            {"a": "addresses.city", "arrow": "<->", "b": SEGMENT},
            {"a": "phones.mobile", "arrow": "<->", "b": "phones.mobile"},
        ]
    )
    phones = (Entry("+32475112233", "mobile"), Entry("+3292250000", "work"))
    bench.a.add(person("Ann", "ann@x.org", addresses=(Entry(home, "home"),), phones=phones))
    bench.sync()
    before = bench.texts("b", "Ann", "phones")
    bench.edit("b", "Ann", custom__Segment="Bruges")
    mobile = (Entry("+32475998877", "mobile"), Entry("+3292250000", "work"))
    bench.edit("a", "Ann", phones=mobile)
    run = bench.sync()
    assert bench.contact("a", "Ann").get("addresses")[0].value.city == "Bruges"  # type: ignore[union-attr]
    undo(bench, run)
    assert bench.contact("a", "Ann").get("addresses") == (Entry(home, "home"),)
    assert bench.texts("b", "Ann", "phones") == before
    assert is_quiet(bench)


@pytest.mark.sqlite_only
def test_a_label_changed_since_stays(bench: Bench) -> None:
    in_sync(bench, phones=(Entry("+32475112233", "home"),))
    bench.edit("a", "Ann", phones=(Entry("+32475112233", "home"), Entry("+3292250000")))
    run = bench.sync()
    bench.edit("b", "Ann", phones=(Entry("+32475112233", "work"), Entry("+3292250000")))
    undo(bench, run)
    assert bench.contact("b", "Ann").get("phones") == (Entry("+32475112233", "work"),)


def test_a_created_contact_stays_and_its_pair_becomes_apart(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org"))
    run = bench.sync()
    undone = undo(bench, run)
    assert bench.names("b") == ["Ann"]
    assert bench.states() == [("Ann", "apart", "undone")]
    assert bench.writes(undone) == 0
    bench.edit("a", "Ann", company="New")
    assert is_quiet(bench)
    assert bench.text("b", "Ann", "company") == ""


def test_an_undone_match_leaves_the_two_apart(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org", company="Acme"))
    bench.b.add(person("Ann", "ann@x.org", notes="of b"))
    run = bench.sync()
    undo(bench, run)
    assert bench.text("b", "Ann", "company") == ""
    assert bench.text("a", "Ann", "notes") == ""
    assert bench.states() == [("Ann", "apart", "undone")]
    assert is_quiet(bench)
    bench.load(never_blank=True)
    assert is_quiet(bench), "not even when everything is planned again"


def clients(**options: object) -> dict[str, object]:
    return rule("Clients", "a", [has("Client")], [add("CRM"), set_field(SEGMENT, "C")], **options)


@pytest.mark.sqlite_only
def test_an_undone_action_counts_as_carried_out(bench: Bench) -> None:
    bench.load(rules=[rule("All", "a"), clients(undo=True)])
    bench.a.add(person("Ann", "ann@x.org"))
    bench.sync()
    bench.tag("a", "Ann", "Client")
    run = bench.sync()
    assert (bench.segments("b", "Ann"), bench.text("b", "Ann", SEGMENT)) == (["CRM"], "C")
    undo(bench, run)
    assert (bench.segments("b", "Ann"), bench.text("b", "Ann", SEGMENT)) == ([], "")
    assert is_quiet(bench)
    bench.edit("a", "Ann", notes="planned again")
    bench.sync()
    assert bench.segments("b", "Ann") == []


@pytest.mark.sqlite_only
def test_it_is_carried_out_again_only_after_leaving_and_coming_back(bench: Bench) -> None:
    bench.load(rules=[rule("All", "a"), clients(undo=True)])
    bench.a.add(person("Ann", "ann@x.org"))
    bench.sync()
    bench.tag("a", "Ann", "Client")
    undo(bench, bench.sync())
    bench.untag("a", "Ann", "Client")
    bench.sync()
    bench.tag("a", "Ann", "Client")
    bench.sync()
    assert (bench.segments("b", "Ann"), bench.text("b", "Ann", SEGMENT)) == (["CRM"], "C")


@pytest.mark.sqlite_only
def test_a_membership_of_both_ways_is_put_back_and_stays_so(bench: Bench) -> None:
    both = rule("VIPs", "a", [has("VIP")], [add("VIP", "label")], both_ways=True)
    bench.load(rules=[rule("All", "a"), both])
    bench.a.add(person("Ann", "ann@x.org"))
    bench.sync()
    bench.tag("a", "Ann", "VIP")
    run = bench.sync()
    assert bench.segments("b", "Ann", "label") == ["VIP"]
    undo(bench, run)
    assert bench.segments("b", "Ann", "label") == []
    assert bench.segments("a", "Ann") == ["VIP"]
    assert is_quiet(bench)
    bench.tag("b", "Ann", "VIP", kind="label")
    bench.untag("a", "Ann", "VIP")
    bench.sync()
    assert bench.segments("b", "Ann", "label") == ["VIP"], "without undo it stays"


@pytest.mark.sqlite_only
def test_a_mark_is_taken_off(bench: Bench) -> None:
    bench.load(sync_deletions=["b-to-a"])
    bench.a.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Bob", "bob@x.org"))
    bench.sync()
    bench.b.remove(bench.id("b", "Ann"))
    run = bench.sync()
    assert bench.segments("a", "Ann") == ["PieSync Trash"]
    undo(bench, run)
    assert bench.segments("a", "Ann") == []
    assert bench.names("b") == ["Bob"]
    assert is_quiet(bench)


@pytest.mark.sqlite_only
def test_it_works_while_the_connection_is_paused(bench: Bench) -> None:
    in_sync(bench, company="Old")
    bench.edit("a", "Ann", company="New")
    run = bench.sync()
    Connection.objects.update(state=Connection.State.PAUSED)
    undo(bench, run)
    assert bench.text("b", "Ann", "company") == "Old"
    assert bench.connection().state == Connection.State.PAUSED


def test_one_contact_of_a_run(bench: Bench) -> None:
    in_sync(bench, company="Old")
    bench.a.add(person("Bob", "bob@x.org", company="Old"))
    bench.sync()
    bench.edit("a", "Ann", company="New")
    bench.edit("a", "Bob", company="New")
    run = bench.sync()
    undo(bench, run, contact="ANN@x.org")
    assert bench.text("b", "Ann", "company") == "Old"
    assert bench.text("b", "Bob", "company") == "New"
    assert is_quiet(bench)


def test_one_step_of_a_run(bench: Bench) -> None:
    in_sync(bench, company="Old", notes="old")
    bench.edit("a", "Ann", company="New")
    bench.edit("b", "Ann", notes="new")
    run = bench.sync()
    step = Step.objects.get(run=run, side="a")
    undo(bench, run, step=step.pk)
    assert bench.text("a", "Ann", "notes") == "old"
    assert bench.text("b", "Ann", "company") == "New"
    assert is_quiet(bench)


def test_undo_twice_does_nothing_more(bench: Bench) -> None:
    in_sync(bench, company="Old")
    bench.a.add(person("Bob", "bob@x.org"))
    bench.edit("a", "Ann", company="New")
    run = bench.sync()
    undo(bench, run)
    assert bench.steps(undo(bench, run)) == []
    assert is_quiet(bench)


def test_an_undo_can_be_undone(bench: Bench) -> None:
    in_sync(bench, company="Old")
    bench.edit("a", "Ann", company="New")
    undone = undo(bench, bench.sync())
    undo(bench, undone)
    assert bench.text("b", "Ann", "company") == "New"
    assert is_quiet(bench)


def test_an_undone_undo_brings_a_pair_together_again(bench: Bench) -> None:
    in_sync(bench, company="Old")
    first = Run.objects.order_by("pk").first()
    assert first
    undone = undo(bench, first)
    assert bench.states() == [("Ann", "apart", "undone")]
    bench.edit("a", "Ann", notes="meanwhile")
    undo(bench, undone)
    assert bench.states() == [("Ann", "in_sync", "")]
    assert is_quiet(bench)
    assert bench.text("b", "Ann", "notes") == "", "what both show then is agreed"
    bench.edit("a", "Ann", notes="flows")
    bench.sync()
    assert bench.text("b", "Ann", "notes") == "flows"


def test_of_two_runs_that_changed_one_field_the_later_is_undone_first(bench: Bench) -> None:
    in_sync(bench, company="One")
    bench.edit("a", "Ann", company="Two")
    first = bench.sync()
    bench.edit("a", "Ann", company="Three")
    second = bench.sync()
    assert reasons(bench, undo(bench, first)) == ["company was changed since; it is left as it is."]
    assert bench.text("b", "Ann", "company") == "Three"
    undo(bench, second)
    assert bench.text("b", "Ann", "company") == "Two"
    undo(bench, first)
    assert bench.text("b", "Ann", "company") == "One"
    assert is_quiet(bench)


@pytest.mark.sqlite_only
def test_an_address_that_another_has_by_now_is_not_put_back(bench: Bench) -> None:
    in_sync(bench)
    bench.edit("a", "Ann", emails=(Entry("new@x.org"),))
    run = bench.sync()
    bench.b.add(person("Eve", "ann@x.org"))
    undone = undo(bench, run)
    assert bench.texts("b", "Ann", "emails") == ["new@x.org"]
    assert reasons(bench, undone) == ["Another contact has that e-mail address by now; it is left."]


@pytest.mark.sqlite_only
def test_one_who_is_apart_makes_room_for_others_too(bench: Bench) -> None:
    bench.load()
    bench.b.add(person("Ann", "ann@x.org"))
    undo(bench, bench.sync())
    bench.b.remove(bench.id("b", "Ann"))
    again = bench.b.add(person("Ann", "ann@x.org", company="Ajax"))
    bench.sync()
    assert [state for _, state, _ in bench.states()] == ["apart", "duplicate"]
    bench.edit("a", "Ann", emails=(Entry("other@x.org"),))
    bench.sync()
    assert SyncRecord.objects.get(b__remote_id=again).state == "in_sync"
    assert is_quiet(bench)


def test_what_was_held_is_looked_at_again_after_it(bench: Bench) -> None:
    """The last address is never removed; after the undo there is none to be removed any more."""
    in_sync(bench)
    bench.edit("a", "Ann", emails=(Entry("new@x.org"),))
    run = bench.sync()
    bench.edit("a", "Ann", emails=())
    bench.sync()
    assert bench.record("Ann").cause == "held"
    undo(bench, run)
    assert bench.texts("b", "Ann", "emails") == ["ann@x.org"]
    assert is_quiet(bench)
    assert bench.record("Ann").cause == ""


def test_what_an_app_cut_is_put_back_all_the_same(db: None) -> None:
    with Bench(b=Quirks(limits={"notes": 10})).placed() as bench:
        in_sync(bench, notes="short")
        bench.edit("a", "Ann", notes="much longer than that")
        run = bench.sync()
        assert bench.text("b", "Ann", "notes") == "much longe"
        undo(bench, run)
        assert bench.text("b", "Ann", "notes") == "short"
        assert is_quiet(bench)


@pytest.mark.sqlite_only
def test_a_contact_that_is_gone_is_said_and_left(bench: Bench) -> None:
    in_sync(bench, company="Old")
    bench.a.add(person("Bob", "bob@x.org"))
    bench.edit("a", "Ann", company="New")
    run = bench.sync()
    bench.b.remove(bench.id("b", "Ann"))
    assert "The contact is gone; nothing was put back in B." in reasons(bench, undo(bench, run))
    assert bench.names("b") == ["Bob"]


def test_a_lost_answer_is_recovered(bench: Bench) -> None:
    in_sync(bench, company="Old")
    bench.edit("a", "Ann", company="New")
    run = bench.sync()

    def lose(moment: str, call: str) -> None:
        if (moment, call) == ("after", "write"):
            raise Unanswered("The line went dead.")

    bench.b.interrupt = lose
    bench.sync(kind=Run.Kind.UNDO, task={"undo": run.pk})
    bench.b.interrupt = lambda moment, call: None
    bench.wait(minutes=5)
    bench.sync()
    assert bench.text("b", "Ann", "company") == "Old"
    assert is_quiet(bench)
    assert bench.steps(undo(bench, run)) == []


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_in_the_middle_it_is_asked_for_again(bench: Bench, moment: str) -> None:
    in_sync(bench, company="Old")
    bench.edit("a", "Ann", company="New")
    run = bench.sync()

    class Killed(BaseException):
        pass

    def kill(when: str, call: str) -> None:
        if (when, call) == (moment, "write"):
            raise Killed

    bench.b.interrupt = kill
    with pytest.raises(Killed):
        bench.sync(kind=Run.Kind.UNDO, task={"undo": run.pk})
    bench.b.interrupt = lambda moment, call: None
    bench.wait(minutes=30)
    bench.sync()
    assert bench.text("b", "Ann", "company") == ("Old" if moment == "after" else "New")
    assert is_quiet(bench)
    undo(bench, run)
    assert bench.text("b", "Ann", "company") == "Old"
    assert is_quiet(bench)
    interrupted = Run.objects.get(kind=Run.Kind.UNDO, state=Run.State.FAILED)
    assert "Ask for it again" in interrupted.why


def test_a_contact_edited_under_it_is_planned_once_more(bench: Bench) -> None:
    in_sync(bench, company="Old", notes="old")
    bench.edit("a", "Ann", company="New", notes="new")
    run = bench.sync()

    def edit(moment: str, call: str) -> None:
        if (moment, call) == ("before", "write"):
            bench.b.interrupt = lambda moment, call: None
            bench.edit("b", "Ann", notes="edited just now")

    bench.b.interrupt = edit
    undone = undo(bench, run)
    assert bench.text("b", "Ann", "company") == "Old"
    assert bench.text("b", "Ann", "notes") == "edited just now"
    assert reasons(bench, undone) == ["notes was changed since; it is left as it is."]
