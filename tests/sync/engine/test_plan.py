from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connections.stamps import Stamp
from connectors.contact import Contact, Value
from connectors.fields import STANDARD
from rules.setup import A_TO_B, B_TO_A, TO_A, Action, Condition, Line, Marks, Rule, Setup
from sync.engine import plan
from sync.engine.base import agree
from sync.engine.draft import NOBODY, Taken
from sync.engine.person import Change, Decision, Memory, View
from tests.sync.engine.pairs import emails, rows

NAMES = ("first_name", "company", "emails", "phones", "notes")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


BOTH_RULES = ("everything-a", "everything-b")


def plan_pair(a: View, b: View, memory: Memory, setup: Setup, taken: Taken = NOBODY) -> Decision:
    return plan.plan_pair(a, b, memory, setup, NOW, taken)


def plan_new(side: str, view: View, memory: Memory, setup: Setup) -> Decision:
    return plan.plan_new(side, view, memory, setup, NOW)


SETUP = Setup("c", tuple(Line(STANDARD[name], STANDARD[name]) for name in NAMES))
ONE, TWO = emails("ann@x.org", "new@x.org")


def view(id: int, **fields: Value) -> View:
    return View(id, f"r{id}", Contact(fields), "d", stamps={"": [id, True]})


def gone(one: View) -> View:
    return replace(one, gone=True)


def after(one: View, decision: Decision, side: str) -> View:
    """The contact once the steps of its side are carried out."""
    contact = one.contact or Contact()
    stamps: dict[str, Any] = dict(one.stamps)
    for step in decision.steps:
        if step.calls and step.side == side:
            contact = contact.with_fields({k: change.after for k, change in step.fields.items()})
            stamps |= step.stamps
        elif step.calls:
            stamps |= step.raises
    stamps |= decision.level.get(side, {})
    return replace(one, contact=contact, stamps=stamps)


def memory_after(memory: Memory, decision: Decision) -> Memory:
    base = agree(memory.base, decision.agreed)
    for step in decision.steps:
        base = agree(base, step.agree)
    return Memory(decision.state, decision.reason, decision.cause, base, decision.drift)


A = view(1, first_name="Ann", company="Ajax", emails=(ONE,))
B = view(2, first_name="Anna", emails=(ONE,), notes="n")


def test_the_first_meeting_merges_both_ways_and_then_is_quiet() -> None:
    decision = plan_pair(A, B, Memory(), SETUP)
    assert [(step.verb, step.side, step.cause) for step in decision.steps] == [
        ("update", "a", "b"),
        ("update", "b", "a"),
    ]
    assert decision.steps[0].fields == {"notes": Change("", "n")}
    assert decision.steps[1].fields == {
        "first_name": Change("Anna", "Ann", "Anna"),
        "company": Change("", "Ajax"),
    }
    a, b = after(A, decision, "a"), after(B, decision, "b")
    memory = memory_after(Memory(), decision)
    assert plan_pair(a, b, memory, SETUP) == Decision("in_sync", matched=BOTH_RULES)


def test_what_no_line_covers_is_never_touched() -> None:
    a = view(1, first_name="Ann", department="Sales")
    decision = plan_pair(a, B, Memory(), SETUP)
    assert {name for step in decision.steps for name in step.fields} == {
        "first_name", "emails", "notes",
    }  # fmt: skip


def test_a_new_contact_gets_a_counterpart_with_every_mapped_field() -> None:
    decision = plan_new(
        "a", view(1, first_name="Ann", emails=(ONE,), department="x"), Memory(), SETUP
    )
    [step] = decision.steps
    assert (decision.state, step.verb, step.side) == ("new", "create", "b")
    assert step.fields == {"first_name": Change("", "Ann"), "emails": Change("", (ONE,))}
    assert step.stamps == {"first_name": Stamp(1, False), "emails": Stamp(1, False)}
    assert step.agree == {
        "first_name": ([None, ["Ann", "Ann"]],),
        "emails": tuple([None, row] for row in rows([ONE], [ONE])),
    }


def test_what_no_line_brings_to_a_new_contact_is_agreed_to_be_missing_there() -> None:
    """So it counts when somebody adds it: not as a first meeting, which the other side may win."""
    lines = (Line(STANDARD["company"], STANDARD["company"], TO_A), SETUP.lines[0])
    setup = replace(SETUP, lines=lines)
    a = view(1, first_name="Ann", company="Ajax")
    decision = plan_new("a", a, Memory(), setup)
    [step] = decision.steps
    assert (list(step.fields), step.agree["company"]) == (["first_name"], ([None, ["Ajax", ""]],))
    memory = memory_after(Memory(), decision)
    [update] = plan_pair(a, view(2, first_name="Ann", company="PSV"), memory, setup).steps
    assert update.fields == {"company": Change("Ajax", "PSV", "Ajax")}


