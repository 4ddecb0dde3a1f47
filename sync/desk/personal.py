"""What is shown of contacts to those who may not see people: how many there are, which fields of
theirs changed, and a number to tell one from the other; never a name, a value or an id in an app.

The rows themselves are emptied, in memory, before a page shows them, so that no column and no
title can tell more. Neither can what is searched for, filtered or ordered by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Model
from django.http import HttpRequest
from unfold.views import ChangeList

from connections.pages.read_only import ReadOnly
from connections.rights import sees_people
from sync.models import Run, Step, SyncRecord

Row = TypeVar("Row", bound=Model)

HIDDEN = "hidden"
#: What may follow the name of a list's filter in an address.
_OF_FILTERS = ("", "__exact", "__id__exact", "__isnull", "__gte", "__lt")
#: The results of a step whose reason is an app's answer, which never holds a contact's data
#: (``connectors.errors``). Reasons of ours quote values and names.
_ANSWERED = (Step.Result.REFUSED, Step.Result.FAILED, Step.Result.UNKNOWN)


def shown_to(user: Any, rows: Iterable[Row]) -> list[Row]:
    """The rows of runs, steps or sync records as ``user`` may see them. They are not to be
    saved."""
    found = list(rows)
    if not sees_people(user):
        for row in found:
            _EMPTIED[type(row)](row)
    return found


def one_shown_to(user: Any, row: Row | None) -> Row | None:
    return shown_to(user, [row])[0] if row else None


class OfPeople(ReadOnly):
    """Pages of rows that tell of contacts. ``of_people``: by which columns, and which of its
    search fields."""

    of_people: Sequence[str] = ()
    list_before_template: str | None = "sync/people_hidden.html"

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        fields = super().get_search_fields(request)
        return [field for field in fields if self._is_open(request, field)]

    def get_sortable_by(self, request: HttpRequest) -> list[str]:
        columns = super().get_sortable_by(request)
        return [column for column in columns if self._is_open(request, column)]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return _WithoutPeople if not sees_people(request.user) else ChangeList

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        return one_shown_to(request.user, super().get_object(request, object_id, from_field))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Django lets an address ask for the beginning of any column: who may not see people
        asks for what the list's filters offer."""
        if not super().lookup_allowed(lookup, value, request):
            return False
        if request is not None and sees_people(request.user):
            return True
        filters = self.list_filter if request is None else self.get_list_filter(request)
        return any(lookup == f"{name}{end}" for name in filters for end in _OF_FILTERS)

    def _is_open(self, request: HttpRequest, name: str) -> bool:
        return name not in self.of_people or sees_people(request.user)


class _WithoutPeople(ChangeList):
    result_list: Any

    def get_ordering_field(self, field_name: Any) -> Any:
        is_of_people = field_name in self.model_admin.of_people
        return None if is_of_people else super().get_ordering_field(field_name)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = shown_to(request.user, self.result_list)


def _empty_sync_record(row: SyncRecord) -> None:
    row.title = _number(row.pk)
    row.reason = row.cause


def _empty_step(step: Step) -> None:
    step.name = _number(step.sync_record_id)
    step.a_remote = step.a_remote and HIDDEN
    step.b_remote = step.b_remote and HIDDEN
    step.fields = {
        name: {when: value and HIDDEN for when, value in change.items()}
        for name, change in step.fields.items()
    }
    if step.result not in _ANSWERED:
        step.why = step.why and HIDDEN


def _empty_run(run: Run) -> None:
    """Of chosen contacts: what was typed to choose them may be in its reason."""
    if run.only or run.task:
        run.why = run.why and HIDDEN


_EMPTIED: Mapping[type[Model], Callable[[Any], None]] = {
    SyncRecord: _empty_sync_record,
    Step: _empty_step,
    Run: _empty_run,
}


def _number(pk: int | None) -> str:
    return f"Contact {pk}" if pk else "A contact"
