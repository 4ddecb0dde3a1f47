"""What Mailchimp refuses, and its words: https://mailchimp.com/developer/marketing/docs/errors/"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from connectors.sandbox.mailchimp.quirks import Quirks
from connectors.sandbox.web import Answer, as_html, as_json

_TYPE = "https://mailchimp.com/developer/marketing/docs/errors/"
_KIND = "application/problem+json; charset=utf-8"
_GENERAL = {
    400: ("Bad Request", "Your request could not be processed."),
    401: (
        "API Key Invalid",
        "Your API key may be invalid, or you've attempted to access the wrong datacenter.",
    ),
    403: ("Forbidden", "You are not permitted to access this resource."),
    404: ("Resource Not Found", "The requested resource could not be found."),
    405: (
        "Method Not Allowed",
        "The requested method and resource are not compatible. See the Allow header for this "
        "resource's available methods.",
    ),
    414: ("Resource Nesting Too Deep", "The sub-resource requested is nested too deeply."),
    429: ("Too Many Requests", "You have exceeded the limit of 10 simultaneous connections."),
    500: (
        "Internal Server Error",
        "An unexpected internal error has occurred. Please contact Support for more information.",
    ),
    503: ("Compliance Related", "This method has been disabled."),
}

#: What the web server in front answers by itself, and how it calls it.
GATEWAY = {
    502: "502 Bad Gateway",
    503: "503 Service Temporarily Unavailable",
    504: "504 Gateway Time-out",
}

#: A field or a path, and what is wrong with it.
Complaint = tuple[str, str]


class Refused(Exception):
    """A request, or one member of a bulk call, that Mailchimp refuses."""

    def __init__(
        self, status: int, title: str, detail: str, errors: Sequence[Complaint] = ()
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)


def general(status: int) -> Refused:
    """An error in the words of the glossary."""
    title, detail = _GENERAL.get(status, _GENERAL[400 if status < 500 else 500])
    return Refused(status, title, detail)


def not_found() -> Refused:
    return general(404)


def invalid(*errors: Complaint) -> Refused:
    """What does not fit the schema of the call, or the state of the member."""
    return Refused(
        400,
        "Invalid Resource",
        "The resource submitted could not be validated. "
        "For field-specific details, see the 'errors' array.",
        errors,
    )


def invalid_resource(detail: str) -> Refused:
    return Refused(400, "Invalid Resource", detail)


def invalid_values(errors: Sequence[Complaint]) -> Refused:
    return Refused(400, "Invalid Resource", "Your merge fields were invalid.", errors)


def member_exists(address: str) -> Refused:
    return Refused(
        400,
        "Member Exists",
        f"{address} is already a list member. Use PUT to insert or update list members.",
    )


def in_compliance_state(address: str) -> Refused:
    return Refused(
        400,
        "Member In Compliance State",
        f"{address} is in a compliance state due to unsubscribe, bounce, or compliance review "
        "and cannot be subscribed.",
    )


def forgotten(address: str) -> Refused:
    return Refused(
        400,
        "Forgotten Email Not Subscribed",
        f"{address} was permanently deleted and cannot be re-imported. "
        "The contact must re-subscribe to get back on the list.",
    )


def cannot_archive() -> Refused:
    return Refused(
        405,
        "Method Not Allowed",
        "This list member cannot be removed. "
        "Can not archive a contact that is bounced, pending or archived",
    )


def gateway(status: int, retry_after: int | None = None) -> Answer:
    name = GATEWAY[status]
    answer = as_html(
        f"<html>\r\n<head><title>{name}</title></head>\r\n<body>\r\n"
        f"<center><h1>{name}</h1></center>\r\n<hr><center>openresty</center>\r\n"
        "</body>\r\n</html>\r\n",
        status,
    )
    told = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return replace(answer, headers={**answer.headers, **told})


def answered(refused: Refused, quirks: Quirks, retry_after: int | None = None) -> Answer:
    """As problem+json (RFC 7807), with the members in the order of recorded answers."""
    request = str(uuid.uuid4())
    body: dict[str, Any] = {} if refused.title in quirks.typeless else {"type": _TYPE}
    body |= {
        "title": refused.title,
        "status": refused.status,
        "detail": refused.detail,
        "instance": request if quirks.instances else "",
    }
    if refused.errors:
        body["errors"] = [{"field": field, "message": words} for field, words in refused.errors]
    headers = {"X-Request-Id": request}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return as_json(body, refused.status, headers, _KIND)
