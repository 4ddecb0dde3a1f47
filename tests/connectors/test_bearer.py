"""Tokens and how they are renewed, against the token endpoint of the stand-in of Google."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests

from connectors.bearer import Bearer, Renewal
from connectors.connector import World
from connectors.errors import AppError, AskStaff, SignInAgain, TryAgain, Unanswered
from connectors.rest import Rest
from connectors.sandbox.faults import Fault
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import Server, serving
from connectors.session import Session
from connectors.tokens import Token, token_of
from tests.connectors.carddav.scripted import ScriptedServer, answer
from tests.connectors.conformance import world
from tests.connectors.sandbox.shelf import CLIENT, Clock, LikeGoogle, Visitor

HOUR = timedelta(seconds=3599)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    sandbox = Sandbox(now=clock, apps=[LikeGoogle])
    yield sandbox
    sandbox.close()


@pytest.fixture
def google(sandbox: Sandbox) -> LikeGoogle:
    found = sandbox.apps["google"]
    assert isinstance(found, LikeGoogle)
    return found


@pytest.fixture
def server(sandbox: Sandbox) -> Iterator[Server]:
    with serving(sandbox) as server:
        yield server


@pytest.fixture
def kept() -> list[Mapping[str, str]]:
    return []


@pytest.fixture
def at(tmp_path, clock: Clock, kept: list[Mapping[str, str]]) -> World:
    return replace(world(tmp_path), now=clock, sleep=lambda seconds: None, keep=kept.append)


@pytest.fixture
def ann(google: LikeGoogle) -> str:
    return google.open_account("ann@example.com")


@pytest.fixture
def credentials(server: Server, google: LikeGoogle, ann: str) -> dict[str, str]:
    """What an account holds after its owner consented."""
    visitor = Visitor(f"{server.url}/google", google)
    told = visitor.exchange(visitor.allow(ann)).json()
    return {**CLIENT, "refresh_token": told["refresh_token"], "access_token": told["access_token"]}


@pytest.fixture
def renewal(at: World, server: Server, credentials: dict[str, str]) -> Renewal:
    return Renewal(at, f"{server.url}/google/token", credentials)


@pytest.fixture
def signed(at: World, server: Server) -> Iterator[Callable[[Bearer], Rest]]:
    """Calls that show a token."""
    opened: list[Session] = []

    def open(bearer: Bearer) -> Rest:
        opened.append(Session(at, server.url, bearer))
        return Rest(opened[-1], f"{server.url}/google/v1")

    yield open
    for session in opened:
        session.close()


def renewals(sandbox: Sandbox) -> int:
    return sum(call.path == "/token" for call in sandbox.calls)


# --- Renewal --------------------------------------------------------------------------------


def test_a_renewed_token_is_good_and_kept(renewal, kept, clock, server, ann):
    token = renewal()
    assert token.ends == clock() + HOUR
    assert kept == [{"access_token": token.access, "access_token_ends": token.ends.isoformat()}]
    assert token_of(kept[0]) == token
    signed = {"Authorization": f"Bearer {token.access}"}
    told = requests.get(f"{server.url}/google/v1/me", headers=signed, timeout=5)
    assert told.json() == {"account": ann}


def test_a_new_refresh_token_replaces_the_old_one(renewal, kept, google, credentials):
    google.oauth.quirks = replace(google.oauth.quirks, rotates=True)
    renewal()
    renewal()
    tokens = [credentials["refresh_token"], *(renewed["refresh_token"] for renewed in kept)]
    assert len(set(tokens)) == 3
    google.oauth.quirks = replace(google.oauth.quirks, rotates=False)
    renewal()
    assert "refresh_token" not in kept[-1]


def test_a_revoked_refresh_token_asks_for_the_owner(renewal, kept, google, sandbox, ann):
    google.tokens.revoke(ann)
    sandbox.calls.clear()
    with pytest.raises(SignInAgain, match=r"invalid_grant.*Authorise the account again"):
        renewal()
    assert (kept, renewals(sandbox)) == ([], 1)


@pytest.mark.parametrize(
    "change", [{"client_id": "nobody"}, {"client_secret": "old"}, {"client_id": ""}]
)
def test_an_unknown_client_asks_for_the_operator(at, server, credentials, change):
    with pytest.raises(AskStaff, match="Have the operator check the client id and secret"):
        Renewal(at, f"{server.url}/google/token", {**credentials, **change})()


def test_a_missing_refresh_token_asks_for_the_owner(at, server, credentials):
    del credentials["refresh_token"]
    with pytest.raises(SignInAgain):
        Renewal(at, f"{server.url}/google/token", credentials)()


@pytest.mark.parametrize("fault", [Fault("dropped"), Fault("lost"), Fault("status", 500)])
def test_a_renewal_without_an_answer_is_asked_for_again(renewal, sandbox, kept, fault):
    sandbox.calls.clear()
    sandbox.order("google", replace(fault, path="/token"))
    token = renewal()
    assert (renewals(sandbox), kept[0]["access_token"]) == (2, token.access)


@pytest.mark.parametrize(
    "fault",
    [Fault("dropped"), Fault("lost"), Fault("status", 500), Fault("status", 503, retry_after=90)],
)
def test_a_renewal_that_never_gets_an_answer_is_tried_again_later(renewal, sandbox, kept, fault):
    sandbox.order("google", replace(fault, path="/token", times=-1))
    with pytest.raises(TryAgain) as raised:
        renewal()
    assert not isinstance(raised.value, Unanswered)
    assert raised.value.after == (90 if fault.status == 503 else None)
    assert kept == []


def test_with_new_refresh_tokens_a_lost_answer_ends_in_consent(renewal, google, sandbox):
    """There is nothing better: the new one was in the answer that got lost."""
    google.oauth.quirks = replace(google.oauth.quirks, rotates=True)
    sandbox.order("google", Fault("lost", path="/token"))
    with pytest.raises(SignInAgain):
        renewal()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"[]", b"null", b"{}", b'{"access_token": ""}', b'{"access_token": null}',
        b'{"access_token": "a b"}', b'{"access_token": "a\\nX: y"}', b"[" * 100_000,
        b'{"access_token": {"a": "b"}}', '{"access_token": "é"}'.encode(),
    ],
)  # fmt: skip
def test_what_is_no_token_is_none(at, kept, body):
    with ScriptedServer() as server:
        server.plan = [answer(200, {}, body)]
        with pytest.raises(TryAgain, match="did not answer with a token"):
            Renewal(at, server.url, {**CLIENT, "refresh_token": "r"})()
    assert kept == []


@pytest.mark.parametrize(
    ("lasts", "seconds"),
    [
        (3599, 3599), ("3599", 3599), (1.5, 1.5), (0, None), (None, None), ("", None), (-5, None),
        ("soon", None), ([], None), (1e300, None), (10**400, None), (float("nan"), None),
        (float("inf"), None),
    ],
)  # fmt: skip
def test_the_life_of_a_token_is_read_with_care(at, kept, clock, lasts, seconds):
    body = json.dumps({"access_token": "a", "expires_in": lasts}).encode()
    with ScriptedServer() as server:
        server.plan = [answer(200, {}, body)]
        token = Renewal(at, server.url, {**CLIENT, "refresh_token": "r"})()
    ends = clock() + timedelta(seconds=seconds) if seconds else None
    assert token == Token("a", ends) == token_of(kept[0])


def test_no_error_holds_a_secret(at):
    secrets = {"client_id": "i", "client_secret": "SECRET1", "refresh_token": "SECRET2"}
    for status, body in ((400, b'{"error": "invalid_grant"}'), (200, b"SECRET3"), (401, b"x")):
        with ScriptedServer() as server:
            server.plan = [answer(status, {}, body)]
            with pytest.raises(AppError) as raised:
                Renewal(at, server.url, secrets)()
        assert "SECRET" not in str(raised.value)


# --- Bearer ---------------------------------------------------------------------------------


def test_a_token_that_is_refused_is_renewed_and_the_request_sent_again(
    renewal, signed, at, google, sandbox, credentials, ann
):
    rest = signed(Bearer(token_of(credentials), at.now, renewal))
    sandbox.calls.clear()
    assert rest.call("GET", "/me").data == {"account": ann}
    google.tokens.expire(ann)
    assert rest.call("GET", "/me").data == {"account": ann}
    assert [(call.path, call.status) for call in sandbox.calls] == [
        ("/v1/me", 200),
        ("/v1/me", 401),
        ("/token", 200),
        ("/v1/me", 200),
    ]
    for _ in range(3):
        google.tokens.expire(ann)
        assert rest.call("GET", "/me").status == 200


def test_a_token_that_ends_is_renewed_before_it_is_refused(
    renewal, signed, at, sandbox, clock, credentials
):
    rest = signed(Bearer(renewal(), at.now, renewal))
    sandbox.calls.clear()
    clock.forward(seconds=3599 - 121)
    rest.call("GET", "/me")
    assert renewals(sandbox) == 0
    clock.forward(seconds=1)
    rest.call("GET", "/me")
    clock.forward(hours=5)
    rest.call("GET", "/me")
    assert renewals(sandbox) == 2
    assert all(call.status == 200 for call in sandbox.calls)


def test_a_token_that_lasts_a_minute_is_not_renewed_at_each_request(
    signed, at, google, server, sandbox, clock, credentials, ann
):
    google.oauth.quirks = replace(google.oauth.quirks, lifetime=60)
    visitor = Visitor(f"{server.url}/google", google)
    told = visitor.exchange(visitor.allow(ann)).json()
    short = Renewal(
        at, f"{server.url}/google/token", {**credentials, "refresh_token": told["refresh_token"]}
    )
    rest = signed(Bearer(Token(""), at.now, short))
    sandbox.calls.clear()
    for _ in range(120):
        assert rest.call("GET", "/me").status == 200
        clock.forward(seconds=1)
    assert renewals(sandbox) == 4


def test_an_account_without_an_access_token_fetches_one_first(renewal, signed, at, sandbox):
    rest = signed(Bearer(Token(""), at.now, renewal))
    sandbox.calls.clear()
    assert rest.call("GET", "/me").status == 200
    assert [call.path for call in sandbox.calls] == ["/token", "/v1/me"]


def test_a_revoked_account_asks_for_its_owner_after_one_try(
    renewal, signed, at, google, sandbox, credentials, ann
):
    rest = signed(Bearer(token_of(credentials), at.now, renewal))
    google.tokens.revoke(ann)
    sandbox.calls.clear()
    with pytest.raises(SignInAgain, match="Authorise the account again"):
        rest.call("GET", "/me")
    assert [call.path for call in sandbox.calls] == ["/v1/me", "/token"]


def test_an_app_that_refuses_every_token_is_not_asked_for_ever_new_ones(at, kept):
    made = iter(f"token{number}" for number in range(100))
    with ScriptedServer() as server:
        server.plan = [answer(401)] * 20
        session = Session(
            at, server.url, Bearer(Token("old"), at.now, lambda ended: Token(next(made)))
        )
        with pytest.raises(SignInAgain, match="it has ended or was revoked"):
            session.request("GET", server.url)
        session.close()
        shown = [request.headers["Authorization"] for request in server.log]
    assert shown == ["Bearer old", "Bearer token0"]


def test_a_token_without_renewal_is_refused_for_good(signed, at, google, sandbox, credentials, ann):
    rest = signed(Bearer(token_of(credentials), at.now))
    google.tokens.expire(ann)
    sandbox.calls.clear()
    with pytest.raises(SignInAgain, match="the token of this account"):
        rest.call("GET", "/me")
    assert len(sandbox.calls) == 1


def test_a_renewal_that_fails_before_a_change_is_no_unanswered_change(
    renewal, signed, at, google, sandbox, credentials, ann
):
    """Nothing was sent, or it was refused: the change was certainly not made."""
    rest = signed(Bearer(token_of(credentials), at.now, renewal))
    google.tokens.expire(ann)
    sandbox.order("google", Fault("lost", path="/token", times=-1))
    with pytest.raises(TryAgain) as raised:
        rest.call("GET", "/me")
    assert not isinstance(raised.value, Unanswered)
    fresh = signed(Bearer(Token(""), at.now, renewal))
    with pytest.raises(TryAgain) as raised:
        fresh.call("POST", "/texts", body=1)
    assert not isinstance(raised.value, Unanswered)
    assert google.store.all("shelf/text") == []


def test_many_threads_renew_a_token_once(renewal, signed, at, google, sandbox, credentials, ann):
    bearer = Bearer(token_of(credentials), at.now, renewal)
    rest = signed(bearer)
    google.tokens.expire(ann)
    sandbox.calls.clear()
    together = threading.Barrier(8)

    def call(_: int) -> Any:
        together.wait(10)
        return rest.call("GET", "/me").data

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(call, range(8))) == [{"account": ann}] * 8
    assert renewals(sandbox) == 1


def test_many_threads_renew_a_late_token_once(renewal, signed, at, sandbox, clock, ann):
    rest = signed(Bearer(renewal(), at.now, renewal))
    clock.forward(hours=2)
    sandbox.calls.clear()
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: rest.call("GET", "/me").data, range(8)))
    assert told == [{"account": ann}] * 8
    assert renewals(sandbox) == 1


def test_what_is_kept_makes_the_token_of_the_next_time(renewal, kept, at, server, credentials):
    renewal()
    again = Renewal(at, f"{server.url}/google/token", {**credentials, **kept[-1]})
    assert again().access != kept[0]["access_token"]


def test_a_token_as_people_enter_it_has_no_end():
    assert token_of({"access_token": "a"}) == Token("a", None)
    assert token_of({}) == Token("", None)
