"""Filters of long lists. What there is to choose from is known without a look at the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.admin import ListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from unfold.contrib.filters.admin import DropdownFilter
from unfold.contrib.filters.forms import DropdownForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from connections.models import Connection

#: In an address the cause of those that have none: "" is what a form sends where nothing is chosen.
WITHOUT = "none"
Choices = Sequence[tuple[str, str]]


def words_of(filter_: Any) -> Sequence[str]:
    """By which an address asks for it."""
    words: Sequence[str] = getattr(filter_, "words", None) or (filter_.parameter_name,)
    return words


def number_of(text: str) -> int:
    """Of a row: no larger than a database takes."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise IncorrectLookupParameters
    return int(text)


class Choice(DropdownForm):
    """The browser's own list: in place of it Unfold's shows one that has no name for those who
    hear the page."""

    widget = UnfoldAdminSelectWidget()

    class Media:
        extend = False


class Chosen(DropdownFilter):
    """One of several."""

    form_class = Choice

    def scope(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Rows that an index has in the order of the list, among which those looked for are."""
        return rows

    def told(self) -> str:
        """What is chosen, in words, or ""."""
        chosen = self.value()
        words: Any = dict(self.lookup_choices)
        return str(words.get(chosen, chosen)) if chosen else ""

    def number(self) -> int | None:
        """What is chosen, where that is a number."""
        chosen = self.value()
        return number_of(chosen) if chosen else None


class Exactly(Chosen):
    """The value of a column."""

    column: str

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(**{self.column: chosen}) if chosen else queryset


class OfConnection(Chosen):
    title = "connection"
    parameter_name = "connection__id__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(str(pk), name) for pk, name in Connection.objects.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.scope(queryset)

    def scope(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.number()
        return rows.filter(connection=chosen) if chosen is not None else rows


def chosen_connection(request: HttpRequest) -> Connection | None:
    chosen = request.GET.get(OfConnection.parameter_name)
    rows = Connection.objects.select_related("a", "b")
    return rows.filter(pk=number_of(chosen)).first() if chosen else None


class Days(forms.Form):
    def __init__(self, names: Sequence[str], values: dict[str, str]) -> None:
        super().__init__(values)
        for name, label in zip(names, ("From", "To"), strict=True):
            self.fields[name] = forms.CharField(
                label=label,
                required=False,
                widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
            )


class When(ListFilter):
    """From one day to another, both included, as days are where the person is. ``words``: the
    first two are those of the days."""

    title = "date"
    template = "sync/days.html"
    column: str
    words: Sequence[str]

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.values = {word: params.pop(word)[-1] for word in self.words if word in params}

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.words)

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        yield {"form": Days(self.words[:2], self.values)}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.scope(queryset)

    def scope(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        first, last = (self._day(word) for word in self.words[:2])
        if first:
            rows = rows.filter(**{f"{self.column}__gte": _midnight(first)})
        if last:
            rows = rows.filter(**{f"{self.column}__lt": _midnight(last + timedelta(days=1))})
        return rows

    def told(self) -> str:
        first, last = (self._day(word) for word in self.words[:2])
        parts = (f"from {first}" if first else "", f"to {last}" if last else "")
        return " ".join(part for part in parts if part)

    def _day(self, word: str) -> date | None:
        text = self.values.get(word, "")
        try:
            day = parse_date(text) if text else None
        except ValueError:
            day = None
        if text and day is None:
            raise IncorrectLookupParameters
        return day


def moment_of(text: str) -> datetime:
    """As ``isoformat`` wrote it."""
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or timezone.is_naive(found):
        raise IncorrectLookupParameters
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
