"""What each account asked of its app, day by day, and how much it may ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet, Sum
from django.urls import reverse

from connections.budgets import budget_of
from connections.models import Account
from connections.pages.account_standing import Condition, with_standing
from sync.desk.charts import Drawing, days_until, drawn
from sync.desk.side_signs import AppMark, mark_of
from sync.desk.words import figure
from sync.models import Day

#: So many accounts are shown, those first that need a person, then those that ask most.
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Asking:
    """``mark``: of its app; ``trouble``: why it needs a person, in a word or two, and
    ``is_stopped``: whether it cannot be used. ``total``: of all days drawn; ``waited``: how long
    the app made us wait today; ``budget``: how much it may ask, in words."""

    account: Account
    mark: AppMark
    url: str
    trouble: str
    is_stopped: bool
    today: str
    total: str
    waited: str
    budget: Sequence[str]
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Askings:
    """``table``: by day, the latest first, the requests of each of the ``accounts``; ``number``:
    of all accounts there are."""

    accounts: Sequence[Asking]
    number: int
    table: Sequence[tuple[date, Sequence[str]]]


def requests_at(now: datetime) -> Askings | None:
    """None while there is no account."""
    days = days_until(now)
    lately = Day.objects.filter(day__gte=days[0])
    rows: Any = with_standing(Account.objects.defer("sealed", "renewed"), now)
    asked = _by_account(lately)
    accounts = sorted(
        rows, key=lambda x: (min(x.condition, Condition.IN_USE), -asked[x.pk], x.name)
    )
    if not accounts:
        return None
    shown = accounts[:SHOWN]
    requests, waited = _by_day(lately, [row.pk for row in shown])
    return Askings(
        accounts=[
            _asking(row, {day: requests[row.pk, day] for day in days}, waited[row.pk, days[-1]])
            for row in shown
        ],
        number=len(accounts),
        table=[(day, [figure(requests[row.pk, day]) for row in shown]) for day in reversed(days)],
    )


def _by_account(days: QuerySet[Day]) -> Counter[int]:
    found: Counter[int] = Counter()
    for side in "ab":
        rows = days.values_list(f"connection__{side}__account")
        found.update(dict(rows.annotate(Sum(f"requests_{side}"))))
    return found


def _by_day(
    days: QuerySet[Day], accounts: Sequence[int]
) -> tuple[Counter[tuple[int, date]], Counter[tuple[int, date]]]:
    """By account and day its requests, and the seconds that it had to wait."""
    requests: Counter[tuple[int, date]] = Counter()
    waited: Counter[tuple[int, date]] = Counter()
    for side in "ab":
        account = f"connection__{side}__account"
        rows = days.filter(**{f"{account}__in": accounts}).values_list(account, "day")
        for pk, day, number, seconds in rows.annotate(
            Sum(f"requests_{side}"), Sum(f"waited_{side}")
        ):
            requests[pk, day] += number
            waited[pk, day] += seconds
    return requests, waited


def _asking(row: Any, requests: Mapping[date, int], waited: int) -> Asking:
    *_, today = requests.values()
    numbers = {day: {"requests": number} for day, number in requests.items()}
    return Asking(
        account=row,
        mark=mark_of(row),
        url=reverse("admin:connections_account_change", args=[row.pk]),
        trouble=Condition(row.condition).label if row.condition <= Condition.ENDS else "",
        is_stopped=row.condition == Condition.ATTENTION,
        today=figure(today),
        total=figure(sum(requests.values())),
        waited=_time(waited),
        budget=budget_of(row.app),
        drawing=drawn(f"Requests of {row}", numbers, {"requests": "requests"}),
    )


def _time(seconds: int) -> str:
    if not seconds:
        return ""
    return f"{seconds} s" if seconds < 90 else f"{seconds / 60:.0f} min"
