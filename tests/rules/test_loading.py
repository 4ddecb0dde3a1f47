from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from connections.models import Account, Connection, Container, FieldMapping
from connections.vault import unseal
from connectors.fields import STANDARD, Field, FieldType
from connectors.memory.app import MemoryApp
from rules.configuration.dumping import dump
from rules.configuration.loading import load
from rules.history import record_revision
from rules.models import Revision

FILE = """
accounts:
  - {name: crm, app: memory, credentials: {name: "${CRM}"}}
  - {name: phonebook, app: memory, credentials: {name: two}}
connections:
  - name: crm-phonebook
    a: {account: crm}
    b: {account: phonebook, container: contacts}
    direction: a-to-b
    winner: b
    avoid_duplicates: false
    never_blank: true
    region: be
    interval: 15
    state: active
    brakes: {marks: [6, 0.1], most: 500}
    mappings:
      - {a: notes, arrow: "->", b: notes, winner: a}
      - {a: emails, arrow: "<->", b: emails, on: false}
      - {a: "custom:Shoes", arrow: "->", b: "custom:Size"}
"""
ENVIRONMENT = {"CRM": "one"}


@pytest.fixture
def loaded(apps: dict[str, MemoryApp]) -> Connection:
    load(FILE, ENVIRONMENT)
    return Connection.objects.get()


def lines(connection: Connection) -> dict[str, tuple[bool, str, bool]]:
    rows = connection.mappings.order_by("position")
    return {f"{x.a} {x.arrow} {x.b}": (x.on, x.winner, x.default) for x in rows}


def test_load_stores_what_the_file_says(loaded: Connection) -> None:
    assert [(row.name, row.identity, unseal(row.sealed)) for row in Account.objects.all()] == [
        ("crm", "memory:one", {"name": "one"}),
        ("phonebook", "memory:two", {"name": "two"}),
    ]
    assert (str(loaded.a), str(loaded.b)) == ("crm · Contacts", "phonebook · Contacts")
    options = "direction winner avoid_duplicates never_blank region interval state brakes"
    assert [getattr(loaded, name) for name in options.split()] == [
        "a-to-b",
        "b",
        False,
        True,
        "BE",
        15,
        "active",
        {"marks": [6, 0.1], "most": 500},
    ]
    expected = {f"{name} <-> {name}": (True, "", True) for name in STANDARD}
    expected["emails <-> emails"] = (False, "", True)
    del expected["notes <-> notes"]
    expected["notes -> notes"] = (True, "a", True)
    expected["custom:Shoes -> custom:Size"] = (True, "", False)
    assert lines(loaded) == expected


def test_load_keeps_the_catalogues(loaded: Connection) -> None:
    assert loaded.a.catalogue.field("custom:Shoes") is not None
    assert loaded.a.catalogue_at is not None


def test_a_new_connection_is_a_draft_with_the_default_mapping(apps: dict[str, MemoryApp]) -> None:
    load(
        "accounts:\n"
        "  - {name: one, app: memory, credentials: {name: one}}\n"
        "  - {name: two, app: memory, credentials: {name: two}}\n"
        "connections:\n"
        "  - {name: pair, a: {account: one}, b: {account: two}}\n",
        {},
    )
    connection = Connection.objects.get()
    assert (connection.state, connection.direction, connection.brakes) == ("draft", "two-way", {})
    assert lines(connection) == {f"{name} <-> {name}": (True, "", True) for name in STANDARD}


def test_load_again_changes_nothing(loaded: Connection) -> None:
    assert load(FILE, ENVIRONMENT).changes == ()
    assert Revision.objects.count() == 1


def test_check_says_what_would_change_and_stores_nothing(apps: dict[str, MemoryApp]) -> None:
    assert load(FILE, ENVIRONMENT, check=True).changes == (
        "account crm: new, memory, signed in as one",
        "account phonebook: new, memory, signed in as two",
        "connection crm-phonebook: new, crm · Contacts and phonebook · Contacts, a-to-b, active, "
        "16 field mappings",
    )
    assert [model.objects.count() for model in (Account, Container, Connection, Revision)] == [
        0,
        0,
        0,
        0,
    ]


def test_changes_are_told_in_words(loaded: Connection) -> None:
    text = """
connections:
  - name: crm-phonebook
    direction: two-way
    region: ""
    brakes: {changes: [60, 0.2]}
    mappings:
      - {a: notes, arrow: "<->", b: notes}
      - {a: "custom:Size", arrow: "<->", b: "custom:Size"}
"""
    expected = (
        "connection crm-phonebook: direction: a-to-b → two-way",
        "connection crm-phonebook: region: BE → none",
        "connection crm-phonebook: brakes.changes: [50, 0.2] → [60, 0.2]",
        "connection crm-phonebook: mapping emails <-> emails: switched on",
        "connection crm-phonebook: mapping notes -> notes: arrow -> → <->",
        "connection crm-phonebook: mapping notes <-> notes: winner a → the connection's",
        "connection crm-phonebook: mapping custom:Size <-> custom:Size: new",
        "connection crm-phonebook: mapping custom:Shoes -> custom:Size: removed",
    )
    assert load(text, {}, check=True).changes == expected
    assert load(text, {}).changes == expected
    assert load(text, {}).changes == ()


def test_what_the_file_does_not_name_is_left_alone(loaded: Connection) -> None:
    before = dump()
    load("connections:\n  - {name: crm-phonebook, interval: 30}\n", {})
    assert dump() == before.replace("interval: 15", "interval: 30")
    load("accounts:\n  - {name: three, app: memory, credentials: {name: three}}\n", {})
    assert dump(["crm-phonebook"]) == before.replace("interval: 15", "interval: 30")


