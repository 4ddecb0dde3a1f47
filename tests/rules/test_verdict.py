"""Rules as a whole: their answer, its trace, what they read, and their sentences."""

from __future__ import annotations

import gc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contact import Address, Contact, Entry, Segment
from connectors.fields import Field, FieldType
from rules import words
from rules.setup import EVERYTHING, Action, Condition, Rule, Setup
from rules.verdict import (
    Checked,
    Facts,
    Verdict,
    action_sentence,
    condition_sentence,
    depends_on_day,
    fields_of,
    holds,
    judge,
    matches,
    rule_sentence,
    segments_of,
)
from tests.rules.words.samples import BRUSSELS, CATALOGUE, OF_TYPE, T, facts

Given = str | tuple[str, ...]


def cond(kind: str, op: str = "", value: Given = "", field: str = "") -> Condition:
    return words.condition(kind, op, value, field, CATALOGUE)


def rule_of(*conditions: Condition, **options: bool) -> Rule:
    return Rule("1", "One", "a", conditions, **options)


YES, NO = cond("tag", "has", "Client"), cond("tag", "has", "VIP")
UNKNOWN = cond("exists")
CLIENT = facts(segments=[("tag", "Client")])


@pytest.mark.parametrize(
    ("conditions", "truth"),
    [
        ((), True),
        ((YES,), True),
        ((NO,), False),
        ((UNKNOWN,), None),
        ((YES, YES), True),
        ((YES, NO), False),
        ((NO, YES), False),
        ((YES, UNKNOWN), None),
        ((UNKNOWN, YES), None),
        ((UNKNOWN, NO), False),
        ((NO, UNKNOWN), False),
    ],
)
def test_all_conditions_have_to_hold(conditions: tuple[Condition, ...], truth: bool | None) -> None:
    rule = rule_of(*conditions)
    assert matches(rule, CLIENT) is truth
    assert judge(rule, CLIENT).truth is truth


def test_the_trace_names_every_condition_with_the_actual_value() -> None:
    rule = rule_of(NO, YES, UNKNOWN)
    assert judge(rule, CLIENT) == Verdict(
        rule,
        False,
        (
            Checked(NO, "Client", False),
            Checked(YES, "Client", True),
            Checked(UNKNOWN, "not asked yet", None),
        ),
    )


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        (Condition("taag", "has", "X"), "There is no condition 'taag'."),
        (Condition("tag", "has", ""), "A value is missing."),
        (Condition("tag", "has", ("X", "Y")), "One tag is expected here, not a list."),
        (Condition("status", "in", ()), "The list is empty."),
        (Condition("exists", "", "X"), "A condition of kind 'exists' takes no value."),
        (Condition("field", "is", "X"), "A field has to be named."),
        (
            Condition("field", "less than", "many", OF_TYPE[T.NUMBER]),
            "'many' is not a number such as 12 or -3.5.",
        ),
        (Condition("tag", "has", "Client", held="It vanished."), "It vanished."),
    ],
)
def test_what_makes_no_sense_or_is_held_is_unknown_and_says_why(
    condition: Condition, why: str
) -> None:
    assert holds(condition, CLIENT) is None
    assert judge(rule_of(condition), CLIENT).checked == (Checked(condition, why, None),)


def test_a_rule_that_is_off_is_judged_all_the_same() -> None:
    assert matches(rule_of(YES, on=False), CLIENT) is True


def test_an_answer_belongs_to_its_rule_however_many_there_were() -> None:
    for number in range(2500):
        rule = rule_of(cond("tag", "has", f"Tag {number}"))
        put_on = facts(segments=[("tag", f"tag {number}")])
        assert (matches(rule, put_on), matches(rule, CLIENT)) == (True, False)
        del rule
        if number % 500 == 0:
            gc.collect()


def test_a_rule_is_asked_by_the_region_of_the_facts() -> None:
    rule = rule_of(cond("field", "is", "+3225551212", "phones"))
    phones = {"phones": (Entry("02 555 12 12"),)}
    for region, truth in (("BE", True), ("NL", False), ("", False), ("BE", True)):
        assert matches(rule, facts(phones, region=region)) is truth


# --- Total --------------------------------------------------------------------------------

TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "", " ", "Client", "client ", "Ghent", "a@x.org", "+32 2 555 12 12", "02 555 12 12",
            "http://[x", "x.org", "1", "-1", "1e999999999", "NaN", "Infinity", "true", "no",
            "2026-11-23", "--11-23", "--02-29", "2026-11-22T23:30:00+00:00", "0001-01-01T00:00Z",
            "9999-12-31T23:59:59-12:00", "7", "99999999999", "\ud800", "²", "subscribed",
        ]
    ),
)  # fmt: skip
KINDS = st.sampled_from(
    ["tag", "bucket", "label", "group", "category", "status", "field", "exists", "deleted",
     "unsubscribed", "Tag", "", "nonsense"]
)  # fmt: skip
OPS = st.sampled_from(
    ["", "not", "has", "has not", "in", "not in", "nonsense", *words.operators_for("field")]
)
NAMES = ["company", "full_name", "first_name", "emails", "phones.mobile", "addresses.city", "x.y"]
OPTIONS = st.lists(TEXTS, max_size=2).map(tuple)
FIELDS = st.builds(
    Field,
    st.sampled_from(NAMES),
    st.just("A field"),
    st.sampled_from(FieldType),
    many=st.booleans(),
    options=OPTIONS,
)
CONDITIONS = st.builds(
    Condition,
    KINDS,
    OPS,
    st.one_of(TEXTS, st.lists(TEXTS, max_size=3).map(tuple)),
    st.none() | FIELDS,
    st.sampled_from(["", "", "", "It vanished."]),
)
RULES = st.builds(
    Rule,
    st.just("1"),
    st.just("One"),
    st.sampled_from("ab"),
    st.lists(CONDITIONS, max_size=4).map(tuple),
)
ENTRIES = st.builds(
    Entry,
    st.one_of(TEXTS, st.builds(Address, street=TEXTS, city=TEXTS)),
    st.sampled_from(["", "mobile", "Home"]),
    st.booleans(),
)
VALUES = st.one_of(TEXTS, st.lists(ENTRIES, min_size=1, max_size=3).map(tuple))
CONTACTS = st.builds(
    Contact,
    st.dictionaries(st.sampled_from([*NAMES, "phones", "addresses"]), VALUES, max_size=5),
    st.frozensets(st.builds(Segment, KINDS, TEXTS), max_size=4),
    TEXTS,
    deleted=st.booleans(),
)
ZONES = st.sampled_from([UTC, BRUSSELS])
FACTS = st.builds(
    Facts,
    CONTACTS,
    st.builds(lambda zone, moment: moment.replace(tzinfo=zone), ZONES, st.datetimes()),
    st.sampled_from(["", "BE", "XX"]),
    st.none() | st.booleans(),
    st.booleans(),
)


@given(rule=RULES, known=FACTS)
def test_every_rule_answers_for_every_contact_and_the_trace_agrees(
    rule: Rule, known: Facts
) -> None:
    truth = matches(rule, known)
    verdict = judge(rule, known)
    assert truth is True or truth is False or truth is None
    assert verdict.truth is truth
    assert [each.condition for each in verdict.checked] == list(rule.conditions)
    assert [each.truth for each in verdict.checked] == [
        holds(each, known) for each in rule.conditions
    ]
    assert all(each.actual for each in verdict.checked)
    assert rule_sentence(rule)
    fields_of(rule), segments_of(rule), depends_on_day(rule)


@given(condition=CONDITIONS, known=FACTS)
def test_an_operator_and_its_negation_are_never_of_one_opinion(
    condition: Condition, known: Facts
) -> None:
    opposites = {
        "has": "has not",
        "in": "not in",
        "is": "is not",
        "contains": "does not contain",
        "is not empty": "is empty",
        "": "not",
    }
    negative = opposites.get(condition.op)
    if negative is None:
        return
    negated = Condition(condition.kind, negative, condition.value, condition.field, condition.held)
    truth = holds(condition, known)
    assert holds(negated, known) is (None if truth is None else not truth)
    assert words.is_negative(negative) and not words.is_negative(condition.op)


@given(rule=RULES, known=FACTS)
def test_a_rule_answers_the_same_after_its_json(rule: Rule, known: Facts) -> None:
    setup = Setup("x", (), rules=(rule,))
    again = Setup.from_json(setup.to_json()).rules[0]
    assert matches(again, known) is matches(rule, known)


@given(moment=st.datetimes(), days=st.integers(0, 36525))
def test_today_is_within_any_number_of_days(moment: datetime, days: int) -> None:
    now, field = moment.replace(tzinfo=UTC), OF_TYPE[T.DATE]
    within = cond("field", "within days", str(days), field.name)
    assert holds(within, facts({field.name: now.date().isoformat()}, now=now)) is True


# --- What a rule reads --------------------------------------------------------------------


def test_which_rules_depend_on_the_day() -> None:
    within = cond("field", "within days", "7", "birthday")
    assert depends_on_day(rule_of(YES, within)) is True
    assert depends_on_day(rule_of(YES, cond("field", "before", "2026-11-23", "birthday"))) is False
    assert depends_on_day(rule_of()) is False


def test_which_fields_and_segments_a_rule_reads() -> None:
    rule = rule_of(
        cond("field", "is", "X", "company"),
        cond("field", "is", "Ghent", "city"),
        cond("field", "is not empty", "", "phones.mobile"),
        cond("tag", "has", "Big  Client"),
        cond("bucket", "not in", "Cold"),
        cond("status", "in", "cleaned"),
        cond("exists"),
    )
    assert fields_of(rule) == {"company", "addresses", "phones"}
    assert segments_of(rule) == {Segment("tag", "big client"), Segment("bucket", "cold")}
    full = rule_of(cond("field", "is", "Ann", "full_name"))
    assert fields_of(full) == {
        "full_name", "name_prefix", "first_name", "middle_name", "last_name", "name_suffix",
    }  # fmt: skip
    assert (fields_of(rule_of()), segments_of(rule_of())) == (frozenset(), frozenset())


