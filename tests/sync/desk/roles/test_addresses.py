"""Every address against every role: who may open it, who may do what it does, what it shows, and
where it leads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.urls import resolve, reverse

from tests.sync.desk.roles.everybody import (
    ANYBODY,
    BLIND,
    OPERATOR,
    PLANTED,
    ROLES,
    STAFF,
    SUPERUSER,
    VIEWER,
    Rows,
    Visitor,
    rank,
)
from tests.sync.desk.roles.table import ADDRESSES, VISITS, Answer, is_of_sign_in, names

LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)"')
FORM = re.compile(r'<form[^>]*method="post"[^>]*action="(/[^"#]*)"', re.IGNORECASE)


def test_every_address_is_in_the_table() -> None:
    assert names() == ADDRESSES.keys()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_and_does_what_the_table_says(
    rows: Rows, visitors: Mapping[str, Visitor], role: str
) -> None:
    wrong = {}
    for name, address in ADDRESSES.items():
        url = reverse(name, args=address.arguments(rows))
        for method, answer in (("GET", address.get), ("POST", address.post)):
            if _follows(answer, role):
                continue
            status, right = visitors[role].status(method, url), _right(name, answer, role)
            if status not in right:
                wrong[method, name] = (status, right)
    assert wrong == {}


def _follows(answer: Answer, role: str) -> bool:
    """The rights of each role include those of the one before (tests/sync/test_role_groups.py):
    what the first of them is let in to do is not asked again."""
    return rank(role) > rank(answer.least) and role != SUPERUSER


def _right(name: str, answer: Answer, role: str) -> set[int]:
    """Django says of a list of tables that one may not see that it is not there; a window of its
    own has no way to sign in."""
    right = answer.to(role)
    if name == "admin:app_list" and role == STAFF:
        return {404}
    return right | {403} if name.startswith("door:") and role == ANYBODY else right


@dataclass(frozen=True)
class Shown:
    """What a page shows, or the answer to a form that comes at once."""

    url: str
    body: str


@pytest.fixture(scope="module")
def shown_to(rows: Rows, visitors: Mapping[str, Visitor]) -> Callable[[str], Sequence[Shown]]:
    """By role. Each is asked once."""
    return cache(lambda role: list(_shown(rows, visitors[role], role)))


def _shown(
    rows: Rows, visitor: Visitor, role: str, only_with_people: bool = False
) -> Iterator[Shown]:
    for name, address in ADDRESSES.items():
        if only_with_people and not address.shows_people:
            continue
        url, is_form = reverse(name, args=address.arguments(rows)), address.post != address.get
        for method, answer in (("GET", address.get), *([("POST", address.post)] * is_form)):
            if answer.status == 200 and _lets_in(answer, role):
                yield Shown(url, _text(visitor.ask(method, url)))
    for visit in VISITS:
        if visit.shows_people or not only_with_people:
            url = reverse(visit.name, args=visit.arguments(rows))
            method = "GET" if visit.data is None else "POST"
            yield Shown(url, _text(visitor.ask(method, url, visit.data)))


def _lets_in(answer: Answer, role: str) -> bool:
    return answer.lets_in(SUPERUSER if role == BLIND else role)


def _text(answer: Any) -> str:
    text: str = answer.getvalue().decode()
    return text


def test_who_may_not_see_people_sees_none_of_them_on_any_page(
    shown_to: Callable[[str], Sequence[Shown]],
) -> None:
    assert _with_people(shown_to(BLIND)) == set()


def test_who_may_see_people_sees_them(rows: Rows, visitors: Mapping[str, Visitor]) -> None:
    """So that the test above does not pass because nobody is shown to anybody."""
    pages = list(_shown(rows, visitors[SUPERUSER], SUPERUSER, only_with_people=True))
    assert _with_people(pages) == {page.url for page in pages}


def _with_people(pages: Sequence[Shown]) -> set[str]:
    return {page.url for page in pages if PLANTED in page.body.lower()}


@pytest.mark.parametrize("role", [STAFF, VIEWER, OPERATOR, BLIND])
def test_nothing_on_a_page_leads_where_one_is_forbidden_to_go(
    shown_to: Callable[[str], Sequence[Shown]], role: str
) -> None:
    astray = {
        (page.url, method, url)
        for page in shown_to(role)
        for method, url in _ways_on(page.body)
        if not _may_go(method, url, role)
    }
    assert astray == set()


def _ways_on(body: str) -> Iterator[tuple[str, str]]:
    for url in LINK.findall(body):
        yield "GET", url
    for url in FORM.findall(body):
        yield "POST", url


def _may_go(method: str, url: str, role: str) -> bool:
    path = url.partition("?")[0]
    if path.startswith("/static/"):
        return True
    name = resolve(path).view_name
    if is_of_sign_in(name) or name not in ADDRESSES:
        return True
    address = ADDRESSES[name]
    return _lets_in(address.get if method == "GET" else address.post, role)
