"""The audit log: steps, which nobody changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from connections.models import Connection
from connections.rights import sees_people
from sync.desk.exports import ExportPages, may_export
from sync.desk.list_filters import OfConnection, chosen_connection, number_of
from sync.desk.log_filters import BEFORE, LOG_FILTERS, OF_A_RUN
from sync.desk.personal import ListOfPeople, tell_whether_all
from sync.desk.step_words import did, on_account_of
from sync.desk.undo import undo_offers
from sync.desk.words import RESULT_LABEL, changes, moment
from sync.finding import steps_like
from sync.models import Step

#: So many steps are looked at for those that all filters ask for.
LOOK = 100_000


class StepList(ListOfPeople):
    """``looked_to``: down to which moment the log was looked through, where that is not all."""

    looked_to: datetime | None = None

    def within_reach(self, request: HttpRequest) -> QuerySet[Step]:
        """An index has the steps of a connection, a run or a person in the order of the list, and
        what else is asked for beside them; but whatever hardly ever happens could be a long way
        down. What a search found are few."""
        scope: QuerySet[Step] = self.root_queryset
        asked: QuerySet[Step] = self.queryset
        if self.query.strip() and sees_people(request.user):
            return asked
        for spec in self.filter_specs:
            scope = spec.scope(scope)
        last = scope.order_by("-at", "-pk").values_list("at", flat=True)[LOOK : LOOK + 1]
        self.looked_to = next(iter(last), None)
        if self.looked_to is None:
            return asked
        return asked.filter(at__gte=self.looked_to)

    @property
    def further(self) -> str:
        """Where the list goes on further back."""
        assert self.looked_to is not None, "only then there is something to go on to"
        address: str = self.get_query_string({BEFORE: self.looked_to.isoformat()})
        return address


class StepAdmin(ExportPages):
    list_display = ["when", "connection", "contact", "what", "changed", "account", "status"]
    list_display_links = ["when", "contact"]
    list_filter = LOG_FILTERS
    list_select_related = ["connection", "by"]
    list_of_people = StepList
    list_before_template = "sync/log.html"
    search_fields = ["name_key"]
    search_help_text = "Name, e-mail address or id of a contact"
    of_people = search_fields
    change_form_outer_before_template = "sync/step.html"
    ordering = ["-at", "-pk"]
    when_empty = (
        "What is done to each contact, from what to what, when and why. It begins with the first "
        "run of a connection."
    )
    sortable_by = ["when"]
    fields = [
        "when", "connection", "run", "contact", "what", "changed", "because", "account", "rule",
        "status", "a_remote", "b_remote",
    ]  # fmt: skip

    def get_list_display(self, request: HttpRequest) -> list[str]:
        """Of one connection it is not said in every line."""
        columns = super().get_list_display(request)
        is_one = OfConnection.parameter_name in request.GET or OF_A_RUN in request.GET
        return [column for column in columns if column != "connection" or not is_one]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Step]:
        """What a preview or a held run planned never happened: it is shown only as of that run."""
        steps: QuerySet[Step] = super().get_queryset(request)
        match = request.resolver_match
        is_page = match is not None and (match.url_name or "").endswith("_change")
        if not is_page and OF_A_RUN not in request.GET:
            steps = steps.filter(logged=True)
        return steps.defer("agree", "stamps", "raises", "effects")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        context = {"may_export": may_export(request.user), **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Step], search_term: str
    ) -> tuple[QuerySet[Step], bool]:
        if not (search_term.strip() and sees_people(request.user)):
            return queryset, False
        found = steps_like(search_term, _connection(request))
        tell_whether_all(request, found)
        return queryset.filter(pk__in=found.ids), False

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

    @display(description="Contact")
    def contact(self, step: Step) -> str:
        return step.name or "(without a name)"

    @display(description="What was done")
    def what(self, step: Step) -> str:
        return did(step.verb, step.side)

    @display(description="Change")
    def changed(self, step: Step) -> str:
        return changes(step) or step.why

    @display(description="Reason")
    def because(self, step: Step) -> str:
        return step.why if step.fields else ""

    @display(description="On account of")
    def account(self, step: Step) -> str:
        return on_account_of(step)

    @display(description="Result", label=RESULT_LABEL)
    def status(self, step: Step) -> str:
        return step.get_result_display()


def _connection(request: HttpRequest) -> Connection | None:
    """The one whose steps are looked for, where it is one."""
    run = request.GET.get(OF_A_RUN)
    if not run:
        return chosen_connection(request)
    return Connection.objects.select_related("a", "b").filter(runs=number_of(run)).first()
