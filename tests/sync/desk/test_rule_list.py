"""The list of rules: sentences in their order, which can be changed, and rules that are switched
on and off."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connections.models import Connection
from rules.editing import Edit, WrittenAction, WrittenCondition, WrittenRule, judged, keep
from rules.models import Revision, Rule
from tests.sync.desk.conftest import synced

VIP = WrittenRule(
    "Friends",
    "a",
    (WrittenCondition("tag", "has", "Friend"),),
    (WrittenAction("add tag", "VIP"),),
    undo=True,
)


@pytest.fixture
def friends(connection: Connection) -> Connection:
    """With the rules Friends, Plain (both of a) and Back (of b)."""
    rules = [VIP, WrittenRule("Plain", "a"), WrittenRule("Back", "b")]
    keep(judged(connection, Edit(rules=rules)), None)
    Revision.objects.all().delete()
    return connection


def page(connection: Connection) -> str:
    return reverse("admin:connection_rules", args=[connection.pk])


def names(connection: Connection) -> list[str]:
    return list(connection.rules.values_list("name", flat=True))


def key(name: str) -> str:
    return str(Rule.objects.get(name=name).pk)


def shown(client: Client, connection: Connection) -> str:
    answer = client.get(page(connection))
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def told(answer: Any) -> list[str]:
    return [rule.name for rule in answer.context["rules"]]


def test_rules_are_sentences_with_the_names_of_the_sides(desk: Client, friends: Connection) -> None:
    text = shown(desk, friends)
    assert "IF in one: has the tag Friend THEN in two: add the tag VIP (undo)" in text
    assert "Every contact of two is synced." in text
    assert reverse("admin:rules_rule_change", args=[key("Friends")]) in text
    assert f"{reverse('admin:rules_rule_add')}?connection={friends.pk}&side=b" in text


def test_the_order_is_saved_with_who_did_it(desk: Client, friends: Connection) -> None:
    order = [key(name) for name in ("Back", "Friends", "Plain")]
    answer = desk.post(page(friends), {"order": order, "_order": "1"})
    assert answer.headers["Location"] == page(friends)
    assert names(friends) == ["Back", "Friends", "Plain"]
    (revision,) = Revision.objects.all()
    assert revision.by and revision.by.username == "boss"


@pytest.mark.parametrize(
    ("word", "name", "result"),
    [
        ("_up", "Back", ["Friends", "Back", "Plain"]),
        ("_down", "Friends", ["Plain", "Friends", "Back"]),
        ("_up", "Friends", ["Friends", "Plain", "Back"]),
    ],
)
def test_without_a_script_a_rule_is_moved_first_on_the_page_only(
    desk: Client, friends: Connection, word: str, name: str, result: list[str]
) -> None:
    order = [key(each) for each in names(friends)]
    answer = desk.post(page(friends), {"order": order, word: key(name)})
    assert told(answer) == result
    assert answer.context["is_moved"] == (result != names(friends))
    assert names(friends) == ["Friends", "Plain", "Back"]


@pytest.mark.parametrize("fault", ["missing", "twice", "unknown", "another's"])
def test_an_order_of_other_rules_is_not_taken(
    desk: Client, friends: Connection, fault: str
) -> None:
    other = Connection.objects.create(name="other", a=friends.b, b=friends.a)
    theirs = Rule.objects.create(connection=other, side="a", name="Theirs")
    keys = [key(name) for name in ("Back", "Plain", "Friends")]
    wrong = {"missing": [], "twice": keys[:1], "unknown": ["999"], "another's": [str(theirs.pk)]}
    answer = desk.post(
        page(friends), {"order": [*keys[:2], *wrong[fault]], "_order": "1"}, follow=True
    )
    assert "changed in the meantime" in answer.content.decode()
    assert names(friends) == ["Friends", "Plain", "Back"]


@pytest.mark.parametrize("posted", [{"switch": "999", "to": "leave"}, {"to": "leave"}, {}])
def test_what_names_no_rule_switches_nothing(
    desk: Client, friends: Connection, posted: dict[str, str]
) -> None:
    other = Connection.objects.create(name="other", a=friends.b, b=friends.a)
    theirs = Rule.objects.create(connection=other, side="a", name="Theirs")
    desk.post(page(friends), posted)
    desk.post(page(friends), {"switch": theirs.pk, "to": "leave"})
    desk.post(page(friends), {"switch": key("Friends"), "to": "sideways"})
    assert not Rule.objects.filter(on=False).exists()


@pytest.mark.parametrize(("to", "take_back"), [("leave", False), ("take_back", True)])
def test_switching_off_says_what_becomes_of_its_effects(
    desk: Client, friends: Connection, to: str, take_back: bool
) -> None:
    assert "What becomes of what it did to contacts?" in shown(desk, friends)
    desk.post(page(friends), {"switch": key("Friends"), "to": to})
    row = Rule.objects.get(name="Friends")
    assert (row.on, row.take_back) == (False, take_back)
    said = "What it did is taken back." if take_back else "What it did stays."
    text = shown(desk, friends)
    assert said in text
    assert ("Take back what it did" in text) == (not take_back)
    desk.post(page(friends), {"switch": key("Friends"), "to": "on"})
    row.refresh_from_db()
    assert (row.on, row.take_back) == (True, False)


def test_an_active_connection_asks_first_and_goes_on_from_there(
    desk: Client, friends: Connection
) -> None:
    synced(friends)
    posted = {"switch": key("Friends"), "to": "take_back"}
    answer = desk.post(page(friends), posted)
    assert "Nothing is saved yet." in answer.content.decode()
    assert Rule.objects.get(name="Friends").on
    assert told(desk.post(page(friends), {**posted, "_again": "1"})) == names(friends)
    word, value = answer.context["confirmed"]
    assert desk.post(page(friends), {**posted, word: value}).status_code == 302
    assert not Rule.objects.get(name="Friends").on


def test_an_order_that_was_not_confirmed_is_shown_again(desk: Client, friends: Connection) -> None:
    synced(friends)
    order = [key(name) for name in ("Back", "Friends", "Plain")]
    posted = {"order": order, "_order": "1"}
    assert "Nothing is saved yet." in desk.post(page(friends), posted).content.decode()
    assert told(desk.post(page(friends), {**posted, "_again": "1"})) == ["Back", "Friends", "Plain"]


def test_rules_that_play_no_part_and_parts_that_wait_are_marked(
    desk: Client, friends: Connection
) -> None:
    Connection.objects.update(direction="b-to-a")
    text = shown(desk, friends)
    assert "Ignored: nothing flows from one." in text
    row = Rule.objects.get(name="Back")
    row.conditions.create(kind="field", op="is", field="custom:Gone", value="x")
    text = shown(desk, friends)
    assert "waits: " in text and "custom:Gone" in text


def test_without_a_rule_in_force_it_says_that_nothing_syncs(
    desk: Client, friends: Connection
) -> None:
    Rule.objects.update(on=False)
    assert "No rule is in force, so nothing is synced." in shown(desk, friends)
    Rule.objects.all().delete()
    text = shown(desk, friends)
    assert "There is no rule, so nothing is synced." in text
    assert "Go on to the field mapping" in text


def test_who_may_only_look_finds_nothing_to_press(viewer: Client, friends: Connection) -> None:
    text = shown(viewer, friends)
    assert "IF in one: has the tag Friend" in text
    for control in ("Switch off", "_up", "Add a rule", "Delete"):
        assert control not in text
    posted = {"switch": key("Friends"), "to": "leave"}
    assert viewer.post(page(friends), posted).status_code == 403
    assert not Rule.objects.filter(on=False).exists()
    nobody = Client()
    nobody.force_login(User.objects.create_user("nobody", is_staff=True))
    assert nobody.get(page(friends)).status_code == 403


def test_thirty_rules_of_three_and_three_need_no_more_queries_and_are_saved(
    desk: Client, connection: Connection
) -> None:
    rules = [
        WrittenRule(
            f"rule {number}",
            "a",
            tuple(WrittenCondition("tag", "has", f"t{place}") for place in range(3)),
            tuple(WrittenAction("add tag", f"u{number}-{place}") for place in range(3)),
        )
        for number in range(30)
    ]
    keep(judged(connection, Edit(rules=rules[:3])), None)
    few = _queries(desk, connection)
    keep(judged(connection, Edit(rules=rules)), None)
    assert _queries(desk, connection) == few
    order = [str(pk) for pk in connection.rules.values_list("pk", flat=True)][::-1]
    assert desk.post(page(connection), {"order": order, "_order": "1"}).status_code == 302
    assert names(connection) == [rule.name for rule in reversed(rules)]


def _queries(client: Client, connection: Connection) -> int:
    client.get(page(connection))
    with CaptureQueriesContext(database) as queries:
        client.get(page(connection))
    return len(queries)
