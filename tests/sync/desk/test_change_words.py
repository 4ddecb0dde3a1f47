"""Every kind of change in people's words, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from connections.models import Connection
from connectors.fields import STANDARD, Field, FieldType
from connectors.memory import store
from connectors.memory.app import MemoryApp, Quirks
from rules.configuration.change import Change, LineChange, Made, OptionChange
from rules.configuration.mappings import MappingLine
from rules.configuration.wishes import stored_rules
from rules.editing import Edit, WrittenAction, WrittenCondition, WrittenRule, judged, keep
from sync.desk.change_words import in_words
from sync.desk.fault_words import FaultWords, judged_for_page
from sync.desk.places import OPTIONS, url_of
from tests.sync.desk.conftest import container

pytestmark = pytest.mark.sqlite_only

STANDARDS = tuple(STANDARD[name] for name in ("first_name", "emails", "job_title"))
A = Field("custom:Size", "Size", FieldType.CHOICE, options=("S", "L"))
B = Field("custom:Cut", "Cut", FieldType.CHOICE, options=("Small", "Large"))
NAMES = MappingLine("first_name", "<->", "first_name")
EMAILS = MappingLine("emails", "<->", "emails")
SIZES = MappingLine("custom:Size", "<->", "custom:Cut", values=(("L", "Large"), ("S", "Small")))
CLIENT = WrittenCondition("tag", "has", "Client")
BAKER = WrittenCondition("field", "is", "Baker", "job_title")
MARK = WrittenAction("add tag", "Known")
SET = WrittenAction("set field", "Baker", "job_title")
CLIENTS = WrittenRule("Clients", "a", (CLIENT, BAKER), (MARK, SET))
BACK = WrittenRule("Back", "b")
TRASH = "when a contact is deleted in {}, put the tag “PieSync Trash” on it in {} (now {})"


@pytest.fixture
def pair(db: None, var: Path) -> Iterator[Connection]:
    """A draft with three lines and two rules."""
    for name, own in (("one", A), ("two", B)):
        quirks = Quirks(fields=(*STANDARDS, own), statuses=("subscribed", "pending"))
        store.placed[name] = MemoryApp(timezone.now, quirks)
    made = Connection.objects.create(
        name="pair", a=container("one"), b=container("two"), new_status="subscribed"
    )
    keep(judged(made, Edit(lines=[NAMES, EMAILS, SIZES], rules=[CLIENTS, BACK])), None)
    yield made
    store.placed.clear()


def said(connection: Connection, edit: Edit) -> list[str]:
    verdict = judged(connection, edit)
    assert not verdict.errors
    return in_words(connection, verdict.changes)


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("direction", "a-to-b", "Direction: from “Both ways: one ↔ two” to “one → two”"),
        ("winner", "b", "Whose value stays: from “one” to “two”"),
        ("avoid_duplicates", False, "Avoid duplicates: switched off"),
        ("never_blank", True, "Never blank a field: switched on"),
        ("sync_deletions", ["b-to-a"], f"Sync deletions: {TRASH.format('two', 'one', 'on')}"),
        ("sync_unsubscribes", ["a-to-b"],
         "Sync unsubscribes: when a contact unsubscribes in one, put the tag “PieSync "
         "Unsubscribes” on it in two (now on)"),
        ("new_status", "pending", "Status of new contacts: from “Subscribed” to “Pending”"),
        ("region", "BE", "Country of phone numbers: from “none” to “BE”"),
        ("interval", 1, "Interval: from “every 5 minutes” to “every minute”"),
        (
            "keep_gone",
            30,
            "Unmatched contacts that are gone: from “as long as the audit log” to “30 days”",
        ),
        ("state", "paused", "State: from “Draft” to “Paused”"),
        ("brakes", {"marks": [7, 0.125]},
         "Brakes: from “marking more than 5 contacts and more than 5 % of the pairs” to “marking "
         "more than 7 contacts and more than 12.5 % of the pairs”"),
        ("brakes", {"changes": [0, 1]},
         "Brakes: from “creating or changing at least 50 contacts and more than 20 % of the pairs” "
         "to “creating or changing at least 0 contacts and more than 100 % of the pairs”"),
        ("brakes", {"most": 9},
         "Brakes: from “creating or changing more than 2000 contacts” to “creating or changing "
         "more than 9 contacts”"),
    ],
)  # fmt: skip
def test_an_option(pair: Connection, settings: Any, option: str, value: object, words: str) -> None:
    settings.DEFAULT_REGION = ""
    assert words in said(pair, Edit(options={option: value}))


def test_a_direction_of_marks_that_goes_and_one_that_comes(pair: Connection) -> None:
    keep(judged(pair, Edit(options={"sync_deletions": ["b-to-a"]})), None)
    comes, goes = TRASH.format("one", "two", "on"), TRASH.format("two", "one", "off")
    expected = [f"Sync deletions: {comes}; {goes}"]
    assert said(pair, Edit(options={"sync_deletions": ["a-to-b"]})) == expected


def test_the_usual_country_is_named(pair: Connection, settings: Any) -> None:
    settings.DEFAULT_REGION = "NL"
    words = "Country of phone numbers: from “NL, as for every connection here” to “BE”"
    assert said(pair, Edit(options={"region": "BE"})) == [words]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (OptionChange("name", "pair", "other"), "Name: from “pair” to “other”"),
        (OptionChange("b", "two · Contacts", "six · Contacts"),
         "Side B: from “two · Contacts” to “six · Contacts”"),
        (Made("one · Contacts", "two · Contacts", "two-way", "draft", 1),
         "New: one · Contacts and two · Contacts, “Both ways: one ↔ two”, draft, 1 field mapping"),
        (LineChange(MappingLine("custom:Gone", "->", "no_more"), "removed"),
         "Field mapping Gone → no_more: removed"),
    ],
)  # fmt: skip
def test_what_is_not_changed_on_a_page_of_today(
    pair: Connection, change: Change, words: str
) -> None:
    assert in_words(pair, [change]) == [words]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([EMAILS, SIZES], "Field mapping First name ↔ First name: removed"),
        ([NAMES, EMAILS, SIZES, MappingLine("job_title", "->", "job_title")],
         "Field mapping Job title → Job title: new"),
        ([NAMES, EMAILS, SIZES, MappingLine("job_title", "->", "job_title", on=False)],
         "Field mapping Job title → Job title: new, switched off"),
        ([replace(NAMES, on=False), EMAILS, SIZES],
         "Field mapping First name ↔ First name: switched off"),
        ([NAMES, replace(EMAILS, arrow="<-"), SIZES],
         "Field mapping E-mail addresses ↔ E-mail addresses: from “↔ both ways” to “← to one”"),
        ([NAMES, EMAILS, replace(SIZES, winner="b")],
         "Field mapping Size ↔ Cut: whose value stays: from “as the connection” to “two”"),
        ([NAMES, EMAILS, replace(SIZES, values=(("L", "Small"),))],
         "Value map Size ↔ Cut: “L” is “Small” now, no longer “Large”; “S” is no longer “Small”"),
    ],
)  # fmt: skip
def test_a_line(pair: Connection, lines: list[MappingLine], words: str) -> None:
    edit = Edit(lines=lines, rules=[BACK])
    assert [each for each in said(pair, edit) if not each.startswith("Rule")] == [words]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": "Bakers"}, "Rule Clients: renamed to Bakers"),
        ({"conditions": (CLIENT, BAKER, WrittenCondition("tag", "has not", "Gone"))},
         "Rule Clients: condition added: does not have the tag Gone"),
        ({"conditions": (CLIENT,)}, "Rule Clients: condition removed: Job title is Baker"),
        ({"conditions": (replace(CLIENT, value="Friend"), BAKER)},
         "Rule Clients: condition changed: from “has the tag Client” to “has the tag Friend”"),
        ({"conditions": (BAKER, CLIENT)},
         "Rule Clients: conditions in this order: “Job title is Baker”, “has the tag Client”"),
        ({"actions": (SET,)}, "Rule Clients: action removed: add the tag Known"),
        ({"actions": (MARK, SET, WrittenAction("remove tag", "New"))},
         "Rule Clients: action added: remove the tag New"),
        ({"actions": (MARK, replace(SET, value="Cook"))},
         "Rule Clients: action changed: from “set Job title to Baker” to “set Job title to Cook”"),
        ({"actions": (SET, MARK)},
         "Rule Clients: actions in this order: “set Job title to Baker”, “add the tag Known”"),
        ({"undo": True}, "Rule Clients: undo when it no longer matches: switched on"),
        ({"on": False}, "Rule Clients: switched off (what it did stays)"),
        ({"on": False, "take_back": True},
         "Rule Clients: switched off (what it did is taken back)"),
    ],
)  # fmt: skip
def test_a_rule(pair: Connection, changed: dict[str, Any], words: str) -> None:
    clients, back = stored_rules(pair)
    assert said(pair, Edit(rules=[replace(clients, **changed), back])) == [words]


def test_rules_that_come_and_go_and_their_order(pair: Connection) -> None:
    clients, back = stored_rules(pair)
    marks = WrittenRule("Marks", "b", (CLIENT,), (MARK,), both_ways=True, on=False)
    assert said(pair, Edit(rules=[back, clients])) == ["Rules: in this order: Back, Clients"]
    assert said(pair, Edit(rules=[back, marks, WrittenRule("All", "a")])) == [
        "Rule Clients: removed (what it did stays)",
        "Rule Marks: new, switched off: IF in two: has the tag Client THEN in one: add the tag "
        "Known (both ways)",
        "Rule All: new: Every contact of one is synced.",
    ]
    keep(judged(pair, Edit(rules=[marks])), None)
    (stored,) = stored_rules(pair)
    expected = ["Rule Marks: both ways: switched off", "Rule Marks: switched on"]
    assert said(pair, Edit(rules=[replace(stored, both_ways=False, on=True)])) == expected


# --- What is wrong ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (Edit(lines=[MappingLine("custom:No", "->", "emails")]), "one has no field 'custom:No'."),
        (Edit(lines=[MappingLine("custom:Size", "->", "job_title", values=(("S", "x"),))]),
         "Size of one is single choice, Job title of two text."),
        (Edit(lines=[replace(SIZES, values=(("S", "Tiny"),))]),
         "Cut of two has no option 'Tiny'."),
        (Edit(lines=[MappingLine("job_title", "->", "job_title")]),
         "Job title of two is written by the mapping line “Job title” already."),
        (Edit(lines=[MappingLine("first_name", "->", "first_name"),
                     MappingLine("job_title", "->", "first_name")]),
         "First name of two would be written by two lines: “First name” and “Job title – First "
         "name”."),
        (Edit(rules=[replace(CLIENTS, actions=(SET, SET))]), "This rule sets Job title twice."),
    ],
)  # fmt: skip
def test_an_error_calls_sides_and_fields_as_a_page_does(
    pair: Connection, edit: Edit, words: str
) -> None:
    assert any(words in fault.text for fault in judged_for_page(pair, edit).errors)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (Edit(rules=[CLIENTS, replace(CLIENTS, name="Too")]),
         "Rule Clients sets Job title of two too. Where both match, the first in order wins"),
        (Edit(rules=[CLIENTS, WrittenRule("Too", "a", (), (replace(MARK, kind="remove tag"),))]),
         "Rule Clients adds the tag Known of two. Where both match, the first in order wins"),
        (Edit(options={"direction": "a-to-b"}, rules=[CLIENTS, BACK]),
         "The direction is “one → two”, so rules over two are ignored: only one is looked at."),
        (Edit(lines=[replace(SIZES, values=())]), "S, L of Size have no counterpart in two: "),
    ],
)  # fmt: skip
def test_a_warning_calls_them_so_too(pair: Connection, edit: Edit, words: str) -> None:
    assert any(words in fault.text for fault in judged_for_page(pair, edit).warnings)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("b-to-a is not possible: two has no tag.", "“two → one” is not possible: two has no tag."),
        ("The connection has run: its side b stays two.",
         "The connection has run: its side B stays two."),
        ("The line custom:Size <-> custom:Cut is left out: b has no field custom:Cut any more.",
         "The line “Size – Cut” is left out: two has no field custom:Cut any more."),
        ("“has the tag x” waits: In B: The tag x is not there any more.",
         "“has the tag x” waits: In two: The tag x is not there any more."),
        ("Only a part of a list, and in a hurry.", "Only a part of a list, and in a hurry."),
    ],
)  # fmt: skip
def test_what_is_said_elsewhere_has_the_same_words(pair: Connection, text: str, words: str) -> None:
    assert FaultWords(pair).of(text) == words


def test_the_page_before_a_change_says_it_so(desk: Client, pair: Connection) -> None:
    Connection.objects.filter(pk=pair.pk).update(state="active")
    page = url_of(pair, OPTIONS)
    form = desk.get(page).context["form"]
    posted = {name: form[name].value() for name in form.fields}
    answer = desk.post(page, {**_filled(posted), "direction": "a-to-b"})
    words = "Direction: from “Both ways: one ↔ two” to “one → two”"
    assert answer.context["changes"] == [words]
    assert f"<li>{words}</li>" in answer.content.decode()


def _filled(posted: dict[str, Any]) -> dict[str, Any]:
    """As a browser sends it: nothing of a box that is not ticked."""
    return {name: value for name, value in posted.items() if value not in (None, False, [])}
