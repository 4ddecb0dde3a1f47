"""Rules and what goes with them, from the configuration file into rows, words and Setups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core.management import call_command

from connections.models import Connection
from connectors.memory.app import MemoryApp
from rules.configuration.dumping import dump
from rules.configuration.loading import Outcome, load
from rules.configuration.problems import ConfigurationError
from rules.history import record_revision
from rules.models import Action, Condition, Revision, Rule
from rules.rows import held_conditions, setup_of
from rules.setup import Marks

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

ACCOUNTS = """
accounts:
  - {name: crm, app: memory, credentials: {name: crm}}
  - {name: news, app: memory, credentials: {name: news}}
  - {name: book, app: memory, credentials: {name: book}}
"""
FILE = (
    ACCOUNTS
    + """
connections:
  - name: crm-news
    a: {account: crm}
    b: {account: news}
    sync_deletions: [b-to-a, a-to-b]
    sync_unsubscribes: [b-to-a]
    new_status: pending
    rules:
      - name: Clients
        from: a
        if:
          - {kind: Tag, op: in, value: Client}
          - {kind: field, field: "custom:Size", op: one of, value: [s, L]}
        then:
          - {kind: add group, value: From CRM}
          - {kind: set field, field: "custom:Level", value: "1"}
        undo: true
      - {name: Known, from: b, if: [{kind: exists}], on: false, take_back: true}
      - name: Readers
        from: b
        if: [{kind: group, op: has, value: Readers}]
        then: [{kind: add tag, value: Reader}]
        both_ways: true
"""
)


@pytest.fixture
def loaded(varied: dict[str, MemoryApp]) -> Connection:
    load(FILE, {})
    return Connection.objects.get()


def change(text: str, check: bool = False) -> Outcome:
    return load(f"connections:\n  - name: crm-news\n{text}\n", {}, check=check)


def rules(connection: Connection) -> dict[str, int]:
    return {rule.name: rule.pk for rule in connection.rules.all()}


def said(outcome: Outcome) -> list[str]:
    return [str(warning) for warning in outcome.warnings]


def test_rules_are_stored_in_canonical_words(loaded: Connection) -> None:
    assert list(
        Rule.objects.values_list("name", "side", "position", "undo", "both_ways", "on", "take_back")
    ) == [
        ("Clients", "a", 0, True, False, True, False),
        ("Known", "b", 1, False, False, False, True),
        ("Readers", "b", 2, False, True, True, False),
    ]
    assert list(Condition.objects.values_list("rule__name", "kind", "op", "field", "value")) == [
        ("Clients", "tag", "has", "", "Client"),
        ("Known", "exists", "", "", ""),
        ("Readers", "group", "in", "", "Readers"),
        ("Clients", "field", "one of", "custom:Size", ["S", "L"]),
    ]
    assert list(Action.objects.values_list("rule__name", "kind", "field", "value")) == [
        ("Clients", "add to group", "", "From CRM"),
        ("Readers", "add tag", "", "Reader"),
        ("Clients", "set field", "custom:Level", "1"),
    ]
    assert loaded.sync_deletions == ["a-to-b", "b-to-a"]
    assert (loaded.sync_unsubscribes, loaded.new_status) == (["b-to-a"], "pending")


def test_load_again_changes_nothing(loaded: Connection) -> None:
    outcome = load(FILE, {})
    assert (outcome.changes, outcome.setups) == ((), ())
    assert Revision.objects.count() == 1


def test_a_new_connection_tells_its_rules(varied: dict[str, MemoryApp]) -> None:
    outcome = load(FILE, {}, check=True)
    assert outcome.changes[-4:] == (
        "connection crm-news: new, crm · Contacts and news · Contacts, two-way, draft, 16 field "
        "mappings",
        "connection crm-news: rule Clients: new: IF in A: has the tag Client and Size is one of "
        "S, L THEN in B: add to the group From CRM; set Level to 1 (undo)",
        "connection crm-news: rule Known: new, switched off: IF in B: already exists in the "
        "other app THEN in A: sync",
        "connection crm-news: rule Readers: new: IF in B: is in the group Readers THEN in A: "
        "add the tag Reader (both ways)",
    )
    assert outcome.setups == ()
    assert Rule.objects.count() == 0


def test_left_out_rules_are_those_of_a_new_connection_or_stay(loaded: Connection) -> None:
    load(ACCOUNTS + "connections: [{name: x, a: {account: crm}, b: {account: book}}]", {})
    new = Connection.objects.get(name="x")
    assert list(new.rules.values_list("name", "side", "on")) == [
        ("Everything in A", "a", True),
        ("Everything in B", "b", True),
    ]
    before = rules(loaded)
    assert change("    interval: 7").changes == ("connection crm-news: interval: 5 → 7",)
    assert rules(loaded) == before


def test_a_rule_keeps_its_key_while_its_name_and_side_stay(loaded: Connection) -> None:
    before = rules(loaded)
    outcome = change(
        "    rules:\n"
        "      - {name: Readers, from: a}\n"
        "      - {name: New, from: a}\n"
        "      - {name: Clients, from: a, if: [{kind: tag, op: has not, value: Cold}]}\n",
        check=True,
    )
    ((row, wished),) = outcome.setups
    assert row == loaded
    assert {rule.name: rule.key for rule in wished.rules} == {
        "Readers": "new:Readers",
        "New": "new:New",
        "Clients": str(before["Clients"]),
    }
    assert rules(loaded) == before


def test_changes_of_rules_are_told_in_words(loaded: Connection) -> None:
    text = """
    sync_deletions: []
    new_status: subscribed
    rules:
      - {name: New, from: a, on: false}
      - name: Readers
        from: b
        if: [{kind: group, op: in, value: Readers}]
        then: [{kind: add tag, value: Reader}]
        on: false
      - name: Clients
        from: a
        if:
          - {kind: tag, op: has, value: Customer}
          - {kind: field, field: "custom:Size", op: one of, value: [S, L]}
          - {kind: deleted, op: not}
        then: [{kind: set field, field: "custom:Level", value: "1"}]
