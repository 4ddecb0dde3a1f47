"""What waits for a person, over all connections and accounts: what happened, what to do, and the
way there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import SimpleListFilter
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from connections.models import Account, Connection
from connections.pages.account_standing import Condition, with_standing
from connections.rights import OPERATE, sees_people
from sync.brakes import UNTOUCHED
from sync.days import BROKEN
from sync.desk.standing import NEEDS
from sync.desk.words import figure
from sync.models import Run, SyncRecord
from sync.reviewing import FAILED, TO_REVIEW

#: So many of each kind are shown; the others are a click away.
MOST = 5
#: An authorisation that ends within this time is told.
SOON = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Need:
    """``kind``: a word of the page's style sheet, ``label`` the same for people. ``links``: where
    else it leads; ``button``: where it is dealt with."""

    kind: str
    label: str
    name: str
    text: str
    button: Link | None = None
    links: Sequence[Link] = ()


def needs_of(rows: Sequence[Any], user: Any) -> list[Need]:
    """The most urgent first. ``rows``: all connections, as ``standing.troubled_first`` gives
    them."""
    found: list[Need] = []
    sees_accounts = user.has_perm("connections.view_account")
    if sees_accounts:
        found += _accounts(user)
    troubled = [row for row in rows if row.calm == NEEDS]
    held = [row for row in troubled if row.is_held]
    others = [row for row in troubled if not row.is_held]
    if sees_accounts:  # what an account stops is told with the account
        others = [row for row in others if not _is_stopped_by_account(row)]
    stopped = [row for row in others if not _is_failing(row)]
    failing = [row for row in others if _is_failing(row)]
    found += _limited([_held(row, user) for row in held[: MOST + 1]], len(held))
    found += _limited([_stopped(row, user) for row in stopped[: MOST + 1]], len(stopped))
    found += _limited(_failing(failing[: MOST + 1], user), len(failing))
    if user.has_perm("sync.view_syncrecord"):
        found += _people()
    return found


class ByNeed(SimpleListFilter):
    """Of a list of connections as ``standing.troubled_first`` gives them."""

    title = "needs a person"
    parameter_name = "needs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(calm=NEEDS) if self.value() == "yes" else queryset


def those_in_need() -> str:
    return f"{reverse('admin:connections_connection_changelist')}?needs=yes"


def _limited(needs: list[Need], number: int) -> list[Need]:
    if number <= MOST:
        return needs
    first, more = needs[0], number - MOST
    text = f"{more} more connection{'' if more == 1 else 's'}"
    return [
        *needs[:MOST],
        Need(first.kind, first.label, text, "", Link("See all", those_in_need())),
    ]


# --- Accounts ---


def _accounts(user: Any) -> Iterator[Need]:
    now, may_change = timezone.now(), user.has_perm("connections.change_account")

    def to(row: Account, label: str) -> Link:
        url = reverse("admin:connections_account_change", args=[row.pk])
        return Link(label if may_change else "See the account", url)

    rows: Any = with_standing(Account.objects.defer("sealed", "renewed"), now)
    broken = list(rows.filter(condition=Condition.ATTENTION).order_by("name")[: MOST + 1])
    for row in broken[:MOST]:
        text = row.attention or "The app has ended its authorisation."
        yield Need("stopped", "Account", row.name, f"{text}{_uses(row)}", to(row, "Put it right"))
    if len(broken) > MOST:
        url = f"{reverse('admin:connections_account_changelist')}?condition={Condition.ATTENTION}"
        yield Need("stopped", "Account", "More accounts", "", Link("See all", url))
    ending = rows.filter(condition=Condition.ENDS, ends_at__lt=now + SOON).order_by("ends_at")
    for row in ending[:MOST]:
        text = f"Its authorisation ends on {_day(row.ends_at)}; then its connections stop."
        yield Need("soon", "Account", row.name, text, to(row, "Authorise again"))


def _uses(row: Any) -> str:
    if not row.uses:
        return ""
    return f" {row.uses} connection{' waits' if row.uses == 1 else 's wait'} for it."


def _day(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d at %H:%M}"


# --- Connections ---


def _is_stopped_by_account(row: Connection) -> bool:
    return bool(row.a.account.attention or row.b.account.attention)


def _is_failing(row: Any) -> bool:
    """Does it go on by itself?"""
    return bool(row.last_state == Run.State.FAILED) and not row.attention


def _held(row: Any, user: Any) -> Need:
    why = row.last_why.partition(UNTOUCHED)[0].strip()
    label = "Decide" if user.has_perm(OPERATE) else "See it"
    return Need("held", "Held", row.name, f"{why} {UNTOUCHED}", _to_connection(row, label))


def _stopped(row: Any, user: Any) -> Need:
    text = row.attention or _why(row, user)
    return Need("stopped", "Stopped", row.name, text, _to_connection(row, "Open it"))


def _why(row: Any, user: Any) -> str:
    """A run of chosen contacts may quote what was typed to choose them. Who does not see accounts
    is not told what is wrong with one."""
    if row.last_only and not sees_people(user):
        return "A run of chosen contacts was refused."
    return row.last_why or "One of its accounts cannot be used."


def _failing(rows: Sequence[Any], user: Any) -> list[Need]:
    since = _since([row.pk for row in rows])
    return [
        Need(
            "failing",
            "Failing",
            row.name,
            f"{_why(row, user)} {since.get(row.pk, '')}".strip(),
            _to_connection(row, "Open it"),
        )
        for row in rows
    ]


def _since(connections: Sequence[int]) -> dict[int, str]:
    """By connection how often it failed in a row, and since when."""
    runs = Run.objects.filter(
        connection=OuterRef("pk"), kind=Run.Kind.SYNC, finished_at__isnull=False, only=""
    )
    good = runs.exclude(state__in=BROKEN).order_by("-pk").values("pk")[:1]
    bad = runs.filter(state__in=BROKEN, pk__gt=OuterRef("good")).order_by()
    rows = Connection.objects.filter(pk__in=connections).annotate(
        good=Coalesce(Subquery(good), 0),
        number=Subquery(bad.values("connection").annotate(n=Count("pk")).values("n")),
        since=Subquery(bad.order_by("pk").values("finished_at")[:1]),
    )
    found = rows.filter(number__gt=1).values_list("pk", "number", "since")
    return {pk: f"It failed {number} times since {_day(at)}." for pk, number, at in found}


def _to_connection(row: Connection, label: str) -> Link:
    return Link(label, reverse("admin:connections_connection_change", args=[row.pk]))


# --- Contacts ---


def _people() -> Iterator[Need]:
    """Contacts that wait for an answer, and those that failed: how many, and of which
    connections."""
    review, failed = SyncRecord.State.TO_REVIEW, SyncRecord.State.FAILED
    yield from _standing(review, TO_REVIEW, "review", "To review", "left for you to decide:")
    yield from _standing(failed, FAILED, "failing", "Failed", "could not be synced:")


def _standing(state: str, queue: str, kind: str, label: str, text: str) -> Iterator[Need]:
    """``queue``: the kind of what waits, on the page where it is decided."""
    of_it = SyncRecord.objects.filter(connection=OuterRef("pk"), state=state).order_by()
    counted = of_it.values("connection").annotate(n=Count("pk")).values("n")
    rows = Connection.objects.annotate(number=Subquery(counted)).filter(number__gt=0)
    found = list(rows.order_by("-number", "name").values_list("pk", "name", "number"))
    if found:
        number = sum(n for *_, n in found)
        name = f"{figure(number)} contact{'' if number == 1 else 's'}"
        links = [Link(f"{who} ({figure(n)})", _to_queue(pk, queue)) for pk, who, n in found[:MOST]]
        everybody = f"{reverse('admin:sync_syncrecord_changelist')}?state__exact={state}"
        yield Need(kind, label, name, text, Link("See them", everybody), links)


def _to_queue(connection: int, kind: str) -> str:
    return f"{reverse('admin:connection_reviews', args=[connection])}?{urlencode({'kind': kind})}"
