"""How staff come in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import OpenWindow

pytestmark = [pytest.mark.partner("chromium"), pytest.mark.sqlite_only]

PASSWORD = "a longer word than most"
WANTED = reverse("admin:connections_account_changelist")


@pytest.fixture
def accord(live_server: LiveServer, var: Path, settings: Any) -> str:
    """At a name: a passkey is of a domain, and the number of a machine is none."""
    settings.PUBLIC_URL = live_server.url.replace("127.0.0.1", "localhost")
    return str(settings.PUBLIC_URL)


@pytest.fixture
def page(open_window: OpenWindow, accord: str) -> Page:
    """Of somebody who wants to see the accounts, and is asked to sign in first."""
    User.objects.create_superuser("boss", "boss@office.example", PASSWORD)
    page = open_window().context.new_page()
    page.goto(accord + WANTED)
    return page


def sign_in(page: Page, password: str) -> None:
    page.get_by_label("User name").fill("boss")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_text("boss", exact=True).click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_staff_sign_in_with_their_password_and_are_where_they_wanted_to_be(page: Page) -> None:
    sign_in(page, "another word")
    expect(page.locator("body")).to_contain_text("are not correct")
    sign_in(page, PASSWORD)
    expect(page).to_have_url(re.compile(f"{WANTED}$"))


def test_staff_sign_in_with_a_passkey(page: Page, accord: str) -> None:
    sign_in(page, PASSWORD)
    plug_in_an_authenticator(page)
    page.get_by_text("boss", exact=True).click()
    page.get_by_role("link", name="Second factor and passkeys").click()
    page.get_by_role("link", name="Add one").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("textbox", name="Name").fill("My laptop")
    page.get_by_role("checkbox", name="Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page.locator("body")).to_contain_text("Security key added.")
    sign_out(page)
    page.goto(accord + WANTED)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(accord + WANTED)


def plug_in_an_authenticator(page: Page) -> None:
    """One that is part of the machine, and whose owner always touches it when asked."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
