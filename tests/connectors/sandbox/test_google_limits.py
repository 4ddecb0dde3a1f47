"""Quotas, tokens, faults and writes at the same time at the stand-in of Google Contacts."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.client import HTTPConnection
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from connectors.sandbox.faults import Fault
from connectors.sandbox.google.quirks import METERED
from tests.connectors.sandbox.google_desk import (
    TOKEN,
    Desk,
    client,
    desk,
    detail,
    refused,
)

CONTACTS = "https://www.googleapis.com/auth/contacts"


@pytest.fixture
def at() -> Iterator[Desk]:
    with desk() as opened:
        yield opened


def raw(
    at: Desk, method: str, path: str, body: str = "", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """As it crosses the wire, without Google's client."""
    host = at.url.removeprefix("http://")
    connection = HTTPConnection(host, timeout=20)
    try:
        connection.request(method, f"/google{path}", body.encode() or None, headers)
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, told, answer.read()
    finally:
        connection.close()


def error(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body)["error"]
    return found


# --- Who asks -----------------------------------------------------------------------------


def test_without_a_token_nothing_is_answered(at: Desk) -> None:
    status, headers, body = raw(at, "GET", "/v1/people/me?personFields=names")

    assert status == 401
    assert headers["www-authenticate"] == 'Bearer realm="https://accounts.google.com/"'
    assert headers["content-type"] == "application/json; charset=UTF-8"
    assert error(body)["status"] == "UNAUTHENTICATED"
    assert "missing required authentication credential" in error(body)["message"]
    assert detail(error(body), "ErrorInfo")["reason"] == "CREDENTIALS_MISSING"


def test_a_token_that_is_not_good_is_told_so(at: Desk) -> None:
    def ask(token: str) -> dict[str, Any]:
        status, headers, body = raw(at, "GET", "/v1/contactGroups", authorization=f"Bearer {token}")
        assert status == 401
        assert 'error="invalid_token"' in headers["www-authenticate"]
        assert "invalid authentication credentials" in error(body)["message"]
        return detail(error(body), "ErrorInfo")

    assert ask("nonsense")["reason"] == "ACCESS_TOKEN_TYPE_UNSUPPORTED"
    at.google.tokens.issue(at.account, CONTACTS, lifetime=3599, access="an hour")
    at.clock.forward(seconds=3599)
    assert ask("an hour")["reason"] == "ACCESS_TOKEN_EXPIRED"
    at.google.tokens.revoke(at.account)
    assert ask(TOKEN)["reason"] == "ACCESS_TOKEN_EXPIRED"


def test_a_token_does_what_its_scopes_allow(at: Desk) -> None:
    scopes = {
        "all": CONTACTS,
        "read": f"{CONTACTS}.readonly",
        "none": "openid https://www.googleapis.com/auth/userinfo.email",
    }
    for access, scope in scopes.items():
        at.google.tokens.issue(at.account, scope, access=access)
    body = {"names": [{"givenName": "Ann"}]}

    def outcomes(access: str) -> list[int]:
        with client(at.url, access) as service:
            calls = (
                service.people().createContact(body=body),
                service.people().connections().list(resourceName="people/me", personFields="names"),
                service.people().get(resourceName="people/me", personFields="emailAddresses"),
            )
            found = []
            for call in calls:
                try:
                    call.execute()
                    found.append(200)
                except HttpError as caught:
                    found.append(caught.status_code)
                    told = error(caught.content)
                    assert told["status"] == "PERMISSION_DENIED"
                    reason = detail(told, "ErrorInfo")["reason"]
                    assert reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
            return found

    assert outcomes("all") == [200, 200, 200]
    assert outcomes("read") == [403, 200, 200]
    assert outcomes("none") == [403, 403, 200]


def test_accounts_see_their_own_only(at: Desk) -> None:
    other = at.google.open_account("bob@example.org", "Bob", "bobs")
    mine = at.hands.add({"names": [{"givenName": "Ann"}]})
    label = at.hands.add_label("Clients")

    with client(at.url, "bobs") as service:
        me = service.people().get(resourceName="people/me", personFields="names").execute()
        assert me["resourceName"] == f"people/{other}"
        with refused(404, "NOT_FOUND"):
            service.people().get(resourceName=mine, personFields="names").execute()
        with refused(404, "NOT_FOUND"):
            service.contactGroups().get(resourceName=label).execute()
    assert at.google.hands(other).all() == {}


def test_an_account_is_opened_once(at: Desk) -> None:
    assert at.google.open_account("Ann.Owner@Example.org") == at.account
    assert at.google.accounts.get(at.account).name == "Ann Owner"  # type: ignore[union-attr]
    assert len(at.google.accounts.all()) == 1


# --- What is asked ------------------------------------------------------------------------