# --- Sentences ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        (cond("tag", "has", "Client"), "has the tag Client"),
        (cond("tag", "has not", "Client"), "does not have the tag Client"),
        (cond("bucket", "in", "Cold"), "is in the bucket Cold"),
        (cond("bucket", "not in", "Cold"), "is not in the bucket Cold"),
        (cond("label", "has", "X"), "has the label X"),
        (cond("group", "not in", "X"), "is not in the group X"),
        (cond("category", "has not", "X"), "does not have the category X"),
        (cond("status", "in", "cleaned"), "has the status cleaned"),
        (cond("status", "not in", "cleaned"), "does not have the status cleaned"),
        (
            cond("status", "one of", ("cleaned", "subscribed")),
            "has the status cleaned or subscribed",
        ),
        (cond("exists"), "already exists in the other app"),
        (cond("exists", "not"), "does not exist in the other app yet"),
        (cond("deleted"), "was deleted"),
        (cond("deleted", "not"), "was not deleted"),
        (cond("unsubscribed"), "was unsubscribed"),
        (cond("unsubscribed", "not"), "was not unsubscribed"),
        (cond("field", "is", "X", "company"), "Company is X"),
        (cond("field", "is not", "X", "company"), "Company is not X"),
        (cond("field", "one of", ("X", "Y"), "company"), "Company is one of X, Y"),
        (cond("field", "contains", "X", "company"), "Company contains X"),
        (cond("field", "does not contain", "X", "company"), "Company does not contain X"),
        (cond("field", "starts with", "X", "company"), "Company starts with X"),
        (cond("field", "is empty", "", "company"), "Company is empty"),
        (cond("field", "is not empty", "", "company"), "Company is not empty"),
        (cond("field", "less than", "3", "custom:Score"), "Score is less than 3"),
        (cond("field", "greater than", "3", "custom:Score"), "Score is greater than 3"),
        (cond("field", "before", "2026-11-23", "birthday"), "Birthday is before 2026-11-23"),
        (cond("field", "after", "2026-11-23", "birthday"), "Birthday is after 2026-11-23"),
        (cond("field", "within days", "7", "birthday"), "Birthday is within the last 7 days"),
        (cond("field", "within days", "1", "birthday"), "Birthday is today or yesterday"),
        (cond("field", "within days", "0", "birthday"), "Birthday is today"),
        (
            cond("field", "contains", "@x", "emails"),
            "an entry of E-mail addresses contains @x",
        ),
        (
            cond("field", "does not contain", "@x", "emails"),
            "no entry of E-mail addresses contains @x",
        ),
        (cond("field", "is not", "a@x", "emails"), "no entry of E-mail addresses is a@x"),
        (cond("field", "is empty", "", "emails"), "has no E-mail addresses"),
        (cond("field", "is not empty", "", "emails"), "has E-mail addresses"),
        (Condition("taag", "has", "X"), "taag has X"),
        (Condition("field", "?", ("X", "Y"), OF_TYPE[T.TEXT]), "The text ? X, Y"),
    ],
)
def test_a_condition_as_a_sentence(condition: Condition, sentence: str) -> None:
    assert condition_sentence(condition) == sentence


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        (Action("add", "tag", "X"), "add the tag X"),
        (Action("remove", "tag", "X"), "remove the tag X"),
        (Action("add", "bucket", "X"), "add to the bucket X"),
        (Action("remove", "bucket", "X"), "remove from the bucket X"),
        (Action("add", "label", "X"), "add the label X"),
        (Action("remove", "label", "X"), "remove the label X"),
        (Action("add", "group", "X"), "add to the group X"),
        (Action("remove", "group", "X"), "remove from the group X"),
        (Action("add", "category", "X"), "add the category X"),
        (Action("remove", "category", "X"), "remove the category X"),
        (Action("set", "field", "custom:Score", "3"), "set custom:Score to 3"),
        (words.action("set field", "3", "custom:Score", CATALOGUE), "set Score to 3"),
        (Action("paint", "tag", "X"), "paint tag X"),
    ],
)
def test_an_action_as_a_sentence(action: Action, sentence: str) -> None:
    assert action_sentence(action) == sentence


def test_a_rule_as_a_sentence() -> None:
    rule = Rule(
        "1",
        "Clients",
        "a",
        (cond("tag", "has", "Client"), cond("bucket", "not in", "Cold")),
        (
            words.action("add label", "From CRM", "", CATALOGUE),
            words.action("set field", "3", "custom:Score", CATALOGUE),
        ),
        undo=True,
        both_ways=True,
    )
    assert rule_sentence(rule) == (
        "IF in A: has the tag Client and is not in the bucket Cold "
        "THEN in B: add the label From CRM; set Score to 3 (undo; both ways)"
    )
    assert rule_sentence(EVERYTHING[1]) == "IF in B: any contact THEN in A: sync"
    assert rule_sentence(EVERYTHING[0], "Google", "Mailchimp") == (
        "IF in Google: any contact THEN in Mailchimp: sync"
    )
    assert rule_sentence(rule_of(undo=True)).endswith("sync (undo)")
