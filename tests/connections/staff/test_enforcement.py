"""REQUIRE_SECOND_FACTOR: first a second factor, then everything else."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.connections.staff.conftest import set_up_app, sign_in, text_of, who

pytestmark = pytest.mark.sqlite_only
INDEX = reverse("mfa_index")
DESK = reverse("admin:index")


@pytest.fixture(autouse=True)
def required(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.fixture
def held(browser: Client, alice: User) -> Client:
    sign_in(browser, "alice")
    return browser


@pytest.mark.parametrize(
    "url",
    [
        DESK,
        reverse("admin:auth_user_changelist"),
        reverse("admin:connections_account_add"),
        reverse("account_change_password"),
        reverse("socialaccount_connections"),
    ],
)
def test_every_page_leads_to_setting_one_up(held: Client, url: str) -> None:
    assert held.get(url)["Location"] == INDEX
    assert "Here everybody needs a second factor." in text_of(held.get(INDEX))
    assert f'href="{DESK}"' not in text_of(held.get(INDEX)), "where it would lead back here"


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "application/json"},
        {"X-Requested-With": "XMLHttpRequest"},
        {"HX-Request": "true"},
    ],
    ids=" ".join,
)
def test_what_programs_ask_for_is_refused(held: Client, headers: dict[str, str]) -> None:
    answer = held.get(reverse("admin:auth_user_changelist"), headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (403, "text/plain")
    assert answer.content.decode() == f"Set up a second factor first: {INDEX}\n"


def test_nothing_is_changed_before(held: Client, carol: User) -> None:
    url = reverse("admin:auth_user_delete", args=[carol.pk])
    for kind in ("application/x-www-form-urlencoded", "application/json"):
        answer = held.post(url, {"post": "yes"} if kind[12] != "j" else "{}", content_type=kind)
        assert answer.status_code in (400, 403)
    assert held.post(url, {"post": "yes"}).status_code == 403
    assert held.delete(url).status_code == 403
    assert User.objects.filter(pk=carol.pk).exists()


def test_setting_one_up_opens_everything(held: Client) -> None:
    set_up_app(held)
    assert held.get(DESK).status_code == 200
    assert held.get(reverse("mfa_view_recovery_codes")).status_code == 200


def test_recovery_codes_alone_are_no_second_factor(held: Client, alice: User) -> None:
    Authenticator.objects.create(user=alice, type="recovery_codes", data={"seed": "x"})
    assert held.get(DESK)["Location"] == INDEX


def test_removing_it_closes_everything_again(held: Client) -> None:
    set_up_app(held)
    assert held.post(reverse("mfa_deactivate_totp"))["Location"] == INDEX
    assert held.get(DESK)["Location"] == INDEX


def test_the_pages_that_setting_up_takes_work(held: Client) -> None:
    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        answer = held.get(reverse(name))
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert held.get(reverse("account_reauthenticate")).status_code == 200
    assert held.get(reverse("mfa_list_webauthn")).status_code in (200, 302)


@pytest.mark.parametrize("name", ["account_logout", "admin:logout"])
def test_one_can_sign_out(held: Client, name: str) -> None:
    assert held.get(reverse(name)).status_code == 200
    held.post(reverse(name))
    assert who(held) is None


def test_strangers_are_not_its_business(browser: Client) -> None:
    assert browser.get(reverse("account_login")).status_code == 200
    assert browser.get(DESK).status_code == 302


def test_without_the_setting_nobody_is_held(held: Client, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    assert held.get(DESK).status_code == 200
