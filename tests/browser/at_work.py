"""Somebody at work on the pages of a connection: what they press and write is found by role and
text."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from connections.models import Connection
from tests.browser.hands import Hands, Mouse
from tests.browser.looks import Look
from tests.browser.staff import Staff


class AtWork:
    """``boss`` works with these ``hands``, and has a ``look`` at every page when it first comes:
    ``faults`` is what it found."""

    def __init__(self, boss: Staff, look: Look, hands: Hands | None = None) -> None:
        self.boss = boss
        self.hands = hands or Mouse()
        self.faults: list[str] = []
        self._look = look
        self._known: set[str] = set()

    @property
    def page(self) -> Page:
        return self.boss.page

    @property
    def connection(self) -> Connection:
        """The newest."""
        return Connection.objects.latest("pk")

    # --- Finds and presses --------------------------------------------------------------------

    def arrive(self, heading: str) -> None:
        """The page with this heading comes."""
        expect(self.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        self.look_at(heading)

    def look_at(self, what: str) -> None:
        """When it comes for the first time."""
        if what not in self._known:
            self.look()
        self._known.add(what)

    def look(self) -> None:
        expect(self.page.locator(".htmx-request")).to_have_count(0)
        self.faults += [f"{self.page.url}: {fault}" for fault in self._look(self.page)]

    def press(self, button: str) -> None:
        self.hands.press(self.page.get_by_role("button", name=button, exact=True))

    def follow(self, link: str) -> None:
        """The first of this name."""
        self.hands.press(self.page.get_by_role("link", name=link, exact=True).first)

    def go_to(self, place: str) -> None:
        """One of the steps of the set-up, or of the pages of the connection."""
        places = self.page.get_by_role("navigation", name=re.compile("^(Steps|Pages) of the "))
        self.hands.press(places.get_by_role("link", name=place))

    def write(self, label: str, text: str) -> None:
        self.hands.write(self.page.get_by_label(label, exact=True), text)

    def tick(self, label: str, on: bool = True) -> None:
        self.hands.tick(self.page.get_by_role("checkbox", name=label), on)

    def choose(self, label: str) -> None:
        self.hands.choose(self.page.get_by_role("radio", name=label))

    def enter(self, control: Locator, value: str) -> None:
        """By choosing or by writing, as it is offered."""
        expect(control).to_be_visible()
        is_list = control.evaluate("control => control.matches('select')")
        (self.hands.pick if is_list else self.hands.write)(control, value)

    def see_it_wait(self) -> None:
        """A run was asked for, and no worker has begun with it."""
        expect(self.page.get_by_text("waits for a worker …")).to_be_visible()
