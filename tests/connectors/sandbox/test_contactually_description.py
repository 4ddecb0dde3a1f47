"""The description judges the stand-in and the connector, so it has to be right itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.sandbox.contactually.app import Contactually
from connectors.sandbox.recording import Exchange
from connectors.sandbox.sandbox import Sandbox
from tests.connectors.sandbox.contactually_description import (
    operations,
    violations,
    violations_of,
)

JSON = {"content-type": "application/json"}
LIST = Exchange(
    app="contactually",
    method="GET",
    template="/v2/contacts",
    path="/v2/contacts",
    query={"page": ["2"], "updated_at.after": ["2026-11-23T12:00:00"]},
    headers={},
    request=None,
    status=200,
    response={"data": [], "meta": {"total": 0, "next_page": None, "previous_page": None}},
)
UPDATE = replace(
    LIST,
    method="PATCH",
    template="/v2/contacts/{id}",
    path="/v2/contacts/contact_1",
    query={},
    headers=JSON,
    request={"data": {"tags": ["A"], "extra_data": {}}},
    status=422,
    response={"errors": ["No"]},
)


def test_calls_as_described_violate_nothing() -> None:
    assert violations(LIST) == violations(UPDATE) == []
    assert violations(replace(UPDATE, status=0, response=None)) == []
    assert violations(replace(UPDATE, status=502, response=None)) == []


WRONG: list[tuple[Exchange, str]] = [
    (replace(LIST, template="/v2/nowhere"), "GET /v2/nowhere: no such operation"),
    (replace(LIST, method="PATCH"), "PATCH /v2/contacts: no such operation"),
    (replace(LIST, query={"updated_after": ["x"]}), "no such parameter: updated_after"),
    (replace(LIST, query={"page": ["0"]}), "page: 0 is less than the minimum of 1"),
    (replace(LIST, query={"page": ["1", "2"]}), "page is named 2 times"),
    (replace(LIST, query={"updated_at.after": ["2026-11-23T12:00:00Z"]}), "does not match"),
    (replace(LIST, query={"archived": ["yes"]}), "is not of type 'boolean'"),
    (replace(LIST, request={}), "a body where there is none"),
    (replace(LIST, status=204), "no answer has the status 204"),
    (replace(LIST, response={"data": []}), "'meta' is a required property"),
    (replace(LIST, response={**LIST.response, "data": [{}]}), "'id' is a required property"),
    (replace(UPDATE, path="/v2/contacts/search"), "id: 'search' does not match"),
    (replace(UPDATE, headers={}), "the Content-Type of the request is not application/json"),
    (replace(UPDATE, request={"tags": []}), "'data' is a required property"),
    (replace(UPDATE, request={"data": {"emails": []}}), "'emails'"),
    (replace(UPDATE, request={"data": {"email_addresses": [{}]}}), "'address' is a required"),
    (replace(UPDATE, request={"data": {"bucket_ids": [12]}}), "12 is not of type 'string'"),
    (replace(UPDATE, response={"error": "No"}), "'errors' is a required property"),
]


@pytest.mark.parametrize(("call", "text"), WRONG)
def test_each_kind_of_violation_is_named(call: Exchange, text: str) -> None:
    assert any(text in line for line in violations(call)), violations(call)


def test_other_apps_are_not_judged_and_nothing_is_said_twice() -> None:
    wrong = replace(LIST, status=204)
    assert len(violations_of([wrong, wrong, replace(wrong, app="google")])) == 1


def test_every_call_of_the_stand_in_is_described() -> None:
    sandbox = Sandbox(apps=["contactually"])
    app: Any = sandbox.apps["contactually"]
    assert isinstance(app, Contactually)
    calls = {(route.method, route.path) for route in app.routes() if app.is_api(route.path)}
    assert calls == operations()
    sandbox.close()
