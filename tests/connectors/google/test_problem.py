"""What Google says when it says no, in all the shapes that were seen."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import AppError, AskStaff, Gone, Refused, TryAgain, Unanswered
from connectors.google.problem import judge, of_reply, of_status, result_of
from connectors.session import Answer

HOME = "https://people.googleapis.com/v1"
LIST = f"{HOME}/people/me/connections?requestSyncToken=true"
CREATE = f"{HOME}/people:createContact?personFields=names"
INFO = "type.googleapis.com/google.rpc.ErrorInfo"


def error(status: int, name: str = "", message: str = "", *details: Any) -> dict[str, Any]:
    return {"error": {"code": status, "status": name, "message": message, "details": [*details]}}


def info(reason: str) -> dict[str, Any]:
    return {"@type": INFO, "reason": reason, "domain": "googleapis.com"}


def judged(status: int, body: object, url: str = LIST, **headers: str) -> AppError | None:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return judge(Answer(status, headers, text, url))


@pytest.mark.parametrize(
    "told",
    [
        error(400, "INVALID_ARGUMENT", "Sync token is expired. Clear local cache and retry."),
        error(400, "FAILED_PRECONDITION", "x", info("EXPIRED_SYNC_TOKEN")),
        error(410, "GONE", "Sync token is expired."),
    ],
)
def test_ended_token_is_known_by_reason_or_message(told):
    assert of_reply(told["error"]["code"], told).is_expired_token
    assert judged(told["error"]["code"], told) is None


@pytest.mark.parametrize("status", [400, 403])
@pytest.mark.parametrize("path", ["person.etag", "person.metadata.sources.etag"])
def test_old_etag_is_known_by_its_message_whatever_the_status(status, path):
    told = error(status, "", f"Request {path} is different than the current {path}. Clear local")
    assert of_reply(status, told).is_stale
    assert judged(status, told, CREATE) is None


@pytest.mark.parametrize(
    ("status", "told", "after"),
    [
        (429, error(429, "RESOURCE_EXHAUSTED", "", info("RATE_LIMIT_EXCEEDED")), 30),
        (403, error(403, "PERMISSION_DENIED", "", info("rateLimitExceeded")), 30),
        (403, {"error": {"code": 403, "errors": [{"reason": "userRateLimitExceeded"}]}}, 30),
        (429, error(429, "", "", {"violations": [{"subject": "QUOTA_EXCEEDED"}]}), 900),
        (429, b"<html>", 30),
    ],
)
def test_quota_is_waited_for_also_where_it_comes_as_403(status, told, after):
    found = judged(status, told, CREATE)
    assert isinstance(found, TryAgain)
    assert not isinstance(found, Unanswered)
    assert found.after == after


def test_first_page_of_everything_waits_for_minutes_and_retry_after_counts_more():
    told = error(429, "RESOURCE_EXHAUSTED")
    assert judged(429, told).after == 300
    assert judged(429, told, f"{LIST}&syncToken=x").after == 30
    assert judged(429, told, f"{LIST}&pageToken=x").after == 30
    assert judged(429, told, **{"Retry-After": "7"}).after == 7


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (error(403, "PERMISSION_DENIED", "", info("ACCESS_TOKEN_SCOPE_INSUFFICIENT")), "tick"),
        (error(403, "", "Request had insufficient authentication scopes."), "tick"),
        ({"error": {"code": 403, "errors": [{"reason": "insufficientPermissions"}]}}, "tick"),
        (error(403, "PERMISSION_DENIED", "", info("SERVICE_DISABLED")), "switched off"),
        (error(403, "", "People API has not been used in project 1 before"), "switched off"),
        (error(403, "PERMISSION_DENIED", "no"), "denies"),
        (b"<html>", "denies"),
    ],
)
def test_403_tells_staff_what_to_do(told, said):
    found = judged(403, told)
    assert isinstance(found, AskStaff)
    assert said in str(found)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_trouble_during_a_change_is_a_lost_answer_and_during_a_reading_is_not(status):
    for url in (
        CREATE,
        f"{HOME}/people:batchCreateContacts",
        f"{HOME}/people:batchUpdateContacts",
        f"{HOME}/people/c1:updateContact?updatePersonFields=names",
        f"{HOME}/people/c1:deleteContact",
        f"{HOME}/contactGroups",
    ):
        assert isinstance(judged(status, b"", url), Unanswered), url
    for url in (LIST, f"{HOME}/people:batchGet?x=1", f"{HOME}/contactGroups?pageSize=1"):
        assert judged(status, b"", url) is None


@pytest.mark.parametrize("status", [400, 404, 405, 410, 413])
def test_answer_that_is_none_of_googles_is_for_staff(status):
    for body in (b"<html>not found</html>", b"", b"[]", b'{"detail": "x"}'):
        assert isinstance(judged(status, body), AskStaff)


def test_what_a_refused_write_gets():
    def result(status: int, name: str, message: str = "m") -> AppError:
        return result_of(of_reply(status, error(status, name, message)))

    assert isinstance(result(404, "NOT_FOUND"), Gone)
    assert isinstance(result(400, "INVALID_ARGUMENT"), Refused)
    assert isinstance(result(409, "ABORTED"), TryAgain)
    for status in (400, 403, 429):
        full = result(status, "", "MY_CONTACTS_OVERFLOW_COUNT")
        assert isinstance(full, Refused)
        assert "25,000" in str(full)


def test_contacts_of_a_batch_are_named_by_place_or_name():
    bad = {"code": 3, "message": "Invalid e-mail ann@secret.example"}
    details = {
        "@type": "type.googleapis.com/google.people.v1.BatchCreateContactsErrorDetails",
        "contactErrors": {"3": bad, "people/c1": {"code": 5}, "people/c2": {"code": 9}},
    }
    found = of_reply(400, error(400, "INVALID_ARGUMENT", "", details)).contacts
    assert found.keys() == {"3", "people/c1", "people/c2"}
    assert (found["people/c1"].is_missing, found["people/c2"].is_stale) == (True, True)
    assert "secret" not in str(result_of(found["3"]))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("contacts[3].contact_person.email_addresses[0]", "an e-mail address"),
        ("person.phoneNumbers[0].value", "a phone number"),
        ("person.birthdays", "the birthday"),
        ("person.something", ""),
        ("", ""),
    ],
)
def test_refusal_names_the_field(path, words):
    details = {"fieldViolations": [{"field": path, "description": "ann@secret.example"}]}
    found = of_reply(400, error(400, "INVALID_ARGUMENT", "m", details))
    assert found.field == words
    assert words in str(result_of(found))
    assert "secret" not in str(result_of(found))


MEMBERS = ["error", "status", "details", "reason", "contactErrors", "code", "errors", "message"]
MEMBERS += ["fieldViolations", "violations", "field", "subject"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(JSON, st.sampled_from([400, 401, 403, 404, 409, 410, 429, 500, 503]))
def test_no_shape_of_an_error_is_an_error_of_ours(told, status):
    found = of_reply(status, told)
    assert isinstance(result_of(found), AppError)
    assert str(found).startswith(str(status))
    assert isinstance(found.field, str)
    assert all(isinstance(result_of(item), AppError) for item in found.contacts.values())
    assert isinstance(result_of(of_status(told)), AppError)
    assert isinstance(judged(status, told), AppError | None)
