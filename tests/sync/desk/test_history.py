"""The history of a connection's configuration, and the way back."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connections.models import Account, Connection
from connections.states import pause
from connectors.errors import TryAgain
from connectors.fields import Field
from connectors.memory import store
from connectors.memory.app import MemoryApp, Quirks
from rules.configuration.dumping import dump
from rules.configuration.loading import load
from rules.history import record_revision, told
from rules.models import Revision
from rules.rows import held_conditions
from tests.sync.desk.conftest import container, synced

pytestmark = pytest.mark.sqlite_only

ACCOUNTS = """
accounts:
  - {name: one, app: memory, credentials: {name: one}}
  - {name: two, app: memory, credentials: {name: two}}
"""
BEGINNING = """
connections:
  - name: pair
    a: {account: one}
    b: {account: two}
"""
CHANGED = """
connections:
  - name: pair
    interval: 30
    avoid_duplicates: false
    brakes: {most: 500}
    rules:
      - name: Clients
        from: a
        if:
          - {kind: tag, op: has, value: Client}
          - {kind: field, field: job_title, op: is, value: Baker}
        then:
          - {kind: add tag, value: From one}
      - {name: Everything in B, from: b}
    mappings:
      - {a: notes, arrow: "->", b: notes, winner: a}
      - {a: nickname, arrow: "<->", b: nickname, on: false}
      - {a: "custom:Size", arrow: "->", b: "custom:Size"}
