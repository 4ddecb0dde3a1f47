"""The first page: what needs a person, then how the connections stand, what was done lately, and
whether the workers work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from connections.models import Connection
from connections.rights import OPERATE
from sync.desk.asking import requests_at
from sync.desk.beginning import begun_for
from sync.desk.charts import charts_at
from sync.desk.needs import needs_of, those_in_need
from sync.desk.roles import ROLES
from sync.desk.side_signs import AppMark, mark_of
from sync.desk.standing import NEEDS, Count, troubled_first, with_last_run
from sync.desk.words import ago
from sync.desk.working import working_at
from sync.models import Run
from sync.watch.pulse import heard

#: So many connections, drafts and set-ups are shown; all are a click away.
SHOWN = 6
BEGUN = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A connection. ``needs``: a person. ``run``: how its last sync ended, or that one is under
    way."""

    row: Connection
    marks: Sequence[AppMark]
    needs: bool
    run: str
    when: str


def first_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's DASHBOARD_CALLBACK."""
    user, now = request.user, timezone.now()
    if not user.has_perm("connections.view_connection"):
        return {**context, "title": "Nothing to show you yet", "roles": ROLES.items()}
    rows: list[Any] = list(troubled_first(with_last_run(Connection.objects.all())))
    begun = begun_for(request)
    goes_on = user.has_perm("connections.change_connection") or user.has_perm(OPERATE)
    drafts = [row for row in rows if goes_on and row.state == Connection.State.DRAFT]
    return {
        **context,
        "title": "How it stands",
        "may_see": True,
        "needs": needs_of(rows, user),
        "summary": _summary(rows),
        "counts": _counts(rows),
        "lines": [_line(row) for row in sorted(rows, key=_turn)[:SHOWN]],
        "number_of_connections": len(rows),
        "drafts": drafts[:BEGUN],
        "begun": begun[:BEGUN],
        "more_drafts": len(drafts) > BEGUN,
        "more_begun": len(begun) > BEGUN,
        "may_add": user.has_perm("connections.add_connection"),
        "charts": charts_at(now),
        "requests": requests_at(now) if user.has_perm("connections.view_account") else None,
        "worker_heard": heard(now),
        "working": working_at(now) if user.has_perm("sync.view_run") else None,
    }


def _summary(rows: Sequence[Any]) -> str:
    """That it goes on, in a sentence or two."""
    active = sum(row.state == Connection.State.ACTIVE for row in rows)
    if not active:
        return "No connection is active yet." if rows else ""
    what = f"{active} of {len(rows)} connections are" if len(rows) > 1 else "The connection is"
    latest = max((row.last_end for row in rows if row.last_end), default=None)
    return f"{what} active." + (f" The latest sync ended {ago(latest)}." if latest else "")


def _counts(rows: Sequence[Any]) -> list[Count]:
    """By state, with the way to just those."""
    all_rows = reverse("admin:connections_connection_changelist")
    in_need = sum(row.calm == NEEDS for row in rows)
    found = [Count("Need a person", in_need, those_in_need())] if in_need else []
    return found + [
        Count(str(state.label), number, f"{all_rows}?state__exact={state.value}")
        for state in (Connection.State.ACTIVE, Connection.State.PAUSED, Connection.State.DRAFT)
        if (number := sum(row.state == state for row in rows))
    ]


def _turn(row: Any) -> tuple[int, float, str]:
    """Those that need somebody first, then those that ran last."""
    ended = row.last_end.timestamp() if row.last_end else 0.0
    return row.calm, -ended, row.name


def _line(row: Any) -> Line:
    state = row.open_state or row.last_state
    return Line(
        row=row,
        marks=[mark_of(row.a.account), mark_of(row.b.account)],
        needs=row.calm == NEEDS,
        run=Run.State(state).label if state else "Not run yet",
        when="now" if row.open_state else ago(row.last_end) if row.last_end else "",
    )
