"""What staff decide on single contacts: answers, losing values, the Trash inbox."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from connectors.contact import Entry
from connectors.errors import Refused
from connectors.fields import Field
from sync.models import Apart, Run, Step, SyncRecord
from sync.reviewing import record_on
from tests.stories.bench import TAGS, Bench, Quirks, has, person, rule

pytestmark = pytest.mark.sqlite_only

CUSTOM = Quirks(segments=frozenset({"tag"}), custom=(Field("custom:Town", "Town"),))


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=TAGS, b=CUSTOM).placed() as placed:
        yield placed


def decide(bench: Bench, **task: Any) -> Run:
    run = bench.sync(kind=Run.Kind.BY_HAND, task=task)
    assert run.state == Run.State.DONE, run.why
    return run


def refused(bench: Bench, **task: Any) -> str:
    run = bench.sync(kind=Run.Kind.BY_HAND, task=task)
    assert run.state == Run.State.REFUSED
    return run.why


def ids(bench: Bench, a: str, b: str) -> list[int]:
    keys = {"a": f"a:{bench.id('a', a)}", "b": f"b:{bench.id('b', b)}"}
    return [record_on(bench.connection(), side, key).pk for side, key in keys.items()]


def is_quiet(bench: Bench) -> bool:
    run = bench.sync()
    return run.state == Run.State.DONE and bench.writes(run) == 0 and not bench.steps(run)


def command(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def two_look_alikes(bench: Bench) -> None:
    """Two in B have the address of Ann in A, and neither her name."""
    bench.load()
    bench.a.add(person("Ann", "ann@x.org", company="Acme"))
    bench.b.add(person("Kim", "ann@x.org", notes="of b"))
    bench.b.add(person("Zoe", "ann@x.org"))
    bench.sync()
    assert bench.record("Ann").state == SyncRecord.State.TO_REVIEW


# --- answers -------------------------------------------------------------------------------


def test_same_person_is_a_first_match(bench: Bench) -> None:
    two_look_alikes(bench)
    run = decide(bench, same=[ids(bench, "Ann", "Kim")])
    assert "link" in bench.verbs(run)
    assert bench.text("b", "Ann", "company") == "Acme", "the winner's name, too"
    assert bench.text("a", "Ann", "notes") == "of b"
    assert bench.names("b") == ["Ann", "Zoe"]
    assert bench.verbs(bench.sync()) == ["duplicate"], "Zoe has her address"
    assert is_quiet(bench)


def test_the_same_person_needs_no_address_in_common(bench: Bench) -> None:
    bench.load(rules=[rule("All", "a"), rule("VIPs", "b", [has("VIP")])])
    bench.b.add(person("Bea", "bea@x.org"))
    bench.sync()
    bench.a.add(person("Beatrix"))
    bench.sync()
    decide(bench, same=[ids(bench, "Beatrix", "Bea")])
    assert bench.texts("a", "Beatrix", "emails") == ["bea@x.org"]
    assert bench.names("b") == ["Beatrix"]
    assert is_quiet(bench)


def test_different_people_stay_apart_until_staff_take_it_back(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "team@x.org"))
    bench.b.add(person("Eve", "team@x.org"))
    bench.b.add(person("Kim", "team@x.org"))
    bench.sync()
    decide(bench, different=[ids(bench, "Ann", "Eve")])
    assert bench.states()[0] == ("Ann", "in_sync", ""), "then it is the other one"
    decide(bench, different=[[bench.record("Ann").a_id, bench.record("Ann").b_id]])
    bench.edit("a", "Ann", notes="changed")
    assert is_quiet(bench)
    assert bench.names("b") == ["Ann", "Eve"], "never created beside one with its address"
    assert Apart.objects.count() == 2
    decide(bench, reunite=[ids(bench, "Ann", "Ann")])
    assert bench.text("b", "Ann", "notes") == "changed"
    assert Apart.objects.count() == 1


def test_a_wrong_pair_is_parted(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org"))
    bench.b.add(person("Ann", "ann@x.org"))
    bench.sync()
    pair = ids(bench, "Ann", "Ann")
    decide(bench, different=[pair])
    bench.edit("a", "Ann", notes="of a")
    assert is_quiet(bench)
    assert bench.text("b", "Ann", "notes") == ""
    decide(bench, reunite=[pair])
    assert bench.text("b", "Ann", "notes") == "of a"
    assert bench.states() == [("Ann", "in_sync", "")]


def test_later_leaves_both_alone(bench: Bench) -> None:
    two_look_alikes(bench)
    assert is_quiet(bench)
    bench.edit("a", "Ann", notes="changed")
    assert bench.writes(bench.sync()) == 0
    assert bench.record("Ann").state == SyncRecord.State.TO_REVIEW


def test_an_undone_match_comes_together_again_when_staff_say_so(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org", company="Acme"))
    bench.b.add(person("Ann", "ann@x.org"))
    run = bench.sync()
    bench.sync(kind=Run.Kind.UNDO, task={"undo": run.pk})
    assert bench.states() == [("Ann", "apart", "undone")]
    decide(bench, reunite=[ids(bench, "Ann", "Ann")])
    assert bench.states() == [("Ann", "in_sync", "")]
    assert bench.text("b", "Ann", "company") == "Acme"
    assert is_quiet(bench)


def test_who_is_in_sync_with_somebody_is_not_taken_from_them(bench: Bench) -> None:
    two_look_alikes(bench)
    decide(bench, same=[ids(bench, "Ann", "Kim")])
    why = refused(bench, same=[ids(bench, "Ann", "Zoe")])
    assert why.startswith("Ann is in sync with a contact of B already.")
    assert refused(bench, same=[ids(bench, "Ann", "Ann")]) == "The two are a pair already."
    assert bench.writes(bench.sync()) == 0


def test_a_contact_of_a_deleted_address_is_made_when_staff_say_so(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org"))
    bench.sync()
    bench.b.remove(bench.id("b", "Ann"))
    bench.b.add(person("Eve", "eve@x.org"))
    bench.sync(approved=True)
    bench.a.add(person("Annie", "ann@x.org"))
    bench.sync()
    assert bench.record("Annie").cause == "deleted there"
    annie = record_on(bench.connection(), "a", f"a:{bench.id('a', 'Annie')}").pk
    decide(bench, create=[annie])
    assert bench.names("b") == ["Annie", "Eve"]
    assert is_quiet(bench)


def test_the_deleted_counterpart_is_made_again_and_the_mark_is_taken_off(bench: Bench) -> None:
    bench.load(sync_deletions=["b-to-a"])
    bench.a.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Bob", "bob@x.org"))
    bench.sync()
    bench.b.remove(bench.id("b", "Ann"))
    bench.sync()
    assert bench.segments("a", "Ann") == ["PieSync Trash"]
    decide(bench, create=[record_on(bench.connection(), "a", "ann@x.org").pk])
    assert bench.names("b") == ["Ann", "Bob"]
    assert bench.segments("a", "Ann") == []
    assert bench.states() == [("Ann", "in_sync", ""), ("Bob", "in_sync", "")]
    assert is_quiet(bench)


def test_a_refused_contact_is_tried_again(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org"))

    def refuse(moment: str, call: str) -> None:
        if (moment, call) == ("before", "write"):
            raise Refused("Not today.")

    bench.b.interrupt = refuse
    bench.sync()
    assert bench.record("Ann").state == SyncRecord.State.FAILED
    bench.b.interrupt = lambda moment, call: None
    bench.sync()
    assert bench.names("b") == []
    assert "review pair --again a:" in command("review", "pair")
    decide(bench, again=[bench.record("Ann").pk])
    assert bench.names("b") == ["Ann"]


# --- several at once -----------------------------------------------------------------------


def two_questions(bench: Bench) -> None:
    """Two of A, each with one of B that has its address and another name."""
    bench.load()
    for number, (mine, theirs) in enumerate((("Ann", "Kim"), ("Bob", "Zoe"))):
        bench.a.add(person(mine, f"{number}@x.org", company=f"Of {mine}"))
        bench.a.add(person(f"{mine}y", f"{number}@x.org"))
        bench.b.add(person(theirs, f"{number}@x.org"))
    bench.sync()


def test_several_are_answered_in_one_run(bench: Bench) -> None:
    two_questions(bench)
    run = decide(bench, same=[ids(bench, "Ann", "Kim")], different=[ids(bench, "Bob", "Zoe")])
    assert bench.names("b") == ["Ann", "Boby"], "if Zoe is not Bob she is Boby"
    assert bench.text("b", "Ann", "company") == "Of Ann"
    assert Apart.objects.count() == 1
    assert {"apart", "link"} <= set(bench.verbs(run))


def test_what_cannot_be_answered_any_more_is_told_and_the_others_are_carried_out(
    bench: Bench,
) -> None:
    two_questions(bench)
    decide(bench, same=[ids(bench, "Ann", "Kim")])
    late, other = ids(bench, "Anny", "Ann"), ids(bench, "Bob", "Zoe")
    run = decide(bench, same=[late, other])
    [step] = Step.objects.filter(run=run, result=Step.Result.REFUSED)
    assert step.why.startswith("Ann is in sync with a contact of A already.")
    assert bench.names("b") == ["Ann", "Bob"]


def test_all_that_follows_from_an_answer_is_by_who_gave_it(bench: Bench) -> None:
    two_questions(bench)
    boss = User.objects.create_user("boss")
    run = bench.sync(kind=Run.Kind.BY_HAND, task={"same": [ids(bench, "Ann", "Kim")]}, by=boss)
    assert {step.by for step in bench.steps(run)} == {boss}


def test_of_several_heirs_a_person_names_the_one(db: None) -> None:
    with Bench().placed() as bench:
        bench.load(sync_deletions=["b-to-a"])
        bench.a.add(person("Ann", "ann@x.org"))
        bench.a.add(person("Zoe", "zoe@x.org"))
        bench.sync()
        bench.b.add(person("Ann", "ann@x.org", notes="first"))
        bench.b.add(person("Annie", "ann@x.org", notes="second"))
        bench.b.remove(bench.id("b", "Ann"))
        bench.sync()
        assert ("Ann", "to_review", "several heirs") in bench.states()
        answers = [x for x in command("review", "pair").splitlines() if "--same" in x]
        assert len(answers) == 2
        command(*next(x for x in answers if bench.id("b", "Annie") in x).split())
        assert bench.text("a", "Ann", "notes") == "second"
        assert ("Ann", "in_sync", "") in bench.states()
        assert bench.names("b") == ["Ann", "Ann", "Zoe"], "the winner's name, too"


# --- the losing value ----------------------------------------------------------------------


def conflict(bench: Bench) -> Step:
    [step] = Step.objects.filter(conflict=True).order_by("-pk")[:1]
    return step


@pytest.mark.parametrize("winner", ["a", "b"])
def test_the_losing_value_is_put_back_on_both_sides_and_all_is_quiet(
    bench: Bench, winner: str
) -> None:
    bench.load(winner=winner)
    bench.a.add(person("Ann", "ann@x.org", company="Old"))
    bench.sync()
    bench.edit("a", "Ann", company="Of a")
    bench.edit("b", "Ann", company="Of b")
    bench.sync()
    lost = "Of b" if winner == "a" else "Of a"
    decide(bench, **{"put back": [[conflict(bench).pk, "company"]]})
    assert [bench.text(side, "Ann", "company") for side in "ab"] == [lost, lost]
    assert is_quiet(bench)


def test_a_lost_element_is_put_back_in_its_place(bench: Bench) -> None:
    bench.load()
    work = Entry("+3292250000", "work")
    bench.a.add(person("Ann", "ann@x.org", phones=(Entry("+32475000001", "mobile"), work)))
    bench.sync()
    bench.edit("a", "Ann", phones=(Entry("+32475000002", "mobile"), work))
    bench.edit("b", "Ann", phones=(Entry("+32475000003", "mobile"), work))
    bench.sync()
    assert bench.texts("b", "Ann", "phones") == ["+32475000002", "+3292250000"]
    decide(bench, **{"put back": [[conflict(bench).pk, "phones"]]})
    for side in "ab":
        assert bench.texts(side, "Ann", "phones") == ["+32475000003", "+3292250000"]
    assert is_quiet(bench)


def test_a_lost_sub_value_is_put_back_through_its_line(bench: Bench) -> None:
    bench.load(mappings=[{"a": "phones.mobile", "arrow": "<->", "b": "phones.mobile"}])
    bench.a.add(person("Ann", "ann@x.org", phones=(Entry("+32475000001", "mobile"),)))
    bench.sync()
    bench.edit("a", "Ann", phones=(Entry("+32475000002", "mobile"),))
    bench.edit("b", "Ann", phones=(Entry("+32475000003", "mobile"),))
    bench.sync()
    assert bench.texts("b", "Ann", "phones") == ["+32475000002"]
    decide(bench, **{"put back": [[conflict(bench).pk, "phones"]]})
    for side in "ab":
        assert bench.contact(side, "Ann").get("phones") == (Entry("+32475000003", "mobile"),)
    assert is_quiet(bench)


def test_it_is_refused_when_the_value_changed_since(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org", company="Old"))
    bench.sync()
    bench.edit("a", "Ann", company="Of a")
    bench.edit("b", "Ann", company="Of b")
    bench.sync()
    bench.edit("b", "Ann", company="Since")
    why = refused(bench, **{"put back": [[conflict(bench).pk, "company"]]})
    assert why == "company was changed since; the losing value stays in the audit log."
    why = refused(bench, **{"put back": [[conflict(bench).pk, "notes"]]})
    assert why.endswith("has no losing value of notes. It has: company.")


def test_losing_values_of_both_sides_and_of_several_contacts_in_one_run(bench: Bench) -> None:
    bench.load(mappings=[{"a": "notes", "arrow": "<->", "b": "notes", "winner": "b"}])
    for name in ("Ann", "Bob"):
        bench.a.add(person(name, f"{name}@x.org", company="Old", notes="old", job_title="Old"))
    bench.sync()
    for name in ("Ann", "Bob"):
        for side in "ab":
            edited = f"Of {side}"
            bench.edit(side, name, company=edited, notes=edited, job_title=edited)
    bench.sync()
    asked = [[step.pk, name] for step in Step.objects.filter(conflict=True) for name in step.fields]
    assert len(asked) == 6
    run = decide(bench, **{"put back": asked})
    for name in ("Ann", "Bob"):
        for side in "ab":
            assert bench.text(side, name, "company") == bench.text(side, name, "job_title")
            assert bench.text(side, name, "company") == "Of b", "it had given way to A's"
            assert bench.text(side, name, "notes") == "Of a"
    assert bench.writes(run) == 4, "one call a side"
    assert is_quiet(bench)
    assert "--put-back" not in command("review", "pair"), "nothing is left to be put back"


# --- the Trash inbox -----------------------------------------------------------------------


def marked(bench: Bench) -> None:
    bench.load(sync_deletions=["b-to-a"])
    for name in ("Ann", "Bob", "Eve"):
        bench.a.add(person(name, f"{name.lower()}@x.org", notes=f"about {name}"))
    bench.sync()
    bench.b.remove(bench.id("b", "Ann"))
    bench.sync()


def test_what_we_marked_is_listed_and_deleted_by_name_only(bench: Bench) -> None:
    marked(bench)
    assert "Ann ann@x.org (a:" in command("trash", "pair")
    with pytest.raises(CommandError, match="This would delete in A .*\n  Ann ann@x.org"):
        command("trash", "pair", "--delete", "ann@x.org", "--side", "a")
    assert bench.names("a") == ["Ann", "Bob", "Eve"]
    with pytest.raises(CommandError, match="'bob@x.org' is not in the Trash inbox of A"):
        command("trash", "pair", "--delete", "bob@x.org", "--side", "a", "--yes")
    command("trash", "pair", "--delete", "ann@x.org", "--side", "a", "--yes")
    assert bench.names("a") == ["Bob", "Eve"]
    assert command("trash", "pair") == "pair: the Trash inbox is empty.\n"
    step = Step.objects.get(verb="delete", cause="person")
    assert step.fields["notes"] == {"before": "about Ann", "after": ""}, "the record from before"
    assert step.run.kind == Run.Kind.BY_HAND
    assert bench.writes(bench.sync()) == 0


def test_who_took_the_mark_off_keeps_the_contact(bench: Bench) -> None:
    marked(bench)
    bench.untag("a", "Ann", "PieSync Trash")
    bench.sync()
    assert command("trash", "pair") == "pair: the Trash inbox is empty.\n"


def test_a_contact_that_an_undone_run_had_made_is_in_it(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org"))
    run = bench.sync()
    bench.sync(kind=Run.Kind.UNDO, task={"undo": run.pk})
    [line] = command("trash", "pair", "--json").splitlines()
    assert (json.loads(line)["name"], json.loads(line)["side"]) == ("Ann", "b")
    command("trash", "pair", "--delete", "ann@x.org", "--side", "b", "--yes")
    assert (bench.names("a"), bench.names("b")) == (["Ann"], [])
    assert bench.writes(bench.sync()) == 0


def test_only_where_the_app_can_delete(db: None) -> None:
    with Bench(a=Quirks(deletes=False)).placed() as bench:
        marked(bench)
        with pytest.raises(SystemExit) as stop:
            command("trash", "pair", "--delete", "ann@x.org", "--side", "a", "--yes")
        assert stop.value.code == 2
        assert bench.names("a") == ["Ann", "Bob", "Eve"]
        assert "lets nobody delete" in Run.objects.latest("pk").why


# --- the command ---------------------------------------------------------------------------


def test_review_lists_what_waits_and_how_to_answer(bench: Bench) -> None:
    bench.load()
    assert command("review", "pair") == "pair: nothing waits for a person.\n"
    two_look_alikes(bench)
    listed = command("review", "pair")
    assert listed.startswith("to review: Ann (a:")
    answer = next(line for line in listed.splitlines() if "--same" in line).split()
    command(*answer)
    assert bench.record("Ann").state == SyncRecord.State.IN_SYNC
    command("sync", "pair")
    kinds = [json.loads(line)["kind"] for line in command("review", "pair", "--json").splitlines()]
    assert kinds == ["duplicate", "conflict"], "Zoe, and the name that gave way"


def test_a_key_that_names_several_is_asked_about(bench: Bench) -> None:
    two_look_alikes(bench)
    with pytest.raises(CommandError, match="Several contacts in B .* Name one: b:"):
        command("review", "pair", "--same", "ann@x.org", "ann@x.org")
    with pytest.raises(CommandError, match="There is no contact 'a:nobody' in A"):
        command("review", "pair", "--same", "a:nobody", "ann@x.org")


def test_by_hand_waits_while_the_connection_is_paused(bench: Bench) -> None:
    two_look_alikes(bench)
    call_command("pause", "pair", stdout=io.StringIO())
    assert "is paused" in refused(bench, same=[ids(bench, "Ann", "Kim")])


def test_proposals_can_be_answered(bench: Bench) -> None:
    bench.load(avoid_duplicates=False)
    bench.a.add(person("Ann", company="Acme", notes="of a"))
    bench.b.add(person("Ann", company="Acme"))
    bench.b.add(person("Bob", company="Acme"))
    bench.a.add(person("Bob", company="Acme"))
    bench.sync()
    assert command("review", "pair").count("--different") == 2, "each pair once"
    decide(bench, same=[ids(bench, "Ann", "Ann")])
    assert bench.text("b", "Ann", "notes") == "of a"
    decide(bench, different=[ids(bench, "Bob", "Bob")])
    bench.sync()
    assert bench.names("a") == ["Ann", "Bob", "Bob"]
    assert bench.names("b") == ["Ann", "Bob", "Bob"], "without a proposal they are created"
