"""One call of the API: who makes it, what it is about, which part of the answer is wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.sandbox.mailchimp import audience, checks
from connectors.sandbox.mailchimp.audience import Audience
from connectors.sandbox.mailchimp.hooks import Reach
from connectors.sandbox.mailchimp.people import People
from connectors.sandbox.mailchimp.problems import general, not_found
from connectors.sandbox.mailchimp.quirks import Quirks
from connectors.sandbox.mailchimp.showing import Showing
from connectors.sandbox.mailchimp.writing import Writing
from connectors.sandbox.store import Document, Store
from connectors.sandbox.web import Answer, Request, as_json

#: More is silently this (github.com/thorning/node-mailchimp/issues/61); the default.
MOST, FEW = 1000, 10
#: Names that not every record has, so that an answer without them does not make them unknown.
_OPTIONAL = frozenset(
    {
        "unsubscribe_reason",
        "interests",
        "marketing_permissions",
        "last_note",
        "sms_phone_number",
        "sms_subscription_status",
        "sms_subscription_last_updated",
        "choices",
    }
)


@dataclass(frozen=True, slots=True)
class Call:
    request: Request
    account: Document
    quirks: Quirks
    store: Store
    now: Callable[[], datetime]
    reach: Reach

    @property
    def api(self) -> str:
        """The URL of the API, for links."""
        return f"{self.request.home}/3.0"

    def part(self, name: str) -> str:
        return self.request.parts[name]

    def audience(self) -> Audience:
        """The one that the path names; raises Refused."""
        found = audience.found(self.store, self.now, self.part("list"))
        if found is None or found.account != self.account["id"]:
            raise not_found()
        return found

    def audiences(self) -> list[Audience]:
        return audience.of_account(self.store, self.now, self.account["id"])

    def showing(self, of: Audience) -> Showing:
        return Showing(of, self.quirks, self.api)

    def people(self) -> People:
        return People(self.audience())

    def writing(self) -> Writing:
        skipping = checks.flag_of(self.request, "skip_merge_validation")
        return Writing(self.audience(), self.quirks, skipping, "127.0.0.1")

    def page(self) -> tuple[int, int]:
        """Where it starts and where it ends. Past the end is nothing, and no error [REC]."""
        count = min(checks.number_of(self.request, "count", FEW), MOST)
        start = checks.number_of(self.request, "offset", 0)
        return start, start + count

    def cut(self, items: Sequence[Document]) -> list[Document]:
        start, end = self.page()
        return list(items[start:end])

    def leaves_out(self, path: str) -> bool:
        """Neither wanted nor, if it is excluded, worth making."""
        wanted, unwanted = self._paths("fields"), self._paths("exclude_fields")
        steps = path.split(".")
        is_wanted = not wanted or any(
            item[: len(steps)] == steps or item == steps[: len(item)] for item in wanted
        )
        return not is_wanted or steps in unwanted

    def answer(self, body: Document, status: int = 200) -> Answer:
        """With the ``fields`` that are asked for, by dotted paths through lists and objects."""
        wanted, unwanted = self._paths("fields"), self._paths("exclude_fields")
        if self.quirks.refuses_unknown_fields:
            for path in wanted:
                if not _is_known(body, path[:2]):
                    raise general(422)
        if wanted:
            body = _only(body, wanted)
        if unwanted:
            # What is not there is ignored: ``email_address`` without its prefix [REC].
            body = _without(body, unwanted)
        return as_json(body, status)

    def _paths(self, name: str) -> list[list[str]]:
        texts = self.request.one(name).split(",")
        return [text.strip().split(".") for text in texts if text.strip()]


def _is_known(data: Any, path: Sequence[str]) -> bool:
    if not path:
        return True
    if isinstance(data, list):
        return not data or any(_is_known(item, path) for item in data)
    if not isinstance(data, dict):
        return False
    return path[0] in _OPTIONAL or (path[0] in data and _is_known(data[path[0]], path[1:]))


def _only(data: Any, paths: Sequence[Sequence[str]]) -> Any:
    if isinstance(data, list):
        return [_only(item, paths) for item in data]
    if not isinstance(data, dict) or [] in paths:
        return data
    kept = {}
    for key, value in data.items():
        below = [list(path[1:]) for path in paths if path and path[0] == key]
        if below:
            kept[key] = _only(value, below)
    return kept


def _without(data: Any, paths: Sequence[Sequence[str]]) -> Any:
    if isinstance(data, list):
        return [_without(item, paths) for item in data]
    if not isinstance(data, dict):
        return data
    kept = {}
    for key, value in data.items():
        below = [path[1:] for path in paths if path[0] == key]
        if [] not in below:
            kept[key] = _without(value, below) if below else value
    return kept
