"""The parts of a rule's page that are asked for by themselves: what a row offers, a list of values,
and what is told of the rule as it is entered. Nothing is stored."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from connections.models import Connection
from connections.rights import sees_people
from connectors.connector import Catalogue
from rules.clashes import BOTH_WAYS
from rules.setup import other
from sync.desk.rule_entry import IF, THEN, Entry, stored_rule
from sync.desk.rule_page import COUNT
from sync.desk.rule_pages import RulePages
from sync.desk.rule_rows import ROWS
from sync.desk.rule_telling import told_of, who_of
from sync.desk.rule_values import id_of_list, known_values
from sync.desk.side_signs import signs_of


class RuleParts(RulePages):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        of, part = "<int:connection>/<str:side>", "<str:part>"
        return [
            path(
                f"{of}/{part}/choices/",
                view(require_GET(self.choices_of_row)),
                name="rules_rule_choices",
            ),
            path(
                f"{of}/{part}/values/",
                view(require_GET(self.list_of_values)),
                name="rules_rule_values",
            ),
            path(f"{of}/told/", view(require_POST(self.told)), name="rules_rule_told"),
            *super().get_urls(),
        ]

    def choices_of_row(
        self, request: HttpRequest, connection: int, side: str, part: str
    ) -> HttpResponse:
        """The row ``row`` as HTML, for a ``kind``, ``field`` and ``op``. Its value is empty."""
        catalogue = _catalogue(self.seen(request, connection), side, part)
        asked, prefix = request.GET, request.GET.get("row", f"{part}-0")
        if not re.fullmatch(rf"{part}-\d{{1,4}}", prefix):
            raise Http404("There is no such row.")
        initial = {name: asked.get(name, "") for name in ("kind", "field", "op")}
        row = ROWS[part](initial=initial, prefix=prefix, catalogue=catalogue, stored=())
        return TemplateResponse(request, "sync/rule_controls.html", {"row": row})

    def list_of_values(
        self, request: HttpRequest, connection: int, side: str, part: str
    ) -> HttpResponse:
        """The values that ``of`` can have, as a list to be found in."""
        catalogue = _catalogue(self.seen(request, connection), side, part)
        key = request.GET.get("of", "")
        context = {"id": id_of_list(part, key), "values": known_values(catalogue, key)}
        return TemplateResponse(request, "sync/rule_values.html", context)

    def told(self, request: HttpRequest, connection: int, side: str) -> HttpResponse:
        """What is told of the rule as it was posted; of the stored one where nothing was."""
        row, posted = self.seen(request, connection), request.POST
        _check(side, IF)
        stored = stored_rule(row, posted.get("rule", ""))
        entry = Entry(row, side, stored, posted if f"{IF}-TOTAL_FORMS" in posted else None)
        context = {
            "entry": entry,
            "told": told_of(entry),
            "who": who_of(entry, is_asked=COUNT in posted),
            "own": signs_of(row)[side],
            "desk": row,
            "sees_people": sees_people(request.user),
            "both_ways_needs": BOTH_WAYS,
            "is_apart": True,
        }
        return TemplateResponse(request, "sync/rule_told.html", context)


def _catalogue(connection: Connection, side: str, part: str) -> Catalogue:
    """Of the side that this part of a rule over ``side`` is about."""
    _check(side, part)
    return connection.container(side if part == IF else other(side)).catalogue


def _check(side: str, part: str) -> None:
    if side not in ("a", "b") or part not in (IF, THEN):
        raise Http404("There is no such side, or no such part of a rule.")
