"""Which contacts a list or a search shows.

Filters come as query parameters or as members of a body; what is no filter is passed over, as
the service does with every name that it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.sandbox.contactually import people, registers
from connectors.sandbox.contactually.desk import Desk, moment, seconds
from connectors.sandbox.contactually.problems import Invalid
from connectors.sandbox.store import Document

_TEXTS = ("external_id", "company", "location")
_MOMENTS = ("updated_at", "created_at", "archived_at", "last_bucketed_at")
_SETS: Mapping[str, Callable[[str], str]] = {"tags": registers.fold, "buckets": str}
Test = Callable[[Document], bool]


@dataclass(frozen=True, slots=True)
class Filters:
    """``given``: by name the values, as texts; a parameter may be named several times."""

    given: Mapping[str, Sequence[str]]

    @classmethod
    def of_body(cls, members: Mapping[str, Any]) -> Filters:
        return cls(
            {
                name: [_text(item) for item in (value if isinstance(value, list) else [value])]
                for name, value in members.items()
            }
        )

    def one(self, name: str) -> str:
        values = self.given.get(name)
        return values[-1] if values else ""

    def many(self, name: str) -> list[str]:
        """Of a list: ``tags[]=A&tags[]=B``, ``tags=A``, or a JSON list."""
        values = [*self.given.get(f"{name}[]", ()), *self.given.get(name, ())]
        return [value for value in values if value.strip()]

    def switched(self, name: str) -> bool:
        return self.one(name).lower() in ("true", "1")

    @property
    def are_plain(self) -> bool:
        """Whether they let every contact through that is not archived."""
        return not self._tests(False) and not self.switched("archived")

    def tests(self, desk: Desk) -> list[Test]:
        """All of which a contact passes; raises Invalid for what is no time."""
        tests = self._tests(desk.quirks.includes_bound)
        if self.switched("archived"):
            tests.append(lambda contact: bool(contact["archived_at"]))
        elif not self.switched("with_archived"):
            tests.append(lambda contact: not contact["archived_at"])
        if asked := self.one("q"):
            tests.append(_found(asked, desk.quirks.finds_parts))
        return tests

    def _tests(self, includes_bound: bool) -> list[Test]:
        tests: list[Test] = []
        if ids := self.many("id"):
            tests.append(lambda contact: contact["id"] in ids)
        for name in _TEXTS:
            if text := self.one(name):
                tests.append(_is(name, text))
        if address := registers.fold(self.one("email")):
            tests.append(lambda contact: address in addresses(contact))
        for name in _SETS:
            tests += _memberships(name, self)
        for name in _MOMENTS:
            if (after := self._moment(f"{name}.after")) is not None:
                tests.append(_later(name, after, includes_bound))
            if (before := self._moment(f"{name}.before")) is not None:
                tests.append(_earlier(name, before))
        return tests

    def _moment(self, name: str) -> datetime | None:
        text = self.one(name)
        if not text:
            return None
        read = moment(text)
        if read is None:
            raise Invalid(name, "is not a valid time")
        return read

    def since(self) -> float | None:
        """No contact passes whose last change was before."""
        after = self._moment("updated_at.after")
        return after.timestamp() if after else None


def addresses(contact: Document) -> list[str]:
    return [registers.fold(email["address"] or "") for email in contact["email_addresses"]]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _is(name: str, text: str) -> Test:
    return lambda contact: registers.fold(contact[name] or "") == registers.fold(text)


def _later(name: str, bound: datetime, includes: bool) -> Test:
    limit = bound.timestamp()

    def test(contact: Document) -> bool:
        at = seconds(contact[name]) if contact[name] else None
        return at is not None and (at > limit or (includes and at == limit))

    return test


def _earlier(name: str, bound: datetime) -> Test:
    return lambda contact: bool(contact[name]) and seconds(contact[name]) < bound.timestamp()


def _memberships(name: str, filters: Filters) -> Iterable[Test]:
    spell = _SETS[name]

    def held(contact: Document) -> set[str]:
        return {spell(item) for item in contact["bucket_ids" if name == "buckets" else name]}

    if anyone := {spell(item) for item in filters.many(name)}:
        yield lambda contact: bool(held(contact) & anyone)
    if every := {spell(item) for item in filters.many(f"{name}.all")}:
        yield lambda contact: every <= held(contact)
    if none := {spell(item) for item in filters.many(f"{name}.not")}:
        yield lambda contact: not held(contact) & none


def _found(asked: str, finds_parts: bool) -> Test:
    """An address, or words with which a name begins."""
    sought = registers.fold(asked)
    if "@" not in sought:
        words = _words(sought)
        return lambda contact: all(
            any(each.startswith(word) for each in _words(_names(contact))) for word in words
        )
    if not finds_parts:
        return lambda contact: sought in addresses(contact)
    return lambda contact: f"tail:{sought}" in people.keys(contact)


def _names(contact: Document) -> str:
    names = f"{contact['first_name'] or ''} {contact['last_name'] or ''}"
    return f"{names} {' '.join(addresses(contact))}".casefold()


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)
