"""Rules that get in each other's way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.fields import STANDARD, Field
from rules.clashes import Clash, clashes_of
from rules.setup import A_TO_B, B_TO_A, BOTH, TO_A, TO_B, Action, Condition, Line, Rule, Setup

SIZE = Field("custom:Size", "Size")
MOBILE, WORK = Field("phones.mobile", "Mobile"), Field("phones.work", "Work")
FULL_NAME = replace(STANDARD["full_name"], parts=("first_name", "last_name"))
CLIENT = Condition("tag", "has", "Client")
X = Action("add", "tag", "X")
SET = Action("set", "field", "custom:Size", "L", SIZE)


def said(*rules: Rule, lines: tuple[Line, ...] = (), direction: str = "two-way") -> list[Clash]:
    return clashes_of(Setup("crm", lines, direction, rules=rules))


def rule(name: str, *actions: Action, side: str = "a", **more: bool) -> Rule:
    return Rule(name, name, side, (CLIENT,), actions, **more)


def test_rules_that_do_different_things_do_not_clash() -> None:
    assert (
        said(rule("1", X, SET), rule("2", X), rule("3", replace(X, verb="remove"), side="b")) == []
    )


@pytest.mark.parametrize("on", [True, False])
def test_a_rule_must_not_contradict_itself(on: bool) -> None:
    both = rule("1", X, Action("remove", "tag", " x "), on=on)
    (clash,) = said(both)
    assert clash == Clash("1", "then", "This rule adds and removes the tag X. Leave one out.", 1)
    (clash,) = said(rule("1", SET, replace(SET, value="S"), on=on))
    assert clash.text == "This rule sets custom:Size twice. Leave one out."


def test_what_is_not_the_same_target_is_no_contradiction() -> None:
    label = Action("remove", "label", "X")
    assert said(rule("1", X, label, Action("remove", "tag", "Y"))) == []


def test_the_first_in_order_wins_is_worth_a_warning() -> None:
    (clash,) = said(rule("1", SET), rule("2", replace(SET, value="S")))
    assert clash == Clash(
        "2",
        "then",
        "Rule 1 sets custom:Size of b too. Where both match, the first in order wins: 1.",
        0,
        grave=False,
    )
    (clash,) = said(rule("1", X), rule("2", SET, Action("remove", "tag", "x")))
    assert (clash.number, clash.grave) == (1, False)
    assert clash.text == (
        "Rule 1 adds the tag x of b. Where both match, the first in order wins: 1."
    )
    assert said(rule("1", SET, on=False), rule("2", SET)) == []
    assert said(rule("1", SET), rule("2", SET, on=False)) == []


def test_a_rule_that_goes_both_ways_also_acts_on_its_own_side() -> None:
    both = rule("1", X, both_ways=True)
    (clash,) = said(both, rule("2", Action("remove", "tag", "Client"), side="b"))
    assert clash.text.startswith("Rule 1 adds the tag Client of a.")


@pytest.mark.parametrize(
    ("conditions", "actions", "possible"),
    [
        ((CLIENT,), (X,), True),
        ((Condition("bucket", "in", "Hot"),), (X,), True),
        ((Condition("tag", "has not", "Client"),), (X,), False),
        ((Condition("group", "not in", "Client"),), (X,), False),
        ((Condition("status", "in", "pending"),), (X,), False),
        ((Condition("field", "is", "L", SIZE),), (X,), False),
        ((CLIENT, CLIENT), (X,), False),
        ((), (X,), False),
        ((CLIENT,), (), False),
        ((CLIENT,), (X, SET), False),
        ((CLIENT,), (SET,), False),
        ((CLIENT,), (replace(X, verb="remove"),), False),
    ],
)
def test_both_ways_needs_one_membership_on_each_side(
    conditions: tuple[Condition, ...], actions: tuple[Action, ...], possible: bool
) -> None:
    found = said(Rule("1", "1", "a", conditions, actions, both_ways=True))
    assert [(clash.part, clash.grave) for clash in found] == [("both_ways", True)] * (not possible)


@pytest.mark.parametrize(
    ("arrow", "direction", "refused"),
    [
        (BOTH, "two-way", True),
        (TO_B, "two-way", True),
        (TO_A, "two-way", False),
        (BOTH, A_TO_B, True),
        (TO_A, A_TO_B, False),
    ],
)
def test_a_field_is_moved_by_a_line_or_set_by_a_rule(
    arrow: str, direction: str, refused: bool
) -> None:
    line = Line(STANDARD["company"], SIZE, arrow)
    found = said(rule("1", SET), lines=(line,), direction=direction)
    texts = [
        f"custom:Size of b is written by the mapping line company {arrow} custom:Size already. "
        "Switch the line off, or leave this action out."
    ]
    assert [clash.text for clash in found] == texts * refused
    assert said(rule("1", SET, on=False), lines=(line,)) == []


def test_rules_over_the_side_that_is_only_written_are_ignored() -> None:
    (clash,) = said(rule("1"), rule("2", side="b"), direction=A_TO_B)
    assert clash == Clash(
        "2",
        "from",
        "The direction is a-to-b, so rules over b are ignored: only a is looked at.",
        grave=False,
    )
    assert [clash.rule for clash in said(rule("1"), rule("2", side="b"), direction=B_TO_A)] == ["1"]
    assert said(rule("1"), rule("2", side="b", on=False), direction=A_TO_B) == []


@pytest.mark.parametrize(
    ("written", "wished", "share"),
    [
        (STANDARD["company"], STANDARD["company"], True),
        (STANDARD["company"], STANDARD["job_title"], False),
        (STANDARD["phones"], MOBILE, True),
        (MOBILE, MOBILE, True),
        (WORK, MOBILE, False),
        (FULL_NAME, STANDARD["first_name"], True),
        (STANDARD["full_name"], STANDARD["first_name"], False),
        (FULL_NAME, STANDARD["nickname"], False),
        (Field("custom:a.b", "b"), Field("custom:a.c", "c"), False),
        (Field("custom:a", "a"), Field("custom:a.c", "c"), False),
    ],
)
def test_a_field_shares_its_value_with_what_it_is_part_of(
    written: Field, wished: Field, share: bool
) -> None:
    action = Action("set", "field", wished.name, "x", wished)
    found = said(rule("1", action), lines=(Line(SIZE, written, TO_B),))
    assert len(found) == share
