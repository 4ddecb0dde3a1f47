"""Who owns an account at an app, even one that is connected here, does not get in by it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.core import context
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers import registry as providers
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.models import Session
from django.http import Http404, HttpRequest
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from connections.door.opening import opened
from connections.door.provider import AppAdapter, AppProvider
from connections.models import Account
from connectors.sandbox.sandbox import Sandbox
from tests.connections.door.person import CLIENT, Person
from tests.connections.staff.conftest import who

pytestmark = pytest.mark.sqlite_only
APPS = ["contactually", "google", "mailchimp"]
#: The words by which allauth, or we, could call a provider of an app's accounts.
NAMES = [*APPS, *(f"door-{app}" for app in APPS)]
ANN = "ann@people.example"


@pytest.fixture
def linked(boss: Person, apps: Sandbox) -> list[Account]:
    """Ann's accounts are connected, by an administrator. Somebody who could write into the
    database has also put her into the tables by which people would sign in at those apps."""
    for app in APPS:
        boss.authorise(app, ANN)
    accounts = list(Account.objects.order_by("app"))
    assert len(accounts) == len(APPS)
    for account in accounts:
        for name in (account.app, f"door-{account.app}"):
            client = SocialApp.objects.create(
                provider=name, provider_id=name, name=name, client_id=CLIENT[0], secret=CLIENT[1]
            )
            link = SocialAccount.objects.create(
                user=boss.user, provider=name, uid=account.identity, extra_data={"email": ANN}
            )
            SocialToken.objects.create(app=client, account=link, token="t")
    return accounts


@pytest.fixture
def stranger() -> Client:
    """A browser in which nobody is signed in."""
    return Client()


def anonymous(path: str = "/", **query: str) -> HttpRequest:
    """A request with a session of its own, inside allauth's middleware."""
    request = RequestFactory().get(path, query)
    request.user = AnonymousUser()
    request.session = Client().session
    return request


def state(request: HttpRequest | Client, provider: str) -> str:
    """Minted in this session by allauth's own means, to sign in."""
    kept = ({"process": "login", "pkce_code_verifier": "v" * 64}, time.time(), provider)
    session = request.session
    session["socialaccount_states"] = {"minted": kept}
    session.save()
    if isinstance(request, Client):
        request.cookies["sessionid"] = session.session_key
    return "minted"


def code(boss: Person, app: str) -> str:
    """A good one, of Ann's."""
    return parse_qs(urlsplit(boss.allow(app, ANN)).query)["code"][0]


def asked_for_tokens(apps: Sandbox) -> list[str]:
    tokens = {app.oauth.rules.token for app in apps.apps.values() if app.oauth}
    return [call.path for call in apps.calls if call.path in tokens]


# --- Addresses ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    ["{}/login/", "{}/login/callback/", "{}/login/token/", "{}/login/finish/",
     "oidc/{}/login/", "oidc/{}/login/callback/"],
)  # fmt: skip
def test_there_is_no_page_to_sign_in_at_an_app(
    linked: list[Account], stranger: Client, place: str
) -> None:
    for name in NAMES:
        address = f"/accounts/{place.format(name)}"
        for answer in (stranger.get(address), stranger.post(address, {"credential": "x"})):
            assert answer.status_code == 404
    assert who(stranger) is None


def addresses(patterns: Any, before: str = "") -> Iterator[str]:
    for item in patterns:
        here = before + str(item.pattern)
        if isinstance(item, URLResolver):
            yield from addresses(item.url_patterns, here)
        elif isinstance(item, URLPattern):
            yield here


def test_no_address_is_of_a_provider_or_gives_tokens() -> None:
    """allauth's providers, its headless API, its identity provider, and sessions by token."""
    places = list(addresses(get_resolver().url_patterns))
    assert "accounts/oidc/<str:provider_id>/login/" in places
    for place in places:
        words = set(place.replace("-", "/").split("/"))
        assert not words & {*APPS, "headless", "_allauth", "token", "identity", "saml"}, place


