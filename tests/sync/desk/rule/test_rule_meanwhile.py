"""Two windows, and two people: nothing that was entered is lost, and nothing is overwritten without
a word."""

from __future__ import annotations

import pytest
from django.test import Client

from connections.models import Connection
from rules.editing import WrittenAction, WrittenCondition, WrittenRule
from rules.models import Rule
from tests.sync.desk.conftest import synced
from tests.sync.desk.rule.ruled import (
    entry,
    filled_in,
    keep_rules,
    page_of,
    page_of_new,
    posted_again,
    rules_of,
    stored,
    text_of,
)

FRIENDS = WrittenRule(
    "Friends",
    "a",
    (WrittenCondition("tag", "has", "Friend"),),
    (WrittenAction("add tag", "VIP"),),
)
ALL = WrittenRule("All", "b")


@pytest.fixture
def friends(varied: Connection) -> Connection:
    keep_rules(varied, FRIENDS, ALL)
    return varied


def test_a_rule_that_was_changed_in_the_meantime_is_not_overwritten_without_a_word(
    desk: Client, friends: Connection
) -> None:
    page = page_of("Friends")
    mine, theirs = filled_in(desk, page), filled_in(desk, page)
    desk.post(page, theirs | {"then-0-value": "Theirs"})
    answer = desk.post(page, mine | {"then-0-value": "Mine"})
    text = text_of(answer)
    assert "this rule was changed in the meantime" in text
    assert "THEN in news: add the tag Theirs" in text
    assert stored(friends, "Friends").actions[0].value == "Theirs"
    again = posted_again(answer)
    assert again["then-0-value"] == ["Mine"]
    assert desk.post(page, again).headers["Location"] == rules_of(friends)
    assert stored(friends, "Friends").actions[0].value == "Mine"


def test_what_others_did_to_other_rules_stays(desk: Client, friends: Connection) -> None:
    page = page_of("Friends")
    mine = filled_in(desk, page) | {"then-0-value": "Mine"}
    desk.post(page_of("All"), filled_in(desk, page_of("All")) | {"name": "Everybody"})
    desk.post(page_of_new(friends), entry("New"))
    desk.post(page, mine)
    assert [rule.name for rule in friends.rules.all()] == ["Friends", "Everybody", "New"]
    assert stored(friends, "Friends").actions[0].value == "Mine"


def test_another_place_among_the_rules_is_no_change_of_the_rule(
    desk: Client, friends: Connection
) -> None:
    mine = filled_in(desk, page_of("Friends"))
    keys = [str(rule.pk) for rule in friends.rules.all()][::-1]
    desk.post(rules_of(friends), {"order": keys, "_order": "1"})
    desk.post(page_of("Friends"), mine | {"name": "Pals"})
    assert [rule.name for rule in friends.rules.all()] == ["All", "Pals"]


def test_a_rule_that_was_deleted_in_the_meantime_becomes_a_new_one(
    desk: Client, friends: Connection
) -> None:
    page = page_of("Friends")
    mine = filled_in(desk, page) | {"then-0-value": "Mine"}
    keep_rules(friends, ALL)
    answer = desk.post(page, mine)
    text = text_of(answer)
    assert "This rule was deleted in the meantime." in text
    assert f'action="{page_of_new(friends)}"' in text
    again = posted_again(answer)
    assert desk.post(page_of_new(friends), again).status_code == 302
    assert stored(friends, "Friends").actions[0].value == "Mine"


def test_who_may_only_look_makes_no_rule_of_one_that_was_deleted(
    desk: Client, viewer: Client, friends: Connection
) -> None:
    page = page_of("Friends")
    mine = filled_in(desk, page)
    keep_rules(friends, ALL)
    assert viewer.post(page, mine).status_code == 403
    assert desk.get(page).status_code == 404
    assert desk.post(page, mine | {"connection": "999"}).status_code == 404


def test_a_rule_that_is_sent_twice_is_there_once(desk: Client, friends: Connection) -> None:
    tagged = [{"kind": "tag", "op": "has", "value": "Client"}]
    for _ in range(2):
        answer = desk.post(page_of_new(friends), entry("Clients", tagged))
        assert answer.headers["Location"] == rules_of(friends)
    assert Rule.objects.filter(name="Clients").count() == 1
    answer = desk.post(page_of_new(friends), entry("Clients"))
    assert "Another rule is named Clients already." in text_of(answer)


def test_what_changed_while_somebody_was_asked_is_asked_again(
    desk: Client, connection: Connection
) -> None:
    keep_rules(connection, FRIENDS, ALL)
    synced(connection)
    Connection.objects.update(state="active")
    page = page_of("Friends")
    mine = filled_in(desk, page) | {"if-0-value": "Pal"}
    word, value = desk.post(page, mine).context["confirmed"]
    theirs = filled_in(desk, page_of("All")) | {"name": "Everybody"}
    asked = desk.post(page_of("All"), theirs).context["confirmed"]
    assert desk.post(page_of("All"), theirs | dict([asked])).status_code == 302
    answer = desk.post(page, mine | {word: value})
    assert "It was changed in the meantime." in text_of(answer)
    word, value = answer.context["confirmed"]
    assert desk.post(page, mine | {word: value}).status_code == 302
    assert stored(connection, "Friends").conditions[0].value == "Pal"
