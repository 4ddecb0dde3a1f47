"""The connection page: what connections/pages/ offers to edit, and above it how it stands and
what can be done. Buttons are forms that POST: a link must never start a sync."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from unfold.decorators import display

from connections.models import Connection
from connections.pages.connection import ConnectionAdmin
from connections.states import pause, resume
from connectors.errors import AskStaff
from rules.configuration.wishes import has_run
from rules.history import record_revision
from rules.rows import held_conditions, held_lines
from sync.desk import standing
from sync.desk.history import HistoryPages
from sync.desk.progress import progress_of
from sync.desk.words import RUN_LABEL, STATE_LABEL, ago, done_in
from sync.models import Run, Step, SyncRecord
from sync.queue import ask_for_run, ring
from sync.watch.pulse import heard

OPERATE = "connections.operate_connection"
Verb = Callable[[HttpRequest, Connection], HttpResponse]


class ConnectionDesk(HistoryPages, ConnectionAdmin):
    list_display = ["name", "status", "sides", "direction", "last_run", "ended"]
    list_filter = ["state"]
    change_form_outer_before_template = "sync/connection.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        return standing.with_last_run(super().get_queryset(request))

    def sides_are_fixed(self, connection: Connection) -> bool:
        return has_run(connection)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What has run has an audit log, which nobody deletes: it can be paused."""
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and not (obj and obj.runs.filter(kind=Run.Kind.SYNC).exists())

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """A draft goes with its previews, which nobody else may delete."""
        found, counts, missing, protected = super().get_deleted_objects(objs, request)
        own = {model._meta.verbose_name for model in (Run, Step, SyncRecord)}
        return found, counts, missing - own, protected

    @display(description="State", label={**STATE_LABEL, "Needs attention": "danger"})
    def status(self, connection: Connection) -> str:
        accounts = (connection.a.account, connection.b.account)
        if connection.attention or any(account.attention for account in accounts):
            return "Needs attention"
        return connection.get_state_display()

    @display(description="Sides")
    def sides(self, connection: Connection) -> str:
        arrow = {"two-way": "↔", "a-to-b": "→", "b-to-a": "←"}[connection.direction]
        return f"{connection.a} {arrow} {connection.b}"

    @display(description="Last run", label=RUN_LABEL)
    def last_run(self, row: Any) -> str:
        state = row.open_state or row.last_state
        return Run.State(state).label if state else "–"

    @display(description="When")
    def ended(self, row: Any) -> str:
        return "now" if row.open_state else ago(row.last_end)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        record_revision(form.instance, by=request.user, source="the admin")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        context = dict(extra_context or {})
        if object_id and (row := self.get_object(request, unquote(object_id))):
            context.update(page_of(row, may_operate=request.user.has_perm(OPERATE)))
        return super().changeform_view(request, object_id, form_url, context)

    def get_urls(self) -> list[URLPattern]:
        verbs: dict[str, Verb] = {
            "sync": self.sync,
            "preview": self.preview,
            "start": self.start,
            "pause": self.pause,
            "resume": self.resume,
        }
        return [
            *(
                path(f"<int:pk>/{word}/", self._posted(verb), name=f"connection_{word}")
                for word, verb in verbs.items()
            ),
            *super().get_urls(),
        ]

    def sync(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        return _run(request, connection, Run.Kind.SYNC)

    def preview(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        return _run(request, connection, Run.Kind.PREVIEW)

    def start(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        """Approve: the first run of a draft, or one that was held."""
        return _run(request, connection, Run.Kind.SYNC, approved=True)

    def pause(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        pause(connection)
        messages.success(request, f"{connection} is paused: nothing is written until you resume.")
        return _back(connection)

    def resume(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        resume(connection)
        messages.success(request, f"{connection} is active and goes on from where it was.")
        return _back(connection)

    def _posted(self, verb: Verb) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            if not request.user.has_perm(OPERATE):
                raise PermissionDenied
            connection = get_object_or_404(Connection, pk=pk)
            try:
                return verb(request, connection)
            except AskStaff as error:
                messages.error(request, str(error))
                return _back(connection)

        wrapped: Callable[..., HttpResponse] = require_POST(self.admin_site.admin_view(view))
        return wrapped


def page_of(connection: Connection, *, may_operate: bool) -> dict[str, Any]:
    """What the page shows above the form."""
    runs = standing.latest_runs(connection)
    ended = [run for run in runs if run.kind == Run.Kind.SYNC and not standing.is_open(run)]
    last = max(ended, key=lambda run: run.pk, default=None)
    previews = [run for run in runs if run.kind == Run.Kind.PREVIEW]
    now_open = next((run for run in runs if standing.is_open(run)), None)
    return {
        "desk": connection,
        "may_operate": may_operate,
        "worker_heard": heard(timezone.now()),
        "troubles": standing.troubles_of(connection, last),
        "is_held": bool(last and last.state == Run.State.HELD),
        "held_lines": held_lines(connection),
        "held_conditions": held_conditions(connection),
        "open_run": progress_of(now_open) if now_open else None,
        "preview": next((run for run in previews if not standing.is_open(run)), None),
        "last_run": last,
        "counts": standing.counts_of(connection),
        "runs": [(run, done_in(run), ago(run.requested_at)) for run in runs],
    }


def _run(
    request: HttpRequest, connection: Connection, kind: str, approved: bool = False
) -> HttpResponse:
    """One waiting run is enough: pressing twice is no second sync."""
    waiting = Run.objects.filter(
        connection=connection, kind=kind, state=Run.State.QUEUED, only="", approved=approved
    )
    run = waiting.first()
    if run is None:
        by: Any = request.user
        run = ask_for_run(connection, kind=kind, by=by, approved=approved)
    ring(run)
    return redirect(reverse("admin:sync_run_change", args=[run.pk]))


def _back(connection: Connection) -> HttpResponse:
    return redirect(reverse("admin:connections_connection_change", args=[connection.pk]))
