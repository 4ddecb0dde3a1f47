"""What people look at a page with, and for: a theme, a phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Page

from tests.browser.axe import serious_faults
from tests.browser.focus import focus_faults
from tests.browser.staff import fits

#: A browser's options.
PHONE: Mapping[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}
DARK: Mapping[str, Any] = {"color_scheme": "dark"}

#: Returns what is wrong.
Look = Callable[[Page], list[str]]


def of_everything(page: Page) -> list[str]:
    return serious_faults(page) + focus_faults(page)


def of_colours(page: Page) -> list[str]:
    """All that another theme changes."""
    return serious_faults(page, ["color-contrast", "link-in-text-block"])


def of_width(page: Page) -> list[str]:
    return [] if fits(page) else ["has to be scrolled sideways"]
