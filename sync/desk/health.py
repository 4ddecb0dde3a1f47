"""How a connection is: how its contacts stand and why, what can be done about it, and how and when
its sides are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from connections.models import Connection
from connections.rights import sees_people
from rules.rows import held_conditions, held_lines
from sync.counts import Totals, totals
from sync.desk import standing
from sync.desk.pages import ConnectionPages
from sync.desk.personal import one_shown_to, shown_to
from sync.desk.places import ACCOUNTS, HEALTH, OPTIONS, is_page, label_of, url_of
from sync.desk.remedies import Remedy, remedy_of
from sync.desk.side_signs import SideSign, signs_of
from sync.desk.words import ago, done_in, field_label
from sync.models import Run, SyncRecord
from sync.watch.due import due_at
from sync.watch.pulse import heard

State = SyncRecord.State
#: In this order they are told.
_STATES = (
    State.IN_SYNC,
    State.EXCLUDED,
    State.DUPLICATE,
    State.FAILED,
    State.DELETED_OPPOSITE,
    State.TO_REVIEW,
    State.APART,
    State.NEW,
)
#: So many of the latest runs, and of the contacts that differ on purpose, are shown.
RUNS, DRIFTED = 10, 20


@dataclass(frozen=True, slots=True)
class Way:
    """Where something can be done."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Contacts that stand so for one cause. ``url``: the list of them, "" where there is none."""

    told: Remedy
    number: int
    url: str
    ways: Sequence[Way]


@dataclass(frozen=True, slots=True)
class Group:
    """All of one state, the largest number first."""

    state: str
    label: str
    number: int
    rows: Sequence[Standing]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a side is read."""

    sign: SideSign
    last: str
    in_full: str
    how: str
    attention: str


@dataclass(frozen=True, slots=True)
class Drifted:
    """A contact that was edited where the connection only writes. ``lines``: what was."""

    record: int | None
    name: str
    lines: Sequence[str]


class HealthPages(ConnectionPages):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/health/", view(require_GET(self.health_of)), name="connection_health"),
            path(
                "<int:pk>/health/drift/",
                view(require_GET(self.drift_of)),
                name="connection_health_drift",
            ),
            *super().get_urls(),
        ]

    def health_of(self, request: HttpRequest, pk: int) -> HttpResponse:
        connection = self.seen(request, pk)
        last = one_shown_to(request.user, standing.last_sync(connection))
        groups = groups_of(connection, totals(connection), request.user)
        there = {group.state for group in groups}
        context = {
            "title": "Health",
            "worker_heard": heard(timezone.now()),
            "troubles": standing.troubles_of(connection, last),
            "groups": groups,
            "nobody": [state.label.lower() for state in _STATES[:-1] if state not in there],
            "readings": [_reading(sign) for sign in signs_of(connection).values()],
            "next": _next(connection),
            "held_lines": held_lines(connection),
            "held_conditions": held_conditions(connection),
            "may_drift": connection.direction != Connection.Direction.TWO_WAY,
            "runs": _runs(connection, request.user),
        }
        return self.page(request, "sync/health.html", connection, HEALTH, context)

    def drift_of(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asked for by the page itself: all pairs of the connection are gone through."""
        connection = self.seen(request, pk)
        rows = SyncRecord.objects.filter(connection=connection).exclude(drift=[])
        examples = rows.order_by("title", "pk").only("title", "drift", "a", "b")[:DRIFTED]
        context = {
            "number": rows.count(),
            "options": url_of(connection, OPTIONS),
            "drifted": [_drifted(row) for row in examples] if sees_people(request.user) else [],
        }
        return TemplateResponse(request, "sync/health_drift.html", context)


# --- how its contacts stand ---


def groups_of(
    connection: Connection, numbers: Totals, user: Any, *, are_foreseen: bool = False
) -> list[Group]:
    """``user``: who is shown ways to accounts only if they may see those; ``are_foreseen``: there
    is no list of them. States without contacts are left out."""
    groups = (_group(connection, state, numbers, user, are_foreseen) for state in _STATES)
    return [group for group in groups if group.number]


def _group(
    connection: Connection, state: State, numbers: Totals, user: Any, are_foreseen: bool
) -> Group:
    mine = {cause: number for (of, cause), number in numbers.items() if of == state and number}
    causes = sorted(mine, key=lambda cause: (-mine[cause], cause))
    rows = [
        Standing(
            told := remedy_of(state, cause),
            mine[cause],
            "" if are_foreseen else standing.people_url(connection.pk, state, cause),
            list(ways_of(connection, told, user)),
        )
        for cause in causes
    ]
    return Group(state, state.label, sum(mine.values()), rows)


def ways_of(connection: Connection, told: Remedy, user: Any) -> Iterator[Way]:
    for word in told.where:
        if word == ACCOUNTS and user.has_perm("connections.view_account"):
            for account in dict.fromkeys((connection.a.account, connection.b.account)):
                url = reverse("admin:connections_account_change", args=[account.pk])
                yield Way(account.name, url)
        elif is_page(word):
            yield Way(label_of(word), url_of(connection, word))


def _drifted(row: SyncRecord) -> Drifted:
    lines = [" and ".join(map(field_label, key.split("|"))) for key in row.drift]
    return Drifted(row.a_id or row.b_id, row.title, lines)


# --- how it is read ---


def _reading(sign: SideSign) -> Reading:
    container = sign.container
    how = (
        "Only what changed since is asked for."
        if container.cursor
        else "Everything is asked for each time."
    )
    return Reading(
        sign,
        ago(container.read_at),
        ago(container.full_at),
        how if container.read_at else "It is read with the first run, or the preview.",
        container.account.attention,
    )


def _next(connection: Connection) -> str:
    """A sentence."""
    if connection.state == Connection.State.DRAFT:
        return "It is a draft: nothing is synced until it is started."
    if connection.state == Connection.State.PAUSED:
        return "It is paused: nothing is synced until it is resumed."
    at, now = due_at(connection), timezone.now()
    if at is None:
        return "A sync is waiting or under way just now."
    if at <= now:
        return "The next sync is due now."
    return f"The next sync is due {_in(at, now)}."


def _in(at: datetime, now: datetime) -> str:
    seconds = (at - now).total_seconds()
    if seconds < 90:
        return f"in {seconds:.0f} s"
    if seconds < 5400:
        return f"in {seconds / 60:.0f} min"
    return timezone.localtime(at).strftime("on %Y-%m-%d at %H:%M")


def _runs(connection: Connection, user: Any) -> list[tuple[Run, list[int], str, str]]:
    """With the requests to each side, what it did, and when."""
    runs = Run.objects.filter(connection=connection, finished_at__isnull=False).order_by("-pk")
    return [
        (run, _requests(run), done_in(run), ago(run.finished_at))
        for run in shown_to(user, runs[:RUNS])
    ]


def _requests(run: Run) -> list[int]:
    return [run.counts.get(side, {}).get("requests", 0) for side in "ab"]
