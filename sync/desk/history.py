"""What was changed about a connection, by whom and when, and the way back to an earlier save."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from rules.configuration.going_back import WayBack, go_back, what_going_back_changes
from rules.configuration.problems import ConfigurationError, Problem
from rules.history import told
from rules.models import Revision
from sync.desk.change_words import in_words
from sync.desk.fault_words import FaultWords
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
    """A problem with what stands at its place in the text, so that nobody has to count lines.
    ``place``: its key; ``text``: in people's words."""

    place: str
    text: str
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
            "saves": list(_saves(connection, rows, is_first_page=page.number == 1)),
        }
        return self.page(request, "sync/history.html", connection, HISTORY, context)

    def go_back_to(self, request: HttpRequest, pk: int, revision: int) -> HttpResponse:
        """First what would change; a POST changes it."""
        connection, chosen = self._chosen(request, pk, revision)
        latest = connection.revisions.latest("pk")
        found, in_the_way = WayBack(), list[InTheWay]()
        try:
            if request.method == "POST":
                if request.POST.get("latest") == str(latest.pk):
                    return self._go_back(request, connection, chosen)
                messages.warning(request, "It was changed in the meantime. This is how it is now.")
            found = what_going_back_changes(connection, chosen.text)
        except ConfigurationError as error:
            in_the_way = list(_in_the_way(error.problems, connection, chosen))
        context = {
            "title": f"Go back to an earlier save of {connection}",
            "revision": chosen,
            "latest": latest,
            "when": moment(chosen.at),
            "who": _who(chosen),
            "changes": in_words(connection, found.changes),
            "warnings": list(_in_the_way(found.warnings, connection, chosen)),
            "in_the_way": in_the_way,
            "has_effect": bool(found.setups) and connection.state != Connection.State.DRAFT,
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
        for each in _in_the_way(outcome.warnings, connection, chosen):
            messages.warning(request, f"{each.place}: {each.text}")
        if outcome.changes:
            connection.refresh_from_db(fields=["name"])
            at = timezone.localtime(chosen.at).strftime("%Y-%m-%d %H:%M")
            messages.success(request, f"{connection} is again as it was saved on {at}.")
        else:
            messages.info(request, "Everything is like that already.")
        return redirect(_history_of(connection))


def _saves(connection: Connection, rows: Sequence[Revision], is_first_page: bool) -> Iterator[Save]:
    is_end = len(rows) <= PER_PAGE
    for number, each in enumerate(told(rows, with_first=is_end)):
        revision = each.revision
        is_latest = is_first_page and number == 0
        changes = None if each.changes is None else in_words(connection, each.changes)
        yield Save(revision, moment(revision.at), _who(revision), changes, is_latest)


def _who(revision: Revision) -> str:
    return revision.by.get_username() if revision.by else "–"


def _in_the_way(
    problems: Iterable[Problem], connection: Connection, revision: Revision
) -> Iterator[InTheWay]:
    """Only lines of the connection are shown: above them the text names logins."""
    lines, words = revision.text.splitlines(), FaultWords(connection)
    for problem in problems:
        key, at = problem.place.key, problem.place.line - 1
        is_shown = key.startswith("connections.") and at < len(lines)
        yield InTheWay(key, words.of(problem.text), lines[at].strip() if is_shown else "")


def _history_of(connection: Connection) -> str:
    return reverse("admin:connections_connection_history_of", args=[connection.pk])
