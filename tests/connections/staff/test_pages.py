"""allauth's pages stand in our looks: no other host, no inline script, no dead end."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.defaults import server_error

from tests.connections.staff.conftest import PASSWORD, set_up_app, sign_in, text_of, totp

pytestmark = pytest.mark.sqlite_only
STRANGERS = [
    ("account_login", 200),
    ("account_signup", 200),
    ("account_inactive", 200),
    ("account_reset_password", 200),
    ("account_reset_password_done", 200),
    ("account_reset_password_from_key_done", 200),
    ("socialaccount_login_cancelled", 200),
    ("socialaccount_login_error", 401),
]
STAFF = [
    "account_logout",
    "account_change_password",
    "account_set_password",
    "account_reauthenticate",
    "account_reset_password",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "socialaccount_connections",
]
WITH_APP = [
    "mfa_index",
    "mfa_deactivate_totp",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
]


class Page(HTMLParser):
    def __init__(self, response: Any) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.handlers: list[str] = []
        self._in_script = False
        self.feed(response.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.addresses += [given[name] for name in ("href", "src", "action") if name in given]
        self.handlers += [name for name in given if name.startswith("on")]
        self._in_script = (
            tag == "script" and "src" not in given and given.get("type") != "application/json"
        )

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.inline.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


def check(response: Any, way_on: str, status: int = 200) -> None:
    page = Page(response)
    assert response.status_code == status
    assert "/static/connections/staff.css" in page.addresses
    foreign = [url for url in page.addresses if not re.match(r"/(?!/)|\?|#|data:image/|$", url)]
    assert (page.inline, page.handlers, foreign) == ([], [], [])
    assert way_on in page.addresses
    missing = [
        url
        for url in page.addresses
        if url.startswith("/static/") and finders.find(url.removeprefix("/static/")) is None
    ]
    assert missing == []
    assert "Menu:" not in text_of(response), "of allauth's own layout"


@pytest.mark.parametrize(("name", "status"), STRANGERS)
def test_pages_for_strangers(browser: Client, name: str, status: int) -> None:
    check(browser.get(reverse(name)), reverse("account_login"), status)


@pytest.mark.parametrize("name", STAFF)
def test_pages_for_staff(browser: Client, alice: User, name: str) -> None:
    sign_in(browser, "alice")
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    check(browser.get(reverse(name)), reverse("admin:index"))


@pytest.mark.parametrize("name", WITH_APP)
def test_pages_for_staff_with_an_app(browser: Client, alice: User, name: str) -> None:
    sign_in(browser, "alice")
    set_up_app(browser)
    check(browser.get(reverse(name)), reverse("admin:index"))


def test_the_page_that_asks_for_the_second_factor(alice: User) -> None:
    first, browser = Client(), Client()
    sign_in(first, "alice")
    secret = set_up_app(first)
    sign_in(browser, "alice")
    check(browser.get(reverse("mfa_authenticate")), reverse("account_logout"))
    assert browser.post(reverse("mfa_authenticate"), {"code": totp(secret)}).status_code == 302


def test_pages_about_keys(browser: Client, alice: User) -> None:
    """allauth's own list needs an app of Django that we have not."""
    key = Authenticator.objects.create(
        user=alice, type="webauthn", data={"name": "Phone", "credential": {}}
    )
    browser.force_login(alice)
    check(browser.get(reverse("mfa_index")), reverse("mfa_list_webauthn"))
    answer = browser.get(reverse("mfa_list_webauthn"))
    check(answer, reverse("mfa_remove_webauthn", args=[key.pk]))
    assert "Phone" in text_of(answer)


def test_somebody_without_staff_rights_keeps_his_password(browser: Client, bob: User) -> None:
    sign_in(browser, "bob")
    answer = browser.get(reverse("account_change_password"))
    check(answer, reverse("account_logout"))
    assert reverse("admin:auth_user_changelist") not in text_of(answer)


def test_a_link_of_a_mail_that_is_too_old(browser: Client) -> None:
    url = reverse("account_reset_password_from_key", args=["1", "x-y"])
    check(browser.get(url), reverse("account_reset_password"))


def test_the_menu_of_the_desk_leads_to_them(browser: Client, alice: User) -> None:
    sign_in(browser, "alice")
    addresses = Page(browser.get(reverse("admin:index"))).addresses
    for name in ("account_change_password", "mfa_index", "admin:logout"):
        assert reverse(name) in addresses
    answer = browser.get(reverse("admin:password_change"))
    assert answer["Location"] == reverse("account_change_password")


def test_accounts_alone_leads_to_the_desk(browser: Client) -> None:
    assert browser.get("/accounts/")["Location"] == reverse("admin:index")


def test_the_page_of_an_error_needs_nothing_that_may_have_failed() -> None:
    """No database, no session, no static files."""
    answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    text = answer.content.decode()
    assert "Its database may have stopped" in text and "{" not in text
