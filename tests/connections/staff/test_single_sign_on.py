"""Single sign-on against a provider over HTTP: who comes in, and everybody who does not."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib.auth.models import AnonymousUser, User
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse

from connections.staff.checks import single_sign_on
from tests.connections.leaving import way_out
from tests.connections.staff.conftest import PASSWORD, set_up_app, sign_in, text_of, who
from tests.connections.staff.openid import CLIENT_ID, CLIENT_SECRET, OpenIdProvider

pytestmark = pytest.mark.sqlite_only
BEGIN = reverse("openid_connect_login", args=["sso"])
DESK = reverse("admin:index")
CALLBACK = "http://testserver/accounts/oidc/sso/login/callback/"
LINKS = reverse("socialaccount_connections")
CAROL = {"sub": "c-1", "email": "carol@example.org", "email_verified": True, "name": "Carol C."}


@pytest.fixture(scope="module")
def server() -> Iterator[OpenIdProvider]:
    with OpenIdProvider() as running:
        yield running


@pytest.fixture
def provider(server: OpenIdProvider, settings: Any) -> OpenIdProvider:
    settings.OIDC_SERVER_URL, settings.OIDC_NAME = server.url, "Example Login"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    server.claims, server.id_token, server.configuration = dict(CAROL), {}, {}
    server.faults.clear()
    server.asked.clear()
    server.refused.clear()
    return server


def come(browser: Client, provider: OpenIdProvider, query: str = "") -> Any:
    """From the button to the last answer."""
    sent = browser.post(BEGIN + query)
    back = provider.authorize(way_out(sent), CALLBACK)
    answer = browser.get(back.removeprefix("http://testserver"))
    assert not provider.refused
    return answer


def test_a_colleague_comes_in_and_is_linked(
    browser: Client, carol: User, provider: OpenIdProvider
) -> None:
    assert "Sign in with Example Login" in text_of(browser.get(reverse("account_login")))
    assert come(browser, provider)["Location"] == DESK
    assert who(browser) == "carol"
    (link,) = SocialAccount.objects.all()
    assert (link.user, link.provider, link.uid) == (carol, provider.url, "c-1")
    assert link.extra_data == {"email": "carol@example.org", "name": "Carol C."}
    carol.refresh_from_db()
    assert carol.check_password(PASSWORD), "the other way in stays"
    assert not SocialToken.objects.exists()


def test_one_comes_back_to_where_one_wanted_to_go_but_to_no_other_site(
    browser: Client, carol: User, provider: OpenIdProvider
) -> None:
    place = reverse("admin:auth_user_changelist")
    assert come(browser, provider, f"?next={place}")["Location"] == place
    assert come(Client(), provider, "?next=https://evil.example/")["Location"] == DESK


def test_who_is_linked_comes_in_with_another_address(
    browser: Client, carol: User, provider: OpenIdProvider
) -> None:
    come(browser, provider)
    provider.claims.update(email="c.married@example.org", email_verified=False)
    again = Client()
    come(again, provider)
    assert who(again) == "carol"


def refused(browser: Client, provider: OpenIdProvider) -> str:
    answer = come(browser, provider)
    assert answer.status_code == 403
    assert who(browser) is None
    assert not SocialAccount.objects.exists()
    assert f'href="{reverse("account_login")}"' in text_of(answer)
    return text_of(answer)


@pytest.mark.parametrize("verified", [False, None, "false", "yes", {"a": 1}])
def test_an_address_that_is_not_verified_is_nobodys(
    browser: Client, carol: User, provider: OpenIdProvider, verified: Any
) -> None:
    provider.claims["email_verified"] = verified
    assert "does not say that your e-mail address is verified" in refused(browser, provider)


@pytest.mark.parametrize("missing", ["email", "email_verified"])
def test_a_claim_that_is_missing_is_not_taken_for_granted(
    browser: Client, carol: User, provider: OpenIdProvider, missing: str
) -> None:
    del provider.claims[missing]
    assert "is verified" in refused(browser, provider)


def test_true_may_be_a_word(browser: Client, carol: User, provider: OpenIdProvider) -> None:
    provider.claims["email_verified"] = "true"
    come(browser, provider)
    assert who(browser) == "carol"


def test_a_stranger_does_not_come_in_and_no_user_is_made(
    browser: Client, carol: User, provider: OpenIdProvider
) -> None:
    provider.claims["email"] = "eve@example.org"
    assert "eve@example.org, an address that nobody has here" in refused(browser, provider)
    assert [user.username for user in User.objects.all()] == ["carol"]


def test_an_address_that_two_have_is_nobodys(
    browser: Client, carol: User, provider: OpenIdProvider
) -> None:
    User.objects.create_user("carola", "Carol@Example.org", is_staff=True)
    assert "several people have" in refused(browser, provider)


def test_a_letter_that_only_looks_alike_is_another(
    browser: Client, carol: User, provider: OpenIdProvider
) -> None:
    provider.claims["email"] = "carol@exampIe.org".replace("I", "ı")
    assert "carol" in refused(browser, provider)


@pytest.mark.parametrize(
    ("state", "told"),
    [({"is_staff": False}, "has no staff rights"), ({"is_active": False}, "is deactivated")],
    ids=["not staff", "deactivated"],
)
@pytest.mark.parametrize("linked", [False, True])
def test_who_may_not_work_here_any_more_is_told_so(
    carol: User, provider: OpenIdProvider, state: dict[str, bool], told: str, linked: bool
) -> None:
    if linked:
        come(Client(), provider)
    User.objects.update(**state)
    browser = Client()
    answer = come(browser, provider)
    assert (answer.status_code, who(browser)) == (403, None)
    assert told in text_of(answer)
    assert SocialAccount.objects.count() == linked


def test_an_address_that_was_given_to_somebody_else_opens_nothing(
    browser: Client, carol: User, provider: OpenIdProvider
) -> None:
    """Carol left; her successor at the provider got her address, and another subject."""
    come(Client(), provider)
    provider.claims["sub"] = "c-2"
    answer = come(browser, provider)
    assert (answer.status_code, who(browser)) == (403, None)
    assert "linked to another identity" in text_of(answer)


def test_number_2_of_a_new_provider_is_not_number_2_of_the_former(
    browser: Client, carol: User, provider: OpenIdProvider
) -> None:
    SocialAccount.objects.create(user=carol, provider="https://former.example", uid="c-1")
    provider.claims.update(email="eve@example.org")
    answer = come(browser, provider)
    assert (answer.status_code, who(browser)) == (403, None)
    provider.claims.update(CAROL)
    come(browser, provider)
    assert who(browser) == "carol", "and everybody is linked anew"


def test_the_second_factor_is_asked_for_all_the_same(
    browser: Client, carol: User, provider: OpenIdProvider
) -> None:
    first = Client()
    sign_in(first, "carol")
    set_up_app(first)
    assert come(browser, provider)["Location"] == reverse("mfa_authenticate")
    assert who(browser) is None


def test_who_comes_that_way_need_not_have_one(
    browser: Client, carol: User, provider: OpenIdProvider, settings: Any
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    come(browser, provider)
    assert browser.get(DESK).status_code == 200
    with_password = Client()
    sign_in(with_password, "carol")
    assert with_password.get(DESK)["Location"] == reverse("mfa_index")


# --- Linking by hand ---------------------------------------------------------------------------


def test_an_identity_is_linked_by_hand_after_the_password(
    browser: Client, carol: User, provider: OpenIdProvider
) -> None:
    """For providers that say nothing of addresses being verified, such as Entra ID."""
    provider.claims = {"sub": "c-1", "email": "carol@other.example"}
    sign_in(browser, "carol")
    assert "Link Example Login" in text_of(browser.get(LINKS))
    answer = come(browser, provider, "?process=connect")
    assert answer["Location"] == reverse("account_reauthenticate")
    assert not SocialAccount.objects.exists()
    assert provider.tokens
    kept = str(dict(browser.session))
    assert not any(token in kept for token in provider.tokens), "while the password is asked for"
    done = browser.post(answer["Location"], {"password": PASSWORD})
    assert done["Location"] == LINKS
    again = Client()
    come(again, provider)
    assert who(again) == "carol"


def test_an_identity_is_one_persons(carol: User, alice: User, provider: OpenIdProvider) -> None:
    come(Client(), provider)
    browser = Client()
    sign_in(browser, "alice")
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer = come(browser, provider, "?process=connect")
    assert "already connected to a different account" in text_of(browser.get(answer["Location"]))
    assert [link.user for link in SocialAccount.objects.all()] == [carol]


def test_a_link_is_taken_away(browser: Client, carol: User, provider: OpenIdProvider) -> None:
    come(Client(), provider)
    sign_in(browser, "carol")
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    (link,) = SocialAccount.objects.all()
    assert "carol@example.org" in text_of(browser.get(LINKS))
    assert browser.post(LINKS, {"account": link.pk}).status_code == 302
    assert not SocialAccount.objects.exists()


def test_a_stranger_links_nothing(browser: Client, carol: User, provider: OpenIdProvider) -> None:
    come(browser, provider, "?process=connect")
    assert who(browser) is None
    assert not SocialAccount.objects.exists()


def test_there_is_no_third_process(browser: Client, carol: User, provider: OpenIdProvider) -> None:
    answer = come(browser, provider, "?process=redirect&next=/admin/")
    assert (answer.status_code, who(browser)) == (403, None)


# --- A provider that is not as it should be ----------------------------------------------------


def failed(answer: Any) -> bool:
    return answer.status_code == 401 and "Single sign-on failed" in text_of(answer)


def test_a_forged_return_is_no_way_in(
    browser: Client, carol: User, provider: OpenIdProvider
) -> None:
    location = way_out(browser.post(BEGIN))
    back = provider.authorize(location, CALLBACK).removeprefix("http://testserver")
    assert failed(Client().get(back)), "in another browser"
    assert failed(browser.get(back.replace("state=", "state=x")))
    assert failed(browser.get(urlsplit(back).path))
    assert browser.get(back)["Location"] == DESK
    assert failed(Client().get(back)), "twice"


def test_the_code_is_worth_nothing_without_the_verifier(
    browser: Client, carol: User, provider: OpenIdProvider
) -> None:
    """PKCE: a code that was intercepted is not exchanged in another session."""
    stolen = provider.authorize(way_out(browser.post(BEGIN)), CALLBACK)
    code = stolen.split("code=")[1].split("&")[0]
    mine = Client()
    back = provider.authorize(way_out(mine.post(BEGIN)), CALLBACK)
    own = back.split("code=")[1].split("&")[0]
    assert failed(mine.get(back.replace(own, code).removeprefix("http://testserver")))
    assert provider.refused == ["invalid_grant"]
    assert who(mine) is None


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"exp": 1},
        {"sub": "somebody else"},
        {"sub": ""},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_is_refused(
    browser: Client, carol: User, provider: OpenIdProvider, claims: dict[str, Any]
) -> None:
    provider.id_token = claims
    assert failed(come(browser, provider))
    assert who(browser) is None


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": None},
        {"authorization_endpoint": ["x"]},
    ],
    ids=str,
)
def test_a_configuration_that_is_not_the_servers_is_refused(
    browser: Client, provider: OpenIdProvider, told: dict[str, Any]
) -> None:
    provider.configuration = told
    assert failed(browser.post(BEGIN))


CONFIGURATION = "/realm/.well-known/openid-configuration"


@pytest.mark.parametrize("path", [CONFIGURATION, "/realm/token", "/realm/userinfo"])
@pytest.mark.parametrize(
    "fault",
    [
        (302, {"Location": "/realm/elsewhere"}, b""),
        (200, {"Content-Type": "application/json"}, b"[]"),
        (200, {"Content-Type": "application/json"}, b"not JSON"),
    ],
    ids=["redirect", "list", "no JSON"],
)
def test_an_answer_that_is_none_is_a_clear_page(
    browser: Client,
    carol: User,
    provider: OpenIdProvider,
    path: str,
    fault: tuple[int, dict[str, str], bytes],
) -> None:
    back = provider.authorize(way_out(browser.post(BEGIN)), CALLBACK)
    provider.faults[path] = fault
    assert failed(browser.get(back.removeprefix("http://testserver")))
    assert who(browser) is None
    assert "/realm/elsewhere" not in provider.asked


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254",
        "http://[fe80::1]",
        "http://127.0.0.1:9",
        "http://[::ffff:a9fe:a9fe]",
    ],
)
def test_a_server_that_is_none_is_a_clear_page(
    browser: Client, provider: OpenIdProvider, settings: Any, url: str
) -> None:
    settings.OIDC_SERVER_URL = url
    assert failed(browser.post(BEGIN))


# --- Nothing else ------------------------------------------------------------------------------


def test_without_the_settings_there_is_no_such_way(browser: Client, carol: User) -> None:
    """Not even if somebody writes one into the database."""
    SocialApp.objects.create(provider="openid_connect", provider_id="sso", client_id="x", name="x")
    SocialApp.objects.create(provider="google", client_id="x", name="x")
    for name in ("sso", "google", "x"):
        for page in ("openid_connect_login", "openid_connect_callback"):
            assert browser.post(reverse(page, args=[name])).status_code == 404
    for path in ("google/login/", "google/login/token/", "mailchimp/login/", "openid/login/"):
        assert browser.post(f"/accounts/{path}").status_code == 404
    assert "Sign in with" not in text_of(browser.get(reverse("account_login"))).replace(
        "Sign in with a passkey", ""
    )


def test_an_account_at_an_app_is_no_way_in(carol: User, provider: OpenIdProvider, rf: Any) -> None:
    """Whatever leads there: what signs in must be the one provider."""
    request: Any = RequestFactory().get("/")
    request.user, request.session = AnonymousUser(), {}
    link = SocialAccount(user=carol, provider="google", uid="1")
    login = SimpleNamespace(
        provider=SimpleNamespace(sub_id="google", name="Google"),
        account=link,
        user=carol,
        is_existing=True,
        state={"process": "login"},
    )
    with pytest.raises(ImmediateHttpResponse) as refusal:
        get_adapter().pre_social_login(request, login)
    assert refusal.value.response.status_code == 403
    assert not get_adapter().is_open_for_signup(request, login)


def test_a_link_of_a_former_provider_is_no_error(
    browser: Client, carol: User, provider: OpenIdProvider, settings: Any
) -> None:
    link = SocialAccount.objects.create(user=carol, provider="https://former.example", uid="1")
    sign_in(browser, "carol")
    assert "former.example" in text_of(browser.get(LINKS))
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    browser.post(LINKS, {"account": link.pk})
    assert not SocialAccount.objects.exists()
    settings.OIDC_SERVER_URL = ""
    assert browser.get(LINKS).status_code == 200


def test_half_of_the_settings_is_a_failed_check(settings: Any) -> None:
    assert single_sign_on() == []
    settings.OIDC_SERVER_URL, settings.DEBUG = "http://login.example.org", False
    assert [error.id for error in single_sign_on()] == [
        "connections.E003",
        "connections.E003",
        "connections.E004",
    ]
    settings.OIDC_SERVER_URL = "https://login.example.org"
    settings.OIDC_CLIENT_ID = settings.OIDC_CLIENT_SECRET = "x"
    assert single_sign_on() == []


def test_sign_in_by_the_provider_is_not_limited_by_others_guesses(
    browser: Client, carol: User, provider: OpenIdProvider
) -> None:
    cache.clear()
    for _ in range(6):
        sign_in(Client(), "carol", "wrong")
    come(browser, provider)
    assert who(browser) == "carol"
