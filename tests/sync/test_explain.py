"""The pure core of explain: from what is known of one person to what is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from connectors.contact import Contact, Segment
from connectors.fields import STANDARD
from rules.setup import A_TO_B, Action, Condition, Line, Rule, Setup
from sync.engine.effects import Effect, effect_to_json
from sync.engine.person import Decision, Memory, View
from sync.explaining.building import Known, explained
from sync.explaining.told import Around, Explanation

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AROUND = Around("pair", {"a": "one · Contacts", "b": "two · Contacts"})
CLIENTS = Rule(
    "1", "Clients", "a", (Condition("tag", "has", "Client"),), (Action("add", "tag", "VIP"),), True
)
LOST = Rule("2", "Lost", "a", (Condition("tag", "has", "Old", held="The tag is gone."),))
LINE = Line(STANDARD["notes"], STANDARD["notes"])


_PUT = Effect("a", "tag", "Client", "", "Client", "Client", True, "9", ("9",))
PUT_BY_9 = Memory(effects={_PUT.target: effect_to_json(_PUT)})


def view(*tags: str) -> View:
    segments = frozenset(Segment("tag", tag) for tag in tags)
    return View(1, "c1", Contact({"first_name": "Ann"}, segments), "x")


def told(
    memory: Memory, *tags: str, rules: tuple[Rule, ...] = (CLIENTS, LOST), direction: str = A_TO_B
) -> Explanation:
    setup = Setup("pair", (LINE,), direction, rules=rules)
    known = Known({"a": view(*tags)}, memory, memory, False)
    return explained("a:c1", known, setup, rules, NOW, AROUND, {})


def test_an_unknown_condition_leaves_what_was_known_before() -> None:
    for matched in ((), ("2",)):
        lost = told(Memory(matched=matched)).rules[1]
        assert (lost.conditions[0].truth, lost.matches) == (None, bool(matched))
        assert lost.conditions[0].actual == "The tag is gone."


def test_rules_do_not_see_what_this_connection_put_there() -> None:
    again = Rule("9", "Again", "b", actions=(Action("add", "tag", "Client"),), undo=True)
    [rule, *_] = told(PUT_BY_9, "Client", rules=(CLIENTS, again)).rules
    assert (rule.matches, rule.conditions[0].actual) == (False, "no tag")


def test_what_a_rule_that_is_no_more_left_behind_is_seen() -> None:
    explanation = told(PUT_BY_9, "Client")
    assert (explanation.rules[0].matches, explanation.rules[0].conditions[0].actual) == (
        True,
        "Client",
    )
    [shown] = explanation.effects
    assert (shown.rule, shown.matching) == ("a rule that is no more", ())


def test_what_is_halted_is_told_in_words() -> None:
    memory = Memory(halted=("notes", "b tag vip"))
    assert told(memory).halted == ("Notes", "tag vip in B")


def test_nothing_planned_leaves_the_state() -> None:
    would = told(Memory(state="failed", cause="refused", reason="No.")).would
    assert (would.state, would.cause, would.reason, would.steps) == ("failed", "refused", "No.", ())


def test_who_gets_a_counterpart_is_then_in_sync() -> None:
    known = Known({"a": view()}, Memory(), Memory(), False, Decision("new"))
    setup = Setup("pair", (LINE,))
    would = explained("a:c1", known, setup, setup.rules, NOW, AROUND, {}).would
    assert would.state == "in_sync"


def test_it_is_json() -> None:
    data = json.loads(json.dumps(told(Memory(), "Client").to_json()))
    assert data["a"]["segments"] == [["tag", "Client"]]
    assert data["b"] is None
    assert data["rules"][0]["matches"] is True
