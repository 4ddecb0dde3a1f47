"""The judge of requests and answers finds what is wrong with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.sandbox.recording import Exchange
from tests.connectors.sandbox import mailchimp_schema as schema
from tests.connectors.sandbox.mailchimp_desk import ANN, opened


@pytest.fixture(scope="module")
def exchanges() -> dict[str, Exchange]:
    """Good ones, by name."""
    with opened() as desk:
        desk.add(tags=["vip"])
        desk.patch(merge_fields={"FNAME": "Ann"})
        desk.put(email_address=ANN, status_if_new="subscribed")
        desk.tag("vip")
        desk.members(count=1000, since_last_changed="2026-01-01T00:00:00+00:00")
        desk.lists.batch_list_members(
            desk.list, {"members": [{"email_address": ANN, "status": "subscribed"}]}
        )
        desk.raw("GET", "/lists/none")
        names = ("add", "patch", "put", "tag", "list", "bulk", "missing")
        return dict(zip(names, desk.sandbox.exchanges, strict=True))


def test_good_exchanges_are_not_complained_of(exchanges: dict[str, Exchange]) -> None:
    assert schema.violations(exchanges.values()) == []


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("add", {"request": {"email_address": ANN}}),
        ("add", {"request": {"email_address": ANN, "status": "archived"}}),
        ("add", {"request": {"email_address": ANN, "status": "subscribed", "first": "Ann"}}),
        ("add", {"request": {"email_address": ANN, "status": "subscribed", "tags": [{}]}}),
        ("add", {"request": None}),
        ("patch", {"request": {"tags": ["vip"]}}),
        ("patch", {"request": {"status": "transactional"}}),
        ("patch", {"request": {"merge_fields": {"first name": "Ann"}}}),
        ("patch", {"request": {"merge_fields": {"FNAME": None}}}),
        ("patch", {"request": {"merge_fields": {"ADDRESS": {"street": "x"}}}}),
        ("patch", {"query": {"skip_merge_validation": ["yes"]}}),
        ("put", {"request": {"tags": ["vip"]}}),
        ("tag", {"request": {"name": "vip", "status": "active"}}),
        ("tag", {"request": {"tags": ["vip"]}}),
        ("list", {"query": {"count": ["1001"]}}),
        ("list", {"query": {"limit": ["10"]}}),
        ("list", {"query": {"status": ["subscribed,archived"]}}),
        ("list", {"query": {"since_last_changed": ["2026-01-01T00:00:00 00:00"]}}),
        ("list", {"request": {}}),
        ("bulk", {"request": {"members": [{"email_address": ANN}] * 501}}),
        ("bulk", {"request": {"members": [{"status": "subscribed"}]}}),
        ("list", {"template": "/3.0/lists/{list}/people"}),
        ("list", {"method": "DELETE"}),
    ],
)
def test_requests_that_are_wrong_are_told(
    exchanges: dict[str, Exchange], name: str, changes: dict[str, Any]
) -> None:
    wrong = replace(exchanges[name], **changes)
    assert schema.of_request(wrong)
    assert schema.violations([wrong])


@pytest.mark.parametrize("changes", [{"first": "Ann"}, {"id": "1"}, {"status": "deleted"}])
def test_answers_that_are_wrong_are_told(
    exchanges: dict[str, Exchange], changes: dict[str, Any]
) -> None:
    member = {**exchanges["add"].response, **changes}
    assert schema.of_answer(replace(exchanges["add"], response=member))
    page = {**exchanges["list"].response, "members": [member]}
    assert schema.of_answer(replace(exchanges["list"], response=page))


def test_answers_may_lack_something_only_where_a_part_was_asked_for(
    exchanges: dict[str, Exchange],
) -> None:
    part = replace(exchanges["list"], response={"total_items": 1})
    assert schema.of_answer(part)
    assert schema.of_answer(replace(part, query={"fields": ["total_items"]})) == []


def test_errors_are_problems_and_other_answers_are_none_at_all(
    exchanges: dict[str, Exchange],
) -> None:
    missing = exchanges["missing"]
    assert schema.of_answer(missing) == []
    assert schema.of_answer(replace(missing, response=None))
    assert schema.of_answer(replace(missing, response=None, status=503)) == []
    assert schema.of_answer(replace(missing, response={**missing.response, "status": 400}))
    assert schema.of_answer(replace(exchanges["add"], status=201))


def test_other_apps_and_cut_connections_are_passed_over(exchanges: dict[str, Exchange]) -> None:
    odd = replace(exchanges["add"], request={"x": 1}, response={"x": 1})
    assert schema.violations([replace(odd, app="google")]) == []
    assert schema.of_answer(replace(odd, status=0)) == []
