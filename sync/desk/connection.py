"""Connections: their list, the page of each, and what is done with one as a whole. Buttons are
forms that POST: a link must never start a sync."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST
from unfold.decorators import display

from connections.models import Connection
from connections.pages.deleting import without_contents
from connections.states import pause, resume
from connectors.errors import AskStaff
from sync.desk import held, standing, verbs
from sync.desk.beginning import BeginningPages
from sync.desk.first_run import FirstRunPages
from sync.desk.health import HealthPages
from sync.desk.history import HistoryPages
from sync.desk.mapping import MappingPages
from sync.desk.needs import ByNeed
from sync.desk.options import OptionsPages
from sync.desk.overview import overview_of
from sync.desk.places import OVERVIEW, url_of
from sync.desk.reviews import ReviewPages
from sync.desk.rule_list import RuleListPages
from sync.desk.trash_inbox import TrashPages
from sync.desk.trying import TryingPages
from sync.desk.undo import UndoPages
from sync.desk.words import RUN_LABEL, STATE_LABEL, ago
from sync.models import Run, Step, SyncRecord

Verb = Callable[[HttpRequest, Connection], HttpResponse]


class ConnectionDesk(
    BeginningPages,
    OptionsPages,
    RuleListPages,
    MappingPages,
    FirstRunPages,
    HistoryPages,
    HealthPages,
    TryingPages,
    ReviewPages,
    TrashPages,
    UndoPages,
):
    list_display = ["name", "status", "sides", "direction", "last_run", "ended"]
    list_filter = [ByNeed, "state"]
    search_fields = ["name", "a__name", "b__name", "a__account__name", "b__account__name"]
    actions = None
    list_after_template = "sync/no_connection.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        return standing.troubled_first(standing.with_last_run(Connection.objects.all()))

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """Django asks for filters of other lists as well, whose rows are not told apart so."""
        here = request.resolver_match
        is_list = here is not None and here.url_name == "connections_connection_changelist"
        return ["calm", "name"] if is_list else ["name"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What has run has an audit log, which nobody deletes: it can be paused."""
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and not (obj and (_has_synced(obj) or _is_logged(obj)))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """A draft goes with its previews, which nobody else may delete."""
        found, counts, missing, protected = super().get_deleted_objects(objs, request)
        own = {model._meta.verbose_name for model in (Run, Step, SyncRecord)}
        return without_contents(found), counts, missing - own, protected

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

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The overview. It is changed on the pages of its parts."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        pk = unquote(object_id)
        if not (pk.isascii() and pk.isdigit()):
            raise Http404
        connection = self.seen(request, int(pk))
        context = {
            **overview_of(connection, request.user),
            "title": str(connection),
            "may_delete": self.has_delete_permission(request, connection),
            "has_synced": _has_synced(connection),
        }
        return self.page(request, "sync/overview.html", connection, OVERVIEW, context)

    def get_urls(self) -> list[URLPattern]:
        words: dict[str, Verb] = {
            "sync": self.sync,
            "check": held.check_again,
            "leave": held.leave,
            "pause": self.pause,
            "resume": self.resume,
        }
        return [
            *(
                path(f"<int:pk>/{word}/", self._posted(verb), name=f"connection_{word}")
                for word, verb in words.items()
            ),
            *super().get_urls(),
        ]

    def sync(self, request: HttpRequest, connection: Connection) -> HttpResponse:
        return redirect(verbs.page_of(verbs.run(request, connection, Run.Kind.SYNC)))

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
            connection = self.operated(request, pk)
            try:
                return verb(request, connection)
            except AskStaff as error:
                messages.error(request, str(error))
                return _back(connection)

        wrapped: Callable[..., HttpResponse] = require_POST(self.admin_site.admin_view(view))
        return wrapped


def _has_synced(connection: Connection) -> bool:
    return Run.objects.filter(connection=connection, kind=Run.Kind.SYNC).exists()


def _is_logged(connection: Connection) -> bool:
    """Also what a person decided by hand is part of the audit log."""
    return Step.objects.filter(connection=connection, logged=True).exists()


def _back(connection: Connection) -> HttpResponse:
    return redirect(url_of(connection, OVERVIEW))