def test_a_contact_made_as_unsubscribed_is_seen_as_such_at_once() -> None:
    """By rules: of the mark of that option it is nobody who has unsubscribed."""
    out = Rule(
        "1", "Out", "b", (Condition("unsubscribed", "is"),), (Action("add", "tag", "Out"),), True
    )
    setup = replace(
        SETUP, new_status="unsubscribed", consent=("b",), rules=(*SETUP.rules, out),
        sync_unsubscribes=("b-to-a",), marks=Marks(kind_a="tag"),
    )  # fmt: skip
    decision = plan_new("a", view(1, first_name="Ann"), Memory(), setup)
    assert [(step.verb, step.side, step.rule_key) for step in decision.steps] == [
        ("create", "b", ""),
        ("act", "a", "1"),
    ]


@pytest.mark.parametrize(
    ("one", "direction", "state", "cause"),
    [
        (A, B_TO_A, "excluded", "direction"),
        (view(1, department="Sales"), A_TO_B, "excluded", "empty"),
        (gone(A), A_TO_B, "", ""),
        (replace(A, fault="No name."), A_TO_B, "failed", "unreadable"),
        (gone(replace(A, fault="No name.")), A_TO_B, "", ""),
    ],
)
def test_a_new_contact_that_gets_no_counterpart(
    one: View, direction: str, state: str, cause: str
) -> None:
    decision = plan_new("a", one, Memory(), replace(SETUP, direction=direction))
    assert (decision.state, decision.cause) == (state, cause)
    said = {"failed": ["fail"], "excluded": ["exclude"], "": []}
    assert [step.verb for step in decision.steps] == said[state]


def test_what_cannot_be_read_is_said_once() -> None:
    broken = replace(A, fault="No name.")
    first = plan_pair(broken, B, Memory("in_sync"), SETUP)
    assert (first.state, first.cause, first.reason) == ("failed", "unreadable", "In A: No name.")
    assert [step.verb for step in first.steps] == ["fail"]
    again = plan_pair(broken, B, memory_after(Memory(), first), SETUP)
    assert again.steps == ()


@pytest.mark.parametrize(
    ("a", "b", "side", "reason"),
    [
        (gone(A), B, "a", "Deleted in A; nothing is deleted in B."),
        (A, gone(B), "b", "Deleted in B; nothing is deleted in A."),
        (gone(A), gone(B), "a", "Deleted on both sides."),
    ],
)
def test_a_deletion_is_noted_once_and_never_carried_over(
    a: View, b: View, side: str, reason: str
) -> None:
    memory = Memory("in_sync", base={"company": [["Ajax", "Ajax"]]})
    decision = plan_pair(a, b, memory, SETUP)
    assert (decision.state, decision.cause, decision.reason) == (
        "deleted_opposite", "deleted", reason,
    )  # fmt: skip
    assert [(step.verb, step.side, step.calls) for step in decision.steps] == [
        ("delete", side, False)
    ]
    memory = memory_after(memory, decision)
    assert plan_pair(a, b, memory, SETUP).steps == ()
    assert memory.base == {"company": [["Ajax", "Ajax"]]}


def test_a_contact_that_is_back_is_restored_and_merged() -> None:
    decision = plan_pair(A, A, Memory("deleted_opposite", "Deleted in B."), SETUP)
    assert (decision.state, [step.verb for step in decision.steps]) == ("in_sync", ["restore"])


def test_an_address_that_another_contact_holds_is_held_and_the_rest_flows() -> None:
    free = emails("free@x.org")[0]
    memory = Memory("in_sync", base={"emails": rows([ONE], [ONE]), "company": [["", ""]]})
    a = view(1, first_name="Ann", company="Ajax", emails=(ONE, TWO, free))
    b = view(2, first_name="Ann", emails=(ONE,))
    taken = {"a": frozenset[str](), "b": frozenset({"new@x.org"})}
    decision = plan_pair(a, b, memory, SETUP, taken)
    update, hold = decision.steps
    assert update.fields == {
        "company": Change("", "Ajax"),
        "emails": Change((ONE,), (ONE, free)),
    }
    assert (hold.verb, decision.cause) == ("hold", "held")
    assert hold.why == decision.reason
    a, b = after(a, decision, "a"), after(b, decision, "b")
    memory = memory_after(memory, decision)
    again = plan_pair(a, b, memory, SETUP, taken)
    assert (again.steps, again.cause) == ((), "held")
    freed = plan_pair(a, b, memory, SETUP)
    assert [step.fields for step in freed.steps] == [
        {"emails": Change((ONE, free), (ONE, free, TWO))}
    ]
    assert freed.cause == ""