def test_no_address_at_all_lets_in_who_owns_a_linked_account(
    linked: list[Account], boss: Person, apps: Sandbox
) -> None:
    """Each is asked with all that such a person could bring."""
    names = sorted({*_names(get_resolver())})
    assert {"door:callback", "openid_connect_callback", "account_login"} <= set(names)
    good = code(boss, "google")
    apps.calls.clear()
    brought = {"code": good, "state": "minted", "login": ANN, "email": ANN, "password": good}
    for name in names:
        browser = Client()
        state(browser, "door-google")
        for place in _places(name):
            browser.get(place, brought)
            browser.post(place, brought)
        assert who(browser) is None, name
    assert asked_for_tokens(apps) == []


def _names(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for item in resolver.url_patterns:
        if isinstance(item, URLResolver):
            within = f"{before}{item.namespace}:" if item.namespace else before
            yield from _names(item, within)
        elif item.name:
            yield f"{before}{item.name}"


def _places(name: str) -> Iterator[str]:
    for arguments in ([], ["google"], ["door-google"], ["sso"], [1], ["a" * 32]):
        with suppress(NoReverseMatch):
            yield reverse(name, args=arguments)


# --- Callbacks ------------------------------------------------------------------------------


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("provider", ["{}", "door-{}"])
def test_a_callback_of_a_stranger_ends_before_the_app_is_asked(
    linked: list[Account], boss: Person, stranger: Client, apps: Sandbox, app: str, provider: str
) -> None:
    brought = {"code": code(boss, app), "state": state(stranger, provider.format(app))}
    apps.calls.clear()
    answer = stranger.get(reverse("door:callback", args=[app]), brought)
    assert answer["Location"] == reverse("door:lost")
    assert who(stranger) is None and asked_for_tokens(apps) == []


@pytest.mark.parametrize("app", APPS)
def test_the_state_of_staff_is_of_no_use_in_another_session(
    linked: list[Account], boss: Person, stranger: Client, apps: Sandbox, app: str
) -> None:
    address = boss.allow(app, ANN)
    assert stranger.get(address)["Location"] == reverse("door:lost")
    assert who(stranger) is None
    assert boss.come_back(address)["state"] == "done", "and is still good in its own"


def test_a_stranger_who_comes_back_from_nowhere_is_given_no_session(
    stranger: Client, db: None
) -> None:
    place = reverse("door:callback", args=["google"])
    for query in ({}, {"state": "x"}, {"state": "a" * 32, "code": "x"}):
        assert stranger.get(place, query)["Location"] == reverse("door:lost")
    assert not Session.objects.exists() and "sessionid" not in stranger.cookies


def test_who_authorises_stays_who_he_is(linked: list[Account], boss: Person, apps: Sandbox) -> None:
    colleague = User.objects.create_user("colleague", ANN, is_staff=True)
    for account in linked:
        boss.authorise(account.app, ANN, account)
        assert who(boss.client) == "boss"
    assert not SocialAccount.objects.filter(user=colleague).exists()


def test_the_windows_of_apps_and_of_strangers_have_no_hold_on_ours(
    boss: Person, apps: Sandbox
) -> None:
    """Strict would lose the session on the way back from the app; none at all would give it to
    every site. The page that opened the pop-up hears of it by other means than window.opener."""
    boss.authorise("google", ANN)
    for place in (reverse("door:outcome", args=[boss.attempt]), reverse("door:lost")):
        page = boss.client.get(place)
        assert page["Cross-Origin-Opener-Policy"] == "same-origin"
        assert page["Referrer-Policy"] == "same-origin"
        assert page["X-Frame-Options"] == "DENY"
        assert "no-store" in page["Cache-Control"]
    cookie = boss.client.cookies["sessionid"]
    signed_in = boss.begin("google").cookies["sessionid"]
    assert cookie.value == signed_in.value
    assert (signed_in["samesite"], signed_in["httponly"]) == ("Lax", True)


# --- allauth's own machinery ------------------------------------------------------------------


def test_allauth_knows_no_provider_of_ours(linked: list[Account]) -> None:
    assert not {found.id for found in providers.get_class_list()} & set(NAMES)
    with context.request_context(anonymous()):
        assert get_adapter().list_providers(context.request) == []
        for name in NAMES:
            with pytest.raises(Http404):
                get_adapter().get_provider(context.request, name)


@pytest.mark.parametrize("app", APPS)
def test_even_allauths_own_callback_makes_no_login_of_an_app(
    linked: list[Account], boss: Person, apps: Sandbox, app: str
) -> None:
    """If an adapter of ours were given an address by mistake."""
    request = anonymous("/", code=code(boss, app), state="minted")
    state(request, f"door-{app}")
    adapter = AppAdapter(request, provider_of(request, app))
    with context.request_context(request), pytest.raises(BaseException) as ending:
        OAuth2CallbackView.adapter_view(adapter)(request)
    assert type(ending.value).__name__ in ("_Told", "SignInAgain")
    assert "_auth_user_id" not in request.session


@pytest.mark.parametrize("name", ["google", "door-google"])
@pytest.mark.parametrize("process", ["login", "connect", "redirect"])
@pytest.mark.parametrize("sso", ["", "https://login.example.org"])
def test_a_login_that_was_made_all_the_same_is_refused(
    linked: list[Account], apps: Sandbox, settings: Any, name: str, process: str, sso: str
) -> None:
    settings.OIDC_SERVER_URL = sso
    request = anonymous()
    login = login_of_ann(request, name)
    login.state = {"process": process}
    with context.request_context(request):
        answer = complete_social_login(request, login)
    assert answer.status_code == 403
    assert "_auth_user_id" not in request.session


@pytest.mark.parametrize("name", ["google", "door-google"])
@pytest.mark.parametrize("sso", ["", "https://login.example.org"])
def test_a_login_that_waits_in_the_session_signs_nobody_in_or_up(
    linked: list[Account], stranger: Client, apps: Sandbox, settings: Any, name: str, sso: str
) -> None:
    settings.OIDC_SERVER_URL = sso
    session = stranger.session
    session["socialaccount_sociallogin"] = login_of_ann(anonymous(), name).serialize()
    session.save()
    stranger.cookies["sessionid"] = session.session_key
    place = reverse("socialaccount_signup")
    form = {"username": "eve", "email": ANN, "password1": "x" * 20, "password2": "x" * 20}
    for answer in (stranger.get(place), stranger.post(place, form)):
        assert answer.status_code in (200, 302, 404)
    assert who(stranger) is None
    assert [user.username for user in User.objects.all()] == ["boss"]


def login_of_ann(request: HttpRequest, name: str) -> SocialLogin:
    """What allauth makes of somebody whom a provider of this name has named."""
    identity = Account.objects.get(app="google").identity
    account = SocialAccount(provider=name, uid=identity, extra_data={"email": ANN})
    provider = provider_of(request, "google")
    return SocialLogin(user=User(username="ann", email=ANN), account=account, provider=provider)


def test_a_login_view_of_allauth_leads_nowhere_without_staff(
    linked: list[Account], apps: Sandbox
) -> None:
    """It would send people to the app; what comes back belongs to no attempt."""
    request = anonymous()
    request.method = "POST"
    adapter = AppAdapter(request, provider_of(request, "google"))
    with context.request_context(request):
        sent = OAuth2LoginView.adapter_view(adapter)(request)
    minted = parse_qs(urlsplit(sent["Location"]).query)["state"][0]
    browser = Client()
    request.session.save()
    browser.cookies["sessionid"] = request.session.session_key
    back = browser.get(reverse("door:callback", args=["google"]), {"state": minted, "code": "c"})
    assert back["Location"] == reverse("door:lost")
    assert who(browser) is None


def provider_of(request: HttpRequest, app: str) -> AppProvider:
    door = opened(app)
    assert door is not None and door.is_open
    return AppProvider(request, door)
