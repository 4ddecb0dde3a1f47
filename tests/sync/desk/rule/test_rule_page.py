"""The page of a rule: what is entered is what is stored, with all that a rule can say; what that
means is told; and who may only look changes nothing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from connections.models import Connection
from rules.editing import WrittenAction, WrittenCondition, WrittenRule
from rules.models import Revision, Rule
from tests.sync.desk.conftest import synced
from tests.sync.desk.rule.ruled import (
    EVERYTHING,
    FRIENDS,
    changed,
    entry,
    filled_in,
    keep_rules,
    page_of,
    page_of_new,
    rows,
    rules_of,
    stored,
    text_of,
)

TAGGED = {"kind": "tag", "op": "has", "value": "Friend"}
VIP = {"kind": "add tag", "value": "VIP"}


# --- What is stored -----------------------------------------------------------------------


def test_a_new_rule_is_stored_as_it_was_entered(desk: Client, varied: Connection) -> None:
    keep_rules(varied, EVERYTHING)
    conditions = [
        TAGGED,
        {"kind": "bucket", "op": "not in", "value": " Old "},
        {"kind": "field", "field": "custom:Size", "op": "is", "value": "L"},
        {"kind": "field", "field": "company", "op": "one of", "lines": "Acme\r\n\r\nGlobex"},
        {"kind": "field", "field": "custom:Hobbies", "op": "one of", "among": ["Chess", "Go"]},
        {"kind": "field", "field": "custom:Since", "op": "before", "value": "2026-11-23"},
        {"kind": "field", "field": "custom:Seen", "op": "within days", "value": "07"},
        {"kind": "field", "field": "phones.mobile", "op": "is not empty", "value": "left over"},
        {"kind": "exists", "op": "not"},
        {"kind": "deleted", "op": ""},
    ]
    actions = [
        VIP,
        {"kind": "remove from group", "value": "Waiting"},
        {"kind": "set field", "field": "custom:Level", "value": "Gold"},
    ]
    answer = desk.post(page_of_new(varied), entry("Clients", conditions, actions, undo="on"))
    assert answer.headers["Location"] == rules_of(varied)
    assert stored(varied, "Clients") == WrittenRule(
        "Clients",
        "a",
        (
            WrittenCondition("tag", "has", "Friend"),
            WrittenCondition("bucket", "not in", "Old"),
            WrittenCondition("field", "is", "L", "custom:Size"),
            WrittenCondition("field", "one of", ("Acme", "Globex"), "company"),
            WrittenCondition("field", "one of", ("Chess", "Go"), "custom:Hobbies"),
            WrittenCondition("field", "before", "2026-11-23", "custom:Since"),
            WrittenCondition("field", "within days", "7", "custom:Seen"),
            WrittenCondition("field", "is not empty", "", "phones.mobile"),
            WrittenCondition("exists", "not"),
            WrittenCondition("deleted"),
        ),
        (
            WrittenAction("add tag", "VIP"),
            WrittenAction("remove from group", "Waiting"),
            WrittenAction("set field", "Gold", "custom:Level"),
        ),
        undo=True,
    )
    assert [rule.name for rule in varied.rules.all()] == ["All of news", "Clients"]
    (revision,) = Revision.objects.all()
    assert revision.by and revision.by.username == "boss"


def test_a_rule_without_conditions_and_actions_is_one(desk: Client, varied: Connection) -> None:
    desk.post(page_of_new(varied, "b"), entry("All"))
    assert stored(varied, "All") == WrittenRule("All", "b")


def test_conditions_look_at_the_side_of_the_rule_and_actions_at_the_other(
    desk: Client, varied: Connection
) -> None:
    status = {"kind": "status", "op": "one of", "among": ["subscribed", "pending"]}
    bucket = {"kind": "add to bucket", "value": "Readers"}
    desk.post(page_of_new(varied, "b"), entry("Readers", [status], [bucket]))
    assert stored(varied, "Readers").conditions[0].value == ("subscribed", "pending")
    answer = desk.post(page_of_new(varied, "a"), entry("Not there", [status], [bucket]))
    text = text_of(answer)
    assert "There is no condition 'status' in this app." in text
    assert "There is no action 'add to bucket' in this app." in text
    assert not Rule.objects.filter(name="Not there").exists()


def test_rows_are_changed_removed_and_added(desk: Client, friends: Connection) -> None:
    data = filled_in(desk, page_of("Friends"))
    data = changed(data, rows("if", {**TAGGED, "DELETE": "on"}, {}, {**TAGGED, "value": "Client"}))
    data = changed(data, rows("then"))
    key = Rule.objects.get(name="Friends").pk
    assert desk.post(page_of("Friends"), data).status_code == 302
    assert stored(friends, "Friends") == WrittenRule(
        "Friends", "a", (WrittenCondition("tag", "has", "Client"),), undo=True
    )
    assert Rule.objects.get(name="Friends").pk == key, "its effects are known by it"


def test_a_rule_keeps_its_row_and_its_place_under_another_name(
    desk: Client, friends: Connection
) -> None:
    key = Rule.objects.get(name="Friends").pk
    desk.post(page_of("Friends"), filled_in(desk, page_of("Friends")) | {"name": "Pals"})
    assert list(friends.rules.values_list("name", flat=True)) == ["Pals", "All of news"]
    assert Rule.objects.get(name="Pals").pk == key


@pytest.mark.parametrize(("effects", "take_back"), [("leave", False), ("take_back", True)])
def test_switching_off_says_what_becomes_of_its_effects(
    desk: Client, friends: Connection, effects: str, take_back: bool
) -> None:
    page = page_of("Friends")
    assert "what becomes of what it did to contacts?" in text_of(desk.get(page))
    data = filled_in(desk, page) | {"effects": effects}
    del data["on"]
    desk.post(page, data)
    rule = stored(friends, "Friends")
    assert (rule.on, rule.take_back) == (False, take_back)
    assert filled_in(desk, page)["effects"] == [effects]
    desk.post(page, filled_in(desk, page) | {"on": "on"})
    rule = stored(friends, "Friends")
    assert (rule.on, rule.take_back) == (True, False)


def test_what_a_rule_without_actions_did_is_not_asked(desk: Client, friends: Connection) -> None:
    assert "what becomes of" not in text_of(desk.get(page_of("All of news")))


# --- What is told of it -------------------------------------------------------------------


def test_both_ways_is_offered_where_it_is_possible_and_else_said_why_not(
    desk: Client, friends: Connection
) -> None:
    assert "The two are kept equal" in text_of(desk.get(page_of("Friends")))
    text = text_of(desk.get(page_of("All of news")))
    assert 'name="both_ways"' not in text
    assert "Both ways is not possible here. A rule goes both ways only with exactly one" in text
    desk.post(page_of("Friends"), filled_in(desk, page_of("Friends")) | {"both_ways": "on"})
    assert stored(friends, "Friends").both_ways
    assert filled_in(desk, page_of("Friends"))["both_ways"] == ["on"]


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([EVERYTHING], "conditions on crm only limit what is created in news."),
        ([WrittenRule("All", "a"), EVERYTHING], "Every contact of crm is synced by the rule “All”"),
        ([], "while it matches this rule or another one over crm, or its counterpart a rule over"),
        (
            [WrittenRule("All", "a", on=False)],
            "while it matches this rule or another one over crm",
        ),
    ],
)
def test_it_is_said_what_conditions_are_good_for_beside_the_other_rules(
    desk: Client, varied: Connection, others: list[WrittenRule], said: str
) -> None:
    keep_rules(varied, FRIENDS, *others)
    assert said in text_of(desk.get(page_of("Friends")))


def test_a_rule_over_the_side_that_is_only_written_is_said_to_be_ignored(
    desk: Client, friends: Connection
) -> None:
    Connection.objects.update(direction="b-to-a")
    assert "Ignored: nothing flows from crm." in text_of(desk.get(page_of("Friends")))


def test_without_rows_it_says_what_that_means(desk: Client, varied: Connection) -> None:
    text = text_of(desk.get(page_of_new(varied)))
    assert "No condition: every contact of crm." in text
    assert "No action: it is synced, and nothing is put on it." in text
    assert "A new rule over contacts of crm" in text


# --- An active connection, and who may ----------------------------------------------------


def test_an_active_connection_asks_first_and_nothing_entered_is_lost(
    desk: Client, connection: Connection
) -> None:
    synced(connection)
    Connection.objects.update(state="active")
    keep_rules(connection, FRIENDS)
    page = page_of("Friends")
    several = {"kind": "field", "field": "company", "op": "one of", "lines": "Acme\nGlobex"}
    data = changed(filled_in(desk, page), rows("if", several, {**TAGGED, "value": "<b>Pals"}))
    answer = desk.post(page, data)
    assert "Nothing is saved yet." in text_of(answer)
    assert stored(connection, "Friends") == FRIENDS
    carried = {name: [v for n, v in answer.context["posted"] if n == name] for name in data}
    again = desk.post(page, {**carried, "_again": "1"})
    assert [row.given for row in again.context["entry"].conditions] == [
        ("Acme", "Globex"),
        "<b>Pals",
    ]
    assert "Enter" not in text_of(again), "nothing is judged"
    word, value = answer.context["confirmed"]
    assert desk.post(page, {**carried, word: value}).headers["Location"] == rules_of(connection)
    assert len(stored(connection, "Friends").conditions) == 2


def test_who_may_only_look_sees_it_and_changes_nothing(viewer: Client, friends: Connection) -> None:
    page = page_of("Friends")
    text = text_of(viewer.get(page))
    assert '<fieldset class="rulepage-form" disabled>' in text
    assert "IF in crm: has the tag Friend THEN in news: add the tag VIP (undo)" in text
    for control in ("Save", "_add", "_read", "Delete this rule", "data-remove"):
        assert control not in text
    data = filled_in(viewer, page) | {"name": "Mine"}
    assert viewer.post(page, data).status_code == 403
    assert viewer.post(page, {**data, "_read": "a"}).status_code == 403
    assert viewer.get(page_of_new(friends)).status_code == 403
    assert viewer.post(page_of_new(friends), data).status_code == 403
    nobody = Client()
    nobody.force_login(User.objects.create_user("nobody", is_staff=True))
    assert nobody.get(page).status_code == 403
    assert nobody.get(reverse("admin:rules_rule_change", args=[999])).status_code == 403
    assert stored(friends, "Friends") == FRIENDS


@pytest.mark.parametrize("query", ["", "?connection=999&side=a", "?connection=x&side=a", "side"])
def test_without_a_connection_one_is_asked_to_choose_it(
    desk: Client, friends: Connection, query: str
) -> None:
    query = f"?connection={friends.pk}&side=c" if query == "side" else query
    answer = desk.get(reverse("admin:rules_rule_add") + query, follow=True)
    assert "A rule belongs to a connection." in text_of(answer)


def test_a_rule_that_is_not_there_is_not_found(desk: Client, friends: Connection) -> None:
    assert desk.get(reverse("admin:rules_rule_change", args=[999])).status_code == 404
