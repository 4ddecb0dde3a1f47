"""Times on the desk, in the zone of whoever looks at them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connections.models import Account
from tests.connections.staff.conftest import text_of

pytestmark = pytest.mark.sqlite_only
ACCOUNTS = reverse("admin:connections_account_changelist")


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Brussels"


@pytest.fixture
def desk(browser: Client, alice: User) -> Client:
    browser.force_login(alice)
    return browser


@pytest.fixture
def page(db: None) -> str:
    """Of an account that was authorised in the evening of a summer's day in UTC."""
    account = Account.objects.create(
        name="mine", app="memory", authorised_at=datetime(2026, 7, 1, 20, 30, tzinfo=UTC)
    )
    return reverse("admin:connections_account_change", args=[account.pk])


def shown(client: Client, page: str, zone: str | None = None) -> str:
    if zone is not None:
        client.cookies["zone"] = zone
    return text_of(client.get(page))


@pytest.mark.parametrize(
    ("zone", "time"),
    [
        ("Asia/Tokyo", "2026-07-02 05:30"),
        ("America/New_York", "2026-07-01 16:30"),
        ("Etc/GMT+12", "2026-07-01 08:30"),
    ],
)
def test_times_are_in_the_zone_that_the_browser_names(
    desk: Client, page: str, zone: str, time: str
) -> None:
    text = shown(desk, page, zone)
    assert time in text
    assert f"Times are in the zone {zone}." in text
    assert f'<meta name="zone" content="{zone}">' in text


@pytest.mark.parametrize(
    "zone",
    [None, "", "Nowhere/Atall", "../../etc/passwd", "/etc/localtime", "a" * 3000, "Ostend é"],
)
def test_without_a_name_that_is_known_they_are_in_the_configured_one(
    desk: Client, page: str, zone: str | None
) -> None:
    text = shown(desk, page, zone)
    assert "2026-07-01 22:30" in text
    assert "Times are in the zone Europe/Brussels." in text


def test_names_that_are_old_are_known_too(desk: Client, page: str) -> None:
    """What Chromium calls the zone of India."""
    assert "2026-07-02 02:00" in shown(desk, page, "Asia/Calcutta")


def test_the_zone_of_one_is_not_that_of_the_next(desk: Client, page: str) -> None:
    other = Client()
    other.force_login(User.objects.get(username="alice"))
    assert "05:30" in shown(desk, page, "Asia/Tokyo")
    assert "22:30" in shown(other, page)
    assert timezone.get_current_timezone_name() == "Europe/Brussels"


def test_it_is_put_back_after_an_error_too(desk: Client) -> None:
    desk.cookies["zone"] = "Asia/Tokyo"
    assert desk.get("/admin/nothing/").status_code == 404
    assert timezone.get_current_timezone_name() == "Europe/Brussels"


def test_only_pages_that_may_be_loaded_again_say_their_zone_to_the_script(
    desk: Client, alice: User
) -> None:
    """One that answers a form would lose what was entered; one without times need not."""
    mark = '<meta name="zone"'
    add = reverse("admin:auth_group_add")
    assert mark in shown(desk, add)
    answer = desk.post(add, {"name": ""})
    assert answer.status_code == 200
    assert mark not in text_of(answer)
    assert mark not in text_of(Client().get(reverse("account_login")))
