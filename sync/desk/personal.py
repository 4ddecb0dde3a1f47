"""What is shown of contacts to those who may not see people: how many there are, which fields of
theirs changed, and a number to tell one from the other; never a name, a value or an id in an app.

The rows themselves are emptied, in memory, before a page shows them, so that no column and no
title can tell more. Neither can what is searched for, filtered or ordered by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.db.models import Model
from django.http import HttpRequest

from connections.pages.read_only import ReadOnly
from connections.rights import sees_people
from sync.desk.list_filters import words_of
from sync.desk.long_lists import LongList
from sync.finding import PEOPLE, Found
from sync.models import Export, Run, Step, SyncRecord

Row = TypeVar("Row", bound=Model)

HIDDEN = "hidden"
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


class ListOfPeople(LongList):
    """Its rows are emptied for those who may not see people."""

    def rows(self, request: HttpRequest, ids: list[int]) -> list[Any]:
        return shown_to(request.user, super().rows(request, ids))


class OfPeople(ReadOnly):
    """Pages of rows that tell of contacts. ``of_people``: by which of its search fields. By none
    of its columns can a list be sorted that tells of them. Its filters are of ``list_filters``."""

    of_people: Sequence[str] = ()
    sortable_by: Sequence[str] = ()
    list_of_people: type[ListOfPeople] = ListOfPeople
    list_before_template: str | None = "sync/people_hidden.html"
    list_filter_submit = True
    show_facets = ShowFacets.NEVER  # they count the rows of each choice

    class Media:
        css: ClassVar = {"all": ["sync/log.css"]}

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        fields = super().get_search_fields(request)
        return [field for field in fields if self._is_open(request, field)]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[LongList]:
        return self.list_of_people

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        return one_shown_to(request.user, super().get_object(request, object_id, from_field))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Django lets an address ask for the beginning of any column, which would tell of people,
        and for what no index knows: here it asks for what the list's filters offer."""
        filters = self.list_filter if request is None else self.get_list_filter(request)
        return any(lookup in words_of(filter_) for filter_ in filters)

    def _is_open(self, request: HttpRequest, name: str) -> bool:
        return name not in self.of_people or sees_people(request.user)


def tell_whether_all(request: HttpRequest, found: Found) -> None:
    """Of a search, on the page of its list."""
    match = request.resolver_match
    if not found.are_all and match and (match.url_name or "").endswith("_changelist"):
        text = (
            f"More than {PEOPLE} people fit your search. Type more of the name to see the others."
        )
        messages.warning(request, text)


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


def _empty_export(export: Export) -> None:
    """What was searched for may be a name."""
    export.asked = HIDDEN


_EMPTIED: Mapping[type[Model], Callable[[Any], None]] = {
    SyncRecord: _empty_sync_record,
    Step: _empty_step,
    Run: _empty_run,
    Export: _empty_export,
}


def _number(pk: int | None) -> str:
    return f"Contact {pk}" if pk else "A contact"
