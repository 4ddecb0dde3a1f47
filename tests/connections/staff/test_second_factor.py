"""Apps and recovery codes: asked for, kept encrypted, and what happens when the key is lost.

Passkeys need a browser: tests/browser/.
"""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from connections.vault import key_id, unseal
from tests.connections.staff.conftest import PASSWORD, set_up_app, sign_in, text_of, totp, who

pytestmark = pytest.mark.sqlite_only
ASKED = reverse("mfa_authenticate")
TOTP, CODES = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES


@pytest.fixture
def secret(alice: User) -> str:
    """Alice has an app and recovery codes; this is what the app holds."""
    browser = Client()
    sign_in(browser, "alice")
    return set_up_app(browser)


def recovery_codes(browser: Client) -> list[str]:
    codes: list[str] = browser.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    return codes


def test_the_password_alone_does_not_do(browser: Client, alice: User, secret: str) -> None:
    assert sign_in(browser, "alice")["Location"] == ASKED
    assert who(browser) is None
    assert browser.get(reverse("admin:index")).status_code == 302
    assert "Incorrect code" in text_of(browser.post(ASKED, {"code": "000000"}))
    assert browser.post(ASKED, {"code": totp(secret)})["Location"] == reverse("admin:index")
    assert who(browser) == "alice"


def test_a_code_that_somebody_saw_does_not_work_again(alice: User, secret: str) -> None:
    code = totp(secret)
    for expected in ("alice", None):
        browser = Client()
        sign_in(browser, "alice")
        browser.post(ASKED, {"code": code})
        assert who(browser) == expected


def test_a_recovery_code_works_once(alice: User, secret: str) -> None:
    first = Client()
    sign_in(first, "alice")
    first.post(ASKED, {"code": totp(secret)})
    first.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    code = recovery_codes(first)[3]
    for expected in ("alice", None):
        browser = Client()
        sign_in(browser, "alice")
        browser.post(ASKED, {"code": code})
        assert who(browser) == expected


def test_setting_up_and_looking_at_codes_take_the_password_again(
    browser: Client, alice: User
) -> None:
    sign_in(browser, "alice")
    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        answer = browser.get(reverse(name))
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    set_up_app(browser)
    later = browser.session
    later["account_authentication_methods"] = []
    later.save()
    for name in ("mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp"):
        answer = browser.get(reverse(name))
        assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_the_database_holds_no_secret_in_plain_text(alice: User, secret: str) -> None:
    out = StringIO()
    call_command("dumpdata", "mfa", "sessions", stdout=out)
    assert secret not in out.getvalue()
    kept = {row.type: row.data for row in Authenticator.objects.all()}
    assert unseal(kept[TOTP]["secret"]) == {"text": secret}
    seed = unseal(kept[CODES]["seed"])["text"]
    assert len(seed) >= 40
    assert seed not in out.getvalue()


def test_the_session_forgets_the_secret_when_it_is_set_up(browser: Client, alice: User) -> None:
    sign_in(browser, "alice")
    assert set_up_app(browser) not in json.dumps(dict(browser.session))


def lose_the_key(settings: Any) -> str:
    old: str = settings.CREDENTIALS_KEYS[0]
    settings.CREDENTIALS_KEYS = [Fernet.generate_key().decode()]
    return old


def test_without_the_key_nobody_gets_in_and_it_is_told_why(
    browser: Client, alice: User, secret: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    sign_in(browser, "alice")
    old = lose_the_key(settings)
    answer = browser.post(ASKED, {"code": totp(secret)})
    assert answer.status_code == 503
    assert "Your second factor cannot be checked" in text_of(answer)
    assert "administrator can put the key back (CREDENTIALS_KEYS)" in text_of(answer)
    assert f"sealed with key {key_id(old)}" in caplog.text
    assert secret not in caplog.text
    assert who(browser) is None


def test_without_the_key_the_other_pages_still_say_something(
    alice: User, secret: str, settings: Any
) -> None:
    browser = Client()
    sign_in(browser, "alice")
    browser.post(ASKED, {"code": totp(secret)})
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    lose_the_key(settings)
    assert browser.get(reverse("mfa_index")).status_code == 200
    for name in ("mfa_view_recovery_codes", "mfa_generate_recovery_codes"):
        answer = browser.get(reverse(name))
        assert (answer.status_code, "cannot be checked" in text_of(answer)) == (503, True)
    browser.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists(), "to remove it takes no key"


@pytest.mark.parametrize(
    "data", [{"secret": "JBSWY3DPEHPK3PXP"}, {"secret": ""}, {"secret": "12345678:x"}]
)
def test_what_we_did_not_seal_opens_nothing(
    browser: Client, alice: User, secret: str, data: dict[str, str]
) -> None:
    """Whoever writes into the database a secret that he knows."""
    Authenticator.objects.filter(type=TOTP).update(data=data)
    sign_in(browser, "alice")
    assert browser.post(ASKED, {"code": totp("JBSWY3DPEHPK3PXP")}).status_code == 503
    assert who(browser) is None


def test_rotatekeys_seals_second_factors_with_the_new_key(
    browser: Client, alice: User, secret: str, settings: Any
) -> None:
    old, new = settings.CREDENTIALS_KEYS[0], Fernet.generate_key().decode()
    settings.CREDENTIALS_KEYS = [new, old]
    out = StringIO()
    call_command("rotatekeys", stdout=out)
    call_command("rotatekeys", stdout=out)
    assert out.getvalue() == (
        "2 re-encrypted, 0 had the first key already.\n"
        "0 re-encrypted, 2 had the first key already.\n"
    )
    settings.CREDENTIALS_KEYS = [new]
    assert {
        name: value.split(":")[0]
        for row in Authenticator.objects.all()
        for name, value in row.data.items()
        if name in ("secret", "seed")
    } == {"secret": key_id(new), "seed": key_id(new)}
    sign_in(browser, "alice")
    browser.post(ASKED, {"code": totp(secret)})
    assert who(browser) == "alice"


def test_rotatekeys_names_whose_second_factor_no_key_opens(
    alice: User, secret: str, settings: Any
) -> None:
    lose_the_key(settings)
    with pytest.raises(CommandError, match=r"second factor of alice, second factor of alice") as e:
        call_command("rotatekeys", stdout=StringIO())
    assert e.value.returncode == 1
    assert "remove it, so that its owner sets up a new one" in str(e.value)


def test_a_lost_second_factor_is_removed_by_a_command(
    browser: Client, alice: User, secret: str
) -> None:
    out = StringIO()
    call_command("removesecondfactor", "alice", stdout=out)
    call_command("removesecondfactor", "alice", stdout=out)
    assert out.getvalue() == (
        "Removed from alice: recovery codes, authenticator app.\n"
        "Removed from alice: there was none.\n"
    )
    cache.clear()
    sign_in(browser, "alice")
    assert who(browser) == "alice"
    with pytest.raises(CommandError, match="There is no user 'bob'"):
        call_command("removesecondfactor", "bob")
