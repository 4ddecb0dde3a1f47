"""How connections stand: what their pages and the first page show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.urls import reverse

from connections.models import Account, Connection
from sync.counts import in_words, totals
from sync.days import BROKEN
from sync.desk.list_filters import WITHOUT
from sync.engine.plan import HELD
from sync.models import Run, SyncRecord
from sync.settle import TRY_AGAIN

_OPEN = (Run.State.QUEUED, Run.State.RUNNING)
#: Of a connection in a list: does it need a person?
NEEDS, CALM = 1, 2
#: What lists do without: what an app offers, and sealed credentials.
_HEAVY = tuple(
    f"{side}__{name}"
    for side in "ab"
    for name in ("catalogue_data", "cursor", "account__sealed", "account__renewed")
)


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
    """With the number, state, end and reason of each one's latest sync, and of which contacts it
    was; whether one is open; and whether one waits for a person since it was held."""
    runs = Run.objects.filter(connection=OuterRef("pk"), kind=Run.Kind.SYNC).order_by("-pk")
    last = runs.filter(finished_at__isnull=False)
    by_hand = Run.objects.filter(connection=OuterRef("pk"), kind=Run.Kind.BY_HAND)
    left = by_hand.filter(task={"leave": True}, state=Run.State.DONE, pk__gt=OuterRef("last_run"))
    return (
        rows.select_related("a__account", "b__account")
        .defer(*_HEAVY)
        .annotate(
            last_run=Subquery(last.values("pk")[:1]),
            last_state=Subquery(last.values("state")[:1]),
            last_end=Subquery(last.values("finished_at")[:1]),
            last_why=Subquery(last.values("why")[:1]),
            last_only=Subquery(last.values("only")[:1]),
            # Running rather than queued; by number it would be looked for among all there were.
            open_state=Subquery(
                runs.filter(state__in=_OPEN).order_by("-state").values("state")[:1]
            ),
        )
        .annotate(
            is_held=ExpressionWrapper(
                Q(state=Connection.State.ACTIVE, last_state=Run.State.HELD) & ~Exists(left),
                BooleanField(),
            )
        )
    )


def troubled_first(rows: QuerySet[Connection]) -> QuerySet[Connection]:
    """``rows`` as ``with_last_run`` gives them, those that need a person before the others. What
    is paused, or was not started yet, needs nobody because of how its last sync ended."""
    needs = Q(is_held=True) | Q(state=Connection.State.ACTIVE, last_state__in=BROKEN)
    for place in ("", "a__account__", "b__account__"):
        needs |= Q(**{f"{place}attention__gt": ""})
    return rows.annotate(calm=Case(When(needs, then=Value(NEEDS)), default=Value(CALM)))


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
    elif last and not found and last.state in BROKEN:
        found.append(Trouble("", last.why, of_last))
    return found


def counts_of(connection: Connection) -> list[Count]:
    return list(_counts(connection))


def _counts(connection: Connection) -> Iterator[Count]:
    states = SyncRecord.State
    standing: dict[str, Any] = in_words(totals(connection))
    yield Count("In sync", standing["in_sync"], people_url(connection.pk, states.IN_SYNC))
    for cause, number in standing["excluded"].items():
        url = people_url(connection.pk, states.EXCLUDED, cause)
        yield Count(f"Excluded: {cause}", number, url)
    yield Count("Duplicates", standing["duplicates"], people_url(connection.pk, states.DUPLICATE))
    yield Count("To review", standing["to_review"], people_url(connection.pk, states.TO_REVIEW))
    yield Count(
        "Deleted opposite",
        standing["deleted_opposite"],
        people_url(connection.pk, states.DELETED_OPPOSITE),
    )
    if standing["apart"]:
        yield Count("Apart", standing["apart"], people_url(connection.pk, states.APART))
    for cause, number in standing["failed"].items():
        url = people_url(connection.pk, states.FAILED, cause)
        yield Count(f"Failed: {cause}", number, url)
    if not standing["failed"]:
        yield Count("Failed", 0, people_url(connection.pk, states.FAILED))


def number_waiting(connection: Connection, most: int) -> int:
    """Of how many contacts a person is asked; counted up to ``most``. What failed for a moment is
    tried again by itself."""
    states = SyncRecord.State
    asked = Q(state=states.TO_REVIEW) | Q(state=states.FAILED) & ~Q(cause=TRY_AGAIN)
    asked |= Q(state=states.IN_SYNC, cause=HELD) & ~Q(halted=[])
    return SyncRecord.objects.filter(asked, connection=connection)[:most].count()


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


def people_url(connection: int, state: str, cause: str | None = None) -> str:
    """The list of a connection's sync records of this state; without ``cause`` of whatever
    cause."""
    query = {"connection__id__exact": connection, "state__exact": state}
    if cause is not None:
        query["cause"] = cause or WITHOUT
    return f"{reverse('admin:sync_syncrecord_changelist')}?{urlencode(query)}"


def _account(account: Account) -> str:
    return reverse("admin:connections_account_change", args=[account.pk])