def test_parameters_that_there_are_not_are_refused(at: Desk) -> None:
    given = {"authorization": f"Bearer {TOKEN}"}
    for path, field in (
        ("/v1/people/me?personFields=names&person_fields=names", "person_fields"),
        ("/v1/people/me?personFields=names&personFields=urls", "personFields"),
        ("/v1/people/me/connections?personFields=names&pageSize=many", "pageSize"),
        ("/v1/people/me/connections?personFields=names&requestSyncToken=1", "requestSyncToken"),
        ("/v1/people/me?personFields=names&sources=CONTACT", "sources"),
        ("/v1/contactGroups?maxMembers=3", "maxMembers"),
        ("/v1/people/me?personFields=names&alt=media", "alt"),
    ):
        status, _, body = raw(at, "GET", path, **given)
        assert (status, error(body)["status"]) == (400, "INVALID_ARGUMENT")
        (violation,) = detail(error(body), "BadRequest")["fieldViolations"]
        assert violation["field"] == field
    assert raw(at, "GET", "/v1/people/me?personFields=names&alt=json&key=x", **given)[0] == 200


def test_what_is_no_json_is_refused(at: Desk) -> None:
    given = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    for body in ("{", "[]", '"x"', '{"names": [{"givenName": "\\ud83d"}]}', "5"):
        status, _, answer = raw(at, "POST", "/v1/people:createContact", body, **given)
        assert (status, error(answer)["status"]) == (400, "INVALID_ARGUMENT")
        assert "Invalid JSON payload received." in error(answer)["message"]


def test_a_path_that_there_is_not_is_a_page(at: Desk) -> None:
    given = {"authorization": f"Bearer {TOKEN}"}
    for method, path in (
        ("GET", "/v1/people"),
        ("GET", "/v2/people/me"),
        ("PUT", "/v1/people/c1:updateContact"),
        ("POST", "/v1/people:batchGet"),  # without saying that it is a GET
        ("DELETE", "/v1/people/c1"),
    ):
        status, headers, body = raw(at, method, path, **given)
        assert status == 404
        assert headers["content-type"].startswith("text/html")
        assert b"<b>404.</b>" in body
    at.sandbox.exchanges.clear()  # on purpose nothing that the document knows


# --- Quotas -------------------------------------------------------------------------------


def test_quotas_are_off_until_they_are_asked_for(at: Desk) -> None:
    for _ in range(200):
        at.groups.list().execute()


def test_the_reads_of_a_minute_end(at: Desk) -> None:
    at.google.quirks = METERED
    for _ in range(60):
        at.page()

    with refused(429, "RESOURCE_EXHAUSTED", "Critical read requests") as told:
        at.page()
    info = detail(told, "ErrorInfo")
    assert info["reason"] == "RATE_LIMIT_EXCEEDED"
    assert info["metadata"]["quota_limit"] == "CriticalReadsPerMinutePerProjectPerUser"
    assert info["metadata"]["quota_limit_value"] == "60"
    at.groups.list().execute()  # has another one
    at.clock.forward(seconds=60)
    at.page()


def test_a_batch_costs_six_and_an_update_one_of_each(at: Desk) -> None:
    at.google.quirks = METERED
    body = {"contacts": [{"contactPerson": {"names": [{"givenName": "Ann"}]}}], "readMask": ""}
    for _ in range(4):
        at.people.batchCreateContacts(body=body).execute()
    for _ in range(6):
        at.people.createContact(body={"names": [{"givenName": "Bob"}]}).execute()

    with refused(429, "RESOURCE_EXHAUSTED") as told:
        at.people.createContact(body={"names": [{"givenName": "Bob"}]}).execute()
    limit = detail(told, "ErrorInfo")["metadata"]["quota_limit"]
    assert limit == "CriticalWritesPerMinutePerProjectPerUser"
    for _ in range(30):  # writes read, too: 30 of 60 are left
        at.page()
    with refused(429, "RESOURCE_EXHAUSTED", "Critical read requests"):
        at.page()
    assert len(at.hands.all()) == 10


def test_deletes_and_labels_share_a_quota(at: Desk) -> None:
    ids = [at.hands.add({"names": [{"givenName": f"N{n}"}]}) for n in range(12)]
    at.google.quirks = METERED
    for number in range(2):
        at.people.batchDeleteContacts(body={"resourceNames": ids[number : number + 1]}).execute()
    for resource in ids[2:7]:
        at.people.deleteContact(resourceName=resource).execute()
    for number in range(5):
        at.groups.create(body={"contactGroup": {"name": f"G{number}"}}).execute()

    for call in (
        at.people.deleteContact(resourceName=ids[8]),
        at.groups.members().modify(
            resourceName="contactGroups/starred", body={"resourceNamesToAdd": ids[8:]}
        ),
    ):
        with refused(429, "RESOURCE_EXHAUSTED") as told:
            call.execute()
        metadata = detail(told, "ErrorInfo")["metadata"]
        assert metadata["quota_limit"] == "WritesPerMinutePerProjectPerUser"


def test_the_writes_of_a_day_end_too(at: Desk) -> None:
    at.quirks(daily_writes=2)
    for _ in range(2):
        at.create(names=[{"givenName": "Ann"}])
    at.clock.forward(minutes=5)

    with refused(429, "RESOURCE_EXHAUSTED", "Daily Contact Writes"):
        at.create(names=[{"givenName": "Ann"}])
    at.clock.forward(days=1)
    at.create(names=[{"givenName": "Ann"}])


