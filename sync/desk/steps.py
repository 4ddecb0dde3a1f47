"""The audit log: steps, which nobody changes."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from sync.desk.personal import OfPeople
from sync.desk.undo import undo_offers
from sync.desk.words import RESULT_LABEL, changes, moment
from sync.models import Run, Step

OF_A_RUN = "run__id__exact"


class StepAdmin(OfPeople):
    list_display = ["when", "connection", "verb", "where", "name", "changed", "status"]
    list_display_links = ["when", "name"]
    list_filter = ["run__connection", "verb", "result", "side", "conflict", "at", "run"]
    list_select_related = ["run__connection"]
    search_fields = ["name", "a_remote", "b_remote", "why"]
    search_help_text = "A contact's name, its id in an app, or a reason"
    of_people = search_fields
    change_form_outer_before_template = "sync/step.html"
    ordering = ["-pk"]
    show_full_result_count = False
    fields = [
        "at", "run", "verb", "side", "name", "changed", "rule", "why", "status", "cause", "by",
        "a_remote", "b_remote",
    ]  # fmt: skip

    def get_list_filter(self, request: HttpRequest) -> list[str]:
        """Runs are too many to choose from; the page of a run leads here."""
        filters = list(self.list_filter)
        return filters if OF_A_RUN in request.GET else filters[:-1]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Step]:
        """What a preview or a held run planned never happened: it is shown only as of that run."""
        steps: QuerySet[Step] = super().get_queryset(request)
        match = request.resolver_match
        is_list = match is not None and (match.url_name or "").endswith("_changelist")
        if is_list and OF_A_RUN not in request.GET:
            done = steps.exclude(result=Step.Result.PLANNED)
            return done.exclude(run__kind=Run.Kind.PREVIEW)
        return steps

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        context = dict(extra_context or {})
        step = self.get_object(request, unquote(object_id)) if object_id else None
        if step is not None and self.has_view_permission(request, step):
            context["desk"] = step.run.connection
            context["undo_offers"] = undo_offers(request.user, step.run, step)
        return super().changeform_view(request, object_id, form_url, context)

    @display(description="When", ordering="at")
    def when(self, step: Step) -> SafeString:
        return moment(step.at)

    @display(description="Connection")
    def connection(self, step: Step) -> str:
        return str(step.run.connection)

    @display(description="In")
    def where(self, step: Step) -> str:
        return step.side.upper()

    @display(description="Change")
    def changed(self, step: Step) -> str:
        return changes(step) or step.why

    @display(description="Result", label=RESULT_LABEL)
    def status(self, step: Step) -> str:
        return step.get_result_display()
