"""What Google says when it says no (https://google.aip.dev/193), and what it means for us."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from connectors.errors import AppError, AskStaff, Gone, Refused, TryAgain, Unanswered
from connectors.pace import seconds_in
from connectors.session import PATIENCE, Answer

#: Seconds. Quotas are by the minute: two of the longest waits that a request has make one, and
#: shorter ones only pile up.
HALF_A_MINUTE, LATER = PATIENCE, 900.0
#: The first page of a full sync has a quota of its own, which cannot be raised.
FIRST_PAGE = 300.0

#: google.rpc.Code -> name and HTTP status.
_CODES = {
    3: ("INVALID_ARGUMENT", 400),
    5: ("NOT_FOUND", 404),
    6: ("ALREADY_EXISTS", 409),
    8: ("RESOURCE_EXHAUSTED", 429),
    9: ("FAILED_PRECONDITION", 400),
    10: ("ABORTED", 409),
    13: ("INTERNAL", 500),
    14: ("UNAVAILABLE", 503),
}
#: Reasons of a quota, also of those that come as 403.
_OVER_A_MINUTE = frozenset({"RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded"})
_OVER_MORE = frozenset({"QUOTA_EXCEEDED", "quotaExceeded", "dailyLimitExceeded"})
_NO_SCOPE = frozenset({"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"})
_NO_API = frozenset({"SERVICE_DISABLED", "accessNotConfigured"})
#: Calls that change something, by the end of their path.
_CHANGES = re.compile(r":(batchC|c)reateContacts?$|:(batchU|u)pdateContacts?$|:deleteContact$")
_FIELD = re.compile(r"[a-z]+(?:[A-Z_][A-Za-z]*)*")
_KNOWN_FIELDS = {
    "names": "the name",
    "nicknames": "the nickname",
    "email_addresses": "an e-mail address",
    "phone_numbers": "a phone number",
    "addresses": "an address",
    "organizations": "the company",
    "birthdays": "the birthday",
    "biographies": "the notes",
    "urls": "a website",
    "events": "an event",
    "relations": "a relation",
    "user_defined": "a custom field",
    "memberships": "a label",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """``name``: of the google.rpc.Code. ``message`` may hold data of a contact, so it is looked
    into and never shown."""

    status: int
    name: str = ""
    message: str = ""
    details: tuple[Mapping[str, Any], ...] = ()

    @property
    def reasons(self) -> frozenset[str]:
        found = {str(detail.get("reason", "")) for detail in self.details}
        return frozenset(found | {str(item.get("subject", "")) for item in self._violations()})

    @property
    def is_expired_token(self) -> bool:
        """400 on the wire, 410 in an older guide: so never by the status."""
        told = "sync token is expired" in self.message.casefold()
        return told or "EXPIRED_SYNC_TOKEN" in self.reasons

    @property
    def is_invalid(self) -> bool:
        return self.status == 400 and self.name in ("INVALID_ARGUMENT", "")

    @property
    def is_stale(self) -> bool:
        """The etag is no longer current: neither 409 nor 412
        (https://github.com/googleapis/google-api-python-client/issues/2417)."""
        told = "etag is different" in self.message.casefold()
        return told or self.name == "FAILED_PRECONDITION"

    @property
    def is_missing(self) -> bool:
        return self.status == 404

    @property
    def is_full(self) -> bool:
        return "MY_CONTACTS_OVERFLOW_COUNT" in self.message + "".join(self.reasons)

    @property
    def is_quota(self) -> bool:
        over = self.status == 429 or self.name == "RESOURCE_EXHAUSTED"
        return over or bool(self.reasons & (_OVER_A_MINUTE | _OVER_MORE))

    @property
    def contacts(self) -> Mapping[str, Problem]:
        """What is wrong with single contacts of a batch, by place or resource name."""
        found: dict[str, Problem] = {}
        for detail in self.details:
            errors = detail.get("contactErrors")
            for key, status in errors.items() if isinstance(errors, dict) else ():
                found[str(key)] = of_status(status)
        return found

    @property
    def field(self) -> str:
        """In words, of what field Google complains; "" where it does not say."""
        for violation in self._violations():
            for word in _FIELD.findall(str(violation.get("field", ""))):
                snake = re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", word)
                if snake in _KNOWN_FIELDS:
                    return _KNOWN_FIELDS[snake]
        return ""

    def _violations(self) -> Iterator[Mapping[str, Any]]:
        for detail in self.details:
            for name in ("violations", "fieldViolations"):
                found = detail.get(name)
                yield from (
                    (x for x in found if isinstance(x, dict)) if isinstance(found, list) else ()
                )

    def __str__(self) -> str:
        name = self.name if re.fullmatch(r"[A-Z_]{1,40}", self.name) else ""
        return f"{self.status} {name}".strip()


def of_reply(status: int, data: object) -> Problem:
    """From the body of an answer, whatever it is."""
    error = data.get("error") if isinstance(data, dict) else None
    error = error if isinstance(error, dict) else {}
    legacy = _mappings(error.get("errors"))  # the shape of older Google APIs
    return Problem(
        status,
        str(error.get("status") or ""),
        str(error.get("message") or ""),
        (*_mappings(error.get("details")), *legacy),
    )


def of_status(found: object) -> Problem:
    """From a google.rpc.Status within an answer."""
    status = found if isinstance(found, dict) else {}
    code = status.get("code")
    name, number = _CODES.get(code if isinstance(code, int) else 3, ("INVALID_ARGUMENT", 400))
    message = str(status.get("message") or "")
    return Problem(number, name, message, _mappings(status.get("details")))


def _mappings(found: object) -> tuple[Mapping[str, Any], ...]:
    return tuple(x for x in found if isinstance(x, dict)) if isinstance(found, list) else ()


# --- What it means ------------------------------------------------------------------------


def judge(answer: Answer) -> AppError | None:
    """What concerns the account or the moment, before the call looks at the answer itself."""
    if answer.status < 400:
        return None
    problem = of_reply(answer.status, _parsed(answer.body))
    if problem.is_full or problem.is_stale:
        return None
    if problem.is_quota:
        return _over_quota(problem, answer)
    if answer.status == 403:
        return _forbidden(problem)
    if answer.status < 500 and answer.status != 401 and not (problem.name or problem.message):
        return unexpected(problem, "answer as the People API does")
    # Also with 503 a create may have been carried out, and is not to be sent again.
    if answer.status >= 500 and _is_change(answer.url):
        return Unanswered(f"Google had trouble of its own ({problem}) while it made a change.")
    return None


def _over_quota(problem: Problem, answer: Answer) -> TryAgain:
    told = seconds_in(answer.headers.get("Retry-After", ""))
    if told is not None:
        after = told
    elif problem.reasons & _OVER_MORE:
        after = LATER
    elif _is_first_page(answer.url):
        after = FIRST_PAGE
    else:
        after = HALF_A_MINUTE
    return TryAgain(f"The quota of the People API is used up for now ({problem}).", after=after)


def _forbidden(problem: Problem) -> AskStaff:
    if problem.reasons & _NO_SCOPE or "insufficient authentication scopes" in problem.message:
        return AskStaff(
            "The account was authorised without access to its contacts.",
            "Authorise it again, and leave the box ticked that lets us see and edit contacts.",
        )
    if problem.reasons & _NO_API or "has not been used in project" in problem.message:
        return AskStaff(
            "The People API is switched off in the Google Cloud project.",
            "Have the operator switch it on in the Google Cloud console.",
        )
    return AskStaff(
        f"Google denies access to the contacts of this account ({problem}).",
        "Check that Google Contacts is switched on for the account, and authorise it again.",
    )


def unexpected(problem: Problem, doing: str) -> AskStaff:
    return AskStaff(
        f"Google refuses to {doing} ({problem}).",
        "Check the address of the People API in the settings; else report it.",
    )


def result_of(problem: Problem) -> AppError:
    """What a write gets that Google refuses. An etag that is no longer current is none of it."""
    if problem.is_missing:
        return gone()
    if problem.is_full:
        return Refused(
            "Google Contacts is full: an account holds 25,000 contacts, those of the last 30 "
            "days in its trash included.",
            "Delete contacts and empty the trash in Google Contacts, then try it again.",
        )
    if problem.is_quota or problem.status == 409 or problem.status >= 500:
        return TryAgain(f"Google does not carry out the change now ({problem}).")
    about = f": {problem.field}" if problem.field else ""
    return Refused(f"Google refuses the contact ({problem}{about}).")


def gone() -> Gone:
    return Gone("The contact is no longer in Google Contacts under this name.")


def _is_change(url: str) -> bool:
    parts = urlsplit(url)
    makes_label = parts.path.endswith("/contactGroups") and not parts.query
    return makes_label or bool(_CHANGES.search(parts.path))


def _is_first_page(url: str) -> bool:
    query = urlsplit(url).query
    return "requestSyncToken" in query and not re.search("(page|sync)Token=", query)


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
