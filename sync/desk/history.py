"""What was changed about a connection, by whom and when, and the way back to an earlier save."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods

from connections.models import Connection
from connections.rights import sees_people
from rules.configuration.going_back import go_back, what_going_back_changes
from rules.configuration.loading import Outcome
from rules.configuration.problems import ConfigurationError, Problem
from rules.history import told
from rules.models import Revision
from sync.desk.pages import ConnectionPages
from sync.desk.places import HISTORY
from sync.desk.words import moment
from sync.effect import effect_of, in_sentences

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Save:
    """A line of the history. ``changes`` is None when they cannot be told any more; ``is_latest``:
    there is nothing to go back to."""

    revision: Revision
    when: SafeString
    who: str
    changes: Sequence[str] | None
    is_latest: bool


@dataclass(frozen=True, slots=True)
class InTheWay:
    """A problem with what stands at its place in the text, so that nobody has to count lines."""

    problem: Problem
    line: str


class HistoryPages(ConnectionPages):
    def get_urls(self) -> list[URLPattern]:
        of = "connections_connection_history_of"
        view = self.admin_site.admin_view
        return [
            # The address of Django's own history page, which knows nothing of nested rows.
            path("<int:pk>/history/", view(require_GET(self.history_of)), name=of),
            path(
                "<int:pk>/history/<int:revision>/",
                view(require_http_methods(["GET", "POST"])(self.go_back_to)),
                name="connection_go_back",
            ),
            path(
                "<int:pk>/history/<int:revision>/effect/",
                view(require_GET(self.effect_of_going_back)),
                name="connection_go_back_effect",
            ),
            *super().get_urls(),
        ]

    def history_of(self, request: HttpRequest, pk: int) -> HttpResponse:
        connection = self.seen(request, pk)
        revisions = connection.revisions.select_related("by")
        page = Paginator(revisions, PER_PAGE).get_page(request.GET.get("page"))
        first = max(page.start_index() - 1, 0)
        # One more than is shown: what the last one shown is compared with.
        rows = list(revisions[first : first + PER_PAGE + 1])
        context = {
            "title": f"History of {connection}",
            "page": page,
            "saves": list(_saves(rows, is_first_page=page.number == 1)),
        }
        return self.page(request, "sync/history.html", connection, HISTORY, context)

    def go_back_to(self, request: HttpRequest, pk: int, revision: int) -> HttpResponse:
        """First what would change; a POST changes it."""
        connection, chosen = self._chosen(request, pk, revision)
        latest = connection.revisions.latest("pk")
        outcome, in_the_way = Outcome(()), list[InTheWay]()
        try:
            if request.method == "POST":
                if request.POST.get("latest") == str(latest.pk):
                    return self._go_back(request, connection, chosen)
                messages.warning(request, "It was changed in the meantime. This is how it is now.")
            outcome = what_going_back_changes(connection, chosen.text)
        except ConfigurationError as error:
            in_the_way = [_in_the_way(problem, chosen) for problem in error.problems]
        context = {
            "title": f"Go back to an earlier save of {connection}",
            "revision": chosen,
            "latest": latest,
            "when": moment(chosen.at),
            "who": _who(chosen),
            "changes": outcome.changes,
            "warnings": [_in_the_way(problem, chosen) for problem in outcome.warnings],
            "in_the_way": in_the_way,
            "has_effect": bool(outcome.setups) and connection.state != Connection.State.DRAFT,
        }
        return self.page(request, "sync/go_back.html", connection, HISTORY, context)

    def effect_of_going_back(self, request: HttpRequest, pk: int, revision: int) -> HttpResponse:
        """What it would do to contacts: asked for by the page, since counting takes a while."""
        connection, chosen = self._chosen(request, pk, revision)
        try:
            setups = what_going_back_changes(connection, chosen.text).setups
        except ConfigurationError:
            setups = ()  # what is in the way stands on the page itself
        lines = [
            line
            for _, setup in setups
            for line in in_sentences(
                connection,
                effect_of(connection, setup, timezone.now()),
                with_names=sees_people(request.user),
            )
        ]
        return TemplateResponse(
            request, "sync/effect.html", {"lead": lines[:1], "lines": lines[1:]}
        )

    def _chosen(self, request: HttpRequest, pk: int, revision: int) -> tuple[Connection, Revision]:
        connection = self.changed(request, pk)
        revisions = connection.revisions.select_related("by")
        return connection, get_object_or_404(revisions, pk=revision)

    def _go_back(
        self, request: HttpRequest, connection: Connection, chosen: Revision
    ) -> HttpResponse:
        outcome = go_back(connection, chosen.text, request.user)
        for warning in outcome.warnings:
            messages.warning(request, f"{warning.place.key}: {warning.text}")
        if outcome.changes:
            connection.refresh_from_db(fields=["name"])
            at = timezone.localtime(chosen.at).strftime("%Y-%m-%d %H:%M")
            messages.success(request, f"{connection} is again as it was saved on {at}.")
        else:
            messages.info(request, "Everything is like that already.")
        return redirect(_history_of(connection))


def _saves(rows: Sequence[Revision], is_first_page: bool) -> Iterator[Save]:
    is_end = len(rows) <= PER_PAGE
    for number, each in enumerate(told(rows, with_first=is_end)):
        revision = each.revision
        is_latest = is_first_page and number == 0
        yield Save(revision, moment(revision.at), _who(revision), each.changes, is_latest)


def _who(revision: Revision) -> str:
    return revision.by.get_username() if revision.by else "–"


def _in_the_way(problem: Problem, revision: Revision) -> InTheWay:
    """Only lines of the connection are shown: above them the text names logins."""
    lines = revision.text.splitlines()
    is_of_connection = problem.place.key.startswith("connections.")
    at = problem.place.line - 1
    return InTheWay(problem, lines[at].strip() if is_of_connection and at < len(lines) else "")


def _history_of(connection: Connection) -> str:
    return reverse("admin:connections_connection_history_of", args=[connection.pk])
