"""Who matches a rule now is told from the mirror, as the engine would decide it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from connectors.contact import Contact, Segment
from rules.building import rule_of
from rules.editing import WrittenCondition, WrittenRule
from rules.rows import catalogues_of
from rules.setup import Rule
from sync.engine.effects import Effect, effect_to_json
from sync.matching import Matching, contacts_of, who_matches
from sync.models import Run, SyncRecord
from tests.sync.conftest import Pair, person

CLIENT = WrittenCondition("tag", "has", "Client")
EXISTS, DELETED = WrittenCondition("exists"), WrittenCondition("deleted")


def tagged(name: str, *tags: str) -> Contact:
    made = person(name, f"{name.lower()}@example.org")
    return Contact(made.fields, frozenset(Segment("tag", tag) for tag in tags))


def asked(pair: Pair, *conditions: WrittenCondition, side: str = "a") -> Matching:
    return who_matches(pair.connection, made(pair, conditions, side), pair.clock.now)


def made(pair: Pair, conditions: Sequence[WrittenCondition], side: str) -> Rule:
    return rule_of(WrittenRule("R", side, tuple(conditions)), "", catalogues_of(pair.connection))


def titles(found: Matching) -> list[str]:
    return sorted(example.title for example in found.examples)


@pytest.fixture
def three(pair: Pair) -> Pair:
    """Ann and Ben are in a, Ann with the tag Client; Ann and Cid in b. Both sides were read."""
    pair.a.add(tagged("Ann", "client"), "ann")
    pair.a.add(tagged("Ben"), "ben")
    pair.b.add(tagged("Ann"))
    pair.b.add(tagged("Cid", "Client"))
    pair.sync(kind=Run.Kind.PREVIEW)
    pair.connection.refresh_from_db()
    return pair


def test_contacts_of_the_side_are_counted_and_some_are_named(three: Pair) -> None:
    found = asked(three, CLIENT)
    assert (found.matching, found.contacts, found.unknown) == (1, 2, 0)
    assert [(each.title, each.sync_record) for each in found.examples] == [("Ann", None)]
    assert titles(asked(three, CLIENT, side="b")) == ["Cid"]
    assert titles(asked(three)) == ["Ann", "Ben"]
    assert contacts_of(three.connection, "a") == 2


def test_all_conditions_count_and_their_negation(three: Pair) -> None:
    named = WrittenCondition("field", "starts with", "A", "first_name")
    assert titles(asked(three, CLIENT, named)) == ["Ann"]
    assert titles(asked(three, WrittenCondition("tag", "has not", "Client"), named)) == []


def test_what_is_not_known_is_counted_as_such(three: Pair) -> None:
    gone = WrittenCondition("field", "is", "x", "custom:Gone")
    found = asked(three, gone)
    assert (found.matching, found.contacts, found.unknown) == (0, 2, 2)
    # One condition that does not hold outweighs one that is unknown.
    assert asked(three, gone, CLIENT).unknown == 1


def test_who_has_met_nobody_exists_there_by_the_address(three: Pair) -> None:
    assert titles(asked(three, EXISTS)) == ["Ann"]
    assert titles(asked(three, WrittenCondition("exists", "not"))) == ["Ben"]


def test_of_those_who_have_met_it_is_remembered(three: Pair) -> None:
    three.sync()
    assert titles(asked(three, EXISTS)) == ["Ann"], "Ben was made there by the sync"
    example = asked(three, CLIENT).examples[0]
    assert SyncRecord.objects.get(pk=example.sync_record).title == "Ann"


def test_the_deleted_are_asked_only_where_the_rule_is_about_them(three: Pair) -> None:
    three.sync()
    three.a.remove("ben")
    three.sync()
    assert (asked(three).contacts, titles(asked(three))) == (2, ["Ann", "Cid"])
    assert titles(asked(three, DELETED)) == ["Ben"]


def test_who_was_gone_before_anybody_met_them_is_not_asked(three: Pair) -> None:
    three.a.remove("ben")
    three.sync()
    assert titles(asked(three, DELETED)) == []


def test_what_rules_of_the_connection_put_there_is_not_seen(three: Pair) -> None:
    three.sync()
    effect = Effect("a", "tag", "Client", "", "Client", "client", True, "9", ("9",))
    row = SyncRecord.objects.get(title="Ann")
    row.effects = {effect.target: effect_to_json(effect)}
    row.save()
    assert titles(asked(three, CLIENT)) == []


def test_what_could_not_be_understood_is_left_out(three: Pair) -> None:
    record = three.connection.a.records.get(title="Ben")
    record.contact, record.fault = None, "It holds characters that are no text."
    record.save()
    assert asked(three).contacts == 1


def test_few_are_named_of_many_who_are_read_some_at_a_time(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(25):
        pair.a.add(tagged(f"P{number:02}", "Client"))
    pair.sync(kind=Run.Kind.PREVIEW)
    pair.connection.refresh_from_db()
    rule = made(pair, [CLIENT, EXISTS], "a")
    with CaptureQueriesContext(database) as at_once:
        who_matches(pair.connection, rule, pair.clock.now)
    monkeypatch.setattr("sync.matching.CHUNK", 10)
    with CaptureQueriesContext(database) as in_parts:
        found = asked(pair, CLIENT)
    assert (found.matching, found.contacts, len(found.examples)) == (25, 25, 5)
    assert len(at_once) < 12 < len(in_parts) < 24


def test_it_is_as_the_engine_decides(three: Pair) -> None:
    """For a rule that is stored, those who match are those whom a sync would match."""
    rule = three.connection.rules.create(side="a", name="Clients")
    rule.conditions.create(kind="tag", op="has", value="Client")
    rule.actions.create(kind="add tag", value="VIP")
    three.sync()
    matched = {row.title for row in SyncRecord.objects.all() if str(rule.pk) in row.matched}
    assert matched == set(titles(asked(three, CLIENT))) == {"Ann"}
