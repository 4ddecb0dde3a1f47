"""Who may call, how often, what errors look like, faults, and a restart."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.sandbox.faults import Fault
from tests.connectors.sandbox.mailchimp_desk import ANN, KEY, Desk, client_of, opened, refused


@pytest.fixture
def desk() -> Iterator[Desk]:
    with opened() as desk:
        yield desk


# --- Signing in ---------------------------------------------------------------------------


def test_a_key_is_taken_as_password_of_any_user_and_as_bearer(desk: Desk) -> None:
    for oauth in (False, True):
        root = client_of(desk.url, KEY, oauth).root.get_root()
        assert root["account_id"] == desk.account
    url = f"{desk.url}/mailchimp/3.0/ping"
    assert requests.get(url, auth=("anybody", KEY), timeout=10).status_code == 200


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!!", "Basic dXNlcjo=", "Digest x"])
def test_without_a_key_nothing_is_told(desk: Desk, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    answer = requests.get(f"{desk.url}/mailchimp/3.0/lists", headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["title"]) == (401, "API Key Missing")
    assert answer.headers["Content-Type"] == "application/problem+json; charset=utf-8"


def test_keys_that_are_unknown_or_revoked_are_refused(desk: Desk) -> None:
    for key in ("unknown-us6", KEY):
        problem = refused(client_of(desk.url, key).ping.get)
        assert (problem.status, problem.title) == (401, "API Key Invalid")
        assert problem.detail == (
            "Your API key may be invalid, or you've attempted to access the wrong datacenter."
        )
        desk.mailchimp.tokens.revoke(desk.account)
        if key == "unknown-us6":
            desk.mailchimp.open_account("owner@example.org", token=KEY)
            assert desk.client.ping.get()
            desk.mailchimp.tokens.revoke(desk.account)


def test_an_account_that_is_closed_or_blocked_is_refused(desk: Desk) -> None:
    desk.hands.disable()
    problem = refused(desk.client.ping.get)
    assert (problem.status, problem.title) == (403, "User Disabled")
    desk.hands.disable(False)
    desk.hands.block()
    problem = refused(desk.client.ping.get)
    assert (problem.status, problem.title) == (503, "Compliance Related")
    desk.hands.block(False)
    assert desk.client.ping.get()


def test_keys_of_another_data_centre_are_refused_if_so_switched(desk: Desk) -> None:
    desk.quirks(datacenter="us21")
    problem = refused(desk.client.ping.get)
    assert (problem.status, problem.title) == (403, "Wrong Datacenter")
    desk.quirks(datacenter="us6")
    assert desk.client.ping.get()


def test_an_account_is_opened_once(desk: Desk) -> None:
    again = desk.mailchimp.open_account("OWNER@example.org", token="another-us6")
    assert again == desk.account
    assert client_of(desk.url, "another-us6").root.get_root()["account_id"] == desk.account
    assert [account.id for account in desk.mailchimp.accounts.all()] == [desk.account]


# --- Errors -------------------------------------------------------------------------------


def test_what_there_is_not_answers_404_and_405(desk: Desk) -> None:
    answer = desk.raw("GET", "/lists/x/nothing/here/at/all")
    assert (answer.status_code, answer.json()["title"]) == (404, "Resource Not Found")
    answer = desk.raw("DELETE", "/ping")
    assert (answer.status_code, answer.json()["title"]) == (405, "Method Not Allowed")
    assert answer.headers["Allow"] == "GET"
    desk.odd.update(range(10))


def test_a_body_that_is_no_json_is_refused(desk: Desk) -> None:
    for body, title in (
        ('{"email_address": ', "JSON Parse Error"),
        ('{"vip": NaN}', "JSON Parse Error"),
        ("[]", "Invalid Resource"),
    ):
        answer = desk.raw("POST", f"/lists/{desk.list}/members", data=body)
        assert (answer.status_code, answer.json()["title"]) == (400, title)


def test_numbers_without_end_are_refused(desk: Desk) -> None:
    desk.people.add_field("LTV", "Value", "number")
    desk.add()
    body = '{"merge_fields": {"LTV": 1e999}}'
    answer = desk.raw("PATCH", f"/lists/{desk.list}/members/{ANN}", data=body)
    assert answer.json()["errors"] == [{"field": "LTV", "message": "Please enter a number"}]
    answer = desk.raw("GET", f"/lists/{desk.list}/members?count={'9' * 5000}")
    assert answer.status_code == 400


def test_every_answer_has_the_id_of_its_request(desk: Desk) -> None:
    good, bad = desk.raw("GET", "/ping"), desk.raw("GET", "/lists/none")
    assert good.headers["X-Request-Id"] != bad.headers["X-Request-Id"]
    assert bad.json()["instance"] == bad.headers["X-Request-Id"]
    desk.quirks(instances=False)
    assert desk.raw("GET", "/lists/none").json()["instance"] == ""


def test_which_errors_have_no_type_is_a_switch(desk: Desk) -> None:
    desk.add()
    assert "type" not in refused(desk.add).body
    desk.quirks(typeless=frozenset({"Resource Not Found"}))
    assert "type" in refused(desk.add).body
    assert "type" not in refused(desk.get, "nobody@example.com").body


def test_names_and_values_come_with_entities_if_so_switched(desk: Desk) -> None:
    desk.people.add_field("RD", "R&D", "dropdown", options={"choices": ["A & B"]})
    category = desk.people.add_category("Tea & jam")
    desk.people.add_interest(category, "Bread <fresh>")
    desk.hands.rename_audience(desk.list, "Ann & Co")
    desk.add(tags=["R&D"], merge_fields={"FNAME": "Ann & Ben"})
    desk.quirks(escapes_names=True, escapes_values=True)
    assert desk.get()["merge_fields"]["FNAME"] == "Ann &amp; Ben"
    assert desk.get()["tags"][0]["name"] == "R&amp;D"
    field = desk.lists.get_list_merge_fields(desk.list, type="dropdown")["merge_fields"][0]
    assert (field["name"], field["options"]["choices"]) == ("R&amp;D", ["A &amp; B"])
    assert desk.lists.get_interest_category(desk.list, category)["title"] == "Tea &amp; jam"
    found = desk.lists.list_interest_category_interests(desk.list, category)["interests"]
    assert found[0]["name"] == "Bread &lt;fresh&gt;"
    assert desk.lists.get_list(desk.list)["name"] == "Ann &amp; Co"
    assert desk.lists.tag_search(desk.list, name="R&D")["tags"][0]["name"] == "R&amp;D"
    assert desk.people.get(ANN)["tags"][0]["name"] == "R&D"  # type: ignore[index]


# --- Too much at a time -------------------------------------------------------------------


def at_once(desk: Desk, number: int) -> list[int]:
    """The statuses of so many requests that the stand-in holds open together."""
    begun, end = threading.Barrier(number + 1), threading.Event()

    def hold(seconds: float) -> None:
        begun.wait(20)
        end.wait(20)

    desk.sandbox.sleep = hold
    desk.sandbox.order("mailchimp", Fault("slow", times=number))
    with ThreadPoolExecutor(number) as pool:
        held = [pool.submit(desk.raw, "GET", "/ping") for _ in range(number)]
        begun.wait(20)
        one_more = desk.raw("GET", "/ping")
        end.set()
        return [*(each.result().status_code for each in held), one_more.status_code]


def test_the_eleventh_connection_at_a_time_is_refused(desk: Desk) -> None:
    assert at_once(desk, 10) == [200] * 10 + [429]
    assert desk.sandbox.exchanges[0].response["title"] == "Too Many Requests"
    assert "Retry-After" not in desk.raw("GET", "/ping").headers
    assert at_once(desk, 9) == [200] * 10


def test_connections_are_counted_as_switched(desk: Desk) -> None:
    desk.quirks(connections=3)
    assert at_once(desk, 3) == [200] * 3 + [429]
    desk.quirks(connections=0)
    assert at_once(desk, 12) == [200] * 13


# --- Faults and restarts ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (429, "Too Many Requests"),
        (500, "Internal Server Error"),
        (403, "Forbidden"),
        (400, "Bad Request"),
    ],
)
def test_errors_can_be_ordered(desk: Desk, status: int, title: str) -> None:
    desk.sandbox.order("mailchimp", Fault("status", status=status, retry_after=7))
    answer = desk.raw("GET", "/ping")
    assert (answer.status_code, answer.json()["title"]) == (status, title)
    assert answer.headers["Retry-After"] == "7"
    assert desk.raw("GET", "/ping").status_code == 200


@pytest.mark.parametrize("status", [502, 503, 504])
def test_an_outage_speaks_html(desk: Desk, status: int) -> None:
    desk.sandbox.order("mailchimp", Fault("status", status=status, retry_after=7))
    answer = desk.raw("GET", "/ping")
    assert (answer.status_code, answer.headers["Retry-After"]) == (status, "7")
    assert f"<h1>{status} " in answer.text


def test_an_answer_can_be_lost_after_the_member_was_added(desk: Desk) -> None:
    desk.sandbox.order("mailchimp", Fault("lost", method="POST"))
    with pytest.raises(requests.ConnectionError):
        body = {"email_address": ANN, "status": "subscribed"}
        desk.raw("POST", f"/lists/{desk.list}/members", json=body)
    assert desk.addresses() == [ANN]


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.sqlite3"
    with opened(path) as desk:
        category = desk.people.add_category("Wishes")
        interest = desk.people.add_interest(category, "Tea")
        desk.add(tags=["vip"], interests={interest: True})
        desk.people.add({"email_address": "gone@example.com"})
        desk.people.delete("gone@example.com")
        desk.people.unsubscribe(ANN)
        before = state(desk)
    with opened(path) as desk:
        assert state(desk) == before
        assert refused(desk.add, "gone@example.com").title == "Forgotten Email Not Subscribed"
        assert refused(desk.patch, status="subscribed").title == "Member In Compliance State"
        assert desk.add("new@example.com")["web_id"] > desk.get()["web_id"]


def state(desk: Desk) -> Any:
    member = desk.lists.get_list_member(desk.list, ANN.lower(), exclude_fields=["_links"])
    figures = desk.lists.get_list(desk.list, exclude_fields=["_links"])
    return desk.account, member, figures