"""
    expected = (
        "sync_deletions: a-to-b, b-to-a → none",
        "new_status: pending → subscribed",
        "rule Known: removed (what it did stays)",
        "rule New: new, switched off: IF in A: any contact THEN in B: sync",
        "rule Readers: both_ways: true → false",
        "rule Readers: switched off (what it did stays)",
        "rule Clients: condition has the tag Client → has the tag Customer",
        "rule Clients: condition was not deleted: new",
        "rule Clients: action add to the group From CRM: removed",
        "rule Clients: undo: true → false",
        "rules: in this order: New, Readers, Clients",
    )
    assert change(text).changes == tuple(f"connection crm-news: {each}" for each in expected)
    assert change(text).changes == ()
    assert change("    rules: [{name: Clients, from: a, on: false, take_back: true}]").changes[
        -1
    ] == ("connection crm-news: rule Clients: switched off (what it did is taken back)")


def test_the_setup_of_a_file_is_that_of_its_rows(loaded: Connection) -> None:
    outcome = change("    rules: [{name: Clients, from: a, undo: true}, {name: Known, from: b}]")
    ((row, wished),) = outcome.setups
    assert setup_of(Connection.objects.get(pk=row.pk)) == wished


def test_a_setup_holds_rules_marks_and_consent(loaded: Connection, settings: Any) -> None:
    settings.TRASH_MARK = "Gone"
    setup = setup_of(loaded)
    keys = rules(loaded)
    assert [(rule.key, rule.on) for rule in setup.rules] == [
        (str(keys["Clients"]), True),
        (str(keys["Known"]), False),
        (str(keys["Readers"]), True),
    ]
    assert setup.marks == Marks("Gone", "PieSync Unsubscribes", "tag", "tag")
    assert (setup.consent, setup.new_status) == (("b",), "pending")
    assert setup.sync_deletions == ("a-to-b", "b-to-a")


def test_a_rule_that_is_off_and_leaves_what_it_did_is_not_in_the_setup(loaded: Connection) -> None:
    loaded.rules.filter(name="Known").update(take_back=False)
    assert [rule.name for rule in setup_of(loaded).rules] == ["Clients", "Readers"]
    loaded.rules.filter(name="Known").update(take_back=True, on=True)
    assert setup_of(loaded).rules[1].on


def test_setup_of_takes_a_constant_number_of_queries(
    loaded: Connection, django_assert_num_queries: Any
) -> None:
    for name in range(5):
        rule = Rule.objects.create(connection=loaded, side="a", name=f"more {name}")
        Condition.objects.create(rule=rule, kind="tag", op="has", value="X")
    loaded = Connection.objects.select_related("a", "b").get()
    with django_assert_num_queries(4):
        assert len(setup_of(loaded).rules) == 8


# --- Warnings -----------------------------------------------------------------------------


def test_no_rule_at_all_is_worth_a_warning(loaded: Connection) -> None:
    outcome = change("    rules: []")
    assert said(outcome) == [
        "3: connections.rules: No rule of connection crm-news is in force, so no contact is "
        "synced. Leave rules out, or write one without conditions, to sync everything."
    ]
    assert setup_of(Connection.objects.get()).rules == ()
    assert Connection.objects.get().rules.count() == 0


def test_rules_over_the_target_are_ignored_with_a_warning(loaded: Connection) -> None:
    outcome = change("    direction: a-to-b\n    rules:\n      - {name: B, from: b}")
    assert said(outcome) == [
        "4: connections.rules: No rule of connection crm-news is in force, so no contact is "
        "synced. Leave rules out, or write one without conditions, to sync everything.",
        "5: connections.rules.from: The direction is a-to-b, so rules over b are ignored: only "
        "a is looked at.",
    ]


def test_two_rules_that_set_one_field_are_worth_a_warning(loaded: Connection) -> None:
    text = """
    rules:
      - {name: One, from: a, then: [{kind: set field, field: "custom:Level", value: "1"}]}
      - name: Two
        from: a
        then:
          - {kind: add tag, value: X}
          - {kind: set field, field: "custom:Level", value: "2"}
      - {name: Three, from: a, then: [{kind: remove tag, value: x}]}
