"""Deleting a rule: what becomes of what it did to contacts is asked, and its effect shown, first.

A rule that is deleted leaves what it did. To take that back the engine has to know the rule, so it
is switched off first, and can be deleted when a sync has done so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum, auto

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from connections.models import Connection
from connections.posted import row_of
from rules.configuration.wishes import stored_rules
from rules.editing import Edit, WrittenRule, keep
from rules.rows import catalogues_of, setup_of
from sync.desk.changing import AGAIN, asked_first
from sync.desk.fault_words import judged_for_page
from sync.desk.places import RULES, url_of
from sync.desk.rule_entry import Wrong, wrong_elsewhere
from sync.desk.rule_list import LEAVE, TAKE_BACK
from sync.desk.rule_pages import RulePages
from sync.desk.rule_words import told_rules
from sync.desk.side_signs import names_of
from sync.models import Planned
from sync.work import work_under

#: What becomes of what it did: ``leave`` or ``take_back``.
EFFECTS = "effects"

_DELETED = "The rule {} is deleted."
_TAKEN_BACK = (
    "The rule {} is switched off, and the next sync takes back what it did. Delete it after that."
)


class Trace(Enum):
    """What a rule has done to contacts, as far as its deletion is concerned."""

    NONE = auto()
    #: Some of it may be there, and can be left or taken back.
    THERE = auto()
    LEFT = auto()
    #: The next sync takes it back.
    GOING = auto()
    TAKEN_BACK = auto()


class RuleDeleting(RulePages):
    def get_urls(self) -> list[URLPattern]:
        view, both = self.admin_site.admin_view, require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("<int:pk>/delete/", view(both(self.delete_rule)), name="rules_rule_delete"),
            *super().get_urls(),
        ]

    def delete_rule(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_delete_permission(request):
            raise PermissionDenied
        posted = request.POST
        try:
            connection, rule = self.seen_rule(request, pk)
        except Http404:
            row = row_of(Connection.objects.all(), posted.get("connection", ""))
            if row is None:
                raise
            messages.info(request, "This rule was deleted already.")
            return redirect(url_of(row, RULES))
        trace, effects = trace_of(connection, rule), posted.get(EFFECTS, "")
        is_said = effects == LEAVE or (effects == TAKE_BACK and trace is Trace.THERE)
        if not is_said or AGAIN in posted:
            return self._delete_page(request, connection, rule, trace)
        return self._delete(request, connection, rule, trace)

    def _delete(
        self, request: HttpRequest, connection: Connection, rule: WrittenRule, trace: Trace
    ) -> HttpResponse:
        takes_back = request.POST[EFFECTS] == TAKE_BACK
        rules = [
            replace(each, on=False, take_back=True) if each.key == rule.key else each
            for each in stored_rules(connection)
            if takes_back or each.key != rule.key
        ]
        verdict = judged_for_page(connection, Edit(rules=rules))
        if verdict.errors:
            wrong = [wrong_elsewhere(fault, rules) for fault in verdict.errors]
            return self._delete_page(request, connection, rule, trace, wrong)
        if answer := asked_first(request, self.admin_site, verdict, RULES):
            return answer
        keep(verdict, request.user)
        if connection.state == Connection.State.DRAFT:
            for warning in verdict.warnings:
                messages.warning(request, warning.text)
        said = _TAKEN_BACK if takes_back else _DELETED
        messages.success(request, said.format(rule.name))
        return redirect(url_of(connection, RULES))

    def _delete_page(
        self,
        request: HttpRequest,
        connection: Connection,
        rule: WrittenRule,
        trace: Trace,
        wrong: Sequence[Wrong] = (),
    ) -> HttpResponse:
        (told,) = told_rules(connection, [rule], catalogues_of(connection), names_of(connection))
        context = {
            "title": f"Delete the rule {rule.name}",
            "rule": rule,
            "told": told,
            "trace": trace.name,
            "takes_back": request.POST.get(EFFECTS) == TAKE_BACK,
            "wrong": wrong,
        }
        return self.page_of_rule(request, "sync/rule_delete.html", connection, context)


def trace_of(connection: Connection, rule: WrittenRule) -> Trace:
    planned = Planned.objects.filter(connection=connection).first()
    if planned is None or not rule.actions:
        return Trace.NONE
    if rule.on:
        return Trace.THERE
    if not rule.take_back:
        return Trace.LEFT
    is_next = work_under(setup_of(connection), planned).everything
    return Trace.GOING if is_next else Trace.TAKEN_BACK
