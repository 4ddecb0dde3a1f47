"""What does not fit the schema of a call; keys that no schema knows are ignored, silently."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.mailchimp.problems import Complaint, Refused, invalid, invalid_resource
from connectors.sandbox.web import Request

#: Statuses that can be written: ``archived`` is none of them.
WRITABLE = ("subscribed", "unsubscribed", "cleaned", "pending", "transactional")
#: PATCH takes no ``transactional``.
PATCHABLE = WRITABLE[:4]
_ADDRESS = re.compile(r"[^\s@<>(),;:\"\[\]\\]+@[^\s@.<>,;]+(\.[^\s@.<>,;]+)+")
_WORDS: Mapping[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    dict: "object",
    list: "array",
    type(None): "NULL",
}


class Body:
    """A JSON body of a call. Complaints are gathered; ``done`` refuses them all at once."""

    def __init__(self, data: Mapping[str, Any], path: str = "") -> None:
        self.data = data
        self.path = path
        self.complaints: list[Complaint] = []

    def text(self, name: str, default: str = "") -> str:
        found: str = self._typed(name, (str,), default)
        return found

    def flag(self, name: str, default: bool = False) -> bool:
        found: bool = self._typed(name, (bool,), default)
        return found

    def object(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self._typed(name, (dict,), {})
        return found

    def array(self, name: str) -> list[Any]:
        found: list[Any] = self._typed(name, (list,), [])
        return found

    def one_of(self, name: str, values: Sequence[str], default: str = "") -> str:
        found = self._typed(name, (str,), default)
        if name in self.data and found not in values and not self._complained(name):
            words = f"Data presented is not one of the accepted values: {', '.join(values)}."
            self.complain(name, words)
        return found if found in values else default

    def moment(self, name: str) -> str:
        """A time with its zone, as sent; "" is none."""
        text = self.text(name)
        if text and moment_of(text) is None:
            self.complain(name, "This value is not a valid datetime.")
        return text

    def require(self, *names: str) -> None:
        missing = [name for name in names if name not in self.data]
        if missing:
            self.complain("", f"Required fields were not provided: {', '.join(missing)}")

    def complain(self, field: str, words: str) -> None:
        place = f"{self.path}{field}" if field else self.path.rstrip(".")
        self.complaints.append((place, words))

    def done(self) -> None:
        if self.complaints:
            raise invalid(*self.complaints)

    def _typed(self, name: str, types: tuple[type, ...], default: Any) -> Any:
        if name not in self.data:
            return default
        value = self.data[name]
        if type(value) in types:
            return value
        words = f"Schema describes {_WORDS[types[0]]}, {_WORDS[type(value)]} found instead"
        self.complain(name, words)
        return default

    def _complained(self, name: str) -> bool:
        return any(field == f"{self.path}{name}" for field, _ in self.complaints)


def body_of(request: Request) -> Body:
    """No body and ``null`` are an empty one; raises Refused for what is no JSON object."""
    try:
        data = request.json()
    except ValueError:
        raise Refused(
            400,
            "JSON Parse Error",
            "We encountered an unspecified JSON parsing error. This is likely caused by "
            "incorrect formatting.",
        ) from None
    if not isinstance(data, dict | type(None)):
        raise invalid(("", f"Schema describes object, {_WORDS[type(data)]} found instead"))
    return Body(data or {})


def merge_values(body: Body) -> dict[str, Any]:
    values = body.object("merge_fields")
    for tag, value in values.items():
        if type(value) not in (str, int, float, dict):
            body.complain(
                f"merge_fields.{tag}", "Data did not match any of the schemas described in anyOf."
            )
    return values


def interest_flags(body: Body) -> dict[str, bool]:
    flags = body.object("interests")
    for id, flag in flags.items():
        if type(flag) is not bool:
            words = f"Schema describes boolean, {_WORDS[type(flag)]} found instead"
            body.complain(f"interests.{id}", words)
    return flags


def tag_names(body: Body, name: str = "tags") -> list[str]:
    names = body.array(name)
    for place, item in enumerate(names):
        if not isinstance(item, str):
            words = f"Schema describes string, {_WORDS[type(item)]} found instead"
            body.complain(f"{name}.item:{place}", words)
    return names


def check_address(address: str, fakes: frozenset[str]) -> None:
    """Raises Refused for what is no address, and for what Mailchimp takes for a fake."""
    if not _ADDRESS.fullmatch(address):
        raise invalid_resource("Please provide a valid email address.")
    domain = address.lower().rpartition("@")[2]
    if address.lower() in fakes or domain in fakes:
        raise invalid_resource(
            f"{address} looks fake or invalid, please enter a real email address."
        )


# --- The query ----------------------------------------------------------------------------


def number_of(request: Request, name: str, default: int) -> int:
    text = request.one(name)
    if name not in request.query:
        return default
    if not re.fullmatch("[0-9]{1,9}", text):
        raise invalid((name, "Schema describes integer, string found instead"))
    return int(text)


def flag_of(request: Request, name: str) -> bool:
    """The official client says ``True``."""
    return request.one(name).lower() in ("true", "1")


def choice_of(request: Request, name: str, values: Sequence[str], default: str = "") -> str:
    if name not in request.query:
        return default
    if request.one(name) not in values:
        words = f"Data presented is not one of the accepted values: {', '.join(values)}."
        raise invalid((name, words))
    return request.one(name)


def moment_in(request: Request, name: str) -> float | None:
    """Seconds. A ``+`` that was sent without being encoded arrives as a blank: such a filter is
    ignored, and everything is listed (github.com/brandonseydel/MailChimp.Net/issues/525)."""
    text = request.one(name)
    if not text or " " in text:
        return None
    moment = moment_of(text)
    if moment is None:
        raise invalid((name, "This value is not a valid datetime."))
    return moment


def moment_of(text: str) -> float | None:
    """``2015-10-21T15:41:36+00:00``, with fractions and with ``Z`` as well [REC]."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
