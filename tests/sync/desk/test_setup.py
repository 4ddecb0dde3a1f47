"""The first steps of a set-up: the apps, the accounts, and the draft that comes of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_q.models import OrmQ
from pytest_django import DjangoCaptureOnCommitCallbacks

from connections.beginning import become_draft, choose
from connections.models import Account, Beginning, Connection, Container
from connections.vault import seal
from rules.models import Action, Revision, Rule
from sync.models import Run
from tests.sync.desk.conftest import container, person, synced

pytestmark = pytest.mark.sqlite_only

ADD = reverse("admin:connections_connection_add")
LIST = reverse("admin:connections_connection_changelist")
CLIENT = {"GOOGLE_CLIENT_ID": "the-client", "GOOGLE_CLIENT_SECRET": "client-secret-of-google"}


@pytest.fixture
def sides(db: None, var: Path) -> tuple[Container, Container]:
    """Two containers of the memory app that no connection joins."""
    return container("one", person("Ada"), person("Ben")), container("two", person("Ada"))


@pytest.fixture
def begun(sides: tuple[Container, Container]) -> Beginning:
    return Beginning.objects.create(app_a="memory", app_b="memory")


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def step_of(row: Beginning) -> str:
    return reverse("admin:connection_begin", args=[row.pk])


def chosen_in(text: str, name: str) -> list[str]:
    """The values of the radios of this name that are checked."""
    radios = [tag for tag in re.findall(r"<input[^>]*>", text) if f'name="{name}"' in tag]
    return [re.search(r'value="([^"]*)"', tag)[1] for tag in radios if " checked" in tag]  # type: ignore[index]


def account(name: str, app: str, *containers: str, **more: Any) -> Account:
    made = Account.objects.create(name=name, app=app, identity=f"id of {name}", **more)
    for each in containers:
        Container.objects.create(account=made, remote_id=f"/{each}/", name=each)
    return made


# --- Step 1: apps


def test_apps_are_cards_with_what_they_are_and_how_many_accounts_there_are(
    desk: Client, sides: tuple[Container, Container]
) -> None:
    text = text_of(desk.get(ADD))
    for letter in "ab":
        assert f'name="app_{letter}" value="google"' in text
    assert "2 accounts connected" in text and "no account connected yet" in text
    assert reverse("admin:connections_coming") in text
    assert chosen_in(text, "app_a") == chosen_in(text, "app_b") == []


def test_choosing_two_apps_begins_a_set_up_and_makes_no_connection(desk: Client, db: None) -> None:
    answer = desk.post(ADD, {"app_a": "google", "app_b": "mailchimp"})
    row = Beginning.objects.get()
    assert answer.headers["Location"] == step_of(row)
    assert (row.app_a, row.app_b, str(row.by)) == ("google", "mailchimp", "boss")
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({"app_a": "google"}, "Choose an app for side B."),
        ({"app_a": "fax", "app_b": "google"}, "There is no such app. Choose one for side A."),
        ({}, "Choose an app for side A."),
    ],
)
def test_an_app_that_is_missing_is_told_at_its_side(
    desk: Client, posted: dict[str, str], said: str
) -> None:
    text = text_of(desk.post(ADD, posted))
    side = said[-2]
    assert f'<a href="#side-{side}">{said}</a>' in text
    assert said in text[text.index(f'id="error-{side}"') :]
    assert not Beginning.objects.exists()


def test_the_page_of_an_account_leads_to_a_set_up_with_its_side_chosen(
    desk: Client, sides: tuple[Container, Container]
) -> None:
    text = text_of(desk.get(ADD, {"a": sides[0].pk}))
    assert chosen_in(text, "app_a") == ["memory"]
    desk.post(ADD, {"app_a": "memory", "app_b": "google", "a": sides[0].pk})
    assert Beginning.objects.get().a == sides[0]
    desk.post(ADD, {"app_a": "google", "app_b": "memory", "a": sides[0].pk})
    assert Beginning.objects.latest("pk").a is None


def test_a_link_to_a_container_that_is_none_leads_to_the_choice(desk: Client, db: None) -> None:
    for pk in ("nonsense", "²", "9" * 30, "4711"):
        assert chosen_in(text_of(desk.get(ADD, {"a": pk, "begun": pk})), "app_a") == []


def test_other_apps_may_be_chosen_again_and_what_fits_stays(
    desk: Client, begun: Beginning, sides: tuple[Container, Container]
) -> None:
    desk.post(step_of(begun), {"a": sides[0].pk, "b": sides[1].pk, "keep": "1"})
    assert f"{ADD}?begun={begun.pk}" in text_of(desk.get(step_of(begun)))
    desk.post(ADD, {"app_a": "memory", "app_b": "google", "begun": begun.pk})
    row = Beginning.objects.get()
    assert (row.pk, row.app_b, row.a, row.b) == (begun.pk, "google", sides[0], None)


# --- Step 2: accounts


def test_accounts_and_their_containers_are_offered_in_the_words_of_the_app(
    desk: Client, db: None
) -> None:
    account("books", "carddav", "Friends", "Work", identity_name="ann@home")
    account("elsewhere", "google", "Contacts")
    account("broken", "mailchimp", "News", attention="Enter the key again.")
    row = Beginning.objects.create(app_a="carddav", app_b="mailchimp")
    text = text_of(desk.get(step_of(row)))
    assert "the book <strong>Friends</strong>" in text and "the book <strong>Work</strong>" in text
    assert "signed in as ann@home" in text
    assert "its audience <strong>News</strong>" in text and "Enter the key again." in text
    assert "elsewhere" not in text


def test_what_was_chosen_is_kept_and_the_set_up_resumed(
    desk: Client, begun: Beginning, sides: tuple[Container, Container]
) -> None:
    assert desk.post(step_of(begun), {"a": sides[0].pk, "keep": "1"}).status_code == 204
    answer = desk.post(step_of(begun), {"a": sides[0].pk, "leave": "1"})
    assert answer.headers["Location"] == LIST
    for address in (LIST, reverse("admin:index")):
        text = text_of(desk.get(address))
        assert "Memory and Memory" in text and f'href="{step_of(begun)}"' in text
    text = text_of(desk.get(step_of(begun)))
    assert (chosen_in(text, "a"), chosen_in(text, "b")) == ([str(sides[0].pk)], [])


def test_who_comes_back_with_an_account_finds_it_chosen(
    desk: Client, begun: Beginning, sides: tuple[Container, Container]
) -> None:
    text = text_of(desk.get(step_of(begun), {"side": "b", "account": sides[1].account_id}))
    assert (chosen_in(text, "a"), chosen_in(text, "b")) == ([], [str(sides[1].pk)])
    assert "just connected" in text
    begun.refresh_from_db()
    assert begun.b is None  # a link changes nothing


def test_who_comes_back_with_something_else_finds_nothing_chosen(
    desk: Client, begun: Beginning
) -> None:
    other = account("ann", "google", "Contacts")
    own = Account.objects.get(name="one")
    for side, pk in (("a", other.pk), ("x", own.pk), ("b", "²"), ("b", "-1"), ("a", "9" * 30)):
        text = text_of(desk.get(step_of(begun), {"side": side, "account": pk}))
        assert (chosen_in(text, "a"), chosen_in(text, "b")) == ([], []), (side, pk)


def test_of_several_containers_the_person_chooses(desk: Client, db: None) -> None:
    books = account("books", "carddav", "Friends", "Work")
    row = Beginning.objects.create(app_a="carddav", app_b="carddav")
    text = text_of(desk.get(step_of(row), {"side": "a", "account": books.pk}))
    assert chosen_in(text, "a") == [] and "just connected" in text


def test_both_chosen_it_becomes_a_draft_with_its_mapping_and_is_read_at_once(
    desk: Client,
    begun: Beginning,
    sides: tuple[Container, Container],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    Container.objects.update(catalogue_data={}, catalogue_at=None)
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(step_of(begun), {"a": sides[0].pk, "b": sides[1].pk})
    made = Connection.objects.get()
    assert answer.headers["Location"] == reverse("admin:connection_options", args=[made.pk])
    assert (made.name, made.state, made.a, made.b) == ("Memory and Memory", "draft", *sides)
    assert made.mappings.filter(a="first_name", default=True).exists()
    assert made.rules.count() == 2
    assert not Beginning.objects.exists()
    (revision,) = Revision.objects.all()
    assert revision.by and (revision.by.username, revision.source) == ("boss", "the admin")
    (run,) = Run.objects.all()
    assert (run.kind, run.state, str(run.requested_by)) == ("preview", "queued", "boss")
    assert OrmQ.objects.count() == 1


def test_pressing_twice_makes_one_draft_and_leads_to_it(
    desk: Client, begun: Beginning, sides: tuple[Container, Container]
) -> None:
    chosen = {"a": sides[0].pk, "b": sides[1].pk}
    first, second = (desk.post(step_of(begun), chosen) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Connection.objects.count() == Run.objects.count() == 1


def test_what_is_kept_late_brings_no_set_up_back(
    begun: Beginning, sides: tuple[Container, Container]
) -> None:
    late = Beginning.objects.get()
    become_draft(begun, *sides)
    choose(late, {"a": sides[0], "b": None})
    assert not Beginning.objects.exists()
    assert become_draft(late, *sides) is None and Connection.objects.count() == 1


def test_a_name_that_is_taken_gets_a_number(
    desk: Client, begun: Beginning, sides: tuple[Container, Container]
) -> None:
    taken = Connection.objects.create(name="Memory and Memory", a=container("x"), b=container("y"))
    desk.post(step_of(begun), {"a": sides[0].pk, "b": sides[1].pk})
    assert Connection.objects.exclude(pk=taken.pk).get().name == "Memory and Memory 2"


def test_one_container_on_both_sides_is_refused_and_the_choice_is_kept(
    desk: Client, begun: Beginning, sides: tuple[Container, Container]
) -> None:
    text = text_of(desk.post(step_of(begun), {"a": sides[0].pk, "b": sides[0].pk}))
    assert "Both sides are one · Contacts. Give one another container." in text
    assert chosen_in(text, "a") == chosen_in(text, "b") == [str(sides[0].pk)]
    begun.refresh_from_db()
    assert (begun.a, begun.b) == (sides[0], sides[0])
    assert not Connection.objects.exists()


def test_two_that_are_joined_already_are_refused(
    desk: Client, begun: Beginning, sides: tuple[Container, Container]
) -> None:
    Connection.objects.create(name="pair", a=sides[0], b=sides[1])
    text = text_of(desk.post(step_of(begun), {"a": sides[1].pk, "b": sides[0].pk}))
    assert "are joined by connection pair already." in text
    assert Connection.objects.count() == 1 and Beginning.objects.exists()


def test_a_second_account_of_one_container_is_refused_at_its_side(desk: Client, var: Path) -> None:
    one, two, three = (
        Container.objects.create(account=account(name, "memory"), remote_id="contacts", name="C")
        for name in ("one", "two", "three")
    )
    Account.objects.filter(name__in=("one", "two")).update(identity="the same")
    Connection.objects.create(name="pair", a=one, b=three)
    row = Beginning.objects.create(app_a="memory", app_b="memory")
    other = Container.objects.create(account=account("four", "memory"), remote_id="x", name="X")
    text = text_of(desk.post(step_of(row), {"a": other.pk, "b": two.pk}))
    said = "Connection pair reaches C by the account one. Use that account here too."
    assert f'<a href="#side-b">{said}</a>' in text
    assert said in text[text.index('id="error-b"') :] and 'id="error-a"' not in text


def test_what_is_no_account_of_the_app_is_refused_at_its_side(
    desk: Client, begun: Beginning, sides: tuple[Container, Container]
) -> None:
    elsewhere = account("ann", "google", "Contacts").containers.get()
    for forged in (str(elsewhere.pk), "none", "4711", "-1", ""):
        text = text_of(desk.post(step_of(begun), {"a": sides[0].pk, "b": forged}))
        told = text[text.index('id="error-b"') :]
        assert re.search("Choose (one|an account) for side B", told), forged
        begun.refresh_from_db()
        assert (begun.a, begun.b) == (sides[0], None), forged
    assert not Connection.objects.exists()


def test_an_app_that_does_not_answer_is_told_at_its_side(
    desk: Client, begun: Beginning, sides: tuple[Container, Container]
) -> None:
    Container.objects.filter(pk=sides[1].pk).update(catalogue_at=None)
    Account.objects.filter(pk=sides[1].account_id).update(sealed=seal({"name": "no name!"}))
    text = text_of(desk.post(step_of(begun), {"a": sides[0].pk, "b": sides[1].pk}))
    said = "The name of a memory app is missing or has other characters."
    assert said in text[text.index('id="error-b"') :]
    assert Beginning.objects.exists() and not Connection.objects.exists()


def test_looking_again_finds_new_containers_and_keeps_what_was_chosen(
    desk: Client, begun: Beginning, sides: tuple[Container, Container]
) -> None:
    desk.post(step_of(begun), {"a": sides[0].pk, "keep": "1"})
    bare = Account.objects.create(name="bare", app="memory", sealed=seal({"name": "bare"}))
    assert "Look again" in text_of(desk.get(step_of(begun)))
    answer = desk.post(step_of(begun), {"look": bare.pk}, follow=True)
    assert "bare has 1 container." in text_of(answer)
    begun.refresh_from_db()
    assert bare.containers.count() == 1 and begun.a == sides[0]


def test_a_set_up_is_dropped_and_a_link_drops_nothing(desk: Client, begun: Beginning) -> None:
    drop = reverse("admin:connection_drop", args=[begun.pk])
    assert desk.get(drop).status_code == 405
    assert Beginning.objects.exists()
    assert "is dropped. Its accounts stay." in text_of(desk.post(drop, follow=True))
    assert not Beginning.objects.exists() and Account.objects.count() == 2
    assert "or was dropped" in text_of(desk.get(step_of(begun), follow=True))
    assert desk.post(drop).headers["Location"] == LIST


# --- Connecting an account on the way


def test_the_pop_up_and_the_credentials_lead_back_to_the_side(desk: Client, settings: Any) -> None:
    settings.CONNECTORS = {**settings.CONNECTORS, **CLIENT}
    row = Beginning.objects.create(app_a="google", app_b="memory")
    text = text_of(desk.get(step_of(row)))
    assert "No account of Google Contacts is connected yet." in text
    assert f'name="next" value="{step_of(row)}?side=a"' in text
    by_hand = re.search(r'href="([^"]*app=memory[^"]*)"', text)
    assert by_hand
    address = by_hand[1].replace("&amp;", "&")
    answer = desk.post(address, {"name": "mine", "memory__name": "mine"}, follow=True)
    (back, _), *_ = answer.redirect_chain
    made = Account.objects.get()
    assert back == f"{step_of(row)}?side=b&account={made.pk}"
    assert chosen_in(text_of(answer), "b") == [str(made.containers.get().pk)]


def test_a_closed_door_says_what_the_operator_has_to_set(desk: Client, db: None) -> None:
    row = Beginning.objects.create(app_a="google", app_b="google")
    text = text_of(desk.get(step_of(row)))
    assert "Pop-up authorisation of Google Contacts is switched off." in text
    assert "GOOGLE_CLIENT_ID" in text and "data-authorize" not in text


def test_an_account_leads_nowhere_else(desk: Client, var: Path) -> None:
    add = reverse("admin:connections_account_add")
    posted = {"name": "mine", "memory__name": "one"}
    answer = desk.post(f"{add}?app=memory&next=//evil.example/", posted)
    page = reverse("admin:connections_account_change", args=[Account.objects.get().pk])
    assert answer.headers["Location"] == page


# --- Who may


def test_who_may_not_add_a_connection_sees_and_does_nothing(
    viewer: Client, begun: Beginning, sides: tuple[Container, Container]
) -> None:
    user = User.objects.get(username="viewer")
    user.user_permissions.add(Permission.objects.get(codename="operate_connection"))
    chosen = {"a": sides[0].pk, "b": sides[1].pk}
    answers = [
        viewer.get(ADD),
        viewer.post(ADD, {"app_a": "memory", "app_b": "memory"}),
        viewer.get(step_of(begun)),
        viewer.post(step_of(begun), chosen),
        viewer.post(reverse("admin:connection_drop", args=[begun.pk])),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert not Connection.objects.exists() and Beginning.objects.count() == 1
    for address in (LIST, reverse("admin:index")):
        assert step_of(begun) not in text_of(viewer.get(address))


def test_who_may_not_connect_accounts_is_told_whom_to_ask(viewer: Client, var: Path) -> None:
    user = User.objects.get(username="viewer")
    user.user_permissions.add(Permission.objects.get(codename="add_connection"))
    row = Beginning.objects.create(app_a="google", app_b="memory")
    container("one")
    text = text_of(viewer.get(step_of(row)))
    assert "Ask an administrator to connect one." in text
    assert "data-authorize" not in text and "credentials" not in text
    assert viewer.post(step_of(row), {"look": Account.objects.get().pk}).status_code == 403


def test_a_post_from_elsewhere_is_refused(begun: Beginning) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("boss"))
    for address in (ADD, step_of(begun), reverse("admin:connection_drop", args=[begun.pk])):
        assert client.post(address, {}).status_code == 403


def test_steps_cost_the_same_queries_however_many_accounts_there_are(
    desk: Client, begun: Beginning
) -> None:
    def cost(address: str) -> int:
        with CaptureQueriesContext(database) as queries:
            assert desk.get(address).status_code == 200
        return len(queries)

    desk.get(LIST)  # content types and permissions are remembered from here on
    few = [cost(address) for address in (ADD, step_of(begun), LIST)]
    for number in range(4):
        account(f"more {number}", "memory", "x", "y")
        Beginning.objects.create(app_a="memory", app_b="google")
    assert [cost(address) for address in (ADD, step_of(begun), LIST)] == few


# --- The accounts of a draft


def sides_of(connection: Connection) -> str:
    return reverse("admin:connection_sides", args=[connection.pk])


def test_a_draft_that_has_not_run_gets_another_account_and_its_mapping_anew(
    desk: Client, connection: Connection
) -> None:
    new = container("three", person("Cem"))
    Run.objects.create(connection=connection, kind="preview", state="done")
    connection.mappings.filter(a="notes").delete()
    text = text_of(desk.get(sides_of(connection)))
    assert "the field mapping begins anew" in text
    assert chosen_in(text, "a") == [str(connection.a_id)]
    answer = desk.post(sides_of(connection), {"a": connection.a_id, "b": new.pk})
    assert answer.headers["Location"] == reverse("admin:connection_options", args=[connection.pk])
    connection.refresh_from_db()
    assert connection.b == new and connection.mappings.filter(a="notes").exists()
    assert Revision.objects.filter(connection=connection).exists()
    (preview,) = Run.objects.all()
    assert preview.state == "queued"  # what was shown was of other people


def test_the_same_accounts_again_change_nothing(desk: Client, connection: Connection) -> None:
    connection.mappings.filter(a="notes").delete()
    chosen = {"a": connection.a_id, "b": connection.b_id}
    assert desk.post(sides_of(connection), chosen).status_code == 302
    assert not connection.mappings.filter(a="notes").exists() and not Run.objects.exists()


def test_accounts_that_are_being_read_are_not_changed(desk: Client, connection: Connection) -> None:
    Run.objects.create(connection=connection, kind="preview", state="running")
    chosen = {"a": connection.a_id, "b": container("three").pk}
    assert "Wait until that has ended" in text_of(desk.post(sides_of(connection), chosen))
    connection.refresh_from_db()
    assert connection.b_id != chosen["b"]


def test_an_account_of_another_app_or_both_the_same_is_refused(
    desk: Client, connection: Connection
) -> None:
    other = account("ann", "google", "Contacts").containers.get()
    chosen = {"a": connection.a_id, "b": other.pk}
    assert "Choose one for side B." in text_of(desk.post(sides_of(connection), chosen))
    both = {"a": connection.a_id, "b": connection.a_id}
    assert "Both sides are" in text_of(desk.post(sides_of(connection), both))


def test_once_it_has_run_the_accounts_are_fixed(desk: Client, connection: Connection) -> None:
    synced(connection)
    text = text_of(desk.get(sides_of(connection)))
    assert "so its accounts stay" in text and 'type="radio"' not in text
    chosen = {"a": connection.a_id, "b": container("three").pk}
    assert desk.post(sides_of(connection), chosen).status_code == 403


def test_who_may_only_look_sees_the_accounts_and_changes_none(
    viewer: Client, connection: Connection
) -> None:
    text = text_of(viewer.get(sides_of(connection)))
    assert "one · Contacts" in text and 'type="radio"' not in text
    assert viewer.post(sides_of(connection), {}).status_code == 403


# --- A copy for other accounts


@pytest.fixture
def told(connection: Connection) -> Connection:
    """It has run, and is told other things than a new one."""
    synced(connection)
    Connection.objects.update(winner="b", never_blank=True, interval=30)
    connection.mappings.filter(a="notes").update(on=False)
    rule = Rule.objects.create(
        connection=connection, side="a", name="Tagged", position=2, undo=True
    )
    Action.objects.create(rule=rule, kind="add tag", value="Client")
    return connection


def copied(client: Client, told: Connection, b: Container) -> Any:
    at = client.post(reverse("admin:connection_copy", args=[told.pk])).headers["Location"]
    return client.post(at, {"a": told.a_id, "b": b.pk}, follow=True)


def test_a_copy_begins_with_what_the_connection_is_told_to_do(
    desk: Client, told: Connection
) -> None:
    copied(desk, told, container("three"))
    made = Connection.objects.exclude(pk=told.pk).get()
    assert (made.state, made.winner, made.never_blank, made.interval) == ("draft", "b", True, 30)
    for name in ("mappings", "rules"):
        hidden = ("id", "connection_id")
        rows, own = (
            [
                {key: value for key, value in row.items() if key not in hidden}
                for row in getattr(each, name).values()
            ]
            for each in (told, made)
        )
        assert own == rows
    assert made.rules.get(name="Tagged").actions.get().value == "Client"
    assert told.rules.get(name="Tagged").pk != made.rules.get(name="Tagged").pk
    (revision,) = Revision.objects.filter(connection=made)
    assert "Tagged" in revision.text and not Beginning.objects.exists()


def test_what_the_other_account_does_not_have_is_left_out_and_told(
    desk: Client, told: Connection
) -> None:
    three = container("three")
    fields = [x for x in three.catalogue_data["fields"] if x["name"] != "job_title"]
    data = {**three.catalogue_data, "fields": fields}
    Container.objects.filter(pk=three.pk).update(catalogue_data=data)
    text = text_of(copied(desk, told, three))
    assert "This was not copied:" in text and "job_title" in text
    made = Connection.objects.exclude(pk=told.pk).get()
    assert made.winner == "b" and made.rules.filter(name="Tagged").exists()
    assert made.mappings.filter(a="notes", on=False).exists()
    assert not made.mappings.filter(a="job_title").exists()


def test_a_copy_for_the_same_two_accounts_is_refused(desk: Client, told: Connection) -> None:
    text = text_of(copied(desk, told, told.b))
    assert "This is a copy of pair" in text
    assert "are joined by connection pair already." in text
    assert Connection.objects.count() == 1


def test_for_other_apps_nothing_is_copied(desk: Client, told: Connection) -> None:
    desk.post(reverse("admin:connection_copy", args=[told.pk]))
    row = Beginning.objects.get()
    desk.post(ADD, {"app_a": "memory", "app_b": "memory", "begun": row.pk})
    row.refresh_from_db()
    assert row.copy_of == told
    desk.post(ADD, {"app_a": "memory", "app_b": "google", "begun": row.pk})
    row.refresh_from_db()
    assert row.copy_of is None


def test_only_who_may_add_copies(viewer: Client, desk: Client, told: Connection) -> None:
    copy = reverse("admin:connection_copy", args=[told.pk])
    assert copy in text_of(desk.get(sides_of(told)))
    assert copy not in text_of(viewer.get(sides_of(told)))
    assert viewer.post(copy).status_code == 403
    assert desk.get(copy).status_code == 405
    assert not Beginning.objects.exists()
