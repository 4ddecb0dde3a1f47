"""The front page and the JSON by which people make things go wrong by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from tests.connectors.sandbox.shelf import Shelf


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(apps=[Shelf])
    yield sandbox
    sandbox.close()


@pytest.fixture
def home(sandbox: Sandbox) -> Iterator[str]:
    with serving(sandbox) as server:
        yield server.url


def call(method: str, url: str, given: object = None) -> tuple[int, object]:
    answer = requests.request(method, url, json=given, timeout=5)
    return answer.status_code, answer.json()


def test_the_front_page_lists_apps_accounts_and_recipes(sandbox, home):
    sandbox.apps["shelf"].open_account("<ann>@example.com")
    page = requests.get(f"{home}/", timeout=5).text
    assert '<a href="/shelf/">Shelf &amp; Sons</a>' in page
    assert "&lt;ann&gt;@example.com" in page
    for word in ("faults", "quirks", "tokens", "calls"):
        assert f"{home}/_/{word}" in page


def test_faults_are_ordered_listed_and_taken_away(home):
    url, texts = f"{home}/_/faults?app=shelf", f"{home}/shelf/v1/texts"
    assert call("GET", url) == (200, [])
    status, orders = call("POST", url, {"what": "status", "status": 503, "times": 2})
    assert (status, orders[0]["status"], orders[0]["times"]) == (200, 503, 2)
    assert call("GET", texts) == (503, {"sorry": 503})
    assert call("GET", url)[1][0]["times"] == 1
    assert call("DELETE", url) == (200, [])
    assert call("GET", texts) == (200, [])


@pytest.mark.parametrize(
    "given",
    [
        {"what": "fire"}, {}, {"what": "slow", "colour": "red"}, [], None, "slow", {"what": 1},
        {"what": "status", "status": "503"}, {"what": "status", "times": True},
        {"what": "slow", "seconds": None},
    ],
)  # fmt: skip
def test_an_order_that_makes_no_sense_is_told(sandbox, home, given):
    status, told = call("POST", f"{home}/_/faults?app=shelf", given)
    assert (status, list(told)) == (400, ["error"])
    assert sandbox.apps["shelf"].faults.orders == []


@pytest.mark.parametrize("path", ["faults", "faults?app=attic", "quirks"])
def test_an_app_that_is_not_there_is_told(home, path):
    assert call("GET", f"{home}/_/{path}") == (400, {"error": "app is one of: shelf."})


@pytest.mark.parametrize(("method", "path"), [("GET", "/x"), ("PUT", "/_/faults"), ("POST", "/")])
def test_a_page_that_is_not_there_is_told(home, method, path):
    status, told = call(method, home + path)
    assert (status, "POST /_/tokens" in told["error"]) == (404, True)


def test_switches_are_listed_and_turned(sandbox, home):
    url = f"{home}/_/quirks?app=shelf"
    status, before = call("GET", url)
    assert (status, before["lag"], before["oauth.lifetime"]) == (200, 0, None)
    turned = {"lag": 30, "shout": True, "limit": 5, "words": ["b", "a"], "order": "down"}
    turned |= {"oauth.lifetime": 60}
    assert call("POST", url, turned) == (200, {**before, **turned, "words": ["a", "b"]})
    quirks = sandbox.apps["shelf"].quirks
    assert (quirks.lag, quirks.words) == (30, frozenset({"a", "b"}))
    assert sandbox.apps["shelf"].oauth.quirks.lifetime == 60


@pytest.mark.parametrize(
    "given",
    [
        {"colour": 1}, {"oauth.colour": 1}, {"lag": "30"}, {"shout": 1}, {"lag": True},
        {"lag": None}, {"order": "sideways"}, {"words": "a"}, {"words": [["a"]]}, {"words": {}},
    ],
)  # fmt: skip
def test_a_switch_that_makes_no_sense_turns_nothing(sandbox, home, given):
    url = f"{home}/_/quirks?app=shelf"
    before = call("GET", url)
    status, told = call("POST", url, {"shout": True, **given})
    assert (status, list(told)) == (400, ["error"])
    assert call("GET", url) == before


def test_tokens_are_ended_by_account_or_address(sandbox, home):
    account = sandbox.apps["shelf"].open_account("ann@example.com", token="key")

    def me() -> object:
        signed = {"Authorization": "Bearer key"}
        return requests.get(f"{home}/shelf/v1/me", headers=signed, timeout=5).json()

    url = f"{home}/_/tokens?app=shelf"
    assert me() == {"account": account}
    assert call("POST", f"{url}&account=ANN@example.com&do=expire")[0] == 200
    assert me() == {"error": "expired"}
    assert call("POST", f"{url}&account={account}&do=revoke")[0] == 200
    assert me() == {"error": "revoked"}
    assert call("POST", f"{url}&account=ben&do=revoke")[0] == 404
    assert call("POST", f"{url}&account={account}&do=burn")[0] == 400


def test_calls_are_listed_and_cleared(home):
    requests.get(f"{home}/shelf/v1/texts", timeout=5)
    requests.get(f"{home}/shelf/", timeout=5)
    seen = {"app": "shelf", "method": "GET", "template": "/v1/texts", "path": "/v1/texts"}
    assert call("GET", f"{home}/_/calls") == (200, [{**seen, "status": 200}])
    assert call("DELETE", f"{home}/_/calls") == (200, [])
    assert call("GET", f"{home}/_/calls") == (200, [])
