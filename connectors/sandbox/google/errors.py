"""Errors in the shape of google.rpc.Status (https://google.aip.dev/193)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.sandbox.web import Answer, as_html, as_json

JSON = "application/json; charset=UTF-8"
SERVICE = "people.googleapis.com"

#: name -> (HTTP status, google.rpc.Code)
CODES: Mapping[str, tuple[int, int]] = {
    "INVALID_ARGUMENT": (400, 3),
    "FAILED_PRECONDITION": (400, 9),
    "UNAUTHENTICATED": (401, 16),
    "PERMISSION_DENIED": (403, 7),
    "NOT_FOUND": (404, 5),
    "ALREADY_EXISTS": (409, 6),
    "ABORTED": (409, 10),
    "RESOURCE_EXHAUSTED": (429, 8),
    "INTERNAL": (500, 13),
    "UNAVAILABLE": (503, 14),
    "DEADLINE_EXCEEDED": (504, 4),
}
#: HTTP status -> name and message of what happens without a request being at fault.
_ORDERED: Mapping[int, tuple[str, str]] = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: (
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
        "cookie or other valid authentication credential. See "
        "https://developers.google.com/identity/sign-in/web/devconsole-project.",
    ),
    403: ("PERMISSION_DENIED", "The caller does not have permission"),
    404: ("NOT_FOUND", "Requested entity was not found."),
    409: ("ABORTED", "The operation was aborted."),
    500: ("INTERNAL", "Internal error encountered."),
    503: ("UNAVAILABLE", "The service is currently unavailable."),
    504: ("DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
}
_LOST = (
    "<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title>"
    "<p><b>404.</b> <ins>That’s an error.</ins>"
    "<p>The requested URL was not found on this server. <ins>That’s all we know.</ins>"
)
_BAD_GATEWAY = (
    "<!DOCTYPE html><html lang=en><title>Error 502 (Server Error)!!1</title>"
    "<p><b>502.</b> <ins>That’s an error.</ins>"
    "<p>The server encountered a temporary error and could not complete your request."
)


class Refused(Exception):
    """A request, or one contact of a batch, is refused. ``status``: the HTTP status where it is
    not the usual one of ``name``."""

    def __init__(
        self,
        name: str,
        message: str,
        details: Sequence[Mapping[str, Any]] = (),
        status: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.details = list(details)
        self.status = status or CODES[name][0]
        self.headers = headers or {}

    @property
    def answer(self) -> Answer:
        error: dict[str, Any] = {
            "code": self.status,
            "message": self.message,
            "status": self.name,
        }
        if self.details:
            error["details"] = self.details
        return as_json({"error": error}, self.status, self.headers, JSON)

    @property
    def rpc_status(self) -> dict[str, Any]:
        """As it stands within another answer, for one item of a batch."""
        found: dict[str, Any] = {"code": CODES[self.name][1], "message": self.message}
        if self.details:
            found["details"] = self.details
        return found


def invalid(message: str, field: str = "") -> Refused:
    """``field``: the path of what is wrong, in the words of the protocol."""
    if not field:
        return Refused("INVALID_ARGUMENT", message)
    violation = {"field": field, "description": message}
    detail = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
    return Refused("INVALID_ARGUMENT", message, [detail])


def not_found() -> Refused:
    return Refused("NOT_FOUND", _ORDERED[404][1])


def stale(path: str) -> Refused:
    """``path``: of the etag in the request (googleapis/google-api-python-client#2417)."""
    return Refused(
        "FAILED_PRECONDITION",
        f"Request {path} is different than the current {path}. Clear local cache and get the "
        "latest person.",
    )


def error_info(reason: str, domain: str = "googleapis.com", **metadata: str) -> dict[str, Any]:
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": domain,
        "metadata": {"service": SERVICE, **metadata},
    }


def unauthenticated(reason: str) -> Refused:
    realm = 'Bearer realm="https://accounts.google.com/"'
    if reason == "CREDENTIALS_MISSING":
        message = (
            "Request is missing required authentication credential. Expected OAuth 2 access "
            "token, login cookie or other valid authentication credential. See "
            "https://developers.google.com/identity/sign-in/web/devconsole-project."
        )
    else:
        message = _ORDERED[401][1]
        realm += ', error="invalid_token"'
    headers = {"WWW-Authenticate": realm}
    return Refused("UNAUTHENTICATED", message, [error_info(reason)], headers=headers)


def scope_missing(method: str) -> Refused:
    """``method``: its name in the service, such as ``google.people.v1.PeopleService.GetPerson``."""
    return Refused(
        "PERMISSION_DENIED",
        "Request had insufficient authentication scopes.",
        [error_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", method=method)],
    )


def over_fixed_quota() -> Refused:
    """Of the first page of a full sync, or of the back end (rapidwebltd/php-google-people-api
    #45); it names no limit."""
    words = "FBS quota limit exceeded."
    violation = {"subject": "QUOTA_EXCEEDED", "description": words}
    detail = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation]}
    return Refused("RESOURCE_EXHAUSTED", words, [detail])


def ordered(status: int, headers: Mapping[str, str]) -> Answer:
    """An error of this status that no request is to blame for."""
    if status not in _ORDERED:
        return Answer(status, _BAD_GATEWAY.encode(), {"Content-Type": "text/html", **headers})
    name, message = _ORDERED[status]
    details = [error_info("ACCESS_TOKEN_EXPIRED")] if status == 401 else []
    return Refused(name, message, details, status, headers).answer


def lost() -> Answer:
    """A path or method that there is not; the page is not JSON."""
    return as_html(_LOST, 404)