def test_an_address_replaced_by_one_in_use_stays() -> None:
    memory = Memory("in_sync", base={"emails": rows([ONE], [ONE])})
    taken = {"a": frozenset[str](), "b": frozenset({"new@x.org"})}
    decision = plan_pair(view(1, emails=(TWO,)), view(2, emails=(ONE,)), memory, SETUP, taken)
    assert [step.verb for step in decision.steps] == ["hold"]


def test_an_address_that_the_contact_shares_with_another_does_not_stop_its_list() -> None:
    memory = Memory("in_sync", base={"emails": rows([ONE], [ONE])})
    taken = {"a": frozenset[str](), "b": frozenset({"ann@x.org"})}
    decision = plan_pair(view(1, emails=(ONE, TWO)), view(2, emails=(ONE,)), memory, SETUP, taken)
    assert [step.fields for step in decision.steps] == [{"emails": Change((ONE,), (ONE, TWO))}]


def test_an_address_that_the_contact_shares_with_another_may_take_the_place_of_its_own() -> None:
    memory = Memory("in_sync", base={"emails": rows([ONE], [ONE])})
    taken = {"a": frozenset[str](), "b": frozenset({"new@x.org"})}
    decision = plan_pair(view(1, emails=(TWO,)), view(2, emails=(ONE, TWO)), memory, SETUP, taken)
    assert [step.fields for step in decision.steps] == [{"emails": Change((ONE, TWO), (TWO,))}]


def test_a_hold_is_said_once() -> None:
    memory = Memory("in_sync", base={"emails": rows([ONE], [ONE])})
    decision = plan_pair(
        view(1, first_name="A"), view(2, first_name="A", emails=(ONE,)), memory, SETUP
    )
    assert [step.verb for step in decision.steps] == ["hold"]
    memory = memory_after(memory, decision)
    again = plan_pair(
        view(1, first_name="A"), view(2, first_name="A", emails=(ONE,)), memory, SETUP
    )
    assert (again.steps, again.cause, again.reason) == ((), "held", decision.reason)


def test_drift_is_said_once_and_forgotten_when_it_is_over() -> None:
    setup = replace(SETUP, direction=A_TO_B)
    memory = Memory("in_sync", base={"company": [["x", "x"]]})
    decision = plan_pair(view(1, company="x"), view(2, company="y"), memory, setup)
    assert (decision.drift, [step.verb for step in decision.steps]) == (("company",), ["drift"])
    memory = memory_after(memory, decision)
    assert plan_pair(view(1, company="x"), view(2, company="y"), memory, setup).steps == ()
    back = plan_pair(view(1, company="x"), view(2, company="x"), memory, setup)
    assert (back.drift, back.steps) == ((), ())


def test_a_step_raises_the_stamps_of_the_side_that_a_value_came_from() -> None:
    a, b = view(1, company="x"), view(2, company="y")
    decision = plan_pair(a, b, Memory(), SETUP)
    [step] = decision.steps
    assert (step.side, step.stamps) == ("b", {"company": Stamp(3, False)})
    assert step.raises == {"company": Stamp(3, False)}


def test_a_list_whose_words_go_out_while_others_come_in_stays_a_persons_word() -> None:
    """One of the two writes may fail: then what the other list holds was still not carried."""
    old, a, b = emails("x@x.org", "y@x.org"), emails("new@x.org", "y@x.org"), emails("x@x.org")
    memory = Memory("in_sync", base={"emails": rows(old, old)})
    b = (*b, *emails("other@x.org"))
    decision = plan_pair(view(1, emails=a), view(2, emails=b, company="x"), memory, SETUP)
    assert {step.side: (dict(step.stamps), dict(step.raises)) for step in decision.steps} == {
        "a": ({"company": Stamp(2, False)}, {}),
        "b": ({}, {}),
    }


def test_equal_values_take_the_later_stamp_on_both_sides() -> None:
    decision = plan_pair(view(1, company="x"), view(2, company="x"), Memory(), SETUP)
    later = {"company": Stamp(2, True)}
    assert decision.level == {"a": later, "b": later}


def test_a_line_between_fields_of_different_names_writes_each_by_its_own() -> None:
    setup = Setup("c", (Line(STANDARD["company"], STANDARD["department"]),))
    decision = plan_pair(view(1, company="x"), view(2), Memory(), setup)
    [step] = decision.steps
    assert step.fields == {"department": Change("", "x")}
    assert list(step.agree) == ["company|department"]
