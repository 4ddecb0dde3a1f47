"""Guessing is limited, whoever asks from where, in however many processes Accord runs."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product
from django.contrib.auth.models import User
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from connections.staff.cache import SharedFiles
from tests.connections.staff.adding import wins
from tests.connections.staff.conftest import sign_in, text_of, who

pytestmark = pytest.mark.sqlite_only
TOO_MANY = "Too many failed login attempts"


def test_the_sixth_guess_is_not_looked_at_even_if_it_is_right(browser: Client, alice: User) -> None:
    for _ in range(5):
        assert TOO_MANY not in text_of(sign_in(browser, "alice", "wrong"))
    assert TOO_MANY in text_of(sign_in(browser, "alice"))
    assert who(browser) is None


def test_a_right_password_of_ones_own_does_not_buy_guesses(
    browser: Client, alice: User, carol: User
) -> None:
    for _ in range(5):
        sign_in(browser, "alice", "wrong")
        sign_in(Client(), "carol")
    assert TOO_MANY in text_of(sign_in(browser, "alice"))


def guesses_at_many(forwarded: Any, **extra: str) -> str:
    """Of one client, who says each time that he is at another address."""
    browser = Client(REMOTE_ADDR="192.0.2.7")
    answers = [
        sign_in(browser, f"user{number}", "wrong", HTTP_X_FORWARDED_FOR=forwarded(number))
        for number in range(11)
    ]
    return text_of(answers[-1])


def test_a_forged_header_does_not_escape_the_limit(settings: Any) -> None:
    assert settings.ALLAUTH_TRUSTED_PROXY_COUNT == 0
    assert TOO_MANY in guesses_at_many(lambda number: f"198.51.100.{number}")


def test_behind_a_proxy_the_address_that_it_saw_counts(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    forged = guesses_at_many(lambda number: f"198.51.100.{number}, 203.0.113.9")
    assert TOO_MANY in forged


def test_behind_a_proxy_people_do_not_share_a_limit(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert TOO_MANY not in guesses_at_many(lambda number: f"203.0.113.{number}")


def test_codes_are_limited_as_passwords_are(browser: Client, alice: User) -> None:
    sign_in(browser, "alice")
    browser.post(reverse("account_reauthenticate"), {"password": "correct horse battery"})
    url = reverse("mfa_activate_totp")
    browser.get(url)
    told = [text_of(browser.post(url, {"code": "000000"})) for _ in range(6)]
    assert "Incorrect code" in told[4]
    assert "too many requests" in told[5]


def test_too_many_requests_of_one_client_is_a_page_of_ours(browser: Client) -> None:
    url = reverse("account_reset_password")
    answers = [browser.post(url, {"email": f"user{number}@example.org"}) for number in range(21)]
    assert answers[-1].status_code == 429
    assert "Too many attempts" in text_of(answers[-1])
    assert "connections/staff.css" in text_of(answers[-1])


def test_the_cache_is_shared_by_the_processes_of_the_machine() -> None:
    assert isinstance(caches["default"], SharedFiles)
    caches["default"].set("said", "here")
    assert SharedFiles(product.CACHES["default"]["LOCATION"], {}).get("said") == "here"
    assert Path(product.CACHES["default"]["LOCATION"]).is_relative_to(product.VAR_DIR)


def test_of_processes_that_add_at_the_same_moment_one_wins(tmp_path: Path) -> None:
    """Each limit is counted under such a lock, and a code is used once by it."""
    keys = 400
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        won = pool.starmap(wins, [(str(tmp_path), keys)] * 2)
    assert sum(won) == keys
