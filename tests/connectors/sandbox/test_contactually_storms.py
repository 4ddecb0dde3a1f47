"""Anything at all is answered as the service answers: never with a crash, never half done."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sandbox.contactually.combining import PARTS, TEXTS
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.web import Request
from tests.connectors.sandbox.contactually_crm import TOKEN, Clock, open_crm
from tests.connectors.sandbox.contactually_description import answer_violations

_TEXT = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["a@x.org", "contact_1", "bucket_1", "custom_field_1", "2026-11-23", "1e400"]),
)
_LEAF = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _TEXT)
_MEMBERS = st.sampled_from(
    ["id", "label", "address", "number", "url", "field", "value", "name", "contact_ids", "body"]
)
_JSON = st.recursive(
    _LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(_MEMBERS, _TEXT), inner, max_size=4)
    ),
    max_leaves=8,
)
_CONTACT = st.dictionaries(
    st.sampled_from(
        [*TEXTS, *PARTS, "tags", "custom_fields", "bucket_ids", "created_at", "email", "extra_data"]
    ),
    _JSON,
    max_size=4,
)
_CALLS = st.sampled_from(
    [
        ("POST", "/contacts"),
        ("PATCH", "/contacts/contact_1"),
        ("POST", "/contacts/search"),
        ("POST", "/contacts/contact_1/merge"),
        ("PUT", "/contacts/contact_1/buckets"),
        ("DELETE", "/contacts/contact_1/buckets"),
        ("POST", "/buckets/bucket_1/contacts"),
        ("POST", "/buckets"),
        ("PATCH", "/buckets/bucket_1"),
        ("POST", "/tags"),
        ("POST", "/team/custom-fields"),
        ("POST", "/notes"),
    ]
)
_QUERY = st.dictionaries(
    st.sampled_from(
        ["q", "email", "page", "page_size", "updated_at.after", "created_at.before", "archived",
         "tags[]", "buckets", "tags.not", "id", "with_archived", "company"]
    ),
    st.lists(st.one_of(_TEXT, st.integers().map(str), st.datetimes().map(str)), min_size=1),
)  # fmt: skip


def opened() -> Sandbox:
    sandbox = Sandbox(now=Clock().now, apps=["contactually"], recording=True)
    app: Any = sandbox.apps["contactually"]
    hands = app.hands(app.open_account("kim@example.com", token=TOKEN))
    hands.define_field("Score", "decimal")
    hands.add({"first_name": "Ada", "bucket_ids": [hands.add_bucket("Clients")]})
    return sandbox


def answered(sandbox: Sandbox, method: str, path: str, body: bytes, query: Any = None) -> int:
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    request = Request(method, f"/v2{path}", query or {}, headers, body, "http://x.org/contactually")
    status = sandbox.answer("contactually", request).status
    assert answer_violations(sandbox.exchanges[-1]) == []
    return status


@settings(max_examples=300)
@given(st.lists(st.tuples(_CALLS, st.one_of(_CONTACT, _JSON)), min_size=1, max_size=4))
def test_whatever_is_written_is_taken_or_refused(calls: list[tuple[tuple[str, str], Any]]) -> None:
    sandbox = opened()
    for (method, path), data in calls:
        status = answered(sandbox, method, path, json.dumps({"data": data}).encode())
        assert status in (200, 400, 404, 422)
    assert answered(sandbox, "GET", "/contacts", b"", {"with_archived": ["true"]}) == 200
    sandbox.close()


@settings(max_examples=200)
@given(_QUERY)
def test_whatever_is_asked_for_is_answered(query: dict[str, list[str]]) -> None:
    sandbox = opened()
    for path in ("/contacts", "/contacts/resolve", "/buckets/bucket_1/contacts", "/tags"):
        assert answered(sandbox, "GET", path, b"", query) in (200, 422)
    sandbox.close()


def test_creates_at_the_same_time_make_one_contact() -> None:
    with open_crm() as crm, ThreadPoolExecutor(8) as threads:
        sent = {"email_addresses": [{"address": "a@x.org"}]}

        def create(_: int) -> str:
            made = crm.send("POST", "/contacts", sent)
            return str(made["id"])

        assert len(set(threads.map(create, range(40)))) == 1
        assert crm.call("GET", "/me").headers["X-Rate-Limit-Remaining"] == "459"
