"""What all tests of this folder look for in our pages is found where it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page

from tests.browser.apps import Apps
from tests.browser.window import Window

pytestmark = [pytest.mark.partner("chromium"), pytest.mark.sqlite_only]


@pytest.fixture
def options() -> dict[str, bool]:
    """Of the browser."""
    return {}


@pytest.fixture
def window(
    chromium: Browser, accord: str, apps: Apps, options: dict[str, bool]
) -> Iterator[Window]:
    """With a page of ours in it that is as it should be."""
    context = chromium.new_context(**options)
    window = Window(context, accord, apps.url)
    context.new_page().goto(accord + reverse("account_login"))
    assert found(window) == []
    yield window
    context.close()


def found(window: Window) -> list[str]:
    """What was found since it was last asked for."""
    faults = list(window.faults)
    window.faults.clear()
    return faults


def page_of(window: Window) -> Page:
    return window.context.pages[0]


def test_errors_of_our_pages_are_heard(window: Window) -> None:
    page = page_of(window)
    page.evaluate("console.warn('so so')")
    assert found(window) == []
    page.evaluate("console.error('not well')")
    assert found(window) == ["console of : not well"]
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('oh') })")
    assert found(window) == ["uncaught: oh"]
    with page.expect_event("console"):
        page.evaluate("fetch('/static/nothing.js')")
    assert "a status of 404" in "".join(found(window))
    window.refusals = (404,)
    with page.expect_event("console"):
        page.evaluate("fetch('/static/nothing.js')")
    assert found(window) == []


def test_what_the_policy_of_our_pages_refuses_is_heard(window: Window) -> None:
    page = page_of(window)
    with page.expect_event("console"):
        page.evaluate("fetch('https://fonts.example/a.woff').catch(() => null)")
    assert "https://fonts.example/a.woff" in "".join(found(window))
    with page.expect_event("console"):
        page.evaluate("document.body.append(document.createElement('style'))")
    assert "Content Security Policy" in "".join(found(window))


@pytest.mark.parametrize("options", [{"bypass_csp": True}])
def test_what_our_pages_load_from_elsewhere_is_seen(window: Window, apps: Apps) -> None:
    """Without the policy, which would have refused it."""
    page = page_of(window)
    for place in ("https://fonts.example/a.woff", f"{apps.url}/google/"):
        with page.expect_event("requestfailed"):
            page.evaluate("place => fetch(place).catch(() => null)", place)
        assert f"fetch asked for {place}" in found(window)


def test_where_people_are_sent_to_is_seen(window: Window, apps: Apps) -> None:
    page = page_of(window)
    page.evaluate("place => { location = place }", f"{apps.url}/google/")
    page.wait_for_url(f"{apps.url}/google/")
    assert found(window) == []
    page.go_back()
    page.evaluate(
        """place => {
            const link = Object.assign(document.createElement("a"), {href: place});
            link.referrerPolicy = "unsafe-url";
            link.click();
        }""",
        f"{apps.url}/google/",
    )
    page.wait_for_url(f"{apps.url}/google/")
    assert found(window) == ["/google/ is told from which page people come"]
    with page.expect_event("requestfailed"):
        page.evaluate("location = 'http://elsewhere.example/'")
    assert found(window) == ["document asked for http://elsewhere.example/"]
