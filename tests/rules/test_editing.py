"""A change made on a page: judged as a file would be, told where it is wrong, kept with the rows
that stay the same."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from connections.joining import begin_mapping
from connections.models import Connection
from rules.configuration.loading import load
from rules.editing import (
    Edit,
    Fault,
    MappingLine,
    WrittenAction,
    WrittenCondition,
    WrittenRule,
    judged,
    keep,
)
from rules.models import Action, Condition, Rule
from rules.rows import rule_rows, setup_of, written_rule

FILE = """
accounts:
  - {name: crm, app: memory, credentials: {name: crm}}
  - {name: news, app: memory, credentials: {name: news}}
connections:
  - name: pair
    a: {account: crm}
    b: {account: news}
    new_status: subscribed
    rules:
      - name: friends
        from: a
        if: [{kind: tag, op: has, value: Friend}]
        then: [{kind: add tag, value: VIP}]
      - {name: back, from: b}
"""


@pytest.fixture
def pair(varied: Any) -> Connection:
    load(FILE, {})
    return Connection.objects.select_related("a__account", "b__account").get()


def rules_now(pair: Connection) -> list[WrittenRule]:
    return [written_rule(row) for row in rule_rows(pair)]


def lines_now(pair: Connection) -> list[MappingLine]:
    return [
        MappingLine(row.a, row.arrow, row.b, row.on, row.winner, row.default)
        for row in pair.mappings.all()
    ]


def test_an_edit_of_nothing_changes_nothing(pair: Connection) -> None:
    edit = Edit(pair.name, {"winner": "a"}, lines_now(pair), rules_now(pair))
    verdict = judged(pair, edit)
    assert (verdict.errors, verdict.changes, verdict.setup) == ((), (), None)
    before = pair.revisions.count()
    keep(verdict, None)
    assert pair.revisions.count() == before


def test_what_is_kept_is_what_was_told_and_who_did_it_is_known(pair: Connection) -> None:
    boss = User.objects.create_user("boss")
    verdict = judged(pair, Edit("twins", {"direction": "a-to-b", "winner": "b"}))
    assert "name: pair → twins" in map(str, verdict.changes)
    assert "direction: two-way → a-to-b" in map(str, verdict.changes)
    keep(verdict, boss)
    pair.refresh_from_db()
    assert (pair.name, pair.direction, pair.winner) == ("twins", "a-to-b", "b")
    latest = pair.revisions.first()
    assert latest and (latest.by, latest.source) == (boss, "the admin")
    assert setup_of(pair) == verdict.setup


def test_a_rule_that_is_renamed_and_changed_at_once_stays_the_same_rule(pair: Connection) -> None:
    friends, back = rules_now(pair)
    other = WrittenRule(
        "chums",
        "a",
        (WrittenCondition("tag", "has", "Chum"),),
        friends.actions,
        undo=True,
        key=friends.key,
    )
    verdict = judged(pair, Edit(rules=[other, back]))
    assert verdict.setup and verdict.setup.rules[0].key == friends.key
    assert "rule friends: renamed chums" in map(str, verdict.changes)
    keep(verdict, None)
    row = Rule.objects.get(name="chums")
    assert (str(row.pk), row.undo) == (friends.key, True)
    assert [each.value for each in row.conditions.all()] == ["Chum"]


def test_rows_of_rules_that_stay_are_left_alone(pair: Connection) -> None:
    friends, back = rules_now(pair)
    kept = Condition.objects.get().pk, Action.objects.get().pk
    keep(judged(pair, Edit(rules=[friends, back, WrittenRule("third", "a")])), None)
    assert kept == (Condition.objects.get().pk, Action.objects.get().pk)


@pytest.mark.parametrize(
    ("rule", "at"),
    [
        (WrittenRule("x", "a", (WrittenCondition("label", "has", "y"),)), (2, "if", 0, "kind")),
        (WrittenRule("x", "a", (WrittenCondition("tag", "is", "y"),)), (2, "if", 0, "op")),
        (WrittenRule("x", "a", (WrittenCondition("tag", "has", " "),)), (2, "if", 0, "value")),
        (
            WrittenRule("x", "a", (), (WrittenAction("set field", "y", "nowhere"),)),
            (2, "then", 0, "field"),
        ),
        (WrittenRule("x", "a", both_ways=True), (2, "both_ways")),
        (WrittenRule("back", "a"), (2, "name")),
    ],
)
def test_what_is_wrong_with_a_rule_is_told_where_it_stands(
    pair: Connection, rule: WrittenRule, at: tuple[Any, ...]
) -> None:
    verdict = judged(pair, Edit(rules=[*rules_now(pair), rule]))
    assert [fault.at for fault in verdict.errors] == [("rules", *at)]
    assert verdict.setup is None


def test_what_is_wrong_with_options_lines_and_names_is_told_where_it_stands(
    pair: Connection,
) -> None:
    begin_mapping(pair)
    lines = lines_now(pair)
    number = len(lines)
    lines += [MappingLine("custom:Shoes", "<->", "custom:Level"), lines[0]]
    verdict = judged(pair, Edit(lines=lines))
    assert [fault.at for fault in verdict.errors] == [("mappings", number + 1)]
    verdict = judged(pair, Edit(lines=lines[:-1]))
    assert [fault.at for fault in verdict.errors] == [("mappings", number)]
    verdict = judged(pair, Edit(options={"new_status": ""}))
    assert [fault.at for fault in verdict.errors] == [("new_status",)]
    other = Connection.objects.create(name="else", a=pair.b, b=pair.b)
    assert judged(pair, Edit(other.name)).errors == (
        Fault(("name",), "Another connection is named else already."),
    )


def test_thirty_rules_are_judged_with_as_many_queries_as_three(pair: Connection) -> None:
    def queries(number: int) -> int:
        rules = [
            WrittenRule(
                f"rule {each}",
                "a",
                tuple(WrittenCondition("tag", "has", f"t{place}") for place in range(3)),
                tuple(WrittenAction("add tag", f"u{each}-{place}") for place in range(3)),
            )
            for each in range(number)
        ]
        keep(judged(pair, Edit(rules=rules)), None)
        with CaptureQueriesContext(
            database,
        ) as captured:
            assert not judged(pair, Edit(rules=rules)).errors
        return len(captured)

    assert queries(3) == queries(30)