"""
    assert said(change(text)) == [
        "10: connections.rules.then.field: Rule One sets custom:Level of b too. Where both match, "
        "the first in order wins: One.",
        "11: connections.rules.then.value: Rule Two adds the tag x of b. Where both match, the "
        "first in order wins: Two.",
    ]


def test_a_mapping_over_what_a_stored_rule_sets_is_refused(loaded: Connection) -> None:
    text = '    mappings:\n      - {a: "custom:Segment", arrow: "->", b: "custom:Level"}'
    with pytest.raises(ConfigurationError) as error:
        change(text)
    assert [str(problem) for problem in error.value.problems] == [
        "2: connections.rules (Clients): custom:Level of b is written by the mapping line "
        "custom:Segment -> custom:Level already. Switch the line off, or leave this action out."
    ]


def test_a_circle_over_connections_is_told_with_its_path(loaded: Connection) -> None:
    text = """
accounts:
  - {name: book, app: memory, credentials: {name: book}}
connections:
  - name: news-book
    a: {account: news}
    b: {account: book}
    new_status: pending
    rules:
      - name: On
        from: a
        if: [{kind: group, op: in, value: from crm}]
        then: [{kind: add label, value: L}]
  - name: book-crm
    a: {account: book}
    b: {account: crm}
    rules:
      - name: Back
        from: a
        if: [{kind: label, op: has, value: L}]
        then: [{kind: add tag, value: CLIENT}]
