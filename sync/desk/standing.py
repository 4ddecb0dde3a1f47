"""How connections stand: what their pages and the first page show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.urls import reverse

from connections.models import Account, Connection
from sync.counts import in_words, totals
from sync.models import Run, SyncRecord

_OPEN = (Run.State.QUEUED, Run.State.RUNNING)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What needs a person: what happened and what to do, and where."""

    name: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Count:
    label: str
    number: int
    url: str


def with_last_run(rows: QuerySet[Connection]) -> QuerySet[Connection]:
    """With the state, end and reason of each one's latest sync, and whether one is open."""
    runs = Run.objects.filter(connection=OuterRef("pk"), kind=Run.Kind.SYNC).order_by("-pk")
    last = runs.filter(finished_at__isnull=False)
    return rows.select_related("a__account", "b__account").annotate(
        last_state=Subquery(last.values("state")[:1]),
        last_end=Subquery(last.values("finished_at")[:1]),
        last_why=Subquery(last.values("why")[:1]),
        open_state=Subquery(runs.filter(state__in=_OPEN).values("state")[:1]),
    )


def troubled_first(rows: QuerySet[Connection]) -> QuerySet[Connection]:
    """``rows`` as ``with_last_run`` gives them, those that need a person before the others."""
    needs = Q(last_state__in=(Run.State.HELD, Run.State.FAILED, Run.State.REFUSED))
    for place in ("", "a__account__", "b__account__"):
        needs |= Q(**{f"{place}attention__gt": ""})
    return rows.annotate(calm=Case(When(needs, then=Value(1)), default=Value(2)))


def troubles() -> list[Trouble]:
    """Everything that waits for a person, over all connections."""
    found = [
        Trouble(account.name, account.attention, _account(account))
        for account in Account.objects.exclude(attention="")
    ]
    broken = Q(attention__gt="") | Q(last_state=Run.State.HELD)
    rows: Iterable[Any] = with_last_run(Connection.objects.all()).filter(broken)
    for row in rows:
        url = reverse("admin:connections_connection_change", args=[row.pk])
        found.append(Trouble(row.name, row.attention or row.last_why or "", url))
    return found


def troubles_of(connection: Connection, last: Run | None) -> list[Trouble]:
    """What stops this connection, but for a hold, about which a person is asked. ``last``: its
    latest sync."""
    found = [
        Trouble(account.name, account.attention, _account(account))
        for account in dict.fromkeys((connection.a.account, connection.b.account))
        if account.attention
    ]
    of_last = reverse("admin:sync_run_change", args=[last.pk]) if last else ""
    if connection.attention:
        found.append(Trouble("", connection.attention, of_last))
    elif last and not found and last.state in (Run.State.FAILED, Run.State.REFUSED):
        found.append(Trouble("", last.why, of_last))
    return found


def counts_of(connection: Connection) -> list[Count]:
    return list(_counts(connection))


def _counts(connection: Connection) -> Iterator[Count]:
    states = SyncRecord.State
    standing: dict[str, Any] = in_words(totals(connection))
    yield Count("In sync", standing["in_sync"], people_of(connection, states.IN_SYNC))
    for cause, number in standing["excluded"].items():
        yield Count(f"Excluded: {cause}", number, people_of(connection, states.EXCLUDED, cause))
    yield Count("Duplicates", standing["duplicates"], people_of(connection, states.DUPLICATE))
    yield Count("To review", standing["to_review"], people_of(connection, states.TO_REVIEW))
    yield Count(
        "Deleted opposite",
        standing["deleted_opposite"],
        people_of(connection, states.DELETED_OPPOSITE),
    )
    if standing["apart"]:
        yield Count("Apart", standing["apart"], people_of(connection, states.APART))
    for cause, number in standing["failed"].items():
        yield Count(f"Failed: {cause}", number, people_of(connection, states.FAILED, cause))
    if not standing["failed"]:
        yield Count("Failed", 0, people_of(connection, states.FAILED))


def last_sync(connection: Connection) -> Run | None:
    """The latest that has ended."""
    runs = Run.objects.filter(connection=connection, kind=Run.Kind.SYNC)
    return runs.filter(finished_at__isnull=False).order_by("-pk").first()


def latest_runs(connection: Connection) -> list[Run]:
    """The latest six, running ones first. A preview is shown until the next takes its place."""
    runs = Run.objects.filter(connection=connection)
    return list(runs.order_by(F("finished_at").desc(nulls_first=True), "-pk")[:6])


def is_open(run: Run) -> bool:
    return run.state in _OPEN


def people_of(connection: Connection, state: str, cause: str | None = None) -> str:
    """The list of those sync records; without ``cause`` of whatever cause."""
    query = {"connection__id__exact": connection.pk, "state__exact": state}
    if cause is not None:
        query["cause"] = cause
    return f"{reverse('admin:sync_syncrecord_changelist')}?{urlencode(query)}"


def _account(account: Account) -> str:
    return reverse("admin:connections_account_change", args=[account.pk])
