"""Deleting a rule asks what becomes of what it did, and shows the effect first."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connections.models import Connection
from connectors.memory import store
from rules.editing import WrittenAction, WrittenCondition, WrittenRule
from rules.models import Revision, Rule
from sync.models import Run
from tests.sync.desk.conftest import synced
from tests.sync.desk.rule.ruled import (
    filled_in,
    keep_rules,
    page_of,
    rules_of,
    stored,
    text_of,
)

CLIENTS = WrittenRule(
    "Clients",
    "a",
    (WrittenCondition("field", "is", "Countess", "job_title"),),
    (WrittenAction("add tag", "Client"),),
)
ALL = WrittenRule("All", "a")


@pytest.fixture
def clients(connection: Connection) -> Connection:
    """Active, and has put the tag Client on Ada in b."""
    keep_rules(connection, CLIENTS, ALL)
    assert synced(connection).state == Run.State.DONE
    Connection.objects.update(state="active")
    assert tags() == {"Client"}
    return Connection.objects.get(pk=connection.pk)


def tags() -> set[str]:
    """In b."""
    with store.opened("two", settings.VAR_DIR, timezone.now) as app:
        people = app.contacts().values()
    return {segment.name for person in people for segment in person.segments}


def deleting(name: str) -> str:
    return reverse("admin:rules_rule_delete", args=[Rule.objects.get(name=name).pk])


def confirmed(client: Client, page: str, data: dict[str, Any]) -> Any:
    answer = client.post(page, data)
    assert "Nothing is saved yet." in text_of(answer)
    return client.post(page, data | dict([answer.context["confirmed"]]), follow=True)


def names(connection: Connection) -> list[str]:
    return list(connection.rules.values_list("name", flat=True))


def test_a_rule_of_a_draft_that_did_nothing_yet_is_deleted_at_once(
    desk: Client, varied: Connection
) -> None:
    tagged = WrittenRule("Tagged", "a", (), (WrittenAction("add tag", "VIP"),))
    keep_rules(varied, tagged, WrittenRule("All", "b"))
    text = text_of(desk.get(deleting("Tagged")))
    assert "It has done nothing to contacts yet." in text and "What becomes of" not in text
    assert names(varied) == ["Tagged", "All"], "looking deletes nothing"
    answer = desk.post(deleting("Tagged"), {"effects": "leave"}, follow=True)
    assert "The rule Tagged is deleted." in text_of(answer)
    assert names(varied) == ["All"]
    (revision,) = Revision.objects.all()
    assert revision.by and revision.by.username == "boss"


def test_what_it_did_is_left_unless_it_is_said_otherwise(desk: Client, clients: Connection) -> None:
    page = deleting("Clients")
    shown = desk.get(page).content.decode()
    assert 'value="leave" checked' in shown and 'value="take_back">' in shown
    answer = confirmed(desk, page, {"effects": "leave"})
    assert "The rule Clients is deleted." in text_of(answer)
    assert names(clients) == ["All"]
    synced(clients)
    assert tags() == {"Client"}


def test_what_it_did_is_taken_back_before_it_is_deleted(desk: Client, clients: Connection) -> None:
    page = deleting("Clients")
    answer = confirmed(desk, page, {"effects": "take_back"})
    assert "the next sync takes back what it did. Delete it after that." in text_of(answer)
    rule = stored(clients, "Clients")
    assert (rule.on, rule.take_back) == (False, True)
    text = text_of(desk.get(page))
    assert "Deleted before that, what it did stays." in text and "take_back" not in text
    synced(clients)
    assert tags() == set()
    assert "what it did was taken back" in text_of(desk.get(page))
    confirmed(desk, page, {"effects": "leave"})
    assert names(clients) == ["All"]


def test_of_a_rule_that_is_off_and_left_what_it_did_it_is_said(
    desk: Client, clients: Connection
) -> None:
    Rule.objects.filter(name="Clients").update(on=False)
    text = text_of(desk.get(deleting("Clients")))
    assert "It is switched off, and what it did to contacts stays as it is." in text
    answer = desk.post(deleting("Clients"), {"effects": "take_back"})
    assert "It is switched off" in text_of(answer), "that is not to be chosen any more"
    assert names(clients) == ["Clients", "All"]


def test_the_effect_is_shown_first_and_one_can_go_back(desk: Client, clients: Connection) -> None:
    page, data = deleting("All"), {"effects": "leave"}
    answer = desk.post(page, data)
    assert "Rule All: removed (what it did stays)" in text_of(answer)
    effect = text_of(desk.post(page, data | {"_effect": "1"}))
    assert "would be left out from now on: Ben" in effect
    again = desk.post(page, {"effects": "leave", "_again": "1"})
    assert "Delete the rule All" in text_of(again)
    again = desk.post(deleting("Clients"), {"effects": "take_back", "_again": "1"})
    assert 'value="take_back" checked' in again.content.decode()
    assert names(clients) == ["Clients", "All"]


def test_without_a_word_about_its_effects_it_is_asked(desk: Client, clients: Connection) -> None:
    assert "What becomes of what it did to contacts?" in text_of(desk.post(deleting("Clients")))
    answer = desk.post(deleting("Clients"), {"effects": "sideways"})
    assert "What becomes of what it did to contacts?" in text_of(answer)
    assert names(clients) == ["Clients", "All"]


def test_what_is_wrong_with_another_rule_is_told_with_the_way_there(
    desk: Client, varied: Connection
) -> None:
    keep_rules(varied, WrittenRule("Good", "a"), WrittenRule("Bad", "a"))
    Rule.objects.filter(name="Bad").update(both_ways=True)
    answer = desk.post(deleting("Good"), {"effects": "leave"})
    assert f'<a href="{page_of("Bad")}">Rule Bad</a>: A rule goes both ways' in text_of(answer)
    text = text_of(desk.post(page_of("Good"), filled_in(desk, page_of("Good")) | {"undo": "on"}))
    assert f'<a href="{page_of("Bad")}">Rule Bad</a>: A rule goes both ways' in text
    assert names(varied) == ["Good", "Bad"]


def test_the_last_rule_is_deleted_with_a_warning(desk: Client, varied: Connection) -> None:
    keep_rules(varied, WrittenRule("All", "a"))
    answer = desk.post(deleting("All"), {"effects": "leave"}, follow=True)
    text = text_of(answer)
    assert "so no contact is synced" in text and "There is no rule, so nothing is synced." in text


def test_a_rule_that_is_deleted_twice_is_no_dead_end(desk: Client, varied: Connection) -> None:
    keep_rules(varied, WrittenRule("Extra", "a"), WrittenRule("All", "b"))
    page, data = deleting("Extra"), {"effects": "leave", "connection": varied.pk}
    assert desk.post(page, data).headers["Location"] == rules_of(varied)
    answer = desk.post(page, data, follow=True)
    assert "This rule was deleted already." in text_of(answer)
    assert desk.get(page).status_code == 404


def test_who_may_only_look_deletes_nothing(viewer: Client, clients: Connection) -> None:
    page = deleting("All")
    assert viewer.get(page).status_code == 403
    assert viewer.post(page, {"effects": "leave"}).status_code == 403
    assert names(clients) == ["Clients", "All"]


def test_a_draft_goes_with_its_rules(desk: Client, varied: Connection) -> None:
    keep_rules(varied, WrittenRule("All", "a"))
    page = reverse("admin:connections_connection_delete", args=[varied.pk])
    assert desk.post(page, {"post": "yes"}).status_code == 302
    assert not Rule.objects.exists()
