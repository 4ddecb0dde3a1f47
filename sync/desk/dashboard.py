"""The first page: what needs a person, then how the connections stand."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from connections.models import Connection
from sync.desk.beginning import begun_for
from sync.desk.roles import ROLES
from sync.desk.standing import troubles, with_last_run
from sync.desk.words import ago
from sync.models import Run
from sync.watch.pulse import heard


def first_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's DASHBOARD_CALLBACK."""
    if not request.user.has_perm("connections.view_connection"):
        return {**context, "title": "Nothing to show you yet", "roles": ROLES.items()}
    rows = list(with_last_run(Connection.objects.all()))
    return {
        **context,
        "title": "How it stands",
        "may_see": True,
        "worker_heard": heard(timezone.now()),
        "begun": begun_for(request),
        "may_add": request.user.has_perm("connections.add_connection"),
        "troubles": troubles(),
        "connections": [_line(row) for row in rows],
    }


def _line(row: Any) -> dict[str, Any]:
    state = row.open_state or row.last_state
    return {
        "row": row,
        "run": Run.State(state).label if state else "not run yet",
        "when": "now" if row.open_state else ago(row.last_end) if row.last_end else "",
    }
