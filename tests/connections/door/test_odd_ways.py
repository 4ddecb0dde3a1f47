"""Two windows, odd names and addresses, and people who do things in another order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier, Event
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from connections.models import Account
from connectors.sandbox.faults import Fault
from connectors.sandbox.sandbox import Sandbox
from tests.connections.door.person import Person

ANN = "ann@people.example"
#: Where Google is asked who it is.
ME = "/v1/people/me"


def come_back(person: Person, address: str) -> int:
    """In another window of the same browser."""
    browser = Client(raise_request_exception=False)
    browser.cookies = person.client.cookies.copy()
    with closing(connection):
        return browser.get(address).status_code


def test_two_windows_that_bring_one_person_at_once_make_one_account(
    transactional_db: None, boss: Person, apps: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = [boss.allow("google", ANN) for _ in range(2)]
    together = Barrier(2)
    apps.order("google", Fault("slow", path=ME, times=2))
    monkeypatch.setattr(apps, "sleep", lambda seconds: together.wait(20))
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda address: come_back(boss, address), addresses))
    assert found == [302, 302]
    assert [row.name for row in Account.objects.all()] == [f"Google Contacts {ANN}"]


def test_what_is_begun_while_another_app_takes_long_is_not_lost(
    transactional_db: None, boss: Person, apps: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, first = boss.allow("google", ANN), boss.attempt
    asked, begun = Event(), Event()

    def wait(seconds: float) -> None:
        asked.set()
        assert begun.wait(20)

    apps.order("google", Fault("slow", path=ME))
    monkeypatch.setattr(apps, "sleep", wait)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(come_back, boss, address)
        assert asked.wait(20)
        page = boss.sent_to("mailchimp")
        begun.set()
        assert slow.result(30) == 302
    assert boss.come_back(boss.answer(page, answer="allow", email=ANN))["state"] == "done"
    boss.attempt = first
    assert boss.told()["state"] == "done"


@pytest.mark.sqlite_only
@pytest.mark.parametrize("account", ["9" * 30, "-1", "²", "１", "0", "x", "1 "])
def test_an_account_that_is_none_is_not_authorised(
    boss: Person, apps: Sandbox, account: str
) -> None:
    form = {"app": "google", "account": account, "attempt": "a" * 32}
    assert boss.client.post(reverse("door:begin"), form).status_code == 404


@pytest.mark.sqlite_only
@pytest.mark.parametrize("attempt", ["", "a" * 31, "A" * 32, "a" * 33, "a" * 31 + "\n", "../" * 9])
def test_an_attempt_is_called_by_what_the_page_made(
    boss: Person, apps: Sandbox, attempt: str
) -> None:
    form = {"app": "google", "account": "", "attempt": attempt}
    assert boss.client.post(reverse("door:begin"), form).status_code == 404


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "query", ["", "state=%00", "code=x", "state[]=x", "state=%ff", f"state={'a' * 5000}"]
)
def test_who_comes_back_with_nonsense_is_told_so(boss: Person, apps: Sandbox, query: str) -> None:
    boss.begin("google")
    answer = boss.client.get(f"{reverse('door:callback', args=['google'])}?{query}")
    assert answer["Location"] == reverse("door:lost")


@pytest.mark.sqlite_only
def test_an_account_that_was_deleted_meanwhile_is_not_brought_back(
    boss: Person, apps: Sandbox
) -> None:
    boss.authorise("google", ANN)
    account = Account.objects.get()
    address = boss.allow("google", ANN, account)
    account.delete()
    assert boss.come_back(address)["state"] == "failed"
    assert not Account.objects.exists()


@pytest.mark.sqlite_only
@pytest.mark.parametrize("state", [{"is_active": False}, {"is_staff": False}], ids=str)
def test_who_left_meanwhile_brings_nothing(
    boss: Person, apps: Sandbox, state: dict[str, bool]
) -> None:
    address = boss.allow("google", ANN)
    User.objects.update(**state)
    boss.client.get(address)
    User.objects.update(is_active=True, is_staff=True)
    assert boss.told()["state"] != "done"
    assert not Account.objects.exists()


@pytest.mark.sqlite_only
def test_what_somebody_else_began_is_not_ended_in_a_session_that_has_it_all_the_same(
    boss: Person, apps: Sandbox
) -> None:
    address = boss.allow("google", ANN)
    session = boss.client.session
    begun = session["door.begun"]
    session["door.begun"] = {id: {**told, "user": boss.user.pk + 1} for id, told in begun.items()}
    session.save()
    assert boss.come_back(address)["state"] != "done"
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("N" * 500, "N" * 300),
        ("a\x00b\nc", "abc"),
        ("\u202eelgoog", "elgoog"),
        ("<b>Ann</b> & Söhne 東", "<b>Ann</b> & Söhne 東"),
    ],
)
def test_a_name_is_kept_as_it_can_be(boss: Person, apps: Sandbox, name: str, kept: str) -> None:
    """On every database."""
    email = f"{name.encode().hex()[:20]}@people.example"
    apps.apps["mailchimp"].open_account(email, name)
    assert boss.authorise("mailchimp", email)["state"] == "done"
    account = Account.objects.get()
    assert account.identity_name == kept
    assert account.name == f"Mailchimp {kept}"[:90]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("url", ["http://TestServer", "http://testserver:80", "https://testserver"])
def test_the_public_address_may_be_written_in_other_ways(
    boss: Person, apps: Sandbox, settings: Any, url: str
) -> None:
    settings.PUBLIC_URL = url
    assert "/o/oauth2/v2/auth" in boss.sent_to("google")
