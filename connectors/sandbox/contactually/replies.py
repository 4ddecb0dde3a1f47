"""Answers in the vendor's envelope: ``{"data": …, "meta": …}`` or ``{"errors": …}``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from connectors.sandbox.contactually.desk import Desk
from connectors.sandbox.contactually.quirks import Quirks
from connectors.sandbox.web import Answer, Request, as_html, as_json

API = "/v2"
#: Beyond any list, and within what SQLite counts to.
_LAST_PAGE = 10**9
#: ``start`` and ``length`` of a page -> what is on it, and how much there is over all pages.
Take = Callable[[int, int], tuple[Sequence[Any], int]]


def one(desk: Desk, record: object, status: int = HTTPStatus.OK) -> Answer:
    meta = {"empty": True} if desk.quirks.empty_meta else {}
    return as_json({"data": record, "meta": meta}, status)


def page(
    desk: Desk,
    request: Request,
    path: str,
    given: Mapping[str, Sequence[str]],
    take: Take,
) -> Answer:
    """A page of a list. ``path``: where its links point; ``given``: what was asked for."""
    number = min(_positive(given, "page", 1), _LAST_PAGE)
    length = min(_positive(given, "page_size", desk.quirks.page), desk.quirks.largest_page)
    items, total = take((number - 1) * length, length)

    def link(other: int) -> str:
        query = {**given, "page": [str(other)]}
        return f"{_home(desk.quirks, request)}{path}?{urlencode(query, doseq=True)}"

    has_next = number * length < total
    meta = {
        "total": total,
        "next_page": link(number + 1) if has_next else None,
        "previous_page": link(number - 1) if number > 1 else None,
    }
    return as_json({"data": list(items), "meta": meta})


def whole(desk: Desk, request: Request, path: str, items: Sequence[Any]) -> Answer:
    """A list that is at hand as a whole, in pages."""

    def take(start: int, length: int) -> tuple[Sequence[Any], int]:
        return items[start : start + length], len(items)

    return page(desk, request, path, request.query, take)


def error(
    quirks: Quirks, status: int, text: str, cause: str = "base", retry_after: int | None = None
) -> Answer:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if quirks.errors == "html":
        answer = as_html(f"<!doctype html><title>{status}</title><h1>{escape(text)}</h1>", status)
        return Answer(status, answer.body, {**answer.headers, **headers})
    errors: object = [text] if quirks.errors == "list" else {cause: [text]}
    if status == HTTPStatus.PAYMENT_REQUIRED:
        errors = {"cause": "disabled"}
    return as_json({"errors": errors}, status, headers)


def _home(quirks: Quirks, request: Request) -> str:
    if quirks.next_page == "elsewhere":
        return f"https://api.elsewhere.invalid{API}"
    return f"{request.home}{API}"


def _positive(given: Mapping[str, Sequence[str]], name: str, otherwise: int) -> int:
    """What is no number from 1 on is passed over."""
    text = given[name][-1] if given.get(name) else ""
    is_number = text.isascii() and text.isdigit() and len(text) <= 18
    return (int(text) if is_number else 0) or otherwise
