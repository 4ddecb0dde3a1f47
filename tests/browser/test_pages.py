"""What holds for every page, as a browser shows it: nobody is shut out, nothing is loaded from
elsewhere, nothing is refused by the policy of the page, nothing goes wrong on its console."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow, SitDown
from tests.browser.focus import focus_faults
from tests.browser.looks import DARK, PHONE, Look, of_colours, of_everything, of_width
from tests.browser.window import Window
from tests.pages import ENTRANCE, addresses_of_the_desk, make_rows

pytestmark = [pytest.mark.partner("chromium"), pytest.mark.sqlite_only]

#: Pages that are there to say that something is refused.
REFUSALS = {"door:lost": 400}


def on_a_phone(page: Page) -> list[str]:
    return of_width(page) + focus_faults(page)


VIEWS: Mapping[str, tuple[Mapping[str, Any], Look]] = {
    "in the light theme": ({}, of_everything),
    "in the dark theme": (DARK, of_colours),
    "on a phone": (PHONE, on_a_phone),
}
every_view = pytest.mark.parametrize("view", VIEWS)


@every_view
def test_every_page_of_the_desk_is_for_everybody(sit_down: SitDown, view: str) -> None:
    options, look = VIEWS[view]
    window = sit_down(**options).window
    found = list(faults(window, addresses_of_the_desk(make_rows()), look))
    assert not found, "\n".join(found)


@every_view
def test_every_page_of_the_entrance_is_for_everybody(open_window: OpenWindow, view: str) -> None:
    options, look = VIEWS[view]
    addresses = {name: reverse(name) for name in ENTRANCE}
    window = open_window(**options)
    window.context.new_page()
    found = list(faults(window, addresses, look))
    assert not found, "\n".join(found)


def faults(window: Window, addresses: Mapping[str, str], look: Look) -> Iterator[str]:
    """Of each page what its look at it found, and what went wrong in the window meanwhile."""
    tab = window.context.pages[0]
    for name, address in addresses.items():
        status = next((status for page, status in REFUSALS.items() if page in name), 200)
        window.refusals = (status,)
        answer = tab.goto(window.accord + address)
        if answer is None or answer.status != status:
            yield f"{name} answers {answer and answer.status}"
        # Parts that the page asks for by itself.
        expect(tab.locator(".htmx-request")).to_have_count(0)
        yield from (f"{name}: {fault}" for fault in [*look(tab), *window.faults])
        window.faults.clear()
