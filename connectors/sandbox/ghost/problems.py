"""What Ghost refuses, and its words (@tryghost/errors, @tryghost/mw-error-handler)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from connectors.sandbox.web import Answer, as_html, as_json

_TITLES = {
    "ValidationError": "Validation error",
    "NotFoundError": "Resource not found error",
    "BadRequestError": "Request not understood error",
}
_STATUSES = {
    "ValidationError": 422,
    "NotFoundError": 404,
    "BadRequestError": 400,
    "UnauthorizedError": 401,
    "NoPermissionError": 403,
    "RequestNotAcceptableError": 406,
}
#: What is ordered as a fault, and how Ghost or the server in front of it calls that.
_GENERAL = {
    401: ("UnauthorizedError", "Authorization failed"),
    403: ("NoPermissionError", "You do not have permission to perform this action"),
    429: ("TooManyRequestsError", "Too many requests."),
    500: ("InternalServerError", "An unexpected error occurred, please try again."),
}
_GATEWAY = {502: "502 Bad Gateway", 503: "503 Service Unavailable", 504: "504 Gateway Time-out"}


class Refused(Exception):
    """``doing``: such as "save member"; it is then told as the title of the error."""

    def __init__(
        self,
        type: str,
        words: str,
        doing: str = "",
        *,
        property: str | None = None,
        code: str | None = None,
        details: Sequence[dict[str, Any]] | None = None,
        help: str | None = None,
        context: str | None = None,
    ) -> None:
        super().__init__(words)
        self.status = _STATUSES[type]
        self.error = {
            "message": f"{_TITLES[type]}, cannot {doing}." if doing else words,
            "context": words if doing else context,
            "type": type,
            "details": list(details) if details else None,
            "property": property,
            "help": help,
            "code": code,
        }


def answered(refused: Refused) -> Answer:
    return _as_errors(refused.error, refused.status)


def general(status: int, retry_after: int | None = None) -> Answer:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if status in _GATEWAY:
        page = as_html(f"<html><h1>{_GATEWAY[status]}</h1><hr>nginx</html>", status)
        return Answer(status, page.body, {**page.headers, **headers})
    type, words = _GENERAL.get(status, ("InternalServerError", "An error occurred."))
    return _as_errors({"message": words, "context": None, "type": type}, status, headers)


def not_found(kind: str, doing: str) -> Refused:
    return Refused("NotFoundError", f"{kind} not found.", doing)


def _as_errors(error: dict[str, Any], status: int, headers: dict[str, str] | None = None) -> Answer:
    blank = dict.fromkeys(("details", "property", "help", "code"))
    told = {**blank, **error, "id": str(uuid.uuid4()), "ghostErrorCode": None}
    return as_json({"errors": [told]}, status, headers)