def test_without_the_default_mapping_only_the_lines_of_the_file_count(loaded: Connection) -> None:
    text = """
connections:
  - name: crm-phonebook
    default_mapping: false
    mappings:
      - {a: emails, b: emails}
      - {a: "custom:Score", b: "custom:Size"}
"""
    load(text, {})
    assert lines(loaded) == {
        "emails <-> emails": (True, "", True),
        "custom:Score -> custom:Size": (True, "", False),
    }


def test_a_container_may_change_before_the_first_run(loaded: Connection) -> None:
    text = """
accounts:
  - {name: three, app: memory, credentials: {name: three}}
connections:
  - {name: crm-phonebook, b: {account: three}, default_mapping: true}
"""
    assert load(text, {}).changes[:2] == (
        "account three: new, memory, signed in as three",
        "connection crm-phonebook: b: phonebook · Contacts → three · Contacts",
    )
    loaded.refresh_from_db()
    assert str(loaded.b) == "three · Contacts"


def test_loading_the_dump_changes_nothing(loaded: Connection) -> None:
    text = dump()
    assert load(text, {}).changes == ()
    assert dump() == text


def test_the_dump_makes_the_same_elsewhere(loaded: Connection) -> None:
    text = dump()
    Connection.objects.all().delete()
    Container.objects.all().delete()
    Account.objects.all().delete()
    load(text, {})
    assert dump() == text


def test_the_dump_names_all_lines_where_a_default_line_was_removed(loaded: Connection) -> None:
    FieldMapping.objects.filter(a="nickname").delete()
    text = dump()
    assert "default_mapping: false" in text
    assert load(text, {}).changes == ()
    assert "nickname <-> nickname" not in lines(loaded)


def test_the_dump_of_one_connection_holds_its_accounts_only(loaded: Connection) -> None:
    load("accounts:\n  - {name: three, app: memory, credentials: {name: three}}\n", {})
    assert dump(["crm-phonebook"]).splitlines()[:7] == [
        "accounts:",
        "- name: crm",
        "  app: memory",
        "  credentials: {name: one}",
        "- name: phonebook",
        "  app: memory",
        "  credentials: {name: two}",
    ]


def test_every_change_of_a_connection_is_kept_as_a_revision(loaded: Connection) -> None:
    staff = User.objects.create_user("grace")
    load("connections:\n  - {name: crm-phonebook, interval: 30}\n", {}, by=staff, source="x.yaml")
    newest, oldest = Revision.objects.all()
    assert (newest.connection, newest.name) == (loaded, "crm-phonebook")
    assert (newest.by, newest.source, oldest.by, oldest.source) == (staff, "x.yaml", None, "")
    assert newest.text == dump(["crm-phonebook"], whole=True)
    assert oldest.text == newest.text.replace("interval: 30", "interval: 15")


def test_loading_a_revision_goes_back_to_it(loaded: Connection) -> None:
    before = dump()
    load(
        "connections:\n  - {name: crm-phonebook, state: paused, mappings: "
        "[{a: nickname, b: nickname, on: false}]}\n",
        {},
    )
    assert dump() != before
    load(Revision.objects.earliest("pk").text, {})
    assert dump() == before


def test_a_revision_is_kept_only_when_something_changed(loaded: Connection) -> None:
    assert record_revision(loaded) is None
    loaded.interval = 1
    loaded.save()
    revision = record_revision(loaded)
    assert revision is not None
    assert "interval: 1\n" in revision.text


def test_the_commands_say_what_they_did(apps: dict[str, MemoryApp], tmp_path: Path) -> None:
    path = tmp_path / "accord.yaml"
    path.write_text(FILE.replace("${CRM}", "one"))

    def run(*arguments: str) -> list[str]:
        out = StringIO()
        call_command(*arguments, stdout=out, stderr=StringIO())
        return out.getvalue().splitlines()

    assert run("loadconfig", str(path), "--check")[-1] == (
        "That is what would change. Nothing was stored."
    )
    assert run("loadconfig", str(path))[0] == "account crm: new, memory, signed in as one"
    assert run("loadconfig", str(path)) == ["Everything is like that already."]
    assert "\n".join(run("dumpconfig", "crm-phonebook")) + "\n" == dump()


def test_values_are_kept_told_and_dumped(varied: dict[str, MemoryApp]) -> None:
    sizes = Field("custom:Size", "Size", FieldType.CHOICE, options=("Small", "Large"))
    varied["book"].quirks = replace(varied["book"].quirks, custom=(sizes,))
    line = "{a: 'custom:Size', arrow: '<->', b: 'custom:Size', values: {S: Small, L: Large}}"
    load(
        "accounts:\n"
        "  - {name: crm, app: memory, credentials: {name: crm}}\n"
        "  - {name: book, app: memory, credentials: {name: book}}\n"
        "connections:\n"
        f"  - {{name: pair, a: {{account: crm}}, b: {{account: book}}, mappings: [{line}]}}\n",
        {},
    )
    row = FieldMapping.objects.get(a="custom:Size")
    assert row.values == {"S": "Small", "L": "Large"}
    assert "values: {L: Large, S: Small}}" in dump()
    assert load(dump(), {}).changes == ()
    text = dump().replace("{L: Large, S: Small}", "{L: Small, S: Large}")
    assert load(text, {}).changes == (
        "connection pair: mapping custom:Size <-> custom:Size: values L = Large, S = Small → "
        "L = Small, S = Large",
    )
