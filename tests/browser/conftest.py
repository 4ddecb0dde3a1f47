"""Accord and the stand-ins of the apps, served at different sites, before a real browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from sync.management.stand_ins import CLIENT, StandIns
from tests.browser.apps import Apps
from tests.browser.hands import Hands
from tests.browser.living import Living
from tests.browser.looks import Look
from tests.browser.program import chromium as program
from tests.browser.staff import Staff
from tests.browser.window import Window

#: Milliseconds; far more than anything takes on a machine that is not busy.
PATIENCE = 20_000
LAPTOP = {"width": 1366, "height": 800}
OpenWindow = Callable[..., Window]
SitDown = Callable[..., Staff]
BeginLiving = Callable[..., Living]
_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: Any = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        # Playwright's event loop runs in this thread as long as the browser does, and Django
        # keeps its ORM from a thread with one.
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        expect.set_options(timeout=PATIENCE)
        # Chromium's own sandbox does not start for root.
        browser = playwright.chromium.launch(
            executable_path=program(), chromium_sandbox=os.geteuid() != 0
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def live_server(chromium: Browser) -> Iterator[LiveServer]:
    """In place of pytest-django's, which is at ``localhost``: that is where the apps are."""
    server = LiveServer("127.0.0.1")
    yield server
    server.stop()


@pytest.fixture
def accord(live_server: LiveServer, var: Path, settings: Any) -> str:
    """The address of Accord."""
    settings.PUBLIC_URL = live_server.url
    return live_server.url


@pytest.fixture
def apps(accord: str, var: Path, settings: Any) -> Iterator[Apps]:
    """The stand-ins, at another site than Accord: cookies and openers part there as in life.
    Accord is registered at each with the one address that it sends people back to."""
    with closing(Sandbox()) as sandbox, serving(sandbox) as server:
        places = {
            name: value.replace("127.0.0.1", "localhost")
            for name, value in StandIns(var, server.server_port).settings.items()
        }
        settings.CONNECTORS = {**settings.CONNECTORS, **places}
        for app, stand_in in sandbox.apps.items():
            back = accord + reverse("door:callback", args=[app])
            if stand_in.oauth:
                stand_in.oauth.register(*CLIENT, [back], "Accord")
        yield Apps(sandbox, f"http://localhost:{server.server_port}")


@pytest.fixture
def open_window(
    chromium: Browser, accord: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[OpenWindow]:
    """Opens a browser of somebody's own, with these options of Playwright's. In the end the test
    fails if something went wrong in it; if the test failed, pictures of all pages are kept."""
    windows: list[Window] = []

    def open_window(apps: str = "", **options: Any) -> Window:
        context = chromium.new_context(**{"viewport": LAPTOP, **options})
        context.set_default_timeout(PATIENCE)
        windows.append(Window(context, accord, apps))
        return windows[-1]

    yield open_window
    try:
        if request.node.stash.get(_FAILED, True):
            _keep_pictures(windows, tmp_path)
    finally:
        for window in windows:
            window.context.close()
    assert [fault for window in windows for fault in window.faults] == []


def _keep_pictures(windows: list[Window], place: Path) -> None:
    pages = [page for window in windows for page in window.context.pages]
    for number, page in enumerate(pages, 1):
        picture = place / f"page-{number}.png"
        page.screenshot(path=picture, full_page=True)
        print(f"{page.url} is in {picture}")


@pytest.fixture
def sit_down(open_window: OpenWindow, accord: str, apps: Apps) -> SitDown:
    """Somebody of the staff sits down at a browser in which they are signed in already."""

    def sit_down(name: str = "boss", **options: Any) -> Staff:
        client = Client()
        client.force_login(
            User.objects.filter(username=name).first() or User.objects.create_superuser(name)
        )
        cookie = client.cookies["sessionid"]
        window = open_window(apps.url, **options)
        window.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": accord}])
        return Staff(name, window, accord, apps)

    return sit_down


@pytest.fixture
def begin_living(sit_down: SitDown) -> Iterator[BeginLiving]:
    """Somebody opens the newest connection, to live with it. What looks wrong on the way is told
    in the end."""
    begun: list[Living] = []

    def begin_living(look: Look, hands: Hands | None = None, **options: Any) -> Living:
        begun.append(Living(sit_down(**options), look, hands))
        begun[-1].open()
        return begun[-1]

    yield begin_living
    found = [fault for each in begun for fault in each.faults]
    assert not found, "\n".join(found)
