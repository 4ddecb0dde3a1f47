"""What is told of a rule as it is entered, before anything is saved: its sentence, what of it
cannot be, and who matches it now; names only to those who may see people."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from connections.models import Connection
from rules.editing import WrittenCondition, WrittenRule
from rules.models import Revision, Rule
from sync.host import this_process
from sync.models import Run, SyncRecord
from sync.queue import ask_for_run
from sync.run import perform
from tests.sync.desk.conftest import synced
from tests.sync.desk.rule.ruled import entry, filled_in, keep_rules, page_of, page_of_new, text_of

COUNTESS = {"kind": "field", "field": "job_title", "op": "is", "value": "Countess"}


def told(client: Client, connection: Connection, data: dict[str, Any], side: str = "a") -> str:
    page = reverse("admin:rules_rule_told", args=[connection.pk, side])
    return text_of(client.post(page, data))


@pytest.fixture
def read(connection: Connection) -> Connection:
    """A draft whose sides were read by a preview."""
    perform(ask_for_run(connection, kind=Run.Kind.PREVIEW).pk, host=this_process())
    return Connection.objects.get(pk=connection.pk)


def seer() -> Client:
    user = User.objects.create_user("seer", is_staff=True)
    rights = Permission.objects.filter(codename__in=("view_connection", "see_people"))
    user.user_permissions.set(rights)
    client = Client()
    client.force_login(user)
    return client


def test_the_sentence_follows_what_is_entered_and_nothing_is_stored(
    desk: Client, read: Connection
) -> None:
    before = list(Rule.objects.values())
    text = told(desk, read, entry("", [COUNTESS], [{"kind": "add tag", "value": "VIP"}]))
    assert "IF in one: Job title is Countess THEN in two: add the tag VIP" in text
    assert "<b>1</b> of 2 contacts of one, as last read." in text and ">Ada</li>" in text
    assert "<html" not in text
    assert list(Rule.objects.values()) == before and not Revision.objects.exists()


def test_what_is_not_complete_yet_is_said(desk: Client, read: Connection) -> None:
    unfinished = [COUNTESS, {**COUNTESS, "value": ""}, {"kind": "field"}, {}]
    text = told(desk, read, entry("New", unfinished, [{"kind": "add tag"}]))
    assert "As it stands, this cannot be asked or done:" in text
    for place in (
        "Condition 2:</strong> Enter",
        "Condition 3:</strong> Choose the field.",
        "Action 1:</strong> Enter a value.",
    ):
        assert place in text
    assert "<b>0</b> of 2 contacts" in text
    assert "Of 1 it is not known. Nobody enters or leaves the rule because of" in text


def test_both_ways_follows_as_well(desk: Client, read: Connection) -> None:
    tagged = {"kind": "tag", "op": "has", "value": "VIP"}
    add = {"kind": "add tag", "value": "VIP"}
    assert "The two are kept equal" in told(desk, read, entry("R", [tagged], [add]))
    assert "Both ways is not possible here." in told(desk, read, entry("R", [tagged], [add, add]))
    text = told(desk, read, entry("R", [tagged], [add, add], both_ways="on"))
    assert "This is not possible as it stands." in text and 'name="both_ways"' in text


def test_of_the_stored_rule_it_is_told_where_nothing_is_entered(
    viewer: Client, read: Connection
) -> None:
    condition = WrittenCondition("field", "is", "Countess", "job_title")
    keep_rules(read, WrittenRule("Noble", "a", (condition,)), WrittenRule("All", "b"))
    key = Rule.objects.get(name="Noble").pk
    assert "<b>1</b> of 2 contacts" in told(viewer, read, {"rule": str(key)})
    assert "<b>2</b> of 2 contacts" in told(viewer, read, {})
    assert "<b>2</b> of 2 contacts" in told(viewer, read, {"rule": "999"})


def test_names_are_told_to_those_who_may_see_people(viewer: Client, read: Connection) -> None:
    text = told(viewer, read, entry("", [COUNTESS]))
    assert "<b>1</b> of 2" in text and "Ada" not in text
    assert "Who they are is not shown to you." in text
    assert "Ada" in told(seer(), read, entry("", [COUNTESS]))


def test_who_may_see_more_of_them_follows_a_link(desk: Client, connection: Connection) -> None:
    synced(connection)
    row = SyncRecord.objects.get(title="Ada")
    link = reverse("admin:sync_syncrecord_change", args=[row.pk])
    assert f'<a href="{link}">Ada</a>' in told(desk, connection, entry("", [COUNTESS]))
    assert link not in told(seer(), connection, entry("", [COUNTESS]))


def test_before_anything_was_read_it_says_what_to_do(desk: Client, connection: Connection) -> None:
    text = told(desk, connection, entry(""))
    assert "Nothing is known of contacts of one yet." in text
    assert reverse("admin:connection_preview", args=[connection.pk]) in text
    Connection.objects.update(state="paused")
    assert "The next sync reads them." in told(desk, connection, entry(""))


def test_many_are_counted_when_somebody_asks(
    desk: Client, read: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.desk.rule_telling.AT_ONCE", 1)
    text = told(desk, read, entry("", [COUNTESS]))
    assert "one has 2 contacts, which takes a while." in text and "Ada" not in text
    assert "<b>1</b> of 2" in told(desk, read, entry("", [COUNTESS], _count="1"))


def test_without_a_script_a_button_counts_on_the_page(desk: Client, read: Connection) -> None:
    page = page_of_new(read)
    assert '<noscript> <button class="desk-button" name="_count"' in text_of(desk.get(page))
    text = text_of(desk.post(page, entry("", [COUNTESS], _count="1")))
    assert "<b>1</b> of 2 contacts of one" in text and ">Ada</li>" in text
    assert 'value="Countess"' in text and "It is not saved" not in text


def test_who_may_only_look_counts_the_stored_rule_without_a_script(
    viewer: Client, read: Connection
) -> None:
    """What is disabled is not sent, so that the rule would seem to be empty."""
    condition = WrittenCondition("field", "is", "Countess", "job_title")
    keep_rules(read, WrittenRule("Noble", "a", (condition,)))
    text = text_of(viewer.post(page_of("Noble"), {"_count": "1"}))
    assert "<b>1</b> of 2 contacts" in text and "IF in one: Job title is Countess" in text


def test_the_page_itself_counts_nobody(desk: Client, read: Connection) -> None:
    """That takes a while, and is asked for by itself."""
    keep_rules(read, WrittenRule("All", "a"))
    text = text_of(desk.get(page_of("All")))
    assert "Counting …" in text and "Every contact of one is synced." in text
    told_at = reverse("admin:rules_rule_told", args=[read.pk, "a"])
    assert f'hx-post="{told_at}"' in text
    assert filled_in(desk, page_of("All"))["rule"] == [str(Rule.objects.get(name="All").pk)]


@pytest.mark.parametrize("side", ["c", "ab"])
def test_there_is_no_other_side(desk: Client, read: Connection, side: str) -> None:
    page = reverse("admin:rules_rule_told", args=[read.pk, side])
    assert desk.post(page, {}).status_code == 404


def test_odd_counts_of_rows_are_no_accident(desk: Client, read: Connection) -> None:
    for count in ("", "x", "-1", "100000"):
        text = told(desk, read, entry("") | {"if-TOTAL_FORMS": count})
        assert "contacts of one" in text
