"""Runs: a list, and a page with live progress."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from unfold.decorators import display

from connections.rights import OPERATE
from sync.desk.held import hold_of
from sync.desk.personal import OfPeople, shown_to
from sync.desk.progress import progress_of
from sync.desk.row_filters import RUN_FILTERS
from sync.desk.run_groups import groups_of
from sync.desk.standing import is_open
from sync.desk.step_words import did
from sync.desk.undo import undo_offers
from sync.desk.words import RUN_LABEL, changes, done_in, lasted, moment, told
from sync.models import Run, Step
from sync.report import standing

#: Steps shown on the page itself; all are a click away.
SHOWN = 25


def steps_of(run: Run) -> list[Step]:
    """Those that changed a field, if any did; one more than is shown where there are more."""
    steps = Step.objects.filter(run=run).order_by("at", "pk")
    changing = list(steps.filter(touched__gt=0)[: SHOWN + 1])
    return changing or list(steps[: SHOWN + 1])


class RunAdmin(OfPeople):
    list_display = ["number", "connection", "kind", "status", "did", "why", "asked", "took"]
    list_display_links = ["number"]
    list_filter = RUN_FILTERS
    list_select_related = ["connection"]
    search_fields = ["connection__name", "why"]
    search_help_text = "A connection's name, or a reason"
    of_people = ["why"]
    list_before_template = "sync/asked.html"
    ordering = ["-pk"]
    when_empty = "Syncs, previews and undos. The first is the preview of a new connection."
    fields = ["connection", "kind", "requested_by", "requested_at", "started_at", "finished_at"]
    change_form_outer_before_template = "sync/run.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        runs: QuerySet[Run] = super().get_queryset(request)
        return runs.defer("setup")

    @display(description="Run")
    def number(self, run: Run) -> str:
        return str(run.pk)

    @display(description="State", label=RUN_LABEL)
    def status(self, run: Run) -> str:
        return run.get_state_display()

    @display(description="Did")
    def did(self, run: Run) -> str:
        return told(run)

    @display(description="Asked for")
    def asked(self, run: Run) -> SafeString:
        return moment(run.requested_at)

    @display(description="Took")
    def took(self, run: Run) -> str:
        return lasted(run)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        context = dict(extra_context or {})
        run: Run | None = self.get_object(request, unquote(object_id)) if object_id else None
        if run is not None and self.has_view_permission(request, run):
            shown = shown_to(request.user, steps_of(run))
            context.update(
                run=run,
                is_open=is_open(run),
                progress=progress_of(run),
                did=done_in(run),
                took=lasted(run),
                title=str(run),
                steps=[(step, did(step.verb, step.side), changes(step)) for step in shown[:SHOWN]],
                has_more_steps=len(shown) > SHOWN,
                groups=groups_of(run, request.user) if shown else None,
                sides=[
                    (side.upper(), run.connection.container(side), run.counts.get(side))
                    for side in "ab"
                ],
                standing=standing(run.counts) if run.counts else "",
                **_what_now(request, run),
            )
        return super().changeform_view(request, object_id, form_url, context)

    def get_urls(self) -> list[URLPattern]:
        progress = self.admin_site.admin_view(self.progress)
        return [path("<int:pk>/progress/", progress, name="run_progress"), *super().get_urls()]

    def progress(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The part of a page that changes while a run is under way; htmx asks for it."""
        run = get_object_or_404(Run.objects.select_related("connection"), pk=pk)
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        progress = progress_of(run)
        context = {"progress": progress, "is_news": request.GET.get("said") != progress.mark}
        answer = TemplateResponse(request, "sync/progress_part.html", context)
        if not is_open(run):
            # It has ended: the page around it shows what came of it.
            answer["HX-Refresh"] = "true"
        return answer


def _what_now(request: HttpRequest, run: Run) -> dict[str, Any]:
    """What a person may do about it."""
    is_held = run.state == Run.State.HELD
    return {
        "desk": run.connection,
        "may_operate": request.user.has_perm(OPERATE),
        "hold": hold_of(run.connection, run, request.user) if is_held else None,
        "undo_offers": undo_offers(request.user, run),
    }
