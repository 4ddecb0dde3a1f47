"""Accounts in the admin: credentials are tried before they are kept, and never shown again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from connections.models import Account, Container
from connections.vault import seal, unseal
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from tests.connectors.carddav.servers import PASSWORD, USER, RadicaleServer
from tests.stories.town import urls

ADD = reverse("admin:connections_account_add")


@pytest.fixture
def desk(db: None, var: Path) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


@pytest.fixture(scope="module")
def server(tmp_path_factory: Any) -> Any:
    with RadicaleServer(tmp_path_factory.mktemp("radicale")) as running:
        running.new_book("Friends")
        yield running


def filled(server: RadicaleServer, **changes: str) -> dict[str, str]:
    credentials = {"url": f"{server.url}/{USER}/", "username": USER, "password": PASSWORD}
    fields = {f"carddav__{name}": text for name, text in (credentials | changes).items()}
    return {"name": "home", "app": "carddav", **fields}


def change(account: Account) -> str:
    return reverse("admin:connections_account_change", args=[account.pk])


def test_an_account_is_tried_and_its_containers_are_offered(
    desk: Client, server: RadicaleServer
) -> None:
    assert desk.post(ADD, filled(server)).status_code == 302
    account = Account.objects.get()
    assert unseal(account.sealed)["password"] == PASSWORD
    assert account.identity_name.startswith(USER)
    assert [container.name for container in Container.objects.all()] == ["Friends"]


def test_wrong_credentials_are_told_with_their_remedy_and_not_kept(
    desk: Client, server: RadicaleServer
) -> None:
    shown = desk.post(ADD, filled(server, password="wrong")).content.decode()
    assert "refuses the user name or the password. Enter the account" in shown
    assert "wrong" not in shown
    assert not Account.objects.exists()


def test_a_missing_credential_is_told_at_its_field(desk: Client, server: RadicaleServer) -> None:
    answer = desk.post(ADD, filled(server, url=""))
    assert answer.context["adminform"].form.errors == {
        "carddav__url": ["This is needed to sign in."]
    }


def test_secrets_are_never_in_the_page(desk: Client, server: RadicaleServer) -> None:
    desk.post(ADD, filled(server))
    account = Account.objects.get()
    shown = desk.get(change(account)).content.decode()
    assert PASSWORD not in shown and account.sealed not in shown
    assert f"{server.url}/{USER}/" in shown


def test_an_empty_secret_is_kept_and_a_new_name_asks_nobody(
    desk: Client, server: RadicaleServer
) -> None:
    desk.post(ADD, filled(server))
    account = Account.objects.get()
    data = filled(server, password="") | {"name": "renamed"}
    assert desk.post(change(account), data).status_code == 302
    account.refresh_from_db()
    assert account.name == "renamed"
    assert unseal(account.sealed)["password"] == PASSWORD


def test_a_secret_does_not_travel_to_another_address(desk: Client, server: RadicaleServer) -> None:
    desk.post(ADD, filled(server))
    account = Account.objects.get()
    data = filled(server, password="", url="http://127.0.0.1:9/")
    errors = desk.post(change(account), data).context["adminform"].form.errors
    assert errors == {"carddav__password": ["Enter it again, as another credential has changed."]}


def test_new_credentials_that_work_end_the_attention(desk: Client, server: RadicaleServer) -> None:
    desk.post(ADD, filled(server))
    Account.objects.update(attention="Sign in again.")
    account = Account.objects.get()
    assert "Sign in again." in desk.get(change(account)).content.decode()
    desk.post(change(account), filled(server))
    account.refresh_from_db()
    assert account.attention == ""


def test_another_identity_is_refused(desk: Client) -> None:
    account = Account.objects.create(
        name="m", app="memory", sealed=seal({"name": "one"}), identity="memory:one"
    )
    answer = desk.post(change(account), {"name": "m", "memory__name": "two"})
    assert "Account m was memory:one and now signs in as two." in answer.content.decode()
    account.refresh_from_db()
    assert unseal(account.sealed) == {"name": "one"}


def test_containers_are_looked_for_again(desk: Client, server: RadicaleServer) -> None:
    desk.post(ADD, filled(server))
    account = Account.objects.get()
    Container.objects.all().delete()
    address = reverse("admin:connections_account_containers", args=[account.pk])
    assert desk.get(address).status_code == 405
    assert desk.post(address).status_code == 302
    assert [container.name for container in Container.objects.all()] == ["Friends"]


def test_an_account_in_use_is_not_deleted_and_one_out_of_use_is(
    desk: Client, server: RadicaleServer
) -> None:
    desk.post(ADD, filled(server))
    delete = reverse("admin:connections_account_delete", args=[Account.objects.get().pk])
    assert desk.post(delete, {"post": "yes"}).status_code == 302
    assert not Account.objects.exists()


@pytest.mark.parametrize("allowed", ["view_account", ""])
def test_only_who_may_change_posts(desk: Client, server: RadicaleServer, allowed: str) -> None:
    desk.post(ADD, filled(server))
    account = Account.objects.get()
    user = User.objects.create_user("viewer", is_staff=True)
    if allowed:
        user.user_permissions.add(Permission.objects.get(codename=allowed))
    client = Client()
    client.force_login(user)
    answers = [client.post(change(account), filled(server)), client.post(ADD, filled(server))]
    assert [answer.status_code for answer in answers] == [403, 403]


def test_who_connects_contactually_is_told_that_the_public_service_closed(desk: Client) -> None:
    shown = desk.get(ADD, {"app": "contactually"}).content.decode()
    assert "The public service closed for good in 2022" in shown
    assert "CONTACTUALLY_API_URL" in shown


@pytest.mark.parametrize(
    ("app", "credential"),
    [
        ("contactually", "access_token"),
        ("google", "access_token"),
        ("mailchimp", "api_key"),
    ],
)
def test_an_account_of_each_app_is_tried_where_the_settings_say(
    desk: Client, settings: Any, app: str, credential: str
) -> None:
    with closing(Sandbox()) as sandbox, serving(sandbox) as server:
        settings.CONNECTORS = {**settings.CONNECTORS, **urls(server.url)}
        stand_in = sandbox.apps[app]
        account = stand_in.open_account("staff@people.example", "Staff", "good-token-us1")
        if app == "mailchimp":
            stand_in.hands(account).add_audience("Readers")
        entered = {"name": "mine", "app": app, f"{app}__{credential}": "bad-token-us1"}
        refused = desk.post(ADD, entered).content.decode()
        assert "bad-token" not in refused and not Account.objects.exists()
        desk.post(ADD, {**entered, f"{app}__{credential}": "good-token-us1"})
        made = Account.objects.get()
        assert (made.app, made.containers.count()) == (app, 1)
        assert unseal(made.sealed) == {credential: "good-token-us1"}
