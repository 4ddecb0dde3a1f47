"""Signing in, where the API is, and what concerns an account as a whole."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from urllib3 import HTTPResponse

from connectors.connector import Create, Identity, Received, World, Written
from connectors.contact import Contact
from connectors.errors import AskStaff, Refused, SignInAgain, TryAgain
from connectors.mailchimp.connector import Mailchimp
from connectors.registry import connector_class, settings
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from tests.connectors.conformance import marker, reading
from tests.connectors.mailchimp.clock import Clock
from tests.connectors.mailchimp.partner import App, People
from tests.connectors.wire import ORIGIN, Wired


class Host:
    """Answers everything with one JSON body, and notes what it was shown."""

    def __init__(self, status: int, body: Any) -> None:
        self.status, self.body = status, body
        self.shown: list[tuple[str, str]] = []

    def urlopen(self, method: str, url: str, **options: Any) -> HTTPResponse:
        self.shown.append((url, options["headers"]["Authorization"]))
        text = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        return HTTPResponse(io.BytesIO(text), {}, self.status, preload_content=False)


ROOT = {"account_id": "8d3a3db4d97663a9074efcc16", "account_name": "Freddie's Jokes"}


def at(hosts: Mapping[str, Host], people: App, **credentials: str) -> Mailchimp:
    wires = {f"https://{name}:443": host for name, host in hosts.items()}
    return Mailchimp(credentials, replace(people.world, settings={}, wires=wires))


# --- Where and who ------------------------------------------------------------------------


def test_it_is_registered_with_its_settings():
    assert connector_class("mailchimp") is Mailchimp
    assert {"MAILCHIMP_API_URL", "MAILCHIMP_CONNECTIONS"} <= {item.name for item in settings()}


@pytest.mark.parametrize("credentials", [{}, {"api_key": ""}, {"access_token": ""}])
def test_account_needs_a_key_or_a_token(people, credentials):
    with pytest.raises(AskStaff, match="neither an API key nor an access token"):
        Mailchimp(credentials, people.world)


@pytest.mark.parametrize("key", ["secret", "secret-", "secret-evil.example", "secret-us6/x"])
def test_key_without_its_data_centre_is_refused_at_once(people, key):
    with pytest.raises(AskStaff, match="does not end with its data centre") as raised:
        at({}, people, api_key=key)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "credentials",
    [
        {"api_key": "secret-us6"},
        {"access_token": "secret", "dc": "us6"},
        {"access_token": "secret", "api_endpoint": "https://us6.api.mailchimp.com"},
    ],
)
def test_data_centre_comes_from_the_key_or_from_what_is_stored(people, credentials):
    host = Host(200, ROOT)
    with closing(at({"us6.api.mailchimp.com": host}, people, **credentials)) as connector:
        assert connector.identity() == Identity(ROOT["account_id"], ROOT["account_name"])
        assert connector.requests == 1
    secret = credentials.get("api_key", "secret")
    assert host.shown == [("/3.0/?fields=account_id%2Caccount_name", f"Bearer {secret}")]


def test_data_centre_of_a_bare_token_is_asked_for_once_and_kept(people):
    login = Host(200, {"dc": "us6", "api_endpoint": "https://us6.api.mailchimp.com"})
    host = Host(200, ROOT)
    hosts = {"login.mailchimp.com": login, "us6.api.mailchimp.com": host}
    with closing(at(hosts, people, access_token="secret")) as connector:
        assert connector.identity().id == connector.identity().id
        assert connector.requests == 3
    assert login.shown == [("/oauth2/metadata", "OAuth secret")]
    assert people.kept == {"api_endpoint": "https://us6.api.mailchimp.com"}


def test_token_that_was_revoked_asks_to_sign_in_again(people):
    for status, body in ((401, {}), (200, {"error": "invalid_token"}), (400, b"no")):
        login = Host(status, body)
        with (
            closing(at({"login.mailchimp.com": login}, people, access_token="s3cret")) as connector,
            pytest.raises(SignInAgain) as raised,
        ):
            connector.identity()
        assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    "endpoint",
    ["https://evil.example", "https://us6.api.mailchimp.com.evil.example", "https://api.mailchimp.com",
     "https://a.b.api.mailchimp.com", "x"],
)  # fmt: skip
def test_token_is_shown_to_mailchimp_only(people, endpoint):
    with pytest.raises(AskStaff, match="no data centre"):
        at({}, people, access_token="secret", api_endpoint=endpoint).identity()
    assert people.kept == {}


def test_url_of_the_operator_wins(people):
    credentials = {**people.credentials, "dc": "us6"}
    with closing(Mailchimp(credentials, people.world)) as connector:
        assert connector.identity().id == people.account
        assert connector.identity().name


def test_account_that_does_not_say_who_it_is_asks_staff(people):
    for body in ({}, {"account_id": None}, {"account_id": ""}, []):
        host = Host(200, body)
        with (
            closing(at({"us6.api.mailchimp.com": host}, people, api_key="s-us6")) as connector,
            pytest.raises(AskStaff),
        ):
            connector.identity()


def test_audiences_are_read_over_several_pages(people, connector, monkeypatch):
    monkeypatch.setattr("connectors.mailchimp.api.PAGE", 2)
    more = [people.at_mailchimp.add_audience(f"A{n}") for n in range(4)]
    found = {item.id: item.name for item in connector.containers()}
    assert found == {people.container: "Clients", **{id: f"A{n}" for n, id in enumerate(more)}}
    assert people.calls == ["GET /lists"] * 3


def test_registers_are_read_over_several_pages(people, connector, monkeypatch):
    monkeypatch.setattr("connectors.mailchimp.api.PAGE", 3)
    for n in range(8):
        people.hands.add_field(f"F{n}", f"Field {n}", "text")
        people.interest(f"G{n}")
    catalogue = connector.catalogue(people.container)
    assert {f"custom:Field {n}" for n in range(8)} <= {item.name for item in catalogue.fields}
    assert set(catalogue.segments["group"]) == {f"G{n}" for n in range(8)}


def test_catalogue_is_asked_for_anew(people, connector):
    assert "group" not in connector.catalogue(people.container).segments
    people.interest("Tea")
    people.hands.add_tag("VIP")
    segments = connector.catalogue(people.container).segments
    assert segments == {"tag": ("VIP",), "group": ("Tea",)}


# --- What concerns the account ------------------------------------------------------------


def every_call(people: App, connector: Mailchimp) -> list[Any]:
    new = Create(marker(), {"emails": "new@people.example"}, status="subscribed")
    return [
        connector.identity,
        connector.containers,
        lambda: connector.catalogue(people.container),
        lambda: reading(connector, people.container),
        lambda: connector.read(people.container, ["1", "2"]),
        lambda: connector.write(people.container, [new]),
    ]


def test_revoked_key_asks_to_sign_in_again(people, connector):
    people.service.tokens.revoke(people.account)
    for call in every_call(people, connector):
        with pytest.raises(SignInAgain) as raised:
            call()
        assert people.credentials["api_key"] not in str(raised.value)


def test_disabled_user_and_wrong_data_centre_are_named(people, connector):
    people.at_mailchimp.disable()
    for call in every_call(people, connector):
        with pytest.raises(SignInAgain, match="disabled"):
            call()
    people.at_mailchimp.disable(False)
    people.be(datacenter="us7")
    for call in every_call(people, connector):
        with pytest.raises(AskStaff, match="another data centre"):
            call()


def test_user_without_the_right_asks_staff(people, connector):
    people.fail(what="status", status=403, times=-1)
    for call in every_call(people, connector):
        with pytest.raises(AskStaff, match="does not allow"):
            call()


def test_account_that_is_blocked_asks_staff(people, connector):
    people.at_mailchimp.block()
    for call in every_call(people, connector):
        with pytest.raises(AskStaff, match="compliance"):
            call()
    assert people.clock.slept == 0


def test_firewall_is_waited_for_and_stops_no_other_contact(people, connector):
    ids = [people.add(Contact({"emails": f"{name}@people.example"})) for name in ("ann", "bob")]
    people.fail(what="broken", status=403, path=ids[0])
    found = reading(connector, people.container)
    assert len(found.received) == 2
    with pytest.raises(TryAgain, match="firewall") as raised:
        connector.read(people.container, ids[:1])
    assert raised.value.after == 900


def test_too_many_requests_are_waited_out(people, connector):
    people.add(Contact({"emails": "ann@people.example"}))
    people.fail(what="status", status=429, path="/members", times=8)
    assert reading(connector, people.container).complete
    assert 15 < people.clock.slept < 60


def test_too_many_requests_for_long_are_left_for_later(people, connector):
    people.fail(what="status", status=429, times=-1)
    with pytest.raises(TryAgain, match="asks to wait"):
        connector.containers()
    assert 30 < people.clock.slept < 90


def test_creation_that_was_throttled_is_made_once(people, connector):
    people.fail(what="status", status=429, method="POST", times=5)
    new = Create(marker(), {"emails": "new@people.example"}, status="subscribed")
    (result,) = connector.write(people.container, [new])
    assert isinstance(result, Written) and len(people.hands.all()) == 1


def test_what_mailchimp_does_not_understand_is_refused_without_its_words(people, odd, connector):
    """Its details name addresses."""
    people.fail(what="status", status=400, method="POST")
    new = Create(marker(), {"emails": "new@people.example"}, status="subscribed")
    (result,) = connector.write(people.container, [new])
    assert isinstance(result, Refused) and "Bad Request" in str(result)
    assert "people.example" not in str(result)


# --- Over the network ---------------------------------------------------------------------


def test_it_works_over_http(tmp_path):
    clock = Clock()
    sandbox = Sandbox(now=clock.now, sleep=clock.sleep, apps=["mailchimp"])
    with closing(sandbox), serving(sandbox) as server:
        url = {"MAILCHIMP_API_URL": f"{server.url}/mailchimp/3.0"}
        world = World(clock.now, clock.sleep, tmp_path, settings=url)
        people = People(sandbox, world)
        with closing(people.connector()) as connector:
            wanted = [
                Create(marker(), {"emails": f"n{n}@people.example", "first_name": f"Zoë {n}"},
                       status="subscribed")
                for n in range(40)
            ]  # fmt: skip
            results = connector.write(people.container, wanted)
            assert all(isinstance(result, Written) for result in results)
            ids = [result.id for result in results if isinstance(result, Written)]
            found = connector.read(people.container, ids)
            names = [x.contact.text("first_name") for x in found if isinstance(x, Received)]
            assert names == [f"Zoë {n}" for n in range(40)]
            assert len(reading(connector, people.container).received) == 40
            people.fail(what="dropped", path="/members", times=2)
            assert len(reading(connector, people.container).received) == 40


def test_two_people_on_one_sandbox_have_accounts_of_their_own(people):
    other = People(people.sandbox, people.world)
    with closing(people.connector()) as one, closing(other.connector()) as two:
        assert one.identity() != two.identity()
        assert [item.id for item in two.containers()] == [other.container]
    assert people.world.wires[ORIGIN] and isinstance(people.world.wires[ORIGIN], Wired)