"""
AGAIN = CHANGED.replace("value: Client}", "value: Friend}").replace("From one", "Of one")
#: What the history says of CHANGED.
WORDS = [
    "Avoid duplicates: switched off",
    "Interval: from “every 5 minutes” to “every 30 minutes”",
    "Brakes: from “creating or changing more than 2000 contacts” to “creating or changing more "
    "than 500 contacts”",
    "Rule Everything in A: removed (what it did stays)",
    "Rule Clients: new: IF in one: has the tag Client and Job title is Baker THEN in two: add the "
    "tag From one",
    "Field mapping Notes ↔ Notes: from “↔ both ways” to “→ to two”",
    "Field mapping Notes → Notes: whose value stays: from “as the connection” to “one”",
    "Field mapping Nickname ↔ Nickname: switched off",
    "Field mapping Size → Size: new",
]


@pytest.fixture
def apps(db: None, var: Path) -> Iterator[dict[str, MemoryApp]]:
    for name in ("one", "two"):
        quirks = Quirks(
            custom=(Field("custom:Size", "Size"),),
            registers=frozenset({"tag"}),
        )
        store.placed[name] = MemoryApp(timezone.now, quirks)
    yield store.placed
    store.placed.clear()


@pytest.fixture
def pair(apps: dict[str, MemoryApp]) -> Connection:
    """Made by a file, then changed by another."""
    for app in apps.values():
        for tag in ("Client", "Friend", "From one", "Of one"):
            app.register("tag", tag)
    load(ACCOUNTS + BEGINNING, {}, source="first.yaml")
    load(CHANGED, {}, source="second.yaml")
    return Connection.objects.get(name="pair")


def history(connection: Connection) -> str:
    return reverse("admin:connections_connection_history_of", args=[connection.pk])


def way_back(revision: Revision) -> str:
    assert revision.connection_id
    return reverse("admin:connection_go_back", args=[revision.connection_id, revision.pk])


def first(connection: Connection) -> Revision:
    return connection.revisions.earliest("pk")


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return plain(answer.content.decode())


def plain(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", page))


def saves(client: Client, connection: Connection) -> list[tuple[str, Any]]:
    """Where each is from and what it changed, the newest first."""
    found = client.get(history(connection)).context["saves"]
    return [(save.revision.source, save.changes) for save in found]


def press(client: Client, revision: Revision, **given: str) -> Any:
    latest = Revision.objects.filter(connection=revision.connection_id).latest("pk")
    return client.post(way_back(revision), {"latest": str(latest.pk), **given}, follow=True)


def without_state(text: str) -> str:
    return re.sub(r"(?m)^  state: .*\n", "", text)


# --- The history --------------------------------------------------------------------------


def test_each_save_is_told_in_words_with_nested_rows(desk: Client, pair: Connection) -> None:
    made = "New: one · Contacts and two · Contacts, “Both ways: one ↔ two”, draft, "
    (second, changes), (begin, words) = saves(desk, pair)
    assert (second, begin) == ("second.yaml", "first.yaml")
    assert sorted(changes) == sorted(WORDS)
    assert len(words) == 1
    assert words[0].startswith(made)


def test_it_tells_all_that_loading_said(desk: Client, pair: Connection) -> None:
    said = load(AGAIN, {}).changes
    assert said == (
        "connection pair: rule Clients: condition has the tag Client → has the tag Friend",
        "connection pair: rule Clients: action add the tag From one → add the tag Of one",
    )
    assert saves(desk, pair)[0][1] == [
        "Rule Clients: condition changed: from “has the tag Client” to “has the tag Friend”",
        "Rule Clients: action changed: from “add the tag From one” to “add the tag Of one”",
    ]


def test_it_says_when_who_and_where(desk: Client, pair: Connection, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    Connection.objects.filter(pk=pair.pk).update(interval=77)
    by = User.objects.get(username="boss")
    revision = record_revision(pair, by=by, source="the admin")
    assert revision
    Revision.objects.filter(pk=revision.pk).update(at=datetime(2026, 3, 1, 20, 30, tzinfo=UTC))
    shown = text_of(desk, history(pair))
    assert "2026-03-02 05:30" in shown
    assert "<td>boss</td> <td>the admin</td>" in shown
    assert "Interval: from “every 30 minutes” to “every 77 minutes”" in shown


def test_the_history_button_of_the_connection_leads_there(desk: Client, pair: Connection) -> None:
    address = history(pair)
    assert address == reverse("admin:connections_connection_history", args=[pair.pk])
    change = reverse("admin:connections_connection_change", args=[pair.pk])
    assert f'href="{address}"' in text_of(desk, change)
    assert "second.yaml" in text_of(desk, address)


def test_a_rename_is_told(desk: Client, pair: Connection) -> None:
    Connection.objects.filter(pk=pair.pk).update(name="other")
    pair.refresh_from_db()
    record_revision(pair, source="the admin")
    assert saves(desk, pair)[0] == ("the admin", ["Name: from “pair” to “other”"])


def test_what_an_app_offers_no_more_is_still_told(
    desk: Client, pair: Connection, apps: dict[str, MemoryApp]
) -> None:
    for app in apps.values():
        app.quirks = replace(app.quirks, custom=())
    lines = "mappings: [{a: notes, arrow: '->', b: notes, winner: a}]"
    load(f"connections: [{{name: pair, {lines}}}]", {})
    now, before, _ = saves(desk, pair)
    assert "Field mapping Size → Size: removed" in now[1]
    assert "Field mapping Size → Size: new" in before[1]


@pytest.mark.parametrize(
    "text",
    ["", "\t", "connections: []", "- 1", "{a: [", "a: &a *a",
     "connections: [{name: pair, a: {account: one}, b: {account: two}, direction: sideways}]"],
)  # fmt: skip
def test_a_text_that_cannot_be_read_spoils_no_page(
    desk: Client, pair: Connection, text: str
) -> None:
    begin = first(pair)
    Revision.objects.filter(pk=begin.pk).update(text=text)
    assert [changes for _, changes in saves(desk, pair)] == [None, None]
    assert "What changed cannot be told" in text_of(desk, history(pair))
    before = dump()
    shown = plain(press(desk, begin).content.decode())
    assert "This cannot be gone back to. Nothing was changed." in shown
    assert dump() == before


def test_a_connection_without_any_save_has_a_page(desk: Client, connection: Connection) -> None:
    assert "Nothing was saved" in text_of(desk, history(connection))


def test_twenty_stand_on_a_page_and_the_next_goes_on(desk: Client, pair: Connection) -> None:
    for number in range(100, 121):
        load(f"connections: [{{name: pair, interval: {number}}}]", {}, source=f"{number}.yaml")
    newest = saves(desk, pair)
    assert len(newest) == 20
    assert newest[0] == ("120.yaml", ["Interval: from “every 119 minutes” to “every 120 minutes”"])
    assert newest[-1] == ("101.yaml", ["Interval: from “every 100 minutes” to “every 101 minutes”"])
    rest = desk.get(history(pair), {"page": "2"}).context["saves"]
    assert [save.revision.source for save in rest] == ["100.yaml", "second.yaml", "first.yaml"]
    assert rest[0].changes == ["Interval: from “every 30 minutes” to “every 100 minutes”"]
    assert not any(save.is_latest for save in rest)
    assert desk.get(history(pair), {"page": "x"}).context["page"].number == 1
    assert desk.get(history(pair), {"page": "99"}).context["page"].number == 2


@pytest.mark.parametrize("number", [19, 20, 21])
def test_around_a_full_page_every_save_is_told_once(
    desk: Client, pair: Connection, number: int
) -> None:
    for interval in range(100, 98 + number):
        load(f"connections: [{{name: pair, interval: {interval}}}]", {})
    shown = [
        save.revision.pk
        for page in ("1", "2")[: 1 + (number > 20)]
        for save in desk.get(history(pair), {"page": page}).context["saves"]
    ]
    assert shown == list(pair.revisions.values_list("pk", flat=True))
    assert len(shown) == number


def test_more_saves_need_no_more_queries(desk: Client, pair: Connection) -> None:
    few = _queries(desk, history(pair))
    boss = User.objects.get(username="boss")
    for number in range(100, 110):
        load(f"connections: [{{name: pair, interval: {number}}}]", {}, by=boss)
    assert _queries(desk, history(pair)) == few


def _queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(database) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_no_credential_is_shown(desk: Client, pair: Connection) -> None:
    for revision in pair.revisions.all():
        text = revision.text.replace("name: one}", "name: hidden-login}")
        assert text != revision.text
        Revision.objects.filter(pk=revision.pk).update(text=text)
    Account.objects.filter(name="two").update(name="second")
    for address in (history(pair), way_back(first(pair))):
        assert "hidden-login" not in text_of(desk, address)
    assert "hidden-login" not in press(desk, first(pair)).content.decode()


# --- The way back -------------------------------------------------------------------------


def test_going_back_is_shown_first_and_does_nothing_yet(desk: Client, pair: Connection) -> None:
    before, number = dump(), Revision.objects.count()
    shown = text_of(desk, way_back(first(pair)))
    assert "Interval: from “every 30 minutes” to “every 5 minutes”" in shown
    assert "Rule Clients: removed (what it did stays)" in shown
    assert "Field mapping Size → Size: removed" in shown
    assert (dump(), Revision.objects.count()) == (before, number)


def test_going_back_restores_the_text_and_is_a_save_of_its_own(
    desk: Client, pair: Connection
) -> None:
    announced = desk.get(way_back(first(pair))).context["changes"]
    shown = plain(press(desk, first(pair)).content.decode())
    assert f"pair is again as it was saved on {first(pair).at:%Y-%m-%d %H:%M}." in shown
    newest = pair.revisions.latest("pk")
    assert newest.by
    assert (newest.by.username, newest.source) == ("boss", "history")
    assert newest.text == first(pair).text
    assert saves(desk, pair)[0] == ("history", list(announced))
    press(desk, pair.revisions.order_by("pk")[1])
    there_and_back = saves(desk, pair)
    assert there_and_back[0][1] == there_and_back[2][1]


def test_going_back_twice_is_one_save(desk: Client, pair: Connection) -> None:
    begin = first(pair)
    press(desk, begin)
    number = Revision.objects.count()
    assert "Everything is like that already." in text_of(desk, way_back(begin))
    assert "Everything is like that already." in plain(press(desk, begin).content.decode())
    assert Revision.objects.count() == number


@pytest.mark.parametrize("then", ["draft", "active", "paused"])
@pytest.mark.parametrize("now", ["draft", "active", "paused"])
def test_the_state_stays_so_no_first_run_is_approved(
    desk: Client, pair: Connection, then: str, now: str
) -> None:
    begin = first(pair)
    text = begin.text.replace("state: draft", f"state: {then}")
    Revision.objects.filter(pk=begin.pk).update(text=text)
    Connection.objects.filter(pk=pair.pk).update(state=now)
    assert not any("state" in change for change in desk.get(way_back(begin)).context["changes"])
    press(desk, begin)
    pair.refresh_from_db()
    assert (pair.state, pair.interval) == (now, 5)
    assert not pair.runs.exists()


def test_who_has_run_goes_back_to_a_save_of_the_draft(desk: Client, pair: Connection) -> None:
    assert synced(pair).state == "done"
    press(desk, first(pair))
    pair.refresh_from_db()
    assert (pair.state, pair.interval) == ("active", 5)
    assert without_state(pair.revisions.latest("pk").text) == without_state(first(pair).text)


def test_a_pause_while_the_apps_are_asked_is_kept(
    desk: Client, pair: Connection, apps: dict[str, MemoryApp]
) -> None:
    Connection.objects.filter(pk=pair.pk).update(state="active")
    begin = first(pair)

    def somebody_pauses(moment: str, call: str) -> None:
        pause(Connection.objects.get(pk=pair.pk))

    apps["one"].interrupt = somebody_pauses
    press(desk, begin)
    pair.refresh_from_db()
    assert (pair.state, pair.interval) == ("paused", 5)


def test_accounts_stay_as_they_are(desk: Client, pair: Connection) -> None:
    begin = first(pair)
    text = begin.text.replace("credentials: {name: one}", "credentials: {name: three}")
    assert text != begin.text
    Revision.objects.filter(pk=begin.pk).update(text=text)
    sealed = list(Account.objects.order_by("pk").values_list("name", "identity", "sealed"))
    press(desk, begin)
    assert list(Account.objects.order_by("pk").values_list("name", "identity", "sealed")) == sealed
    pair.refresh_from_db()
    assert pair.interval == 5


def test_a_former_name_comes_back_with_it(desk: Client, pair: Connection) -> None:
    Connection.objects.filter(pk=pair.pk).update(name="other")
    pair.refresh_from_db()
    record_revision(pair)
    assert "Name: from “other” to “pair”" in text_of(desk, way_back(first(pair)))
    press(desk, first(pair))
    pair.refresh_from_db()
    assert (pair.name, pair.interval) == ("pair", 5)
    assert Connection.objects.count() == 1
    assert pair.revisions.latest("pk").name == "pair"


def refused(client: Client, revision: Revision, *said: str) -> None:
    """It is told why, before and after pressing, and nothing is changed."""
    before, number = dump(), Revision.objects.count()
    for shown in (text_of(client, way_back(revision)), press(client, revision).content.decode()):
        assert "This cannot be gone back to. Nothing was changed." in plain(shown)
        for words in said:
            assert words in plain(shown)
    assert (dump(), Revision.objects.count()) == (before, number)


def test_a_name_taken_meanwhile_is_in_the_way(desk: Client, pair: Connection) -> None:
    Connection.objects.filter(pk=pair.pk).update(name="other")
    pair.refresh_from_db()
    Connection.objects.create(name="pair", a=container("three"), b=container("four"))
    refused(
        desk,
        first(pair),
        "<code>connections.name</code>: Another connection is named pair by now.",
        "<code>- name: pair</code>",
    )


def test_an_account_that_is_gone_is_in_the_way_of_a_draft(desk: Client, pair: Connection) -> None:
    Account.objects.filter(name="two").update(name="second")
    refused(
        desk,
        first(pair),
        "<code>connections.b.account</code>: There is no account 'two'.",
        "<code>b: {account: two, container: contacts}</code>",
    )


def test_an_account_that_was_renamed_is_in_nobodys_way_once_it_has_run(
    desk: Client, pair: Connection
) -> None:
    synced(pair)
    Account.objects.filter(name="two").update(name="second")
    shown = text_of(desk, way_back(first(pair)))
    assert "has run: its side B stays second · Contacts." in shown
    press(desk, first(pair))
    pair.refresh_from_db()
    assert (pair.interval, pair.b.account.name) == (5, "second")


def test_other_sides_are_in_the_way_once_it_has_run(desk: Client, pair: Connection) -> None:
    container("three")
    begin = first(pair)
    text = begin.text.replace("b: {account: two", "b: {account: three")
    assert text != begin.text
    Revision.objects.filter(pk=begin.pk).update(text=text)
    synced(pair)
    refused(desk, begin, "has run: its side B stays two · Contacts.")


def test_a_tag_that_vanished_is_told_and_its_condition_waits(
    desk: Client, pair: Connection, apps: dict[str, MemoryApp]
) -> None:
    changed = pair.revisions.latest("pk")
    press(desk, first(pair))
    apps["one"].unregister("tag", "Client")
    shown = plain(press(desk, changed).content.decode())
    assert "connections.rules.if.value: The tag Client is not there any more." in shown
    assert "pair is again as it was saved" in shown
    (held,) = held_conditions(Connection.objects.get(pk=pair.pk))
    assert held.condition == "has the tag Client"


def test_a_field_that_vanished_is_in_the_way(
    desk: Client, pair: Connection, apps: dict[str, MemoryApp]
) -> None:
    changed = pair.revisions.latest("pk")
    press(desk, first(pair))
    apps["two"].quirks = replace(apps["two"].quirks, custom=())
    before, number = dump(), Revision.objects.count()
    # The tables do not know yet, so the page says what would change; the app is asked by pressing.
    assert "Field mapping Size → Size: new" in text_of(desk, way_back(changed))
    shown = plain(press(desk, changed).content.decode())
    assert "This cannot be gone back to. Nothing was changed." in shown
    assert "<code>connections.mappings.a</code>: two has no field 'custom:Size'." in shown
    assert '<code>- {a: "custom:Size"' in shown or "<code>- {a: 'custom:Size'" in shown
    assert (dump(), Revision.objects.count()) == (before, number)


def test_an_app_that_does_not_answer_is_in_the_way_only_of_doing_it(
    desk: Client, pair: Connection, apps: dict[str, MemoryApp]
) -> None:
    begin = first(pair)

    def failing(moment: str, call: str) -> None:
        raise TryAgain("The app does not answer.")

    apps["one"].interrupt = failing
    assert "Interval: from “every 30 minutes” to “every 5 minutes”" in text_of(
        desk, way_back(begin)
    )
    before = dump()
    shown = plain(press(desk, begin).content.decode())
    assert "This cannot be gone back to. Nothing was changed." in shown
    assert "The app does not answer." in shown
    assert dump() == before


def test_what_was_changed_meanwhile_is_shown_before_it_goes(desk: Client, pair: Connection) -> None:
    begin, seen = first(pair), pair.revisions.latest("pk")
    load("connections: [{name: pair, interval: 99}]", {})
    shown = plain(press(desk, begin, latest=str(seen.pk)).content.decode())
    assert "It was changed in the meantime." in shown
    assert "Interval: from “every 99 minutes” to “every 5 minutes”" in shown
    pair.refresh_from_db()
    assert pair.interval == 99


# --- What it does to contacts -------------------------------------------------------------


def effect(client: Client, revision: Revision) -> str:
    args = [revision.connection_id, revision.pk]
    return text_of(client, reverse("admin:connection_go_back_effect", args=args))


def test_the_effect_on_contacts_is_told_without_asking_the_apps(
    desk: Client, connection: Connection, var: Path
) -> None:
    synced(connection)
    asks = "if: [{kind: field, field: first_name, op: is, value: Ada}]"
    rules = ", ".join(f"{{name: Adas in {side}, from: {side}, {asks}}}" for side in "ab")
    load(f"connections: [{{name: pair, rules: [{rules}]}}]", {})
    adas = connection.revisions.latest("pk")
    load("connections: [{name: pair, rules: [{name: All, from: a}, {name: Too, from: b}]}]", {})
    shutil.rmtree(var / "memory")
    assert desk.get(way_back(adas)).context["has_effect"]
    said = effect(desk, adas)
    assert "pair: the next run would then do this, as the apps were last read:" in said
    assert "1 contact would be left out from now on: Ben" in said
    assert not (var / "memory").exists(), "an app was asked"


def test_of_a_draft_no_effect_is_counted(desk: Client, pair: Connection) -> None:
    assert not desk.get(way_back(first(pair))).context["has_effect"]


# --- Who may ------------------------------------------------------------------------------


def test_who_may_only_look_sees_the_history_and_no_way_back(
    viewer: Client, pair: Connection
) -> None:
    shown = text_of(viewer, history(pair))
    assert "Interval: from “every 5 minutes” to “every 30 minutes”" in shown
    assert "Go back" not in shown
    begin = first(pair)
    before = dump()
    assert viewer.get(way_back(begin)).status_code == 403
    assert viewer.get(way_back(begin) + "effect/").status_code == 403
    assert press(viewer, begin).status_code == 403
    assert dump() == before


def test_who_may_change_needs_no_more(viewer: Client, pair: Connection) -> None:
    user = User.objects.get(username="viewer")
    user.user_permissions.add(Permission.objects.get(codename="change_connection"))
    assert "Go back to this" in text_of(viewer, history(pair))
    press(viewer, first(pair))
    pair.refresh_from_db()
    assert pair.interval == 5


def test_who_may_not_look_is_refused_and_strangers_sign_in(pair: Connection) -> None:
    client = Client()
    assert client.get(history(pair)).status_code == 302
    client.force_login(User.objects.create_user("guest", is_staff=True))
    assert client.get(history(pair)).status_code == 403
    assert client.get(way_back(first(pair))).status_code == 403


def test_what_is_not_there_is_not_found(desk: Client, pair: Connection) -> None:
    other = Connection.objects.create(name="other", a=container("three"), b=container("four"))
    alien = reverse("admin:connection_go_back", args=[other.pk, first(pair).pk])
    gone = reverse("admin:connections_connection_history_of", args=[987654])
    for address in (alien, alien + "effect/", gone):
        assert desk.get(address).status_code == 404
    assert desk.post(alien, {"latest": "1"}).status_code == 404


def test_a_post_from_elsewhere_is_refused(pair: Connection) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("boss"))
    assert press(client, first(pair)).status_code == 403
    pair.refresh_from_db()
    assert pair.interval == 30


def test_of_no_revisions_nothing_is_told(db: None) -> None:
    assert told([], with_first=True) == []