def test_full_syncs_have_a_quota_that_names_no_limit(at: Desk) -> None:
    at.quirks(full_syncs=1)
    _, token = at.sync()

    with refused(429, "RESOURCE_EXHAUSTED", "FBS quota limit exceeded.") as told:
        at.sync()
    (violation,) = detail(told, "QuotaFailure")["violations"]
    assert violation["subject"] == "QUOTA_EXCEEDED"
    at.sync(token)
    at.page()


def test_each_account_has_its_own_minute(at: Desk) -> None:
    at.quirks(group_reads=1)
    at.google.open_account("bob@example.org", token="bobs")

    at.groups.list().execute()
    with client(at.url, "bobs") as service:
        service.contactGroups().list().execute()
    with refused(429, "RESOURCE_EXHAUSTED"):
        at.groups.list().execute()


@pytest.mark.parametrize(("seconds", "told"), [(0, None), (20, "20")])
def test_when_to_come_back_may_be_told(at: Desk, seconds: int, told: str | None) -> None:
    at.quirks(group_reads=1, retry_after=seconds)
    at.groups.list().execute()

    _, headers, _ = raw(at, "GET", "/v1/contactGroups", authorization=f"Bearer {TOKEN}")

    assert headers.get("retry-after") == told


# --- Faults -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "INVALID_ARGUMENT"),
        (403, "PERMISSION_DENIED"),
        (409, "ABORTED"),
        (429, "RESOURCE_EXHAUSTED"),
        (500, "INTERNAL"),
        (503, "UNAVAILABLE"),
        (504, "DEADLINE_EXCEEDED"),
    ],
)
def test_faults_to_order_look_like_googles(at: Desk, status: int, name: str) -> None:
    at.sandbox.order("google", Fault("status", status=status, retry_after=7))

    with refused(status, name):
        at.page()
    at.page()


def test_a_gateway_answers_with_a_page(at: Desk) -> None:
    at.sandbox.order("google", Fault("status", status=502))

    status, headers, body = raw(at, "GET", "/v1/contactGroups", authorization=f"Bearer {TOKEN}")

    assert (status, headers["content-type"]) == (502, "text/html")
    assert b"<b>502.</b>" in body


def test_an_answer_that_is_lost_leaves_what_was_done(at: Desk) -> None:
    body = {"contacts": [{"contactPerson": {"names": [{"givenName": "Ann"}]}}], "readMask": "names"}
    at.sandbox.order("google", Fault("broken", status=503, path=":batchCreateContacts"))
    request = at.people.batchCreateContacts(body=body)

    # Google's client sends it again, and makes two of one.
    request._sleep = lambda seconds: None
    request.execute(num_retries=1)

    assert len(at.hands.all()) == 2


# --- At the same time ---------------------------------------------------------------------


def together(at: Desk, calls: list[tuple[str, Any]]) -> list[int]:
    """Statuses of writes that are under way at the same time."""
    gate = threading.Barrier(len(calls), timeout=10)
    with ThreadPoolExecutor(len(calls)) as pool:

        def one(call: tuple[str, Any]) -> int:
            token, person = call
            with client(at.url, token) as service:
                request = service.people().createContact(body=person)
                gate.wait()
                try:
                    request.execute()
                except HttpError as caught:
                    told = error(caught.content)
                    assert "concurrent mutates" in told["message"]
                    names = {409: "ABORTED", 429: "RESOURCE_EXHAUSTED"}
                    assert told["status"] == names[caught.status_code]
                    return caught.status_code
                return 200

        return sorted(pool.map(one, calls))


@pytest.mark.parametrize("status", [409, 429])
def test_writes_of_one_account_that_overlap_are_refused(at: Desk, status: int) -> None:
    at.quirks(overlap_status=status)
    # The first that comes takes its time.
    at.sandbox.order("google", Fault("slow", seconds=1))

    assert together(at, [(TOKEN, {}), (TOKEN, {})]) == [200, status]
    assert together(at, [(TOKEN, {})]) == [200]


def test_writes_of_two_accounts_may_overlap(at: Desk) -> None:
    at.google.open_account("bob@example.org", token="bobs")
    at.quirks(overlap_status=409)
    at.sandbox.order("google", Fault("slow", seconds=1))

    assert together(at, [(TOKEN, {}), ("bobs", {})]) == [200, 200]


def test_by_default_writes_wait_for_each_other(at: Desk) -> None:
    assert together(at, [(TOKEN, {})] * 4) == [200] * 4
    assert len(at.hands.all()) == 4


def test_a_write_whose_answer_was_lost_is_over(at: Desk) -> None:
    at.quirks(overlap_status=409)
    at.sandbox.order("google", Fault("broken", status=500))
    with pytest.raises(HttpError):
        at.create(names=[{"givenName": "Ann"}])

    assert together(at, [(TOKEN, {})]) == [200]


def test_quirks_are_replaced_whole_at_any_time(at: Desk) -> None:
    before = at.google.quirks
    at.google.quirks = replace(before, region="NL")

    person = at.create(phoneNumbers=[{"value": "020 123 4567"}])

    assert person["phoneNumbers"][0]["canonicalForm"] == "+31201234567"
