"""What is entered for an account, what signs its requests, and what goes wrong with it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jwt
import pytest
import requests
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from connections.models import Account
from connectors.errors import AppError, AskStaff, SignInAgain, TryAgain
from connectors.ghost.api import home_of
from connectors.ghost.connector import Ghost
from connectors.ghost.key import Key
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from tests.connectors.ghost.partner import App

ID, SECRET = "6b0b9a874ff1141f4a24865a", "8ef4" * 16
NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)


def test_a_library_reads_the_token_as_ghost_does() -> None:
    scheme, _, token = Key(f" {ID}:{SECRET}\n", lambda: NOW).header("GET", "").partition(" ")
    assert (scheme, jwt.get_unverified_header(token)["kid"]) == ("Ghost", ID)
    claims = jwt.decode(
        token,
        bytes.fromhex(SECRET),
        algorithms=["HS256"],
        audience="/admin/",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["exp"] - claims["iat"] == 300
    assert claims["iat"] == NOW.timestamp()


@pytest.mark.parametrize(
    "text", ["", SECRET, f"{ID}:", f"{ID}{SECRET}", f"{ID}:{SECRET}00", "0123456789abcdef" * 2]
)
def test_what_is_no_admin_key_is_refused_before_anything_is_asked(text: str, people: App) -> None:
    with pytest.raises(AskStaff, match="Admin API key") as refused:
        Ghost({**people.credentials, "admin_api_key": text}, people.world)
    assert not text or text not in str(refused.value)
    assert people.calls == []


@pytest.mark.parametrize(
    ("entered", "home"),
    [
        ("https://blog.example", "https://blog.example"),
        ("blog.example/", "https://blog.example"),
        ("http://127.0.0.1:2368/ghost/#/settings/integrations", "http://127.0.0.1:2368"),
        ("https://blog.example/ghost/api/admin/", "https://blog.example"),
        ("https://example.org/blog", "https://example.org/blog"),
        ("https://example.org/ghost/blog/ghost", "https://example.org/ghost/blog"),
    ],
)
def test_whatever_address_of_the_site_is_entered_its_api_is_found(entered: str, home: str) -> None:
    assert home_of(entered) == home


@pytest.mark.parametrize("entered", ["", "ftp://blog.example", "https://a:b@blog.example", "x:y"])
def test_what_is_no_address_is_refused(entered: str) -> None:
    with pytest.raises(AskStaff, match="API URL"):
        home_of(entered)


def test_a_private_address_is_for_the_operator_to_allow(people: App) -> None:
    world = replace(people.world, wires={})
    credentials = {**people.credentials, "url": "http://127.0.0.1:1"}
    with closing(Ghost(credentials, world)) as connector, pytest.raises(AskStaff):
        connector.identity()


def failing(people: App, connector: Ghost) -> AppError:
    with pytest.raises(AppError) as failed:
        connector.identity()
    assert people.credentials["admin_api_key"].partition(":")[2] not in str(failed.value)
    return failed.value


def test_a_key_that_was_taken_back_needs_another(people: App, connector: Ghost) -> None:
    people.service.tokens.revoke(people.account)
    assert isinstance(failing(people, connector), SignInAgain)


def test_a_key_of_another_site_or_with_another_secret_is_refused(people: App) -> None:
    id = people.credentials["admin_api_key"].partition(":")[0]
    for key in (f"{id}:{'0' * 64}", f"{'f' * 24}:{'0' * 64}"):
        with closing(Ghost({**people.credentials, "admin_api_key": key}, people.world)) as other:
            assert isinstance(failing(people, other), SignInAgain)


def test_clocks_that_are_too_far_apart_are_named(people: App, connector: Ghost) -> None:
    people.be(ahead=400)
    error = failing(people, connector)
    assert isinstance(error, AskStaff) and "clock" in str(error)


def test_no_ghost_at_the_address_is_told(people: App) -> None:
    credentials = {**people.credentials, "url": f"{people.credentials['url']}x"}
    with closing(Ghost(credentials, people.world)) as other:
        error = failing(people, other)
    assert isinstance(error, AskStaff) and "no Admin API of Ghost" in str(error)


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (403, AskStaff, "plan has integrations"),
        (429, TryAgain, "asks to wait"),
        (502, TryAgain, "trouble of its own"),
    ],
)
def test_what_ghost_answers_to_all_is_translated(
    people: App, connector: Ghost, status: int, kind: type[AppError], words: str
) -> None:
    people.fail(what="status", status=status, retry_after=60, times=-1)
    error = failing(people, connector)
    assert isinstance(error, kind) and words in str(error)


def test_an_older_site_is_known_by_its_address(people: App, connector: Ghost) -> None:
    new = connector.identity()
    people.be(site_ids=False)
    old = connector.identity()
    assert (new.name, old.name) == ("Harbour", "Harbour")
    assert old.id == f"http://sandbox.example/ghost/{people.account}/" != new.id


def test_the_clock_may_be_off_a_little(people: App, connector: Ghost) -> None:
    for ahead in (-250, 250):
        people.be(ahead=ahead)
        assert connector.identity().name == "Harbour"


# --- On the desk ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_account_is_entered_by_hand_and_its_key_never_shown_again() -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    add = reverse("admin:connections_account_add")
    with closing(Sandbox(apps=["ghost"])) as sandbox, serving(sandbox) as server:
        key = f"{ID}:{SECRET}"
        site = sandbox.apps["ghost"].open_account("olive@people.example", "Harbour", key)
        url = f"{server.url}/ghost/{site}"
        assert requests.get(f"{url}/ghost/api/admin/site/", timeout=10).json()["site"]["title"]
        form = client.get(add, {"app": "ghost"}).content.decode()
        assert "ghost__url" in form and "ghost__admin_api_key" in form
        entered = {"name": "blog", "app": "ghost", "ghost__url": url}
        wrong = f"{ID}:{'9' * 64}"
        refused = client.post(add, {**entered, "ghost__admin_api_key": wrong}).content.decode()
        assert "9" * 64 not in refused and not Account.objects.exists()
        client.post(add, {**entered, "ghost__admin_api_key": key})
        made = Account.objects.get()
        assert (made.app, made.containers.count()) == ("ghost", 1)
        page = reverse("admin:connections_account_change", args=[made.pk])
        shown = client.get(page).content.decode()
        assert url in shown and SECRET not in shown


def test_tokens_are_made_anew_for_each_request(people: App) -> None:
    """A piece of work may last longer than a token."""
    with closing(people.connector()) as connector:
        connector.identity()
        people.clock.tick(timedelta(hours=2).total_seconds())
        connector.identity()
