"""Somebody of the staff before a browser: what is visible is clicked, by role and text."""

from __future__ import annotations

import re

from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from tests.browser.apps import Apps, Consent, Owner
from tests.browser.window import Window

#: What the page of an account says when somebody has just authorised it.
CONNECTED = r"Account .+ is connected\."
AGAIN = r"Account .+ is authorised again\."
_CHANGE = re.compile(r"/admin/connections/account/\d+/change/$")


class Staff:
    """Signed in at Accord by this name, and looking at one tab (``page``) of the browser."""

    def __init__(self, name: str, window: Window, accord: str, apps: Apps) -> None:
        self.name = name
        self.window = window
        self.page = window.context.new_page()
        self._accord = accord
        self._apps = apps

    def another_tab(self) -> Staff:
        return Staff(self.name, self.window, self._accord, self._apps)

    # --- Goes somewhere ---------------------------------------------------------------------

    def go(self, name: str, *arguments: object) -> None:
        """To the page of the admin of this name."""
        self.page.goto(self._accord + reverse(f"admin:{name}", args=arguments))

    def go_to_new_account(self, app: str) -> None:
        self.go("connections_account_add")
        self.page.get_by_role("link", name=re.compile(self._apps.label(app))).click()

    def sign_out(self) -> None:
        self.go("index")
        self.page.get_by_text(self.name, exact=True).click()
        self.page.get_by_role("button", name="Log out").click()
        expect(self.page.get_by_role("heading", name="Sign in")).to_be_visible()

    def come_back(self) -> None:
        """To this tab, from another window. Playwright has every page believe that it has the
        focus all the time, so that it has to be told."""
        self.page.evaluate("window.dispatchEvent(new Event('focus'))")

    def at_the_app(self, owner: Owner) -> Page:
        """The contacts of an account, in a tab of the app's own."""
        page = self.window.context.new_page()
        page.goto(f"{self._apps.url}/{owner.stand_in.name}/?account={owner.account}")
        return page

    # --- Authorises -------------------------------------------------------------------------

    def press_authorize(self, app: str) -> Consent:
        return self._press(f"Authorize at {self._apps.label(app)}…")

    def press_authorize_again(self) -> Consent:
        return self._press("Authorize again…")

    def press_authorize_in_this_tab(self, app: str) -> Consent:
        self.page.get_by_role("button", name=f"Authorize at {self._apps.label(app)}…").click()
        self.page.wait_for_url(f"{self._apps.url}/**")
        return Consent(self.page)

    def _press(self, button: str) -> Consent:
        """The app's page, in the pop-up that the button opens."""
        # Who is quicker than the page's script goes on in the same tab.
        self.page.wait_for_load_state()
        with self.page.expect_popup() as opened:
            self.page.get_by_role("button", name=button).click()
        return Consent(opened.value)

    # --- Looks ------------------------------------------------------------------------------

    def expect_text(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator("body")).to_contain_text(text)

    @property
    def status(self) -> Locator:
        """What is told beside the button."""
        return self.page.get_by_role("status")

    def is_offered_before(self, account: str, button: str) -> bool:
        """Further up on the page."""
        link = self.page.get_by_role("link", name=f"Use {account}").bounding_box()
        below = self.page.get_by_role("button", name=button).bounding_box()
        return bool(link and below and link["y"] < below["y"])

    def expect_account(self, told: str = "") -> None:
        """The page of an account comes by itself, and says so much (a regular expression)."""
        expect(self.page).to_have_url(_CHANGE)
        if told:
            self.expect_text(re.compile(told))

    def fits(self) -> bool:
        return fits(self.page)


def fits(page: Page) -> bool:
    """Nobody has to scroll sideways, neither the page nor a part of it."""
    page.wait_for_load_state()
    wide: bool = page.evaluate(
        """() => document.documentElement.scrollWidth > innerWidth
            || [...document.querySelectorAll("*")].some((part) =>
                part.scrollWidth > part.clientWidth + 1 && part.checkVisibility()
                && ["auto", "scroll"].includes(getComputedStyle(part).overflowX))"""
    )
    return not wide
