"""A request to the API after its token, its quota and its parameters were found good."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.sandbox.accounts import Account
from connectors.sandbox.google import masks
from connectors.sandbox.google.contacts import Contacts
from connectors.sandbox.google.errors import invalid
from connectors.sandbox.google.groups import Groups
from connectors.sandbox.google.quirks import Quirks
from connectors.sandbox.google.quotas import READ, Cost, Quotas
from connectors.sandbox.google.shapes import ENUMS
from connectors.sandbox.google.view import Reading
from connectors.sandbox.web import Request

#: Of https://cloud.google.com/apis/docs/system-parameters those that change nothing here. The
#: others (fields, callback …) are refused rather than passed over.
_SYSTEM = frozenset(("$.xgafv", "alt", "key", "prettyPrint", "quotaUser"))
#: Parameters that may come more than once.
_REPEATED = frozenset(("resourceNames", "sources"))
_CONTACT = "READ_SOURCE_TYPE_CONTACT"


@dataclass(frozen=True, slots=True)
class Call:
    request: Request
    account: Account
    contacts: Contacts
    groups: Groups
    quotas: Quotas
    quirks: Quirks
    now: datetime

    def one(self, name: str) -> str:
        return self.request.one(name)

    def number(self, name: str, default: int, most: int) -> int:
        """A size between 1 and ``most``; 0 and nothing are the default."""
        text = self.one(name)
        if text and not text.lstrip("-").isdecimal():
            raise invalid(f"Invalid value at '{name}' (TYPE_INT32), \"{text}\"", name)
        value = int(text or 0) or default
        if not 1 <= value <= most:
            raise invalid(f"{name} must be between 1 and {most}.")
        return value

    def flag(self, name: str) -> bool:
        text = self.one(name)
        if text not in ("", "true", "false"):
            raise invalid(f"Invalid value at '{name}' (TYPE_BOOL), \"{text}\"", name)
        return text == "true"

    def person_fields(self, page: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Of the query, or of the mask that was there before it."""
        text = self.one("personFields")
        if not text:
            text = masks.from_request_mask(self.one("requestMask.includeField"))
        if not text and default:
            return default
        return masks.required(text, "personFields", masks.READABLE, page)

    def reading(self, fields: tuple[str, ...], sources: Iterable[str], **more: bool) -> Reading:
        return Reading(
            fields,
            contacts_only=set(sources) == {_CONTACT},
            region=self.quirks.region,
            shuffled=self.quirks.shuffled,
            **more,
        )

    def sources(self) -> list[str]:
        """Of the query."""
        found = self.request.query.get("sources", [])
        for source in found:
            if source not in ENUMS["ReadSourceType"]:
                raise invalid(
                    "Invalid value at 'sources' "
                    f'(type.googleapis.com/google.people.v1.ReadSourceType), "{source}"',
                    "sources",
                )
        return found


@dataclass(frozen=True, slots=True)
class Method:
    """One of the API. ``parameters`` are those of the query. ``rpc``: its name in the service.
    ``handler`` gives the JSON of the answer, or a whole Answer."""

    verb: str
    path: str
    handler: Callable[[Call], Any]
    rpc: str
    cost: Cost = READ
    parameters: str = ""

    def check(self, request: Request) -> None:
        """Raises Refused for parameters that it does not know, or twice."""
        known = _SYSTEM | set(self.parameters.split())
        for name, values in request.query.items():
            if name not in known:
                raise invalid(
                    f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query '
                    f"parameter. Field '{name}' could not be found in request message.",
                    name,
                )
            if len(values) > 1 and name not in _REPEATED:
                raise invalid(
                    f'Invalid JSON payload received. Unknown name "{name}": Proto field is not '
                    "repeating, cannot start list.",
                    name,
                )
        if request.one("alt", "json") != "json":
            raise invalid("Only alt=json is answered here.", "alt")
