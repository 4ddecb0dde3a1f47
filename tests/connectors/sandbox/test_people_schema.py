"""The judge of requests and answers finds what is wrong with them."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.sandbox.recording import Exchange
from tests.connectors.sandbox.people_schema import violations

GET = Exchange(
    app="google",
    method="GET",
    template="/v1/people/{person}",
    path="/v1/people/c1",
    query={"personFields": ["names,metadata"], "alt": ["json"]},
    headers={},
    request=None,
    status=200,
    response={"resourceName": "people/c1", "etag": "%x", "names": [{"givenName": "Ann"}]},
)
CREATE = replace(
    GET,
    method="POST",
    path="/v1/people:createContact",
    query={},
    request={"names": [{"givenName": "Ann"}]},
)
UPDATE = replace(
    GET,
    method="POST",
    path="/v1/people:batchUpdateContacts",
    query={},
    request={"contacts": {"people/c1": {"etag": "%x"}}, "updateMask": "names", "readMask": "names"},
    response={"updateResult": {"people/c1": {"person": {}, "status": {}}}},
)
REFUSED = replace(
    CREATE,
    status=400,
    response={"error": {"code": 400, "message": "No.", "status": "INVALID_ARGUMENT"}},
)


@pytest.mark.parametrize("exchange", [GET, CREATE, UPDATE, REFUSED])
def test_what_fits_the_document_is_not_held_against_anybody(exchange: Exchange) -> None:
    assert violations([exchange]) == []


@pytest.mark.parametrize(
    ("exchange", "words"),
    [
        (replace(GET, path="/v1/people"), "no such method"),
        (replace(GET, method="PUT"), "no such method"),
        (replace(GET, query={"personFields": ["names"], "fields_": ["x"]}), "no parameter fields_"),
        (replace(GET, query={}), "personFields is missing"),
        (replace(GET, query={"personFields": ["names,notes"]}), "personFields is 'names,notes'"),
        (replace(GET, query={"personFields": ["names", "urls"]}), "given 2 times"),
        (replace(GET, query={"personFields": ["names"], "sources": ["CONTACT"]}), "sources is"),
        (replace(GET, request={}), "has a body"),
        (replace(CREATE, request=None), "has no body"),
        (replace(CREATE, request={"name": []}), "request at $: Additional properties"),
        (replace(CREATE, request={"names": [{"givenName": 5}]}), "$.names[0].givenName"),
        (replace(CREATE, request={"names": {"givenName": "A"}}), "request at $.names"),
        (replace(CREATE, request={"biographies": [{"contentType": "X"}]}), "contentType"),
        (replace(UPDATE, request={**UPDATE.request, "updateMask": "photos"}), "updateMask is"),
        (replace(UPDATE, request={"contacts": {}, "updateMask": "names"}), "readMask is missing"),
        (replace(UPDATE, request={**UPDATE.request, "contacts": []}), "request at $.contacts"),
        (replace(GET, response=None), "no JSON"),
        (replace(GET, response={"resourceName": "people/c1", "names": [{"x": 1}]}), "$.names[0]"),
        (replace(REFUSED, response={"message": "No."}), "answer at $"),
        (replace(REFUSED, status=409), "not that of the answer"),
        (replace(REFUSED, response={"error": {"code": 400, "message": ""}}), "answer at $.error"),
    ],
)
def test_what_does_not_fit_is_named(exchange: Exchange, words: str) -> None:
    (found, *_) = violations([GET, exchange])

    assert exchange.path in found
    assert any(words in fault for fault in violations([exchange])), violations([exchange])


@pytest.mark.parametrize(
    "moment", ["yesterday", "2026-03-02", "2026-03-02T09:00:00", "2026-03-02T09:00:00+00:00"]
)
def test_moments_are_those_of_google(moment: str) -> None:
    def told(moment: str) -> list[str]:
        source = {"type": "CONTACT", "id": "1", "updateTime": moment}
        return violations([replace(GET, response={"metadata": {"sources": [source]}})])

    assert told("2026-03-02T09:00:00.123456Z") == []
    assert len(told(moment)) == 1


def test_requests_that_were_refused_may_be_left_out() -> None:
    bad = replace(REFUSED, request={"name": []})

    assert len(violations([bad])) == 1
    assert violations([bad], refused_requests=False) == []


def test_other_apps_and_answers_that_were_lost_are_not_judged() -> None:
    lost: dict[str, Any] = {"status": 0, "response": None}

    assert violations([replace(GET, app="mailchimp", query={}), replace(GET, **lost)]) == []


def test_a_get_in_a_form_is_the_get_that_it_stands_for() -> None:
    form = replace(
        GET,
        method="POST",
        path="/v1/people:batchGet",
        query={},
        headers={"x-http-method-override": "GET"},
        response={"responses": []},
    )

    assert violations([form]) == []
    assert violations([replace(form, headers={})]) != []
