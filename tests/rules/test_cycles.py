"""Circles over several connections."""

from __future__ import annotations

from connectors.fields import Field
from rules.cycles import Joined, cycles_of
from rules.setup import A_TO_B, Action, Condition, Rule, Setup

SEGMENT = Field("custom:Segment", "Segment")


def tagged(name: str, op: str = "has") -> Condition:
    return Condition("tag", op, name)


def add(name: str, kind: str = "tag") -> Action:
    return Action("add", kind, name)


def joined(connection: str, a: str, b: str, *rules: Rule, direction: str = "two-way") -> Joined:
    return Joined(connection, a, b, Setup(connection, (), direction, rules=rules))


def rule(name: str, side: str, condition: Condition, action: Action, **more: bool) -> Rule:
    return Rule(f"{name}-{side}", name, side, (condition,), (action,), **more)


TRIANGLE = (
    joined("ab", "crm", "phonebook", rule("Clients", "a", tagged("X"), add("Y"))),
    joined("bc", "phonebook", "news", rule("Readers", "a", tagged("y"), add("Z", "label"))),
    joined("ca", "news", "crm", rule("Back", "a", Condition("label", "has", "Z"), add("x"))),
)


def test_a_circle_is_told_with_its_path() -> None:
    (cycle,) = cycles_of(TRIANGLE)
    assert str(cycle) == (
        "ab: rule Clients reads tag X of crm and changes tag Y of phonebook, "
        "bc: rule Readers reads tag y of phonebook and changes label Z of news, "
        "ca: rule Back reads label Z of news and changes tag x of crm, and so back to ab"
    )
    assert cycle.connections == ("ab", "bc", "ca")


def test_without_one_of_its_connections_there_is_no_circle() -> None:
    for left_out in range(3):
        assert cycles_of([*TRIANGLE[:left_out], *TRIANGLE[left_out + 1 :]]) == []


def test_a_rule_that_does_not_act_is_in_no_circle() -> None:
    off = rule("Back", "a", Condition("label", "has", "Z"), add("x"), on=False)
    assert cycles_of([*TRIANGLE[:2], joined("ca", "news", "crm", off)]) == []
    ignored = rule("Back", "b", Condition("label", "has", "Z"), add("x"))
    one_way = joined("ca", "crm", "news", ignored, direction=A_TO_B)
    assert cycles_of([*TRIANGLE[:2], one_way]) == []
    other_tag = rule("Back", "a", Condition("label", "has", "Z"), add("other"))
    assert cycles_of([*TRIANGLE[:2], joined("ca", "news", "crm", other_tag)]) == []


def test_inside_one_connection_rules_do_not_see_each_other() -> None:
    there, back = rule("1", "a", tagged("X"), add("Y")), rule("2", "b", tagged("Y"), add("X"))
    assert cycles_of([joined("ab", "crm", "phonebook", there, back)]) == []
    both = rule("Clients", "a", tagged("X"), add("X"), both_ways=True)
    chain = [joined("ab", "crm", "book", both), joined("bc", "book", "news", both)]
    assert cycles_of(chain) == []


def test_a_rule_that_goes_both_ways_leads_both_ways() -> None:
    both = rule("Clients", "a", tagged("X"), add("X"), both_ways=True)
    three = [
        joined("ab", "crm", "book", both),
        joined("cb", "news", "book", both),
        joined("ca", "news", "crm", both),
    ]
    (cycle,) = cycles_of(three)
    assert sorted(cycle.connections) == ["ab", "ca", "cb"]


def test_a_negated_condition_and_a_set_field_lead_on_too() -> None:
    first = rule("1", "a", tagged("X", "has not"), Action("set", "field", "custom:Segment", "1"))
    second = rule("2", "a", Condition("field", "is", "1", SEGMENT), Action("remove", "tag", "Z"))
    third = rule("3", "a", tagged("Z"), Action("remove", "tag", "X"))
    three = [
        joined("ab", "crm", "book", first),
        joined("bc", "book", "news", second),
        joined("ca", "news", "crm", third),
    ]
    (cycle,) = cycles_of(three)
    assert "bc: rule 2 reads field custom:Segment of book" in str(cycle)


def test_the_full_name_reads_its_parts() -> None:
    full = Field("full_name", "Full name")
    first = rule("1", "a", tagged("X"), Action("set", "field", "first_name", "Ann"))
    second = rule("2", "a", Condition("field", "is", "Ann", full), add("Z"))
    third = rule("3", "a", tagged("Z"), add("X"))
    three = [
        joined("ab", "crm", "book", first),
        joined("bc", "book", "news", second),
        joined("ca", "news", "crm", third),
    ]
    assert len(cycles_of(three)) == 1
