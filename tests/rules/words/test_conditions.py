"""Conditions on where a contact is, what happened to it, and on names and parts of lists."""

from __future__ import annotations

import pytest

from connectors.contact import Address, Entry, Value
from rules import words
from rules.setup import Condition, Rule
from rules.verdict import holds, judge
from rules.words import Facts
from tests.rules.words.samples import CATALOGUE, PLAIN, facts

KINDS = {"tag": "has", "bucket": "in", "label": "has", "group": "in", "category": "has"}


def ask(kind: str, op: str, value: str | tuple[str, ...], known: Facts, field: str = "") -> object:
    return holds(words.condition(kind, op, value, field, CATALOGUE), known)


@pytest.mark.parametrize(("kind", "op"), KINDS.items())
def test_a_membership_compares_names_folded(kind: str, op: str) -> None:
    negative = {"has": "has not", "in": "not in"}[op]
    others = [(other, "X") for other in KINDS if other != kind]
    for segments, truth in (
        ([(kind, "X  Y")], True),
        ([(kind, " x y "), (kind, "Z")], True),
        ([(kind, "X")], False),
        ([*others, *((other, "x y") for other in KINDS if other != kind)], False),
        ([], False),
    ):
        known = facts(segments=segments)
        assert ask(kind, op, "x Y", known) is truth
        assert ask(kind, negative, "x Y", known) is not truth


@pytest.mark.parametrize(("kind", "canonical"), KINDS.items())
def test_has_and_in_are_two_forms_of_one_operator(kind: str, canonical: str) -> None:
    negative = {"has": "has not", "in": "not in"}[canonical]
    for op in ("has", "in", "HAS"):
        assert words.condition(kind, op, "X", "", CATALOGUE).op == canonical
    for op in ("has not", "not in", " Not  In "):
        assert words.condition(kind, op, "X", "", CATALOGUE).op == negative
    # A condition that was not built here is understood in both forms too.
    assert holds(Condition(kind, "in", "X"), facts(segments=[(kind, "x")])) is True
    assert holds(Condition(kind, "has not", "X"), facts(segments=[(kind, "x")])) is False


@pytest.mark.parametrize(
    ("op", "value", "status", "truth"),
    [
        ("in", "Subscribed", "subscribed", True),
        ("in", "subscribed", "cleaned", False),
        ("in", "subscribed", "", False),
        ("not in", "subscribed", "subscribed", False),
        ("not in", "subscribed", "", True),
        ("is", "cleaned", "cleaned", True),
        ("is not", "cleaned", "cleaned", False),
        ("one of", ("cleaned", "unsubscribed"), "unsubscribed", True),
        ("one of", ("cleaned", "unsubscribed"), "subscribed", False),
    ],
)
def test_a_status(op: str, value: str | tuple[str, ...], status: str, truth: bool) -> None:
    assert ask("status", op, value, facts(status=status)) is truth


def test_exists_is_unknown_until_it_was_asked() -> None:
    for existed, truth, negated in (
        (True, True, False),
        (False, False, True),
        (None, None, None),
    ):
        assert ask("exists", "", "", facts(existed=existed)) is truth
        assert ask("exists", "not", "", facts(existed=existed)) is negated


@pytest.mark.parametrize("known", [facts(deleted=True), facts(archived=True)])
def test_what_is_gone_or_archived_was_deleted(known: Facts) -> None:
    assert ask("deleted", "", "", known) is True
    assert ask("deleted", "not", "", known) is False
    assert ask("deleted", "", "", facts()) is False
    assert ask("deleted", "not", "", facts()) is True


def test_only_the_unsubscribed_were_unsubscribed() -> None:
    for status in ("subscribed", "cleaned", "pending", ""):
        assert ask("unsubscribed", "", "", facts(status=status)) is False
        assert ask("unsubscribed", "not", "", facts(status=status)) is True
    assert ask("unsubscribed", "", "", facts(status="unsubscribed")) is True
    assert ask("unsubscribed", "not", "", facts(status="unsubscribed")) is False


def test_a_full_name_that_is_only_joined_can_be_asked_for() -> None:
    parts: dict[str, Value] = {"first_name": "Ann", "last_name": "Smith"}
    assert ask("field", "is", "ann smith", facts(parts), "full_name") is True
    assert ask("field", "is empty", "", facts(parts), "full_name") is False
    stated = facts({**parts, "full_name": "Dr Ann Smith"})
    assert ask("field", "starts with", "dr", stated, "full_name") is True
    assert ask("field", "is empty", "", facts(), "full_name") is True


PHONES = (Entry("+3225551212", "work"), Entry("+32475000000", "mobile"), Entry("112", "mobile"))


@pytest.mark.parametrize(
    ("op", "value", "truth"),
    [("is", "0475 00 00 00", True), ("is", "112", True), ("is", "02 555 12 12", False)],
)
def test_a_label_of_a_list_is_a_list(op: str, value: str, truth: bool) -> None:
    assert ask("field", op, value, facts({"phones": PHONES}), "phones.mobile") is truth


def test_an_address_part_is_asked_of_all_addresses() -> None:
    homes = facts({"addresses": (Entry(Address(city="Mons")), Entry(Address(city="Ghent")))})
    for name in ("addresses.city", "city"):
        assert ask("field", "is", "ghent", homes, name) is True
        assert ask("field", "is not", "ghent", homes, name) is False
        assert ask("field", "is", "Bruges", homes, name) is False
    assert ask("field", "is empty", "", homes, "addresses.postcode") is True
    assert ask("field", "contains", "x", facts({"addresses": "nonsense"}), "city") is False


def test_what_vanished_is_unknown_until_it_is_back() -> None:
    held = words.condition("tag", "has", "OLD", "", CATALOGUE)
    assert held.held == "The tag OLD is not there any more."
    assert holds(held, facts(segments=[("tag", "Old")])) is None
    assert holds(held, facts()) is None


def test_the_actual_value_is_told_in_words() -> None:
    known = facts(
        {"emails": (Entry("a@x.org"), Entry("b@x.org")), "company": "X"},
        [("tag", "VIP"), ("tag", "Client"), ("bucket", "Cold")],
        "cleaned",
        existed=None,
    )
    told = {
        ("tag", "has", "X", ""): "Client, VIP",
        ("label", "has", "X", ""): "no label",
        ("status", "in", "cleaned", ""): "cleaned",
        ("field", "is", "X", "emails"): "a@x.org; b@x.org",
        ("field", "is", "X", "company"): "X",
        ("field", "is", "X", "nickname"): "empty",
        ("exists", "", "", ""): "not asked yet",
        ("deleted", "", "", ""): "was not deleted",
        ("tag", "has", "Old", ""): "The tag Old is not there any more.",
    }
    for typed, actual in told.items():
        rule = _rule(words.condition(*typed, CATALOGUE))
        assert [each.actual for each in judge(rule, known).checked] == [actual]


def _rule(*conditions: Condition) -> Rule:
    return Rule("1", "One", "a", conditions)


def test_only_what_an_app_can_tell_is_possible() -> None:
    assert words.possible_conditions(PLAIN) == ["field", "exists"]
    assert words.possible_conditions(CATALOGUE) == [
        *KINDS, "status", "field", "exists", "deleted", "unsubscribed",
    ]  # fmt: skip
