"""The pages around an account: choosing an app, what is connected already, how each stands, and
what may be connected. Its form is tried in test_account_admin, its pop-up in tests/browser."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection as database
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connections.door import attempts
from connections.door.attempts import Outcome
from connections.models import Account, Connection, Container
from connections.vault import seal
from connectors import registry

pytestmark = pytest.mark.sqlite_only

ADD = reverse("admin:connections_account_add")
LIST = reverse("admin:connections_account_changelist")
CLIENT = {"GOOGLE_CLIENT_ID": "the-client", "GOOGLE_CLIENT_SECRET": "client-secret-of-google"}


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss")


@pytest.fixture
def desk(boss: User, var: Path) -> Client:
    client = Client()
    client.force_login(boss)
    return client


@pytest.fixture
def open_door(settings: Any) -> None:
    settings.CONNECTORS = {**settings.CONNECTORS, **CLIENT}


def staff(*permissions: str) -> Client:
    user = User.objects.create_user(f"staff{User.objects.count()}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def account(
    name: str, app: str = "google", books: tuple[str, ...] = ("Contacts",), **more: Any
) -> Account:
    made = Account.objects.create(
        name=name,
        app=app,
        identity=f"id of {name}",
        identity_name=f"{name}@people.example",
        sealed=seal({"name": name} if app == "memory" else {"access_token": f"secret of {name}"}),
        **more,
    )
    for book in books:
        Container.objects.create(account=made, remote_id=f"/{book}/", name=book)
    return made


def joined(name: str, a: Account, b: Account) -> Connection:
    return Connection.objects.create(name=name, a=a.containers.all()[0], b=b.containers.all()[0])


def page(one: Account) -> str:
    return reverse("admin:connections_account_change", args=[one.pk])


def shown(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def names(client: Client, **query: str) -> list[str]:
    return [row.name for row in client.get(LIST, query).context["cl"].result_list]


# --- Choosing an app


def test_apps_are_offered_with_what_they_are_and_what_is_connected(desk: Client) -> None:
    account("ann")
    account("ben")
    text = shown(desk, ADD)
    for app, label in registry.choices():
        assert f"{ADD}?app={app}" in text and label in text
        assert registry.connector_class(app).about.replace("'", "&#x27;") in text
    assert text.count("2 connected") == 1
    assert text.count("none connected yet") == len(registry.APPS) - 1


def test_an_app_that_is_none_leads_to_the_choice(desk: Client) -> None:
    assert "At which app is the account?" in shown(desk, ADD, app="fax")
    answer = desk.post(ADD, {"name": "x", "app": "../../etc"})
    assert "At which app is the account?" in answer.content.decode()
    assert not Account.objects.exists()


def test_who_may_not_add_chooses_no_app(desk: Client) -> None:
    viewer = staff("view_account")
    answers = [
        viewer.get(ADD),
        viewer.get(ADD, {"app": "google"}),
        viewer.post(ADD, {"app": "fax"}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]


# --- Adding one


def test_accounts_of_the_app_that_are_connected_are_offered_first(
    desk: Client, open_door: None
) -> None:
    ann, ben = account("ann"), account("ben", "mailchimp")
    text = shown(desk, ADD, app="google")
    assert "ann@people.example" in text and page(ann) in text
    assert page(ben) not in text
    assert text.index(page(ann)) < text.index("Authorize at Google Contacts…")


def test_an_open_door_is_a_button_and_credentials_are_folded(desk: Client, open_door: None) -> None:
    text = shown(desk, ADD, app="google")
    form = text[text.index("data-authorize") : text.index("</form>", text.index("data-authorize"))]
    assert f'action="{reverse("door:begin")}"' in text
    attempt = re.search(r'name="attempt" value="([0-9a-f]{32})"', form)
    assert attempt and reverse("door:outcome", args=[attempt[1]]) in form
    assert 'name="app" value="google"' in form and 'name="account" value=""' in form
    assert "csrfmiddlewaretoken" in form
    fields = text[text.index("<fieldset") : text.index("</fieldset>")]
    assert "<details>" in fields and "google__refresh_token" in fields
    assert CLIENT["GOOGLE_CLIENT_SECRET"] not in text
    again = shown(desk, ADD, app="google")
    assert attempt[1] not in again


def test_a_closed_door_says_what_the_operator_does(desk: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "https://accord.example.org"
    text = shown(desk, ADD, app="google")
    assert "Pop-up authorisation of Google Contacts is switched off." in text
    assert "GOOGLE_CLIENT_ID" in text and "GOOGLE_CLIENT_SECRET" in text
    assert "https://accord.example.org/authorize/google/callback/" in text
    assert "data-authorize" not in text
    # The credentials are what is left, so they are not folded.
    assert "<details>" not in text[text.index("<fieldset") : text.index("</fieldset>")]


@pytest.mark.parametrize("app", ["carddav", "memory"])
def test_an_app_without_a_door_asks_for_credentials_only(
    desk: Client, open_door: None, app: str
) -> None:
    text = shown(desk, ADD, app=app)
    assert "data-authorize" not in text and "switched off" not in text
    assert f"{app}__{registry.connector_class(app).credentials[0].name}" in text
    assert "google__" not in text


def test_an_account_entered_by_hand_is_shown_with_what_it_opens(desk: Client, boss: User) -> None:
    answer = desk.post(f"{ADD}?app=memory", {"name": "mine", "memory__name": "one"}, follow=True)
    made = Account.objects.get()
    assert answer.redirect_chain == [(page(made), 302)]
    text = answer.content.decode()
    assert "Account mine is connected." in text and "Connect this account" in text
    assert (made.app, made.authorised_by, bool(made.authorised_at)) == ("memory", boss, True)


def test_who_may_only_add_is_not_led_to_a_closed_page(desk: Client) -> None:
    answer = staff("add_account").post(
        f"{ADD}?app=memory", {"name": "mine", "memory__name": "one"}, follow=True
    )
    assert answer.status_code == 200 and Account.objects.count() == 1


def test_somebody_known_is_not_connected_a_second_time(desk: Client) -> None:
    desk.post(f"{ADD}?app=memory", {"name": "mine", "memory__name": "one"})
    first = Account.objects.get()
    text = desk.post(f"{ADD}?app=memory", {"name": "<b>", "memory__name": "one"}).content.decode()
    assert "That is account mine already." in text and page(first) in text
    assert Account.objects.get() == first


def test_a_name_that_is_taken_is_told_at_its_field(desk: Client) -> None:
    account("mine")
    answer = desk.post(f"{ADD}?app=memory", {"name": "mine", "memory__name": "one"})
    assert list(answer.context["adminform"].form.errors) == ["name"]


# --- The page of an account


def test_the_page_says_who_it_is_and_leads_to_its_connections(desk: Client, boss: User) -> None:
    when = timezone.now()
    ann = account("ann", authorised_at=when, authorised_by=boss)
    pair = joined("pair", ann, account("other", "memory"))
    text = shown(desk, page(ann))
    assert "ann@people.example" in text and "Google Contacts" in text
    assert f"{timezone.localtime(when):%Y-%m-%d %H:%M} by boss" in text
    assert reverse("admin:connections_connection_change", args=[pair.pk]) in text
    assert "secret of ann" not in text


def test_each_book_is_offered_and_its_link_fills_in_a_side(desk: Client) -> None:
    books = account("books", "carddav", ("Friends", "Work"))
    text = shown(desk, page(books))
    assert text.count("Connect this book") == 2
    work = books.containers.get(name="Work")
    address = reverse("admin:connections_connection_add")
    assert f"{address}?a={work.pk}" in text
    begun = shown(desk, address, a=str(work.pk))
    assert f'type="hidden" name="a" value="{work.pk}"' in begun
    assert 'name="app_a" value="carddav" checked' in begun


def test_an_account_without_containers_says_what_to_do(desk: Client) -> None:
    text = shown(desk, page(account("bare", "mailchimp", ())))
    assert "Make one in Mailchimp if there is none, then look again." in text


def test_what_needs_attention_comes_first_with_the_button_to_authorise_again(
    desk: Client, open_door: None
) -> None:
    ann = account("ann", attention="Google does not renew this. Authorise the account again.")
    text = shown(desk, page(ann))
    assert text.index(ann.attention) < text.index("Authorize again…")
    assert f'name="account" value="{ann.pk}"' in text


def test_without_an_open_door_credentials_are_unfolded_when_they_are_needed(desk: Client) -> None:
    ann = account("ann")
    assert "<details>" in shown(desk, page(ann)).split("<fieldset", 2)[2]
    Account.objects.update(attention="Enter the account's credentials again.")
    fields = shown(desk, page(ann)).split("<fieldset", 2)[2]
    assert "<details>" not in fields and "google__refresh_token" in fields


@pytest.mark.parametrize(("days", "tense"), [(5, "ends on"), (-1, "ended on")])
def test_an_authorisation_that_ends_is_told_with_what_to_do(
    desk: Client, days: int, tense: str
) -> None:
    ann = account("ann", ends_at=timezone.now() + timedelta(days=days))
    text = shown(desk, page(ann))
    assert f"This authorisation {tense}" in text and "publish" in text


def test_who_may_only_look_sees_no_buttons(desk: Client, open_door: None) -> None:
    ann = account("ann", attention="Authorise the account again.")
    joined("pair", ann, account("other", "memory"))
    text = shown(staff("view_account"), page(ann))
    assert ann.attention in text and "ann@people.example" in text and "pair" in text
    for absent in ("Authorize", "Look for", "Connect this", "google__", "door", "add another"):
        assert absent not in text
    assert reverse("admin:connections_connection_changelist") not in text


@pytest.mark.parametrize("pk", ["999", "none", "999999999999999999999"])
def test_an_account_that_is_not_there_leads_back(desk: Client, pk: str) -> None:
    address = reverse("admin:connections_account_change", args=[pk])
    for answer in (desk.get(address), desk.post(address, {"name": "x"})):
        assert (answer.status_code, answer.headers["Location"]) == (302, reverse("admin:index"))


def test_names_are_shown_as_they_are_written(desk: Client, open_door: None) -> None:
    odd = account("<script>alert(1)</script>", books=("<img src=x>",), attention="<b>broken</b>")
    for text in (shown(desk, page(odd)), shown(desk, ADD, app="google"), shown(desk, LIST)):
        assert "<script>alert(1)" not in text and "&lt;script&gt;alert(1)" in text
        assert "<img src=x>" not in text and "<b>broken" not in text


def test_a_name_is_changed_without_touching_what_runs_write_meanwhile(desk: Client) -> None:
    ann = account("ann", "memory")
    until = timezone.now() + timedelta(minutes=5)
    Account.objects.update(renewing_by="a run", renewing_until=until)
    answer = desk.post(page(ann), {"name": "renamed", "memory__name": "ann"})
    assert answer.status_code == 302
    ann.refresh_from_db()
    assert (ann.name, ann.renewing_by, ann.renewing_until) == ("renamed", "a run", until)


# --- The list


def test_what_needs_attention_is_on_top_of_the_list_and_filters_find_the_rest(desk: Client) -> None:
    soon = timezone.now() + timedelta(days=3)
    ready = account("a ready")
    used, other = account("b used"), account("c used", "memory")
    account("d ends", ends_at=soon)
    account("e ended", ends_at=timezone.now() - timedelta(days=1))
    account("f broken", "mailchimp", attention="Sign in again.")
    joined("pair", used, other)
    assert names(desk) == ["e ended", "f broken", "d ends", "b used", "c used", "a ready"]
    assert names(desk, condition="0") == ["e ended", "f broken"]
    assert names(desk, condition="1") == ["d ends"]
    assert names(desk, condition="2") == ["b used", "c used"]
    assert names(desk, condition="3") == ["a ready"] == [ready.name]
    assert names(desk, app__exact="mailchimp") == ["f broken"]
    assert names(desk, q="c used@people") == ["c used"]


def test_a_filter_that_is_none_filters_nothing(desk: Client) -> None:
    account("ann")
    assert names(desk, condition="²") == names(desk, condition="nonsense") == ["ann"]


def test_a_connection_counts_once_though_both_its_sides_are_of_the_account(desk: Client) -> None:
    books = account("books", "carddav", ("Friends", "Work"))
    friends, work = books.containers.order_by("name")
    Connection.objects.create(name="within", a=friends, b=work)
    assert "1 connection<" in shown(desk, LIST)


def test_the_list_and_a_page_cost_the_same_queries_however_many_there_are(desk: Client) -> None:
    ann, other = account("ann", books=("One", "Two")), account("other", "memory")
    joined("first", ann, other)

    def costs() -> list[int]:
        found = []
        for address in (LIST, page(ann), f"{ADD}?app=google"):
            with CaptureQueriesContext(
                database,
            ) as queries:
                desk.get(address)
            found.append(len(queries))
        return found

    costs()  # content types and permissions are remembered from here on
    few = costs()
    for number in range(5):
        more = account(f"more {number}", authorised_by=User.objects.get())
        joined(f"pair {number}", ann, more)
        Container.objects.create(account=ann, remote_id=f"/{number}/", name=str(number))
    assert costs() == few


# --- The page in the window


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Outcome("done", "Account X is connected.", "", "/admin/there/"), 'href="/admin/there/"'),
        (Outcome("failed", "Access was denied.", "Allow it."), "Allow it."),
        (Outcome("waiting"), "Nothing came back from the app yet."),
    ],
)
def test_the_outcome_is_told_and_leads_on_without_scripts(outcome: Outcome, told: str) -> None:
    attempt = attempts.new_id()
    context = {"outcome": outcome, "attempt": attempt, "title": "Authorisation"}
    text = render_to_string("connections/door/outcome.html", context, RequestFactory().get("/"))
    assert outcome.message in text and told in text
    assert f'data-attempt="{attempt}" data-state="{outcome.state}"' in text
    assert "connections/outcome.js" in text


def test_the_outcome_leaves_messages_to_the_page_that_goes_on(desk: Client) -> None:
    one = desk.post(f"{ADD}?app=memory", {"name": "mine", "memory__name": "one"})
    assert one.status_code == 302
    window = desk.get(reverse("door:outcome", args=[attempts.new_id()]))
    assert "Account mine is connected." not in window.content.decode()
    assert "Account mine is connected." in desk.get(one.headers["Location"]).content.decode()
