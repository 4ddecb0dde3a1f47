"""By what the audit log is filtered."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from connections.models import Side
from connectors.contact import SEGMENT_KINDS
from connectors.fields import STANDARD
from rules.models import Rule
from rules.rows import catalogues_of
from sync.audit import RESULTS
from sync.desk.list_filters import (
    Choices,
    Chosen,
    Exactly,
    OfConnection,
    When,
    chosen_connection,
    moment_of,
    number_of,
)
from sync.desk.personal import shown_to
from sync.desk.step_words import VERBS
from sync.desk.words import field_label
from sync.models import Step, SyncRecord
from sync.steps import STATUS
from sync.touched import bit_of

OF_A_RUN = "run__id__exact"
BEFORE = "before"
Steps = QuerySet[Step]


class OfRun(Chosen):
    """Runs are too many to choose from: their pages lead here."""

    title = "run"
    parameter_name = OF_A_RUN

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        run = request.GET.get(OF_A_RUN)
        return [(run, run)] if run else []

    def queryset(self, request: HttpRequest, queryset: Steps) -> Steps:
        return self.scope(queryset)

    def scope(self, rows: Steps) -> Steps:
        run = self.number()
        return rows if run is None else rows.filter(run=run)


class OfContacts(Chosen):
    """The page of a person leads here, with the sync records of all their connections."""

    title = "contact"
    parameter_name = "sync_record__in"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        chosen = request.GET.get(self.parameter_name, "")
        rows = SyncRecord.objects.filter(pk__in=_numbers(chosen)).only("title", "reason", "cause")
        names = [str(row) for row in shown_to(request.user, rows)]
        return [(chosen, ", ".join(dict.fromkeys(names)) or "nobody")] if chosen else []

    def queryset(self, request: HttpRequest, queryset: Steps) -> Steps:
        return self.scope(queryset)

    def scope(self, rows: Steps) -> Steps:
        chosen = self.value()
        return rows.filter(sync_record__in=_numbers(chosen)) if chosen else rows


def _numbers(text: str) -> list[int]:
    return [number_of(part) for part in text.split(",")] if text else []


class WhenDone(When):
    """``before``: a moment down to which the log was looked through already."""

    column = "at"
    words = ("at_from", "at_to", BEFORE)

    def scope(self, rows: Steps) -> Steps:
        rows = super().scope(rows)
        return rows.filter(at__lt=moment_of(self.values[BEFORE])) if BEFORE in self.values else rows

    def told(self) -> str:
        days = super().told()
        if BEFORE not in self.values:
            return days
        before = timezone.localtime(moment_of(self.values[BEFORE]))
        return f"{days} before {before:%Y-%m-%d %H:%M:%S}".strip()


class OnAccountOfRule(Chosen):
    """The rules of the connection that is chosen: each is of one."""

    title = "rule"
    parameter_name = "rule_key__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        chosen = request.GET.get(self.parameter_name, "")
        of = request.GET.get(OfConnection.parameter_name)
        rules = Rule.objects.none()
        if of:
            rules = Rule.objects.filter(connection=number_of(of))
        elif chosen:
            rules = Rule.objects.filter(pk=number_of(chosen))
        self._rules = {str(rule.pk): rule for rule in rules}
        gone = {chosen: "one that is no more"} if chosen and chosen not in self._rules else {}
        return [*((key, rule.name) for key, rule in self._rules.items()), *gone.items()]

    def queryset(self, request: HttpRequest, queryset: Steps) -> Steps:
        rule = self.number()
        return queryset if rule is None else self.scope(queryset).filter(rule_key=rule)

    def scope(self, rows: Steps) -> Steps:
        rule = self._rules.get(self.value() or "")
        return rows.filter(connection=rule.connection_id) if rule else rows


class ByPerson(Chosen):
    title = "person"
    parameter_name = "by__id__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        staff = User.objects.filter(is_staff=True).order_by("username")
        return [(str(pk), name) for pk, name in staff.values_list("pk", "username")]

    def queryset(self, request: HttpRequest, queryset: Steps) -> Steps:
        return self.scope(queryset)

    def scope(self, rows: Steps) -> Steps:
        person = self.number()
        return rows if person is None else rows.filter(by=person)


class OfField(Chosen):
    title = "field"
    parameter_name = "field"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """Beside the standard fields those that the apps of the chosen connection have."""
        labels = {name: field.label for name, field in STANDARD.items()}
        connection = chosen_connection(request)
        for catalogue in catalogues_of(connection).values() if connection else ():
            labels |= {field.name: field.label for field in catalogue.fields}
        labels |= {kind: kind.capitalize() for kind in (*SEGMENT_KINDS, STATUS)}
        chosen = request.GET.get(self.parameter_name)
        if chosen and chosen not in labels:
            labels[chosen] = field_label(chosen)
        return list(labels.items())

    def queryset(self, request: HttpRequest, queryset: Steps) -> Steps:
        name = self.value()
        if not name:
            return queryset
        bits = queryset.alias(bits=F("touched").bitand(bit_of(name)))
        return bits.filter(bits__gt=0, fields__has_key=name)


class Verb(Exactly):
    title = "what was done"
    parameter_name, column = "verb__exact", "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return list(VERBS.items())


class OnSide(Exactly):
    title = "side"
    parameter_name, column = "side__exact", "side"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(side.value, f"Side {side.label}") for side in Side]


class Ended(Chosen):
    """What has no answer yet is unknown, as in ``audit``; only of a single run what was not even
    sent."""

    title = "result"
    parameter_name = "result__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        hidden = {*RESULTS, *(() if OF_A_RUN in request.GET else (Step.Result.PLANNED,))}
        shown = [result for result in Step.Result if result not in hidden]
        return [(result.value, str(result.label)) for result in shown]

    def queryset(self, request: HttpRequest, queryset: Steps) -> Steps:
        chosen = self.value()
        if not chosen:
            return queryset
        same = [result for result, shown in RESULTS.items() if shown == chosen]
        return queryset.filter(result__in=[chosen, *same])


class GaveWay(Chosen):
    title = "conflict"
    parameter_name = "conflict__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("1", "A value gave way")]

    def queryset(self, request: HttpRequest, queryset: Steps) -> Steps:
        return queryset.filter(conflict=True) if self.value() else queryset


LOG_FILTERS = [
    OfConnection, WhenDone, Verb, OfField, Ended, OnAccountOfRule, ByPerson, OnSide, GaveWay, OfRun,
    OfContacts,
]  # fmt: skip
