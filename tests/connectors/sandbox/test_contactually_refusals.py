"""What the stand-in refuses, how it words it, and what survives faults and restarts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.sandbox.faults import Fault
from tests.connectors.sandbox.contactually_crm import TOKEN, Crm, open_crm


@pytest.fixture
def crm() -> Iterator[Crm]:
    with open_crm() as crm:
        yield crm


BAD: list[tuple[dict[str, Any], str]] = [
    ({"first_name": 1}, "First name is not a text"),
    ({"company": {"name": "X"}}, "Company is not a text"),
    ({"tags": "Client"}, "Tags is not a list"),
    ({"tags": None}, "Tags is not a list"),
    ({"tags": [" "]}, "Tags is not a list of names"),
    ({"tags": [1]}, "Tags is not a list of names"),
    ({"email_addresses": {}}, "Email addresses is not a list"),
    ({"email_addresses": ["a@x.org"]}, "Email addresses is not a list of objects"),
    ({"email_addresses": [{}]}, "Email addresses address can't be blank"),
    ({"email_addresses": [{"address": "a.x.org"}]}, "Email addresses address is invalid"),
    ({"email_addresses": [{"address": "a b@x.org"}]}, "Email addresses address is invalid"),
    ({"email": "nobody"}, "Email addresses address is invalid"),
    ({"phone_numbers": [{"number": " "}]}, "Phone numbers number can't be blank"),
    ({"phone_numbers": [{"number": 5551234567}]}, "Phone numbers number is not a text"),
    ({"addresses": [{"label": "Home"}]}, "Addresses can't be blank"),
    ({"websites": [{"address": None}]}, "Websites address can't be blank"),
    ({"social_media_profiles": [{"label": "X"}]}, "Social media profiles url can't be blank"),
    ({"assigned_to_id": "user_99"}, "Assigned to id is not a user of this team"),
    ({"bucket_ids": ["bucket_1"]}, "Bucket ids is invalid"),
    ({"bucket_ids": [None]}, "Bucket ids is invalid"),
    ({"custom_fields": [{"value": "x"}]}, "Custom fields is not a list of fields with values"),
    ({"custom_fields": [{"field": {"id": "custom_field_1"}}]}, "Custom fields is not a list of "
     "fields with values"),
    ({"created_at": "soon"}, "Created at is not a valid time"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "text"), BAD)
def test_a_contact_that_makes_no_sense_is_refused_and_nothing_is_kept(
    crm: Crm, sent: dict[str, Any], text: str
) -> None:
    answer = crm.call("POST", "/contacts", {"tags": ["New"], **sent})
    assert (answer.status_code, answer.json()) == (422, {"errors": [text]})
    if "created_at" not in sent:
        id = crm.hands.add({"first_name": "Ada"})
        answer = crm.call("PATCH", f"/contacts/{id}", sent)
        assert (answer.status_code, answer.json()) == (422, {"errors": [text]})
        crm.hands.delete(id)
    assert crm.get("/contacts") == crm.get("/tags") == []


def test_odd_addresses_may_be_taken_and_are_once_they_are_there(crm: Crm) -> None:
    id = crm.hands.add({"email_addresses": [{"address": "call first"}]})
    whole = crm.get(f"/contacts/{id}")
    assert crm.send("PATCH", f"/contacts/{id}", whole) == whole
    crm.turn(refuses_bad_addresses=False)
    crm.send("POST", "/contacts", {"email_addresses": [{"address": "ask again"}]})


def test_an_address_of_another_contact_may_be_refused(crm: Crm) -> None:
    crm.hands.add({"email_addresses": [{"address": "a@x.org"}]})
    id = crm.hands.add({"email_addresses": [{"address": "b@x.org"}]})
    sent = {"email_addresses": [{"address": "B@x.org"}, {"address": "A@x.org"}]}
    crm.send("PATCH", f"/contacts/{id}", sent)
    crm.turn(unique_addresses=True)
    answer = crm.call("PATCH", f"/contacts/{id}", sent)
    taken = "Email addresses address has already been taken"
    assert (answer.status_code, answer.json()) == (422, {"errors": [taken]})
    crm.send("PATCH", f"/contacts/{id}", {"email_addresses": [{"address": "B@x.org"}]})


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (b"{", "application/json", "The body is not valid JSON"),
        (b"", "application/json", "param is missing or the value is empty: data"),
        (b"[]", "application/json", "param is missing or the value is empty: data"),
        (b'{"contact": {}}', "application/json", "param is missing or the value is empty: data"),
        (b'{"data": []}', "application/json", "data is not an object"),
        (b"\xff", "application/json", "The body is not valid JSON"),
        (b'{"data": {}}', "text/plain", "The Content-Type of a request is application/json"),
        (b"data=1", "application/x-www-form-urlencoded", "The Content-Type of a request is "
         "application/json"),
    ],
)  # fmt: skip
def test_a_body_that_is_no_data_in_json_is_malformed(
    crm: Crm, body: bytes, kind: str, text: str
) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": kind}
    answer = crm.session.post(f"{crm.home}/v2/contacts", data=body, headers=headers)
    assert (answer.status_code, answer.json()) == (400, {"errors": [text]})


@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_a_good_token_everything_is_401(crm: Crm, token: str) -> None:
    for path in ("/me", "/contacts", "/nowhere"):
        answer = crm.call("GET", path, token=token)
        assert answer.status_code == 401
        assert answer.json() == {"errors": ["A valid bearer token is needed"]}
        assert answer.headers["X-Rate-Limit-Limit"] == "500"


def test_tokens_expire_and_are_revoked_and_the_account_is_not_lost(crm: Crm) -> None:
    crm.hands.add({"first_name": "Ada"})
    crm.app.tokens.expire(crm.account)
    assert crm.call("GET", "/me").status_code == 401
    assert crm.app.open_account("KIM@example.com", token="new") == crm.account
    assert crm.call("GET", "/contacts", token="new").json()["meta"]["total"] == 1
    crm.app.tokens.revoke(crm.account)
    assert crm.call("GET", "/me", token="new").status_code == 401


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("all:manage", {"/me", "/contacts", "/tags", "/team/custom-fields"}),
        ("user:basic contacts:manage", {"/me", "/contacts"}),
        ("user:basic", {"/me"}),
    ],
)
def test_a_token_opens_what_it_was_granted_for(crm: Crm, scope: str, allowed: set[str]) -> None:
    crm.app.tokens.issue(crm.account, scope, access="granted")
    paths = ("/me", "/contacts", "/tags", "/team/custom-fields")
    answers = {path: crm.call("GET", path, token="granted") for path in paths}
    assert {path for path in paths if answers[path].status_code == 200} == allowed
    assert {answers[path].status_code for path in set(paths) - allowed} <= {403}
    crm.turn(scopes=False)
    assert crm.call("GET", "/tags", token="granted").status_code == 200


def test_who_has_not_paid_is_told_so_in_an_object(crm: Crm) -> None:
    crm.hands.disable()
    answer = crm.call("GET", "/contacts")
    assert (answer.status_code, answer.json()) == (402, {"errors": {"cause": "disabled"}})
    crm.hands.enable()
    assert crm.get("/me")["status"] == "active"


def test_accounts_see_their_own_contacts_only(crm: Crm) -> None:
    other = crm.app.open_account("lee@example.com", token="lee")
    id = crm.hands.add({"first_name": "Ada", "tags": ["Mine"]})
    theirs = crm.app.hands(other)
    bucket = theirs.add_bucket("Theirs")
    assert crm.call("GET", f"/contacts/{id}", token="lee").status_code == 404
    assert crm.call("GET", "/tags", token="lee").json()["data"] == []
    joined = crm.call("POST", f"/contacts/{id}/buckets", [{"id": bucket}])
    assert joined.status_code == 404
    assert theirs.all() == {}


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nowhere"), ("GET", "/contacts/search"), ("PATCH", "/me"), ("POST", "/contacts/x")],
)
def test_what_is_not_there_is_404(crm: Crm, method: str, path: str) -> None:
    answer = crm.call(method, path, {} if method != "GET" else None)
    assert answer.status_code == 404
    assert list(answer.json()) == ["errors"]
    crm.sandbox.exchanges.clear()


def test_errors_may_be_an_object_or_a_web_page(crm: Crm) -> None:
    crm.turn(errors="object")
    answer = crm.call("POST", "/contacts", {"first_name": 1})
    assert answer.json() == {"errors": {"first_name": ["First name is not a text"]}}
    answer = crm.call("GET", "/contacts/contact_1")
    assert answer.json() == {"errors": {"base": ["Contact could not be found"]}}
    crm.turn(errors="html")
    answer = crm.call("GET", "/contacts/contact_1")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "could not be found" in answer.text
    crm.turn(unknown_tags="refuse")
    answer = crm.call("POST", "/contacts", {"tags": ["<b>"]})
    assert "Tags has no tag &lt;b&gt;" in answer.text


def test_every_answer_counts_down_to_429_and_the_next_minute_begins_anew(crm: Crm) -> None:
    crm.clock.go(15.5)
    crm.turn(requests_per_minute=3)
    for left in ("2", "1", "0"):
        answer = crm.call("GET", "/contacts/contact_1")
        assert answer.headers["X-Rate-Limit-Remaining"] == left
        assert answer.headers["X-Rate-Limit-Reset"] == "45"
    answer = crm.call("GET", "/me")
    assert (answer.status_code, answer.json()) == (429, {"errors": ["Rate limit exceeded"]})
    assert answer.headers["X-Rate-Limit-Remaining"] == "0"
    assert "Retry-After" not in answer.headers
    crm.turn(retry_after=True)
    assert crm.call("GET", "/me").headers["Retry-After"] == "45"
    crm.app.open_account("lee@example.com", token="lee")
    assert crm.call("GET", "/me", token="lee").status_code == 200
    crm.clock.go(45)
    answer = crm.call("GET", "/me")
    assert answer.status_code == 200
    assert answer.headers["X-Rate-Limit-Remaining"] == "2"
    assert answer.headers["X-Rate-Limit-Reset"] == "60"


def test_a_429_does_nothing(crm: Crm) -> None:
    crm.turn(requests_per_minute=1)
    crm.get("/me")
    assert crm.call("POST", "/contacts", {"first_name": "Ada"}).status_code == 429
    assert crm.hands.all() == {}


def test_without_a_limit_nothing_is_said_of_it(crm: Crm) -> None:
    crm.turn(requests_per_minute=0)
    assert "X-Rate-Limit-Limit" not in crm.call("GET", "/me").headers


def test_faults_strike_as_ordered(crm: Crm) -> None:
    crm.sandbox.order("contactually", Fault("status", status=503, retry_after=7))
    answer = crm.call("GET", "/contacts")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert answer.json() == {"errors": ["The service is unavailable"]}
    crm.sandbox.order("contactually", Fault("lost", method="POST"))
    with pytest.raises(requests.ConnectionError):
        crm.call("POST", "/contacts", {"first_name": "Ada"})
    assert crm.listed() == ["Ada"]
    crm.sandbox.order("contactually", Fault("broken", method="POST", status=502))
    answer = crm.call("POST", "/contacts", {"first_name": "Bo"})
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (502, "text/html")
    crm.sandbox.order("contactually", Fault("dropped", method="POST"))
    with pytest.raises(requests.ConnectionError):
        crm.call("POST", "/contacts", {"first_name": "Cy"})
    assert crm.listed() == ["Ada", "Bo"]


def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.sqlite3"
    with open_crm(file) as crm:
        field = crm.hands.define_field("Colour")
        bucket = crm.hands.add_bucket("Clients")
        sent = {
            "tags": ["Client"],
            "bucket_ids": [bucket],
            "email_addresses": [{"address": "a@x.org"}],
            "custom_fields": [{"field": {"id": field}, "value": "blue"}],
        }
        made = crm.send("POST", "/contacts", sent)
        crm.hands.note(made["id"], "Likes tea")
        account = crm.account
    with open_crm(file) as crm:
        assert crm.account == account
        assert crm.get("/contacts", q="a@x.org") == [made]
        assert crm.send("POST", "/contacts", {"first_name": "Bo"})["id"] == "contact_2"
        assert len(crm.get(f"/contacts/{made['id']}/notes")) == 1


@pytest.mark.parametrize("size", [1_000_000])
def test_huge_and_strange_texts_are_kept_as_they_are(crm: Crm, size: int) -> None:
    for text in ("x" * size, "\u202eעברית 😀\u0000\u2028", "'; DROP TABLE documents; --"):
        made = crm.send("POST", "/contacts", {"first_name": text, "tags": ["😀"]})
        assert crm.get(f"/contacts/{made['id']}")["first_name"] == text
