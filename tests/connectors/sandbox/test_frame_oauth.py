"""Consent and tokens of the three apps, by plain HTTP, as a browser and a client make them."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
import requests

from connectors.sandbox.faults import Fault
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import Server, serving
from connectors.sandbox.stand_in import StandIn
from tests.connectors.sandbox.shelf import (
    BACK,
    CLIENT,
    Clock,
    LikeContactually,
    LikeGoogle,
    LikeMailchimp,
    Visitor,
    back_with,
)

CONTACTS = "https://www.googleapis.com/auth/contacts"
EMAIL = "https://www.googleapis.com/auth/userinfo.email"
#: RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
APPS = ("google", "mailchimp", "contactually")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    sandbox = Sandbox(now=clock, apps=[LikeGoogle, LikeMailchimp, LikeContactually])
    yield sandbox
    sandbox.close()


@pytest.fixture
def server(sandbox: Sandbox) -> Iterator[Server]:
    with serving(sandbox) as server:
        yield server


@pytest.fixture(params=APPS)
def app(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stand_in(sandbox: Sandbox, app: str) -> StandIn:
    return sandbox.apps[app]


@pytest.fixture
def visitor(server: Server, app: str, stand_in: StandIn) -> Visitor:
    return Visitor(f"{server.url}/{app}", stand_in)


@pytest.fixture
def ann(stand_in: StandIn) -> str:
    return stand_in.open_account("ann@example.com", "Ann Smith")


only_google = pytest.mark.parametrize("app", ["google"], indirect=True)
only_mailchimp = pytest.mark.parametrize("app", ["mailchimp"], indirect=True)
only_contactually = pytest.mark.parametrize("app", ["contactually"], indirect=True)


def error_of(answer: requests.Response, status: int = 400) -> tuple[str, str]:
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert set(told) == {"error", "error_description"}
    return told["error"], told["error_description"]


# --- All three ------------------------------------------------------------------------------


def test_who_allows_signs_the_client_in(visitor, ann):
    page = visitor.page()
    assert page.status_code == 200
    assert "Accord asks for access" in page.text
    assert "ann@example.com" in page.text
    sent_back = back_with(visitor.answer({"answer": "allow", "account": ann, "scope": [CONTACTS]}))
    assert (sent_back["state"], sent_back["from"]) == ("a b&c=d/é", "app")
    answer = visitor.exchange(sent_back["code"])
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert visitor.me(answer.json()["access_token"]).json() == {"account": ann}


def test_who_denies_sends_the_client_away(visitor, ann):
    sent_back = back_with(visitor.answer({"answer": "deny", "account": ann, "scope": [CONTACTS]}))
    assert sent_back == {"from": "app", "error": "access_denied", "state": "a b&c=d/é"}


def test_a_state_that_was_not_sent_does_not_come_back(visitor, ann):
    assert "state" not in back_with(visitor.answer({"answer": "deny"}, state=None))
    assert "state=" in visitor.answer({"answer": "deny"}, state="").headers["Location"]


def test_another_account_is_made_when_its_owner_signs_in(visitor, stand_in, ann):
    form = {"answer": "allow", "account": "", "scope": [CONTACTS]}
    for email in ("", "ben", "ben @ example.com"):
        refused = visitor.answer({**form, "email": email})
        assert (refused.status_code, "Enter the email address" in refused.text) == (400, True)
    code = back_with(visitor.answer({**form, "email": " ben@example.com "}))["code"]
    access = visitor.exchange(code).json()["access_token"]
    assert visitor.me(access).json() == {"account": stand_in.accounts.of("BEN@example.com").id}
    ticked = {**form, "account": ann, "email": "ben@example.com"}
    again = back_with(visitor.answer(ticked))["code"]
    same = visitor.me(visitor.exchange(again).json()["access_token"]).json()
    assert same == visitor.me(access).json()
    assert len(stand_in.accounts.all()) == 2


def test_an_account_that_is_gone_is_asked_for_again(visitor, ann):
    answer = visitor.answer({"answer": "allow", "account": "u77", "scope": [CONTACTS]})
    assert (answer.status_code, "not here any more" in answer.text) == (400, True)


def test_the_account_that_the_client_hints_at_is_chosen(visitor, stand_in, ann):
    ben = stand_in.open_account("ben@example.com")
    for email, id in (("ann@example.com", ann), ("BEN@example.com", ben), ("x@example.com", ann)):
        page = visitor.page(login_hint=email).text
        assert re.findall(r'name="account" value="(\w*)" checked', page) == [id]


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": None}, 401, "invalid_client"),
        ({"redirect_uri": "https://evil.example/"}, 400, "redirect_uri_mismatch"),
        ({"redirect_uri": f"{BACK}&x=1"}, 400, "redirect_uri_mismatch"),
        ({"redirect_uri": None}, 400, "redirect_uri_mismatch"),
        ({"response_type": "id_token"}, 400, "unsupported_response_type"),
        ({"response_type": None}, 400, "unsupported_response_type"),
    ],
)
def test_a_client_that_asks_wrongly_is_not_sent_anybody(visitor, ann, changes, status, error):
    for answer in (
        visitor.page(**changes),
        visitor.answer({"answer": "allow", "account": ann}, **changes),
    ):
        assert (answer.status_code, error in answer.text) == (status, True)
        assert "Location" not in answer.headers


def test_a_code_is_good_once(visitor, ann):
    code = visitor.allow(ann)
    access = visitor.exchange(code).json()["access_token"]
    assert error_of(visitor.exchange(code))[0] == "invalid_grant"
    assert visitor.me(access).status_code == 200


def test_a_code_is_good_for_ten_minutes(visitor, ann, clock):
    early, late = visitor.allow(ann), visitor.allow(ann)
    clock.forward(minutes=9, seconds=59)
    assert visitor.exchange(early).status_code == 200
    clock.forward(seconds=1)
    assert error_of(visitor.exchange(late))[0] == "invalid_grant"


def test_a_code_is_good_for_its_client_alone(visitor, stand_in, ann):
    stand_in.oauth.register("thief", "t", [BACK])
    code = visitor.allow(ann)
    stolen = visitor.exchange(code, client_id="thief", client_secret="t")
    assert error_of(stolen)[0] == "invalid_grant"
    assert visitor.exchange(code).status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": "ünïcode"}, 401, "invalid_client"),
        ({"client_secret": None}, 400, "invalid_request"),
        ({"client_id": None}, 400, "invalid_request"),
        ({"code": None}, 400, "invalid_request"),
        ({"code": "made up"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": None}, 400, "unsupported_grant_type"),
    ],
)
def test_a_wrong_exchange_is_refused_and_uses_nothing_up(visitor, ann, changes, status, error):
    code = visitor.allow(ann)
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **changes}
    assert error_of(visitor.post(**given), status)[0] == error
    assert visitor.exchange(code).status_code == 200


def test_a_code_goes_with_the_address_it_was_sent_to(visitor, app, ann):
    for other in (None, "https://accord.example/back/"):
        given = {"grant_type": "authorization_code", "code": visitor.allow(ann)}
        error = error_of(visitor.post(**given, redirect_uri=other))[0]
        assert error == ("redirect_uri_mismatch" if app == "google" else "invalid_grant")


def test_who_takes_access_back_ends_every_token(visitor, stand_in, ann):
    tokens = [visitor.exchange(visitor.allow(ann)).json()["access_token"] for _ in range(2)]
    stand_in.tokens.revoke(ann)
    answers = [visitor.me(token) for token in tokens]
    assert [answer.json() for answer in answers] == [{"error": "revoked"}] * 2


def test_clients_codes_and_tokens_outlive_a_restart(tmp_path: Path, app: str):
    classes = [LikeGoogle, LikeMailchimp, LikeContactually]
    first = Sandbox(tmp_path / "all.sqlite3", apps=classes)
    with serving(first) as server:
        visitor = Visitor(f"{server.url}/{app}", first.apps[app])
        code = visitor.allow(first.apps[app].open_account("ann@example.com"))
    first.close()
    second = Sandbox(tmp_path / "all.sqlite3", apps=classes)
    with serving(second) as server:
        visitor.url = f"{server.url}/{app}"
        access = visitor.exchange(code).json()["access_token"]
        assert visitor.me(access).status_code == 200
    second.close()


def test_consent_is_no_call_while_a_token_is_one(sandbox, visitor, ann):
    code = visitor.allow(ann)
    assert sandbox.calls == []
    visitor.exchange(code)
    assert [call.path for call in sandbox.calls] == [visitor.rules.token]


def test_a_token_whose_answer_was_lost_uses_up_the_code(sandbox, visitor, app, ann):
    code = visitor.allow(ann)
    sandbox.order(app, Fault("lost", path=visitor.rules.token))
    with pytest.raises(requests.ConnectionError):
        visitor.exchange(code)
    assert error_of(visitor.exchange(code))[0] == "invalid_grant"


def test_names_on_the_consent_page_are_escaped(visitor, stand_in):
    stand_in.open_account("<i>@example.com", "<script>alert(1)</script>")
    stand_in.oauth.register(CLIENT["client_id"], CLIENT["client_secret"], [BACK], "<b>Accord</b>")
    page = visitor.page(redirect_uri=BACK).text
    assert "<script>" not in page
    assert "<b>Accord" not in page
    assert "&lt;script&gt;" in page
    bad = visitor.page(redirect_uri='"><script>').text
    assert "<script>" not in bad


def test_a_registered_address_may_end_in_a_star(visitor, stand_in):
    stand_in.oauth.register(CLIENT["client_id"], "x", ["http://127.0.0.1:8000/*"])
    assert visitor.page(redirect_uri="http://127.0.0.1:8000/back").status_code == 200
    assert visitor.page(redirect_uri="http://127.0.0.1:80000/").status_code == 400


@pytest.mark.parametrize(
    ("app", "path"),
    [
        ("google", "/v1/people/me?personFields=names,emailAddresses"),
        ("mailchimp", "/3.0/"),
        ("contactually", "/v2/me"),
    ],
)
def test_the_api_of_the_app_takes_the_token(clock, app, path):
    sandbox = Sandbox(now=clock, apps=[app])
    with serving(sandbox) as server:
        stand_in = sandbox.apps[app]
        visitor = Visitor(f"{server.url}/{app}", stand_in)
        wide = {"contactually": "all:manage"}.get(app)
        asked = {"scope": wide} if wide else {}
        ann = stand_in.open_account("ann@example.com", "Ann Smith")
        access = visitor.exchange(visitor.allow(ann, **asked)).json()["access_token"]
        for token, status in ((access, 200), (f"{access}x", 401)):
            signed = {"Authorization": f"Bearer {token}"}
            answer = requests.get(visitor.url + path, headers=signed, timeout=5)
            assert answer.status_code == status, answer.text
        stand_in.tokens.revoke(ann)
        signed = {"Authorization": f"Bearer {access}"}
        assert requests.get(visitor.url + path, headers=signed, timeout=5).status_code == 401
    sandbox.close()


# --- Google ---------------------------------------------------------------------------------


@only_google
def test_google_answers_with_tokens_of_an_hour(visitor, ann, clock):
    told = visitor.exchange(visitor.allow(ann)).json()
    assert set(told) == {
        "access_token", "expires_in", "id_token", "refresh_token", "scope", "token_type",
    }  # fmt: skip
    assert (told["expires_in"], told["token_type"]) == (3599, "Bearer")
    assert set(told["scope"].split()) == {CONTACTS, EMAIL, "openid"}
    clock.forward(seconds=3598)
    assert visitor.me(told["access_token"]).status_code == 200
    clock.forward(seconds=1)
    assert visitor.me(told["access_token"]).json() == {"error": "expired"}
    renewed = visitor.refresh(told["refresh_token"]).json()
    assert set(renewed) == {"access_token", "expires_in", "id_token", "scope", "token_type"}
    assert visitor.me(renewed["access_token"]).json() == {"account": ann}


@only_google
def test_google_lets_people_untick_contacts(visitor, ann):
    page = visitor.page().text
    assert "See, edit, download, and permanently delete your contacts" in page
    assert re.findall(r'name="scope" value="([^"]*)" checked', page) == [CONTACTS]
    sent_back = back_with(visitor.answer({"answer": "allow", "account": ann}))
    assert sent_back["scope"] == f"{EMAIL} openid"
    told = visitor.exchange(sent_back["code"]).json()
    assert told["scope"] == f"{EMAIL} openid"


@only_google
def test_google_denies_where_nothing_is_ticked(visitor, ann):
    answer = visitor.answer({"answer": "allow", "account": ann}, scope=CONTACTS)
    assert back_with(answer)["error"] == "access_denied"


@only_google
def test_nobody_can_grant_google_more_than_was_asked(visitor, ann):
    more = [CONTACTS, f"{CONTACTS}.other.readonly"]
    answer = visitor.answer({"answer": "allow", "account": ann, "scope": more}, scope=CONTACTS)
    assert back_with(answer)["scope"] == CONTACTS


@only_google
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": None}, "invalid_request"),
        ({"scope": "contacts"}, "invalid_scope"),
        ({"scope": f"{CONTACTS} all"}, "invalid_scope"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "S512"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
    ],
)
def test_google_refuses_odd_scopes_and_proof_keys(visitor, ann, changes, error):
    page = visitor.page(**changes)
    assert (page.status_code, error in page.text) == (400, True)


@only_google
def test_google_holds_a_client_to_its_proof_key(visitor, ann):
    asked = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    code = visitor.allow(ann, **asked)
    assert error_of(visitor.exchange(code)) == ("invalid_grant", "Missing code verifier.")
    wrong = visitor.exchange(code, code_verifier=VERIFIER[::-1])
    assert error_of(wrong) == ("invalid_grant", "Invalid code verifier.")
    assert visitor.exchange(code, code_verifier=VERIFIER).status_code == 200
    plain = visitor.allow(ann, code_challenge=VERIFIER)
    assert visitor.exchange(plain, code_verifier=VERIFIER).status_code == 200
    unasked = visitor.exchange(visitor.allow(ann), code_verifier=VERIFIER)
    assert error_of(unasked)[0] == "invalid_request"


def test_the_example_of_the_standard_holds_here_too():
    assert urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("=") == CHALLENGE


@only_google
def test_google_gives_a_refresh_token_at_the_first_consent_or_when_asked_again(
    visitor, stand_in, ann
):
    def refresh_token(account: str, **changes: str | None) -> str | None:
        return visitor.exchange(visitor.allow(account, **changes)).json().get("refresh_token")

    assert refresh_token(ann, access_type=None) is None
    assert refresh_token(ann, access_type="online") is None
    first = refresh_token(ann, prompt=None)
    assert first
    assert refresh_token(ann, prompt=None) is None
    assert refresh_token(ann, prompt="select_account") is None
    assert refresh_token(ann, prompt="select_account consent") not in (None, first)
    assert refresh_token(stand_in.open_account("ben@example.com"), prompt=None)
    stand_in.tokens.revoke(ann)
    assert refresh_token(ann, prompt=None)


@only_google
def test_google_refuses_a_dead_refresh_token_for_good(visitor, stand_in, ann):
    dead = ("invalid_grant", "Token has been expired or revoked.")
    told = visitor.exchange(visitor.allow(ann)).json()
    stand_in.tokens.revoke(ann)
    assert error_of(visitor.refresh(told["refresh_token"])) == dead
    assert error_of(visitor.refresh("1//0made-up")) == ("invalid_grant", "Bad Request")
    assert error_of(visitor.refresh(""))[0] == "invalid_request"
    assert error_of(visitor.refresh(told["access_token"]))[0] == "invalid_grant"


@only_google
def test_google_refuses_the_refresh_token_of_another_client(visitor, stand_in, ann):
    stand_in.oauth.register("thief", "t", [BACK])
    token = visitor.exchange(visitor.allow(ann)).json()["refresh_token"]
    answer = visitor.refresh(token, client_id="thief", client_secret="t")
    assert error_of(answer, 401)[0] == "unauthorized_client"


@only_google
@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
@pytest.mark.parametrize("way", ["query", "form"])
def test_google_revokes_a_grant_by_any_of_its_tokens(visitor, ann, which, way):
    told = visitor.exchange(visitor.allow(ann)).json()
    other = visitor.exchange(visitor.allow(ann)).json()
    given = {"params" if way == "query" else "data": {"token": told[which]}}
    url = f"{visitor.url}/revoke"
    assert requests.post(url, **given, timeout=5).json() == {}
    assert error_of(requests.post(url, **given, timeout=5))[0] == "invalid_token"
    assert visitor.me(told["access_token"]).json() == {"error": "revoked"}
    assert visitor.refresh(told["refresh_token"]).status_code == 400
    assert visitor.refresh(other["refresh_token"]).status_code == 200


@only_google
def test_google_in_testing_grants_for_seven_days(visitor, stand_in, ann, clock):
    stand_in.oauth.quirks = replace(stand_in.oauth.quirks, testing=True)
    told = visitor.exchange(visitor.allow(ann)).json()
    assert told["refresh_token_expires_in"] == 604799
    basic = visitor.exchange(visitor.allow(ann, scope="openid email")).json()
    stand_in.oauth.quirks = replace(stand_in.oauth.quirks, testing=False)
    clock.forward(days=6, hours=23)
    assert visitor.refresh(told["refresh_token"]).status_code == 200
    clock.forward(hours=1)
    assert error_of(visitor.refresh(told["refresh_token"]))[0] == "invalid_grant"
    assert visitor.refresh(basic["refresh_token"]).status_code == 200


@only_google
def test_google_forgets_a_refresh_token_that_nobody_uses(visitor, ann, clock):
    used, unused = (visitor.exchange(visitor.allow(ann)).json() for _ in range(2))
    clock.forward(days=180)
    assert visitor.refresh(used["refresh_token"]).status_code == 200
    clock.forward(days=3)
    assert visitor.refresh(used["refresh_token"]).status_code == 200
    assert error_of(visitor.refresh(unused["refresh_token"]))[0] == "invalid_grant"


@only_google
def test_google_lets_the_oldest_of_too_many_refresh_tokens_die(visitor, stand_in, ann):
    stand_in.oauth.quirks = replace(stand_in.oauth.quirks, refresh_tokens=3)
    ben = stand_in.open_account("ben@example.com")
    other = visitor.exchange(visitor.allow(ben)).json()["refresh_token"]
    tokens = [visitor.exchange(visitor.allow(ann)).json()["refresh_token"] for _ in range(5)]
    assert [visitor.refresh(token).status_code for token in tokens] == [400, 400, 200, 200, 200]
    assert visitor.refresh(other).status_code == 200


@only_google
def test_google_may_bring_a_new_refresh_token(visitor, stand_in, ann):
    stand_in.oauth.quirks = replace(stand_in.oauth.quirks, rotates=True)
    old = visitor.exchange(visitor.allow(ann)).json()["refresh_token"]
    new = visitor.refresh(old).json()["refresh_token"]
    assert new != old
    assert error_of(visitor.refresh(old))[0] == "invalid_grant"
    assert visitor.refresh(new).status_code == 200


@only_google
def test_google_takes_the_client_in_the_header_too(visitor, ann):
    given = {"grant_type": "authorization_code", "code": visitor.allow(ann), "redirect_uri": BACK}
    answer = requests.post(
        f"{visitor.url}/token",
        given,
        auth=("accord", "s3cret %26 more"),
        timeout=5,
    )
    assert answer.status_code == 200


@only_google
def test_google_tells_whose_token_it_is(visitor, ann):
    told = visitor.exchange(visitor.allow(ann, scope=f"openid email profile {CONTACTS}")).json()
    signed = {"Authorization": f"Bearer {told['access_token']}"}
    v3, v2 = (
        requests.get(f"{visitor.url}/oauth2/{v}/userinfo", headers=signed, timeout=5).json()
        for v in ("v3", "v2")
    )
    names = {"name": "Ann Smith", "given_name": "Ann", "family_name": "Smith"}
    mail = {"email": "ann@example.com"}
    assert v3 == {"sub": ann, **names, **mail, "email_verified": True}
    assert v2 == {"id": ann, **names, **mail, "verified_email": True}
    payload = told["id_token"].split(".")[1]
    claims = json.loads(urlsafe_b64decode(payload + "=="))
    assert claims["aud"] == CLIENT["client_id"]
    assert {**claims, **v3} == claims
    little = visitor.exchange(visitor.allow(ann, scope=CONTACTS)).json()
    assert "id_token" not in little
    wrong = {"Authorization": "Bearer none"}
    refused = requests.get(f"{visitor.url}/oauth2/v3/userinfo", headers=wrong, timeout=5)
    assert error_of(refused, 401) == ("invalid_request", "Invalid Credentials")


# --- Mailchimp ------------------------------------------------------------------------------


@only_mailchimp
def test_mailchimp_answers_with_a_token_without_end(visitor, ann, clock):
    told = visitor.exchange(visitor.allow(ann)).json()
    assert told == {"access_token": told["access_token"], "expires_in": 0, "scope": None}
    clock.forward(days=5000)
    assert visitor.me(told["access_token"]).status_code == 200
    assert error_of(visitor.refresh(told["access_token"]))[0] == "unsupported_grant_type"


@only_mailchimp
def test_mailchimp_tells_where_the_account_is(visitor, stand_in, ann):
    access = visitor.exchange(visitor.allow(ann)).json()["access_token"]
    url = f"{visitor.url}/oauth2/metadata"
    told = requests.get(url, headers={"Authorization": f"OAuth {access}"}, timeout=5).json()
    assert set(told) == {
        "dc", "role", "accountname", "user_id", "login", "login_url", "api_endpoint",
    }  # fmt: skip
    assert set(told["login"]) == {"email", "avatar", "login_id", "login_name", "login_email"}
    assert told["api_endpoint"] == visitor.url
    assert type(told["user_id"]) is int
    stand_in.tokens.revoke(ann)
    for header in (f"OAuth {access}", "OAuth none", "", "OAuth"):
        answer = requests.get(url, headers={"Authorization": header}, timeout=5)
        assert error_of(answer, 401)[0] == "invalid_token"


@only_mailchimp
def test_mailchimp_wants_its_own_word_before_the_token(visitor, ann):
    access = visitor.exchange(visitor.allow(ann)).json()["access_token"]
    url = f"{visitor.url}/oauth2/metadata"
    answer = requests.get(url, headers={"Authorization": f"Bearer {access}"}, timeout=5)
    assert answer.status_code == 401


# --- Contactually ---------------------------------------------------------------------------


@only_contactually
def test_contactually_takes_a_form_json_or_the_address(visitor, ann):
    url = f"{visitor.url}/oauth2/token"
    for way in ("data", "json", "params"):
        given = {
            **CLIENT,
            "grant_type": "authorization_code",
            "code": visitor.allow(ann, scope="all:manage"),
            "redirect_uri": BACK,
        }
        answer = requests.request(
            "GET" if way == "params" else "POST", url, **{way: given}, timeout=5
        )
        told = answer.json()
        assert told == {"access_token": told["access_token"], "token_type": "bearer"}
        assert visitor.me(told["access_token"]).json() == {"account": ann}
    for odd in (b"[]", b"{", b"null"):
        kind = {"Content-Type": "application/json"}
        assert requests.post(url, odd, headers=kind, timeout=5).status_code == 400


@only_contactually
def test_contactually_may_hand_out_a_token_at_once(visitor, ann):
    form = {"answer": "allow", "account": ann}
    told = back_with(visitor.answer(form, response_type="token"), "#")
    assert (told["state"], "code" in told) == ("a b&c=d/é", False)
    assert visitor.me(told["access_token"]).json() == {"account": ann}


@only_contactually
def test_contactually_may_have_tokens_that_end(visitor, stand_in, ann, clock):
    stand_in.oauth.quirks = replace(stand_in.oauth.quirks, lifetime=7200, refreshes=True)
    told = visitor.exchange(visitor.allow(ann)).json()
    assert (told["expires_in"], set(told)) == (
        7200,
        {"access_token", "expires_in", "refresh_token", "token_type"},
    )
    clock.forward(hours=2)
    assert visitor.me(told["access_token"]).json() == {"error": "expired"}
    renewed = visitor.refresh(told["refresh_token"]).json()
    assert visitor.me(renewed["access_token"]).status_code == 200


@pytest.mark.parametrize("app", ["google", "mailchimp"], indirect=True)
def test_the_others_take_forms_only(visitor, ann):
    given = {**CLIENT, "grant_type": "authorization_code", "code": visitor.allow(ann)}
    url = visitor.url + visitor.rules.token
    assert error_of(requests.post(url, json=given, timeout=5))[0] == "invalid_request"
    assert requests.get(url, given, timeout=5).status_code == 404
