"""What leaves this machine, and for where: secrets stay with the host that they are for, and no
request reaches the machine's own services or a cloud's metadata."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from connectors.bearer import Bearer
from connectors.connector import World
from connectors.errors import AskStaff
from connectors.session import SAFE, Session, guarded
from connectors.tokens import Token, TokenEndpoint
from tests.connectors.carddav.scripted import ScriptedServer, answer
from tests.connectors.conformance import world

SECRET = "planted-secret"


@pytest.fixture
def home() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def elsewhere() -> Iterator[ScriptedServer]:
    """Another port is another origin, as another host would be."""
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def at(tmp_path: Path) -> World:
    return replace(world(tmp_path), sleep=lambda seconds: None)


def heard(server: ScriptedServer) -> str:
    return "".join(f"{request.headers}{request.body!r}" for request in server.log)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("method", ["GET", "PROPFIND", "POST", "PUT", "PATCH", "DELETE"])
def test_a_token_and_a_change_stay_with_their_host(
    at: World, home: ScriptedServer, elsewhere: ScriptedServer, status: int, method: str
) -> None:
    home.plan = [answer(status, {"Location": f"{elsewhere.url}/taken"})]
    elsewhere.plan = [answer(200)]
    session = Session(at, home.url, Bearer(Token(SECRET), at.now))
    if method in SAFE:
        session.request(method, home.url)
        assert len(elsewhere.log) == 1
    else:
        with pytest.raises(AskStaff, match=f"sends us on to {elsewhere.url}"):
            session.request(method, home.url, body=SECRET.encode())
        assert elsewhere.log == []
    session.close()
    assert SECRET in heard(home) and SECRET not in heard(elsewhere)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_what_is_said_at_the_token_endpoint_goes_nowhere_else(
    at: World, home: ScriptedServer, elsewhere: ScriptedServer, status: int
) -> None:
    sent_on = answer(status, {"Location": f"{elsewhere.url}/token"})
    home.plan = [sent_on, sent_on]
    endpoint = TokenEndpoint(at, f"{home.url}/token", "accord", SECRET)
    with pytest.raises(AskStaff, match="sends us on to"):
        endpoint.renew("refresh")
    with pytest.raises(AskStaff, match="sends us on to"):
        endpoint.exchange("code", "https://accord.example/back", "")
    assert SECRET in heard(home) and elsewhere.log == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_library_that_speaks_http_itself_follows_nothing(
    home: ScriptedServer, elsewhere: ScriptedServer, status: int
) -> None:
    home.plan = [answer(status, {"Location": f"{elsewhere.url}/taken"})]
    with guarded(5) as session, pytest.raises(requests.TooManyRedirects):
        session.post(home.url, {"client_secret": SECRET})
    assert elsewhere.log == []


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://100.100.100.200/",
        "http://[fd00:ec2::254]/",
        "http://0.0.0.0/",
    ],
)
def test_reserved_addresses_are_refused_whoever_set_them(at: World, url: str) -> None:
    with guarded(5) as session, pytest.raises(requests.RequestException, match="never connected"):
        session.get(url)
    trusted = Session(at, url, trusted=True)
    with pytest.raises(AskStaff, match="never connected"):
        trusted.request("GET", url)
    trusted.close()


@pytest.mark.parametrize("private", [True, False])
def test_a_name_is_judged_by_the_address_that_it_leads_to_at_last(
    at: World, home: ScriptedServer, monkeypatch: pytest.MonkeyPatch, private: bool
) -> None:
    """DNS rebinding: whatever the name's answer was when somebody looked, what counts is the peer
    of the connection, before anything is sent."""
    real = socket.getaddrinfo

    def answers_otherwise_now(name: Any, *args: Any, **kwargs: Any) -> Any:
        return real("127.0.0.1" if name == "rebinding.example" else name, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", answers_otherwise_now)
    url = f"http://rebinding.example:{urlsplit(home.url).port}/"
    home.plan = [answer(200)]
    session = Session(replace(at, allow_private=private), url, Bearer(Token(SECRET), at.now))
    if private:
        assert session.request("GET", url).status == 200
    else:
        with pytest.raises(AskStaff, match="ALLOW_PRIVATE_ADDRESSES"):
            session.request("GET", url)
    session.close()
    assert bool(home.log) is private
