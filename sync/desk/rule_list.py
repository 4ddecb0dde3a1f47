"""The rules of a connection as sentences: their order, and whether they are on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from connections.models import Connection
from rules.configuration.wishes import stored_rules
from rules.editing import Edit, Fault, WrittenRule, keep
from rules.rows import catalogues_of
from sync.desk.changing import AGAIN, asked_first
from sync.desk.fault_words import judged_for_page
from sync.desk.pages import ConnectionPages
from sync.desk.places import RULES, url_of
from sync.desk.rule_words import told_rules
from sync.desk.side_signs import names_of, signs_of

#: ``order``: the keys of all rules. ``_up`` and ``_down`` name one, and only show what would be;
#: ``switch`` names one, and ``to`` says how it is to be.
ORDER, UP, DOWN, SWITCH, TO = "order", "_up", "_down", "switch", "to"
ON, LEAVE, TAKE_BACK = "on", "leave", "take_back"

_CHANGED = "The rules were changed in the meantime. This is how they are now."

Rules = Sequence[WrittenRule]


class RuleListPages(ConnectionPages):
    def get_urls(self) -> list[URLPattern]:
        view, both = self.admin_site.admin_view, require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("<int:pk>/rules/", view(both(self.rules_of)), name="connection_rules"),
            *super().get_urls(),
        ]

    def rules_of(self, request: HttpRequest, pk: int) -> HttpResponse:
        if request.method != "POST":
            connection = self.seen(request, pk)
            return self._rules_page(request, connection, stored_rules(connection))
        connection, posted = self.changed(request, pk), request.POST
        stored = stored_rules(connection)
        if AGAIN in posted and SWITCH in posted:
            return self._rules_page(request, connection, stored)
        wanted = switched(stored, posted) if SWITCH in posted else ordered(stored, posted)
        if wanted is None:
            messages.warning(request, _CHANGED)
            return redirect(url_of(connection, RULES))
        if any(word in posted for word in (UP, DOWN, AGAIN)):
            return self._rules_page(request, connection, wanted)
        return self._save_rules(request, connection, wanted)

    def _save_rules(
        self, request: HttpRequest, connection: Connection, rules: Rules
    ) -> HttpResponse:
        verdict = judged_for_page(connection, Edit(rules=rules))
        if verdict.errors:
            return self._rules_page(request, connection, rules, verdict.errors)
        if answer := asked_first(request, self.admin_site, verdict, RULES):
            return answer
        keep(verdict, request.user)
        if connection.state == Connection.State.DRAFT:
            for warning in verdict.warnings:
                messages.warning(request, warning.text)
        if verdict.changes:
            messages.success(request, "The rules are saved.")
        else:
            messages.info(request, "The rules are like that already.")
        return redirect(url_of(connection, RULES))

    def _rules_page(
        self,
        request: HttpRequest,
        connection: Connection,
        rules: Rules,
        faults: Sequence[Fault] = (),
    ) -> HttpResponse:
        """``rules``: as they are, or as they would be once the order is saved."""
        names = names_of(connection)
        told = told_rules(connection, rules, catalogues_of(connection), names)
        stored = [rule.key for rule in stored_rules(connection)]
        context = {
            "title": "Rules",
            "rules": told,
            "signs": signs_of(connection),
            "faults": faults,
            "is_moved": [rule.key for rule in rules] != stored,
            "in_force": any(rule.is_in_force for rule in told),
        }
        return self.page(request, "sync/rules.html", connection, RULES, context)


def ordered(stored: Rules, posted: QueryDict) -> Rules | None:
    """The rules in the order that was posted, and one of them moved if that was asked for. None
    when that order is not one of just these rules."""
    by_key = {rule.key: rule for rule in stored}
    order = posted.getlist(ORDER)
    if sorted(order) != sorted(by_key):
        return None
    for word, step in ((UP, -1), (DOWN, 1)):
        key = posted.get(word)
        if key in by_key:
            _move(order, order.index(key), step)
    return [by_key[key] for key in order]


def switched(stored: Rules, posted: QueryDict) -> Rules | None:
    """The rules with one of them switched on or off. None when there is no such rule."""
    key, to = posted[SWITCH], posted.get(TO, "")
    if to not in (ON, LEAVE, TAKE_BACK) or key not in {rule.key for rule in stored}:
        return None
    return [
        replace(rule, on=to == ON, take_back=to == TAKE_BACK) if rule.key == key else rule
        for rule in stored
    ]


def _move(order: list[str], at: int, step: int) -> None:
    if 0 <= at + step < len(order):
        order[at], order[at + step] = order[at + step], order[at]
