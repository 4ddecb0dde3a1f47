"""Whatever goes over the wire to let an account, or a person, in is nowhere but in the vault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import Any

import cryptography.fernet
import pytest
import urllib3
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from connections.models import Account
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from tests.connections.door.person import Person, doors
from tests.connections.staff.conftest import sign_in, totp, who
from tests.stories.installation import InThisProcess
from tests.stories.life import ADD, Life, live
from tests.stories.overhearing import Overheard
from tests.stories.searching import all_logs, found, pages, sessions, stored
from tests.stories.town import urls


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Everywhere a renewal brings a new refresh token, where the app has any."""
    with closing(Sandbox()) as box:
        for app in ("contactually", "google"):
            oauth = box.apps[app].oauth
            oauth.quirks = replace(oauth.quirks, refreshes=True, rotates=True, lifetime=3600)
        yield box


@pytest.fixture
def wire(sandbox: Sandbox, settings: Any) -> Iterator[Overheard]:
    wire = Overheard(sandbox)
    with serving(wire) as server:
        settings.CONNECTORS = {
            **settings.CONNECTORS,
            **urls(server.url),
            **doors(sandbox, server.url),
        }
        yield wire


@pytest.fixture
def boss(transactional_db: None, var: Path, wire: Overheard, settings: Any) -> Person:
    """Signed in with a password and a second factor, after a wrong one; all of it is noted."""
    cache.clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MFA_TOTP_TOLERANCE = 1  # the half minute may be over before the answer is sent
    right, wrong = token_hex(12), token_hex(12)
    user = User.objects.create_superuser("boss", "boss@people.example", right)
    browser = Client()
    sign_in(browser, "boss", wrong)
    assert who(browser) is None
    sign_in(browser, "boss", right)
    browser.post(reverse("account_reauthenticate"), {"password": right})
    secret = browser.get(reverse("mfa_activate_totp")).context["form"].secret
    browser.post(reverse("mfa_activate_totp"), {"code": totp(secret)})
    browser.post(reverse("account_logout"))
    cache.clear()  # else the code of this half minute would count as used
    sign_in(browser, "boss", right)
    browser.post(reverse("mfa_authenticate"), {"code": totp(secret)})
    assert who(browser) == "boss"
    seed = Authenticator.objects.get(type="recovery_codes").data["seed"]
    for what, noted in {"password": right, "password typed": wrong, "factor": secret}.items():
        wire.note(what, noted)
    wire.note("seed", decrypt(seed))
    return Person(browser, user)


@pytest.fixture
def life(
    boss: Person, sandbox: Sandbox, wire: Overheard, tmp_path: Path, settings: Any
) -> Life:  # fmt: skip
    return Life(boss, sandbox, wire, InThisProcess({}, tmp_path), settings)


def test_no_secret_of_a_whole_life_is_found_anywhere(life: Life, boss: Person) -> None:
    with all_logs() as logs:
        live(life)
        for address, text in pages(boss.client):
            life.shown.append(text)
            assert "Traceback" not in text, address
    wire = life.wire
    for what in ("code", "code_verifier", "client_secret", "access_token", "refresh_token"):
        assert wire.called(what), what
    assert len(wire.called("refresh_token")) >= 6 and len(wire.called("code")) >= 12
    assert logs and OrmQ.objects.exists() and Session.objects.exists()
    assert found(wire.secrets, {"the logs": "\n".join(logs), **life.places, **stored()}) == []


# --- Attempts -------------------------------------------------------------------------------


@pytest.mark.sqlite_only
@pytest.mark.parametrize("end", ["allow", "deny"])
def test_what_is_over_leaves_nothing_in_the_session(
    boss: Person, wire: Overheard, end: str
) -> None:
    boss.begin("google")
    [verifier] = _verifiers(boss)
    assert verifier in sessions()
    wire.note("code_verifier", verifier)
    boss.come_back(boss.answer(boss.sent_to("google"), answer="deny"))
    page = boss.sent_to("google")
    mine = set(_verifiers(boss)) - {verifier}
    assert mine
    scopes = "https://www.googleapis.com/auth/contacts"
    boss.come_back(boss.answer(page, answer=end, email="ann@people.example", scope=[scopes]))
    assert _verifiers(boss) == [verifier], "of the one that was left open"


def _verifiers(person: Person) -> list[str]:
    states = person.client.session["socialaccount_states"]
    return [state["pkce_code_verifier"] for state, *_ in states.values()]


# --- Error pages ----------------------------------------------------------------------------


def _broken(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("It broke.")


#: Where a library fails as nobody expects it to: what breaks, and which frame the page shows.
BREAKS: dict[str, tuple[Any, str, str]] = {
    "on the way": (urllib3.HTTPConnectionPool, "urlopen", "_exchange"),
    "while the answer is read": (urllib3.HTTPResponse, "release_conn", "_read"),
    "in the vault": (cryptography.fernet.MultiFernet, "encrypt", "seal"),
}


@pytest.mark.sqlite_only
@pytest.mark.parametrize("breaks", BREAKS)
@pytest.mark.parametrize("where", ["pop-up", "form", "renewal"])
def test_an_error_shows_no_secret_on_its_page_nor_in_the_log(
    boss: Person,
    wire: Overheard,
    sandbox: Sandbox,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    breaks: str,
) -> None:
    boss.client.raise_request_exception = False
    ways = [(debug, accept) for debug in (True, False) for accept in ("text/html", "text/plain")]
    asked = [_asked(where, boss, wire, sandbox) for _ in ways]
    library, method, frame = BREAKS[breaks]
    monkeypatch.setattr(library, method, _broken)
    for (debug, accept), (send, address, form) in zip(ways, asked, strict=True):
        settings.DEBUG = debug
        with all_logs() as logs:
            answer = send(address, form, headers={"Accept": accept})
        assert answer.status_code == 500
        page, log = answer.content.decode(), "\n".join(logs)
        assert ("It broke." in page and frame in page) is debug
        assert "It broke." in log and frame in log
        assert found(wire.secrets, {"the page": page, "the log": log}) == []


def _asked(
    where: str, boss: Person, wire: Overheard, sandbox: Sandbox
) -> tuple[Callable[..., Any], str, dict[str, str]]:
    """What is to be sent, and how."""
    if where == "pop-up":
        return boss.client.get, boss.allow("google", "ann@people.example"), {}
    if where == "form":
        crm = sandbox.apps["contactually"]
        token = crm.tokens.issue(crm.open_account("bob@people.example", "Bob")).access
        wire.note("access_token", token)
        entered = {"name": token_hex(4), "app": "contactually"}
        return boss.client.post, ADD, {**entered, "contactually__access_token": token}
    google = sandbox.apps["google"]
    google.oauth.quirks = replace(google.oauth.quirks, rotates=False)
    boss.authorise("google", "ann@people.example")
    google.tokens.expire(google.accounts.of("ann@people.example").id)
    Account.objects.update(attention="Sign in again.")
    account = Account.objects.get()
    page = reverse("admin:connections_account_change", args=[account.pk])
    return boss.client.post, page, {"name": account.name}
