"""JSON calls, against an app of our own over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from connectors.errors import SignInAgain, TryAgain, Unanswered
from connectors.rest import Rest
from connectors.sandbox.faults import Fault
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from connectors.session import Session
from tests.connectors.carddav.scripted import ScriptedServer, answer
from tests.connectors.conformance import world
from tests.connectors.sandbox.shelf import Shelf


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(apps=[Shelf], recording=True)
    yield sandbox
    sandbox.close()


@pytest.fixture
def rest(sandbox: Sandbox, tmp_path) -> Iterator[Rest]:
    with serving(sandbox) as server:
        session = Session(replace(world(tmp_path), sleep=lambda seconds: None), server.url)
        yield Rest(session, f"{server.url}/shelf/v1/")
        session.close()


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def scripted(server: ScriptedServer, tmp_path) -> Iterator[Rest]:
    session = Session(replace(world(tmp_path), sleep=lambda seconds: None), server.url)
    yield Rest(session, server.url)
    session.close()


def test_a_call_carries_query_and_body(rest, sandbox):
    query = {"a": "x y&z=é/+", "many": ["1", "2"], "empty": ""}
    reply = rest.call("POST", "/texts", query, {"text": "Zoë 李 👩‍👩‍👧"})
    assert (reply.status, reply.is_success, reply.data) == (201, True, {"id": "1"})
    [seen] = sandbox.exchanges
    assert seen.query == {"a": ["x y&z=é/+"], "many": ["1", "2"], "empty": [""]}
    assert seen.request == {"text": "Zoë 李 👩‍👩‍👧"}
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["accept"] == "application/json"


def test_without_a_body_none_is_announced(rest, sandbox):
    assert rest.call("GET", "/texts").data == []
    assert "content-type" not in sandbox.exchanges[0].headers
    rest.call("POST", "/texts", body=None)
    assert "content-type" not in sandbox.exchanges[1].headers


@pytest.mark.parametrize("body", [{}, [], 0, False, ""])
def test_a_body_that_holds_little_is_sent_all_the_same(rest, sandbox, body):
    rest.call("POST", "/texts", body=body)
    assert sandbox.exchanges[0].request == body
    assert rest.call("GET", "/texts/1").data["text"] == body


def test_an_answer_without_a_body_is_a_success(rest):
    reply = rest.call("DELETE", "/texts/1")
    assert (reply.status, reply.is_success, reply.data) == (204, True, None)


def test_a_refusal_is_returned_with_what_it_says(rest):
    reply = rest.call("POST", "/texts/1:refuse")
    assert (reply.status, reply.is_success, reply.data) == (409, False, {"error": "no"})


def test_half_a_surrogate_pair_is_the_apps_to_refuse(rest):
    assert rest.call("POST", "/texts", body={"text": "\ud83d"}).status == 400


def test_a_page_in_place_of_an_answer_is_no_answer(rest, sandbox):
    sandbox.order("shelf", Fault("broken", status=200))
    with pytest.raises(TryAgain, match="cannot be read") as raised:
        rest.call("GET", "/texts")
    assert not isinstance(raised.value, Unanswered)
    sandbox.order("shelf", Fault("broken", status=200))
    with pytest.raises(Unanswered, match="cannot be read"):
        rest.call("POST", "/texts", body=1)
    sandbox.order("shelf", Fault("broken", status=200))
    with pytest.raises(TryAgain) as raised:
        rest.call("POST", "/texts", body=1, repeat=True)
    assert not isinstance(raised.value, Unanswered)


def test_an_error_page_is_a_reply_without_data(rest, sandbox):
    sandbox.order("shelf", Fault("broken", status=404))
    reply = rest.call("GET", "/texts")
    assert (reply.status, reply.data) == (404, None)


def test_a_lost_answer_is_asked_for_again_only_where_that_does_no_harm(rest, sandbox):
    sandbox.order("shelf", Fault("lost"))
    assert rest.call("GET", "/texts").data == []
    sandbox.order("shelf", Fault("lost"))
    with pytest.raises(Unanswered):
        rest.call("POST", "/texts", body=1)
    sandbox.order("shelf", Fault("lost"))
    assert rest.call("POST", "/texts", body=2, repeat=True).status == 201
    assert [item["text"] for item in rest.call("GET", "/texts").data] == [1, 2, 2]


@pytest.mark.parametrize(
    ("body", "data"), [(b"null", None), (b"0", 0), (b"", None), (b" \n", None), (b'"a"', "a")]
)
def test_any_json_is_an_answer(scripted, server, body, data):
    server.plan = [answer(200, {}, body)]
    assert scripted.call("GET", "/x").data == data


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000, b"<html>", b"\x00"])
def test_what_is_no_json_is_no_answer(scripted, server, body):
    server.plan = [answer(200, {}, body)]
    with pytest.raises(TryAgain, match="cannot be read"):
        scripted.call("GET", "/x")


def test_errors_of_the_session_are_raised(scripted, server):
    server.plan = [answer(401)]
    with pytest.raises(SignInAgain):
        scripted.call("GET", "/x")
    server.plan = [answer(429, {"Retry-After": "600"})]
    with pytest.raises(TryAgain) as raised:
        scripted.call("POST", "/x", body=1)
    assert raised.value.after == 600
