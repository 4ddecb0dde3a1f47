"""``python -m tests.browser.pictures``: makes the pictures of the README.

The demo is started in a place of its own, another day passes in its apps, somebody signs in at
the desk and looks around. The pictures differ from time to time in what tells the time only.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from sync.management.demo.people import people
from sync.management.demo.scene import DRAFT
from sync.management.serving import answers
from tests.browser.another_day import CHANGED, another_day
from tests.browser.looks import DARK, PHONE
from tests.browser.program import chromium
from tests.demo import Demo, demo, served

#: A client whose job title was changed on both sides.
SOMEBODY = people(300)[CHANGED[0]].name
PLACE = Path(__file__).parent / "pictures"
#: Milliseconds; far more than anything takes on a machine that is not busy.
_PATIENCE = 60_000
_LAPTOP: Mapping[str, Any] = {"viewport": {"width": 1366, "height": 860}, "color_scheme": "light"}


class Photographer:
    """Signed in, with one browser window (``page``)."""

    def __init__(self, page: Page, desk: str) -> None:
        self.page = page
        self._desk = desk

    def go(self, address: str) -> None:
        self.page.goto(f"{self._desk}/admin/{address}")

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def connection(self, name: str, tab: str = "") -> None:
        self.go("connections/connection/")
        self.follow(name)
        if tab:
            places = self.page.get_by_role("navigation", name=re.compile("^(Steps|Pages) of the "))
            places.get_by_role("link", name=tab).click()

    def take(self, name: str, height: int = 0) -> None:
        """What is in the window, once nothing moves any more. ``height``: of a window for once."""
        usual = self.page.viewport_size
        if height and usual:
            self.page.set_viewport_size({"width": usual["width"], "height": height})
        expect(self.page.locator(".htmx-request")).to_have_count(0)
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate("document.fonts.ready")
        self.page.screenshot(
            path=PLACE / f"{name}.png", animations="disabled", caret="hide", scale="css"
        )
        if height and usual:
            self.page.set_viewport_size(usual)


def at_the_laptop(mine: Photographer) -> None:
    page = mine.page
    mine.connection(DRAFT, "Preview")
    page.get_by_role("button", name="Make the preview").click()
    expect(page.get_by_role("heading", name="What it would do")).to_be_visible()
    mine.take("preview")
    mine.go("")
    # With the charts, and without the worker, which names the machine.
    mine.take("first-page", height=1030)
    mine.connection("crm-phonebook")
    mine.take("connection")
    mine.connection("crm-phonebook", "Rules")
    mine.follow("Prospects in Antwerp")
    expect(page.get_by_role("region", name="What this rule says")).to_contain_text("as last read")
    mine.take("rule")
    mine.connection("crm-phonebook", "Field mapping")
    page.get_by_label("Name or e-mail address of a contact").fill(SOMEBODY)
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("status").filter(has_text=SOMEBODY)).to_be_visible()
    mine.take("mapping")
    mine.connection("crm-phonebook", "To review")
    mine.take("to-review")
    mine.go("sync/step/")
    mine.take("audit-log")
    mine.go("people/")
    page.get_by_role("searchbox", name="Name, e-mail address or phone").fill(SOMEBODY)
    page.get_by_role("button", name="Search", exact=True).click()
    mine.follow(SOMEBODY)
    expect(page.get_by_role("heading", name=SOMEBODY, level=2)).to_be_visible()
    mine.take("person")


def in_the_dark(mine: Photographer) -> None:
    mine.connection("crm-phonebook", "Health")
    mine.take("health-dark")


def on_a_phone(mine: Photographer) -> None:
    mine.connection("crm-phonebook")
    mine.take("phone")


#: By the options of the browser what is looked at with it.
VIEWS = (
    (_LAPTOP, at_the_laptop),
    ({**_LAPTOP, **DARK}, in_the_dark),
    (PHONE, on_a_phone),
)


def main() -> None:
    PLACE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder)
        demo(var)
        another_day(var)
        with served(var) as at, browser() as window:
            _await(at)
            take_all(window, at.desk, (var / "admin_password").read_text())


def _await(at: Demo) -> None:
    """The demo says where the desk will be before it is there."""
    end = time.monotonic() + _PATIENCE / 1000
    while not answers(int(at.desk.rpartition(":")[2])):
        assert time.monotonic() < end, "The desk does not start."
        time.sleep(0.1)


def take_all(window: Browser, desk: str, password: str) -> None:
    cookies: Any = None
    for options, look_around in VIEWS:
        context = window.new_context(**options, storage_state=cookies)
        context.set_default_timeout(_PATIENCE)
        mine = Photographer(context.new_page(), desk)
        if not cookies:
            sign_in(mine, password)
            cookies = context.storage_state()
        look_around(mine)
        context.close()


def sign_in(mine: Photographer, password: str) -> None:
    mine.go("")
    mine.page.locator("[name=login]").fill("admin")
    mine.page.locator("[name=password]").fill(password)
    mine.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(mine.page).to_have_url(re.compile(r"/admin/$"))


@contextmanager
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        # Chromium's own sandbox does not start for root.
        found = playwright.chromium.launch(
            executable_path=chromium(), chromium_sandbox=os.geteuid() != 0
        )
        yield found
        found.close()


if __name__ == "__main__":
    main()