"""
    outcome = load(text, {})
    assert said(outcome) == [
        "14: connections.name: Rules of several connections feed each other: book-crm: rule Back "
        "reads label L of book · Contacts and changes tag CLIENT of crm · Contacts, crm-news: "
        "rule Clients reads tag Client of crm · Contacts and changes group From CRM of news · "
        "Contacts, news-book: rule On reads group from crm of news · Contacts and changes label "
        "L of book · Contacts, and so back to book-crm."
    ]
    assert said(change("    interval: 9"))[0].startswith("2: connections.name: Rules of several")
    Rule.objects.filter(name="Clients").update(on=False)
    assert said(change("    interval: 8")) == []


# --- What is stored already, and not possible any more ------------------------------------


def test_what_vanished_is_kept_with_a_warning(
    loaded: Connection, varied: dict[str, MemoryApp]
) -> None:
    text = dump()
    for name in ("crm", "news"):
        quirks = varied["book"].quirks
        varied[name].quirks = quirks
    outcome = load(text, {})
    assert outcome.changes == ()
    assert [warning.place.key for warning in outcome.warnings] == [
        "connections.sync_unsubscribes",
        "connections.new_status",
        "connections.rules.if.kind",
        "connections.rules.if.field",
        "connections.rules.then.kind",
        "connections.rules.then.field",
        "connections.rules.if.kind",
        "connections.rules.then.kind",
    ]
    assert str(outcome.warnings[2]).endswith(
        "There is no condition 'tag' in this app. There is: label, category, field, exists, "
        "deleted. It is stored so already, and held."
    )
    assert dump() == text


def test_a_tag_that_vanished_is_told_and_the_condition_held(
    varied: dict[str, MemoryApp],
) -> None:
    lists = replace(varied["crm"].quirks, registers=frozenset({"tag"}))
    varied["crm"].quirks = lists
    varied["crm"].register("tag", "Client")
    load(FILE, {})
    varied["crm"].unregister("tag", "Client")
    outcome = load(FILE, {})
    assert said(outcome) == [
        "18: connections.rules.if.value: The tag Client is not there any more."
    ]
    connection = Connection.objects.get()
    assert [(held.rule, held.condition, held.why) for held in held_conditions(connection)] == [
        ("Clients", "has the tag Client", "The tag Client is not there any more.")
    ]
    assert setup_of(connection).rules[0].conditions[0].held
    connection.rules.update(on=False)
    assert held_conditions(connection) == []


def test_a_draft_without_a_status_is_loaded_again(loaded: Connection) -> None:
    Connection.objects.update(new_status="")
    assert change("    interval: 9").changes != ()
    with pytest.raises(ConfigurationError, match=r"2: connections.new_status: Contacts will be"):
        change("    state: active")


def test_null_is_no_status(loaded: Connection) -> None:
    outcome = change("    new_status: null\n    direction: b-to-a")
    assert "connection crm-news: new_status: pending → none" in outcome.changes
    assert "new_status: null\n" in dump()


def test_where_only_known_contacts_are_synced_no_status_is_needed(loaded: Connection) -> None:
    known = "{name: Known, from: a, if: [{kind: exists}]}"
    every = "{name: Every, from: b}"
    assert change(f"    new_status: null\n    rules: [{known}, {every}]").changes != ()


# --- The way back -------------------------------------------------------------------------


def test_the_dump_leaves_out_what_every_connection_begins_with(
    varied: dict[str, MemoryApp],
) -> None:
    load(ACCOUNTS + "connections: [{name: x, a: {account: crm}, b: {account: book}}]", {})
    assert "rules:" not in dump()
    assert "  rules:\n  - name: Everything in A\n    from: a\n" in dump(whole=True)
    Rule.objects.filter(name="Everything in A").update(undo=True)
    assert "  rules:\n  - name: Everything in A\n    from: a\n    undo: true\n" in dump()


def test_a_dump_is_what_was_loaded(loaded: Connection) -> None:
    text = dump()
    assert (
        """
  rules:
  - name: Clients
    from: a
    if:
    - {kind: tag, op: has, value: Client}
    - {kind: field, field: 'custom:Size', op: one of, value: [S, L]}
    then:
    - {kind: add to group, value: From CRM}
    - {kind: set field, field: 'custom:Level', value: '1'}
    undo: true
  - name: Known
    from: b
    if:
    - {kind: exists}
    'on': false
    take_back: true
  - name: Readers
    from: b
    if:
    - {kind: group, op: in, value: Readers}
    then:
    - {kind: add tag, value: Reader}
    both_ways: true
"""
        in text
    )
    assert load(text, {}).changes == ()
    Connection.objects.all().delete()
    load(text, {})
    assert dump() == text


def test_loading_a_revision_goes_back_to_the_rules_of_the_beginning(
    varied: dict[str, MemoryApp],
) -> None:
    load(ACCOUNTS + "connections: [{name: x, a: {account: crm}, b: {account: book}}]", {})
    load("connections: [{name: x, rules: [{name: Only, from: a}]}]", {})
    connection = Connection.objects.get()
    assert [rule.name for rule in connection.rules.all()] == ["Only"]
    load(Revision.objects.earliest("pk").text, {})
    assert [rule.name for rule in connection.rules.all()] == ["Everything in A", "Everything in B"]


def test_a_change_of_a_rule_makes_a_revision(loaded: Connection) -> None:
    Condition.objects.filter(value="Client").update(value="Customer")
    revision = record_revision(loaded)
    assert revision is not None
    assert "{kind: tag, op: has, value: Customer}" in revision.text


# --- The beginning ------------------------------------------------------------------------


def test_rows_loaded_as_they_are_get_no_rules_of_their_own(
    loaded: Connection, tmp_path: Any
) -> None:
    path = tmp_path / "all.json"
    call_command("dumpdata", "connections", "rules", output=str(path))
    Connection.objects.all().delete()
    call_command("loaddata", str(path), verbosity=0)
    assert [rule.name for rule in Rule.objects.all()] == ["Clients", "Known", "Readers"]
