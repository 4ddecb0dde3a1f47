"""People with a password each, and browsers in which nobody is signed in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def fresh(db: None, settings: Any) -> None:
    """No attempts of earlier tests, and passwords that take no time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def alice() -> User:
    return User.objects.create_superuser("alice", "alice@example.org", PASSWORD)


@pytest.fixture
def carol() -> User:
    return User.objects.create_user("carol", "carol@example.org", PASSWORD, is_staff=True)


@pytest.fixture
def bob() -> User:
    """Without staff rights."""
    return User.objects.create_user("bob", "bob@example.org", PASSWORD)


@pytest.fixture
def browser() -> Client:
    return Client()


def sign_in(browser: Client, login: str, password: str = PASSWORD, **more: Any) -> Any:
    return browser.post(reverse("account_login"), {"login": login, "password": password}, **more)


def who(browser: Client) -> str | None:
    """Who is signed in."""
    pk = browser.session.get("_auth_user_id")
    return User.objects.get(pk=pk).username if pk else None


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def totp(secret: str) -> str:
    """RFC 6238 with the usual SHA-1, 30 seconds and 6 digits: one that lasts long enough to be
    typed."""
    if (left := 30 - time.time() % 30) < 3:
        time.sleep(left)
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def set_up_app(browser: Client) -> str:
    """What somebody does who is signed in with a password; the secret that the page shows."""
    url = reverse("mfa_activate_totp")
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret: str = browser.get(url).context["form"].secret
    done = browser.post(url, {"code": totp(secret)})
    assert done["Location"] == reverse("mfa_view_recovery_codes")
    cache.clear()  # else the code of this half minute would count as used
    return secret
