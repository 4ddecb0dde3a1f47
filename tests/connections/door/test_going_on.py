"""Where people go on with an account that they authorised: a page of ours that asked for it, and
none elsewhere."""

from __future__ import annotations

import pytest
from django.urls import reverse

from connections.going_on import ours
from connections.models import Account
from connectors.sandbox.sandbox import Sandbox
from tests.connections.door.person import Person
from tests.connections.leaving import way_out

pytestmark = pytest.mark.sqlite_only

STEP = "/admin/connections/connection/begin/7/?side=b"


def authorised(boss: Person, address: str, answer: str = "allow") -> dict[str, str]:
    page = way_out(boss.begin("mailchimp", next=address))
    return boss.come_back(boss.answer(page, answer=answer, email="ann@people.example"))


def test_the_page_that_asked_for_it_goes_on_with_the_account(boss: Person, apps: Sandbox) -> None:
    told = authorised(boss, STEP)
    account = Account.objects.get()
    assert told["url"] == f"{STEP}&account={account.pk}"


def test_who_denies_it_comes_back_to_the_page_that_asked(boss: Person, apps: Sandbox) -> None:
    told = authorised(boss, STEP, "deny")
    assert (told["state"], told["url"]) == ("failed", STEP)


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "evil"],
)
def test_nobody_is_led_elsewhere(boss: Person, apps: Sandbox, address: str) -> None:
    told = authorised(boss, address)
    page = reverse("admin:connections_account_change", args=[Account.objects.get().pk])
    assert told["url"] == page


@pytest.mark.parametrize(
    "address",
    ["///evil.example", "/\n/evil.example", "\t//evil.example", "http:///evil", "/" * 501, "", "x"],
)
def test_what_is_no_path_of_this_site_is_none_of_ours(address: str) -> None:
    assert ours(address) == ""


def test_a_path_of_this_site_is_ours() -> None:
    assert ours(STEP) == STEP
