"""The page of a rule: IF, THEN, and what it is told to do besides. It is kept as a part of its
connection, and judged with the whole of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from connections.models import Connection
from connections.posted import row_of
from rules.clashes import BOTH_WAYS
from rules.configuration.wishes import stored_rules
from rules.editing import Edit, WrittenRule, keep
from sync.desk.changing import AGAIN, asked_first
from sync.desk.fault_words import judged_for_page
from sync.desk.places import RULES, url_of
from sync.desk.reading import READ, read_again
from sync.desk.rule_entry import IF, THEN, Entry, state_of
from sync.desk.rule_pages import RulePages
from sync.desk.rule_telling import told_of, who_of
from sync.desk.rule_values import known_values
from sync.desk.rule_words import told_rules
from sync.desk.side_signs import names_of, signs_of

ADD, CHOICES, COUNT = "_add", "_choices", "_count"
#: What only shows the page again, filled as it was posted.
_LOOKING = (AGAIN, ADD, CHOICES, COUNT)


class RulePage(RulePages):
    def get_urls(self) -> list[URLPattern]:
        view, both = self.admin_site.admin_view, require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("add/", view(both(self.add_rule)), name="rules_rule_add"),
            path("<int:pk>/change/", view(both(self.change_rule)), name="rules_rule_change"),
            *super().get_urls(),
        ]

    def add_rule(self, request: HttpRequest) -> HttpResponse:
        """Over contacts of ``side`` of ``connection``, as its address says."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        asked = request.GET
        row = row_of(Connection.objects.all(), asked.get("connection", ""))
        side = asked.get("side", "")
        if row is None or side not in ("a", "b"):
            messages.info(request, "A rule belongs to a connection. Choose it, then add the rule.")
            return redirect("admin:connections_connection_changelist")
        return self._rule(request, self.changed(request, row.pk), side, None)

    def change_rule(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            connection, rule = self.seen_rule(request, pk)
        except Http404:
            if request.method != "POST":
                raise
            return self._deleted_meanwhile(request)
        return self._rule(request, connection, rule.side, rule)

    def _rule(
        self, request: HttpRequest, connection: Connection, side: str, stored: WrittenRule | None
    ) -> HttpResponse:
        posted = request.POST
        if request.method != "POST":
            return self._rule_page(request, Entry(connection, side, stored))
        if any(word in posted for word in _LOOKING):
            # Who may only look enters nothing.
            entered = posted if self.has_change_permission(request) else None
            add = posted.get(ADD, "")
            entry = Entry(connection, side, stored, entered, is_looking=True, add=add)
            return self._rule_page(request, entry, is_counted=COUNT in posted)
        connection = self.changed(request, connection.pk)
        if READ in posted:
            read_again(request, connection, posted[READ])
            entry = Entry(connection, side, stored, posted, is_looking=True)
            return self._rule_page(request, entry)
        return self._save(request, Entry(connection, side, stored, posted))

    def _save(self, request: HttpRequest, entry: Entry) -> HttpResponse:
        connection = entry.connection
        if entry.was_changed:
            return self._changed_meanwhile(request, entry)
        if not entry.is_valid():
            return self._rule_page(request, entry)
        stored = stored_rules(connection)
        if not entry.key and entry.written in stored:
            messages.info(request, f"There is a rule {entry.written.name} like that already.")
            return redirect(url_of(connection, RULES))
        rules, number = _with(stored, entry.written)
        verdict = judged_for_page(connection, Edit(rules=rules))
        if verdict.errors:
            entry.mark(verdict.errors, number, rules)
            return self._rule_page(request, entry)
        if answer := asked_first(request, self.admin_site, verdict, RULES):
            return answer
        keep(verdict, request.user)
        if connection.state == Connection.State.DRAFT:
            for warning in verdict.warnings:
                messages.warning(request, warning.text)
        if verdict.changes:
            messages.success(request, f"The rule {entry.written.name} is saved.")
        else:
            messages.info(request, f"The rule {entry.written.name} is like that already.")
        return redirect(url_of(connection, RULES))

    # --- in the meantime ---

    def _changed_meanwhile(self, request: HttpRequest, entry: Entry) -> HttpResponse:
        """What was entered is shown again, and can be saved over what is there now."""
        stored = entry.stored
        assert stored is not None, "what is not there any more was not changed"
        posted = request.POST.copy()
        posted["seen"] = state_of(stored)
        (told,) = told_rules(
            entry.connection, [stored], entry.catalogues, names_of(entry.connection)
        )
        again = Entry(entry.connection, entry.side, stored, posted, is_looking=True)
        return self._rule_page(request, again, meanwhile=told)

    def _deleted_meanwhile(self, request: HttpRequest) -> HttpResponse:
        """What was entered is shown as a new rule, so that it is not lost."""
        posted = request.POST.copy()
        row = row_of(Connection.objects.all(), posted.get("connection", ""))
        side = posted.get("side", "")
        if row is None or side not in ("a", "b"):
            raise Http404("There is no such rule. It may have been deleted.")
        posted["seen"] = ""
        entry = Entry(self.changed(request, row.pk), side, None, posted, is_looking=True)
        return self._rule_page(request, entry, was_deleted=True)

    # --- the page ---

    def _rule_page(
        self, request: HttpRequest, entry: Entry, *, is_counted: bool = False, **notes: Any
    ) -> HttpResponse:
        connection, signs = entry.connection, signs_of(entry.connection)
        own, target = signs[entry.side], signs[entry.target]
        of = f"over contacts of {own.name}"
        context = {
            "title": f"Rule {entry.stored.name}" if entry.stored else f"A new rule {of}",
            "entry": entry,
            "told": told_of(entry),
            "who": who_of(entry, is_asked=True) if is_counted else None,
            "own": own,
            "parts": [(IF, entry.conditions, own), (THEN, entry.actions, target)],
            "lists": _lists(entry),
            "both_ways_needs": BOTH_WAYS,
            "address_of_new": _address_of_new(entry),
            **notes,
        }
        return self.page_of_rule(request, "sync/rule.html", connection, context)


def _with(stored: Sequence[WrittenRule], rule: WrittenRule) -> tuple[list[WrittenRule], int]:
    """The rules with this one in its place, a new one at the end; and its number among them."""
    rules = [rule if rule.key and each.key == rule.key else each for each in stored]
    if not rule.key:
        rules.append(rule)
    return rules, next(number for number, each in enumerate(rules) if each is rule)


def _address_of_new(entry: Entry) -> str:
    query = f"?connection={entry.connection.pk}&side={entry.side}"
    return reverse("admin:rules_rule_add") + query


def _lists(entry: Entry) -> dict[str, Sequence[str]]:
    """The values that texts of the page are found in, by the id of their list: each once."""
    rows = [*entry.conditions.shown, *entry.actions.shown]
    return {
        row.control.list_id: known_values(row.catalogue, row.control.listed)
        for row in rows
        if row.control and row.control.listed
    }
