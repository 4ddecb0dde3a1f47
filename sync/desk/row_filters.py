"""By what sync records are filtered, and runs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from sync.desk.list_filters import WITHOUT, Choices, Exactly, OfConnection, When
from sync.desk.remedies import causes_of, states_with
from sync.models import Run, SyncRecord


class InState(Exactly):
    title = "state"
    parameter_name, column = "state__exact", "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(str(value), str(label)) for value, label in SyncRecord.State.choices]


class ForCause(Exactly):
    """The causes of the state that is chosen: each state has its own."""

    title = "cause"
    parameter_name, column = "cause", "cause"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        state = request.GET.get(InState.parameter_name, "")
        chosen = request.GET.get(self.parameter_name, "")
        told = {cause or WITHOUT: label for cause, label in causes_of(state).items()}
        return list(({chosen: chosen} | told if chosen else told).items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """An index has causes beside their states."""
        chosen = self.value()
        if not chosen:
            return queryset
        cause = "" if chosen == WITHOUT else chosen
        return queryset.filter(cause=cause, state__in=states_with(cause))


RECORD_FILTERS = [OfConnection, InState, ForCause]


class OfKind(Exactly):
    title = "kind"
    parameter_name, column = "kind__exact", "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(str(value), str(label)) for value, label in Run.Kind.choices]


class RunState(Exactly):
    title = "state"
    parameter_name, column = "state__exact", "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(str(value), str(label)) for value, label in Run.State.choices]


class WhenAsked(When):
    column = "requested_at"
    words = ("requested_at_from", "requested_at_to")


RUN_FILTERS = [OfConnection, OfKind, RunState, WhenAsked]
